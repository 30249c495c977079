"""Recovery: what real encoders sent comes back as files that a foreign player opens, also through loss and attack."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from harness.inspection.recover import recovery as recovery_module
from harness.inspection.recover.recovery import Recovery
from harness.inspection.recover.track import RecoveredStream
from harness.inspection.stream_key import StreamKey
from harness.wire.rtp_payload.codec import Kind
from tests.unit.inspection import media

KEY = StreamKey(0, True, 0x1234ABCD)
UNTOLD = 120


def recovered(
    folder: Path, packets: Sequence[bytes], codecs: dict[int, str] | None = None, **more: int
) -> RecoveredStream:
    recovery = Recovery(folder, codecs, **more)
    for number, packet in enumerate(packets):
        recovery.packet(KEY, "leg1", 10.0 + 0.02 * number, packet)
    (stream,) = recovery.result()
    return stream


def sound(folder: Path, stream: RecoveredStream) -> NDArray[Any]:
    """Shape (samples, channels)."""
    assert stream.file is not None
    with wave.open(str(folder / stream.file)) as file:
        assert file.getsampwidth() == 2
        raw = file.readframes(file.getnframes())
        return np.frombuffer(raw, np.int16).reshape(-1, file.getnchannels())


def pictures(folder: Path, stream: RecoveredStream) -> list[av.VideoFrame]:
    assert stream.file is not None
    with av.open(str(folder / stream.file)) as container:
        return list(container.decode(video=0))


def likeness(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Correlation at the best shift, so that a codec's delay does not matter."""
    length = min(len(one), len(other))
    spectra = [np.fft.rfft(pcm[:length].astype(float), 2 * length) for pcm in (one, other)]
    energy = np.sqrt(np.prod([float(np.sum(pcm[:length].astype(float) ** 2)) for pcm in (one, other)]))
    return float(np.fft.irfft(spectra[0] * spectra[1].conj()).max() / energy)


def with_type(packets: Sequence[bytes], payload_type: int) -> list[bytes]:
    return [packet[:1] + bytes([packet[1] & 0x80 | payload_type]) + packet[2:] for packet in packets]


ENCODERS: dict[str, tuple[int, Callable[[media.Pcm], list[bytes]]]] = {
    "opus": (48_000, media.opus_packets),
    "PCMU": (8_000, media.g711_packets),
    "PCMA": (8_000, lambda pcm: media.g711_packets(pcm, media.PCMA, media.PCMA)),
    "G722": (16_000, media.g722_packets),
}


# sound


@pytest.mark.parametrize("codec", ENCODERS)
def test_sound_comes_back_at_its_own_rate_and_length(codec: str, tmp_path: Path) -> None:
    rate, encode = ENCODERS[codec]
    spoken = media.speech(2.0, rate)
    stream = recovered(tmp_path, encode(spoken))

    assert stream.file == f"leg1-out-0x1234abcd-{codec.lower()}.wav"
    assert (stream.codec, stream.kind, stream.packets, stream.lost) == (codec, Kind.AUDIO, 100, 0)
    assert (stream.seconds, stream.begins, stream.problems) == (2.0, 10.0, ())
    heard = sound(tmp_path, stream)
    assert heard.shape == (2 * rate, 1)
    assert likeness(heard[:, 0], spoken) > 0.9


def test_stereo_stays_stereo(tmp_path: Path) -> None:
    left, right = media.tone(1.0, 48_000), media.tone(1.0, 48_000, 1_000.0)
    heard = sound(tmp_path, recovered(tmp_path, media.opus_packets(np.stack((left, right), axis=1))))

    assert heard.shape == (48_000, 2)
    assert likeness(heard[:, 0], left) > 0.9
    assert likeness(heard[:, 1], right) > 0.9


@pytest.mark.parametrize("codec", ENCODERS)
def test_what_was_lost_is_silence_and_what_follows_stands_at_its_own_time(codec: str, tmp_path: Path) -> None:
    rate, encode = ENCODERS[codec]
    whole = encode(media.tone(2.0, rate))
    stream = recovered(tmp_path, whole[:40] + whole[60:])
    heard = sound(tmp_path, stream)[:, 0]

    assert (stream.lost, stream.seconds) == (20, 2.0)
    assert not heard[int(0.801 * rate) : int(1.199 * rate)].any()
    assert np.abs(heard[int(1.25 * rate) :].astype(int)).max() > 4_000


def test_order_and_second_copies_are_put_right(tmp_path: Path) -> None:
    packets = media.g711_packets(media.speech(2.0, 8_000))
    shaken = list(packets)
    for place in range(1, 90, 7):
        shaken[place], shaken[place + 3] = shaken[place + 3], shaken[place]
    shaken.insert(50, shaken[48])
    stream = recovered(tmp_path / "shaken", shaken)

    assert stream.problems == ("1 packets came twice",)
    straight = recovered(tmp_path / "straight", packets)
    assert np.array_equal(sound(tmp_path / "shaken", stream), sound(tmp_path / "straight", straight))


def test_a_jump_of_the_clock_by_half_a_day_makes_no_file_of_half_a_day(tmp_path: Path) -> None:
    packets = media.g711_packets(media.tone(1.0, 8_000))
    jumped = [packet[:4] + b"\x30\x00\x00\x00" + packet[8:] if n == 25 else packet for n, packet in enumerate(packets)]
    stream = recovered(tmp_path, jumped)

    assert stream.problems == ("2 jumps of the timestamp, at which time is not true",)
    assert stream.seconds == pytest.approx(61.0)


# pictures


@pytest.mark.parametrize(("payload_type", "codec", "suffix"), [(96, "VP8", "ivf"), (102, "H264", "h264")])
def test_every_frame_comes_back_as_it_was_encoded(payload_type: int, codec: str, suffix: str, tmp_path: Path) -> None:
    stream = recovered(tmp_path, media.video_packets(payload_type, 20))

    assert stream.file == f"leg1-out-0x1234abcd-{codec.lower()}.{suffix}"
    assert (stream.codec, stream.kind, stream.frames, stream.problems) == (codec, Kind.VIDEO, 20, ())
    assert stream.seconds == pytest.approx(19 / 30)
    shown = pictures(tmp_path, stream)
    assert [(frame.width, frame.height) for frame in shown] == [(320, 240)] * 20
    for number, frame in enumerate(shown):
        luma = frame.to_ndarray()[:240]
        assert likeness(luma.ravel(), media.moving_picture(number, (320, 240)).ravel()) > 0.95


def test_frames_of_vp8_keep_their_time(tmp_path: Path) -> None:
    shown = pictures(tmp_path, recovered(tmp_path, media.video_packets(media.VP8, 5, every=9_000)))

    assert [float(frame.time or 0) for frame in shown] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_a_frame_that_lacks_a_packet_is_left_out_and_told(tmp_path: Path) -> None:
    packets = media.video_packets(media.VP8, 6, (640, 480), key_frames=(0, 3))
    ends = [number for number, packet in enumerate(packets) if packet[1] & 0x80]
    del packets[ends[3]]
    stream = recovered(tmp_path, packets)

    assert (stream.frames, stream.lost) == (5, 1)
    assert stream.problems == ("1 frames that lack a packet",)


def test_vp8_without_a_key_frame_is_no_file(tmp_path: Path) -> None:
    packets = media.video_packets(media.VP8, 12)
    second = next(number for number, packet in enumerate(packets) if packet[1] & 0x80) + 1
    stream = recovered(tmp_path, packets[second:])

    assert (stream.codec, stream.file, stream.frames) == ("VP8", None, 0)
    assert stream.problems == ("11 frames before the first key frame",)
    assert list(tmp_path.iterdir()) == []


def test_h264_without_parameter_sets_says_so(tmp_path: Path) -> None:
    packets = media.video_packets(media.H264, 12)
    stream = recovered(tmp_path, packets[len(packets) // 2 :])

    assert stream.frames > 0
    assert "1 streams without a sequence parameter set" in stream.problems


# which codec


def test_the_sdp_says_what_a_payload_type_is(tmp_path: Path) -> None:
    packets = with_type(media.g722_packets(media.speech(0.1, 16_000)), UNTOLD)

    assert recovered(tmp_path / "told", packets, {UNTOLD: "g722/8000"}).codec == "G722"
    untold = recovered(tmp_path / "untold", packets[:1])
    assert (untold.codec, untold.file) == (None, None)
    assert untold.problems == (f"the codec of payload type {UNTOLD} could not be told from 1 packets",)


def test_the_sdp_is_believed_against_the_static_meaning(tmp_path: Path) -> None:
    packets = with_type(media.opus_packets(media.speech(0.5, 48_000)), media.PCMU)

    assert recovered(tmp_path, packets, {media.PCMU: "opus/48000/2"}).codec == "opus"


def test_what_the_sdp_names_and_nobody_recovers_is_told(tmp_path: Path) -> None:
    stream = recovered(tmp_path, with_type(media.g711_packets(media.silence(0.2, 8_000)), 101), {101: "x" * 500})

    assert stream.file is None
    assert stream.problems == (f"payload type 101 is {'x' * 40!r}, which is not recovered",)


def test_without_sdp_the_content_tells_and_no_packet_is_wasted(tmp_path: Path) -> None:
    spoken = media.speech(2.0, 48_000)
    stream = recovered(tmp_path, with_type(media.opus_packets(spoken), UNTOLD))

    assert (stream.codec, stream.seconds) == ("opus", 2.0)
    assert likeness(sound(tmp_path, stream)[:, 0], spoken) > 0.9


def test_ciphertext_is_no_media(tmp_path: Path) -> None:
    stream = recovered(tmp_path, media.as_ciphertext(media.opus_packets(media.speech(2.0, 48_000)), 1))

    assert (stream.codec, stream.file) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_second_payload_type_of_a_stream_is_a_file_of_its_own(tmp_path: Path) -> None:
    packets = media.g711_packets(media.tone(1.0, 8_000))
    recovery = Recovery(tmp_path)
    for number, packet in enumerate(packets[:25] + with_type(packets[25:], media.PCMA)):
        recovery.packet(KEY, "leg1", 0.02 * number, packet)

    first, second = recovery.result()
    assert (first.codec, first.seconds, second.codec, second.seconds) == ("PCMU", 0.5, "PCMA", 0.5)
    assert first.file != second.file


# limits and hostile packets


def test_the_limit_of_bytes_is_kept_and_named(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path, most_bytes=4_000)
    for packet in media.g711_packets(media.tone(1.0, 8_000)):
        recovery.packet(KEY, "leg1", 0.0, packet)
    (stream,) = recovery.result()

    assert sound(tmp_path, stream).nbytes == 3_840
    assert stream.problems == ("38 pieces of media beyond the limit of bytes",)
    assert recovery.problems == ("the limit of 4,000 bytes of recovered media was reached: the rest is missing",)


def test_streams_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery_module, "MOST_STREAMS", 2)
    recovery = Recovery(tmp_path)
    for ssrc in (1, 2, 3, 3, 1):
        recovery.packet(StreamKey(0, False, ssrc), "leg1", 0.0, media.g711_packets(media.tone(0.02, 8_000))[0])

    assert [stream.key.ssrc for stream in recovery.result()] == [1, 2]
    assert recovery.problems == ("2 packets of more than 2 streams were left out",)


def test_payload_types_beyond_the_limit_are_counted(tmp_path: Path) -> None:
    packets = media.g711_packets(media.tone(0.2, 8_000))
    recovery = Recovery(tmp_path)
    for number, packet in enumerate(packets):
        recovery.packet(KEY, "leg1", 0.0, with_type([packet], number)[0])
    streams = recovery.result()

    assert [stream.payload_type for stream in streams] == [0, 1, 2, 3]
    assert streams[0].problems == ("6 packets of more than 4 payload types were left out",)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").touch()

    with pytest.raises(ValueError, match="new or an empty folder"):
        Recovery(tmp_path)


@pytest.mark.parametrize("codec", ["opus/48000/2", "PCMU/8000", "G722/8000", "VP8/90000", "H264/90000"])
def test_bytes_of_a_hostile_sender_are_counted_and_never_an_error(codec: str, tmp_path: Path) -> None:
    random = Random(codec)
    recovery = Recovery(tmp_path, {UNTOLD: codec}, most_bytes=20_000_000)
    for number in range(1_500):
        header = bytes([random.choice((0x80, 0xA0, 0x90)), UNTOLD | random.choice((0, 0x80))])
        body = number.to_bytes(2, "big") + random.randbytes(random.randrange(0, 60))
        recovery.packet(KEY, "../../etc/passwd\n\0", 0.0, header + body)
    (stream,) = recovery.result()

    assert stream.packets > 0
    assert all("/" not in path.name and path.parent == tmp_path for path in tmp_path.iterdir())


@pytest.mark.parametrize(("payload_type", "codec"), [(96, "VP8"), (102, "H264")])
def test_damaged_video_is_recovered_as_far_as_it_goes(payload_type: int, codec: str, tmp_path: Path) -> None:
    random = Random(payload_type)
    packets = [bytearray(packet) for packet in media.video_packets(payload_type, 30)]
    for packet in random.sample(packets, len(packets) // 3):
        packet[random.randrange(12, len(packet))] ^= random.randrange(1, 256)
    stream = recovered(tmp_path, [bytes(packet) for packet in packets], {payload_type: codec})

    assert 0 < stream.frames <= 40
