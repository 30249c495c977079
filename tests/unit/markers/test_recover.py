"""From a heap of RTP packets to the markers in them: all of the media in clear, nothing of it as ciphertext."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pylibsrtp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.markers import audio, opus, vp8
from harness.markers.recover import MAX_PACKETS, RecoveredMarker, recover, recover_all

from .sent_media import (
    OPUS_PAYLOAD_TYPE,
    VP8_PAYLOAD_TYPE,
    as_ciphertext,
    audio_packets,
    opus_payloads,
    rtp,
    video_packets,
)

VOICE, FACE, OTHER_VOICE = 0x1111_2222_3333_4444, 0x5555_6666_7777_8888, 0x9999_AAAA_BBBB_CCCC
VOICE_SSRC, FACE_SSRC, OTHER_SSRC = 0x1000_0001, 0xF000_0002, 0x2000_0003


@pytest.fixture(scope="module")
def voice() -> list[bytes]:
    return audio_packets(VOICE, VOICE_SSRC)


@pytest.fixture(scope="module")
def face() -> list[bytes]:
    return video_packets(FACE, FACE_SSRC)


@pytest.fixture(scope="module")
def expected() -> tuple[RecoveredMarker, ...]:
    return RecoveredMarker("audio", VOICE_SSRC, VOICE), RecoveredMarker("video", FACE_SSRC, FACE)


class NoDecoder:
    """Stands for a codec where none may be opened."""

    @staticmethod
    def create(*arguments: object) -> None:
        raise AssertionError("a decoder was opened")


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vp8, "VideoCodecContext", NoDecoder)
    monkeypatch.setattr(opus, "AudioCodecContext", NoDecoder)


# in clear

Call = list[bytes]
Expected = tuple[RecoveredMarker, ...]


def in_red(packets: Call) -> Call:
    """As a browser sends video with FEC: each payload as the only block of a packet, and FEC behind each frame."""
    made: Call = []

    def add(header: bytes, kind: int, payload: bytes) -> None:
        made.append(header[:2] + len(made).to_bytes(2, "big") + header[4:] + bytes([kind]) + payload)

    for packet in packets:
        header, payload = packet[:12], packet[12:]
        add(header, VP8_PAYLOAD_TYPE, payload)
        if header[1] & 0x80:
            add(header, 124, payload[::-1])
    return made


def test_pictures_in_blocks_among_forward_error_correction_are_recovered() -> None:
    slides = video_packets(FACE, FACE_SSRC, of="screen")
    assert recover(in_red(slides)) == recover_all(in_red(slides)) == (RecoveredMarker("screen", FACE_SSRC, FACE),)


def test_ciphertext_in_blocks_meets_no_decoder(no_decoder: None) -> None:
    faces = video_packets(FACE, FACE_SSRC)
    assert recover(as_ciphertext(in_red(faces) * 20, Random(11))) == ()


def test_a_screen_is_told_from_a_camera(voice: Call, face: Call, expected: Expected) -> None:
    slides = video_packets(OTHER_VOICE, OTHER_SSRC, of="screen")
    screen = RecoveredMarker("screen", OTHER_SSRC, OTHER_VOICE)
    assert recover(slides) == (screen,)
    assert recover(slides + voice + face) == recover_all(face + voice + slides) == tuple(sorted((screen, *expected)))


def test_both_media_of_a_call_are_recovered(voice: Call, face: Call, expected: Expected) -> None:
    assert recover(voice + face) == expected


def test_both_directions_are_told_apart_by_their_ssrc(voice: Call, face: Call, expected: Expected) -> None:
    longer = audio_packets(OTHER_VOICE, OTHER_SSRC, seconds=2)

    assert recover(longer + face + voice) == (
        expected[0],
        RecoveredMarker("audio", OTHER_SSRC, OTHER_VOICE),
        expected[1],
    )


@pytest.mark.parametrize("seed", range(5))
def test_neither_order_of_arrival_nor_duplicates_matter(voice: Call, face: Call, expected: Expected, seed: int) -> None:
    heap = (voice + face) * 2
    Random(seed).shuffle(heap)

    assert recover(heap) == expected


def test_sequence_numbers_may_wrap_to_zero() -> None:
    heap = audio_packets(VOICE, VOICE_SSRC, first_sequence=0xFFF0) + video_packets(
        FACE, FACE_SSRC, first_sequence=0xFFFF, size=(640, 480)
    )
    Random(4).shuffle(heap)

    assert [found.marker for found in recover(heap)] == [VOICE, FACE]


def test_a_frame_of_several_packets_is_put_together() -> None:
    packets = video_packets(FACE, FACE_SSRC, count=1, size=(1280, 960))

    assert len(packets) > 1
    assert recover(reversed(packets)) == (RecoveredMarker("video", FACE_SSRC, FACE),)
    assert recover(packets[:-1]) == ()


@pytest.mark.parametrize("seed", range(10))
def test_one_packet_in_ten_may_be_lost(voice: Call, face: Call, seed: int, expected: Expected) -> None:
    random = Random(seed)
    heap = [*face[:1], *(packet for packet in voice + face[1:] if random.random() >= 0.1)]

    assert len(heap) < len(voice + face)
    assert recover(heap) == expected


def test_padding_and_header_extensions_are_taken_off(voice: Call, face: Call, expected: Expected) -> None:
    extension = b"\xbe\xde\x00\x01\x10\xff\x00\x00"
    dressed = [
        bytes([packet[0] | 0x30]) + packet[1:12] + extension + packet[12:] + b"\x00\x00\x00\x04"
        for packet in voice + face
    ]

    assert recover(dressed) == expected


def test_the_payload_type_is_not_believed(voice: Call, face: Call, expected: Expected) -> None:
    disguised = [packet[:1] + bytes([packet[1] & 0x80]) + packet[2:] for packet in voice + face]

    assert recover(disguised) == expected


def test_clear_packets_injected_into_a_secured_stream_are_found(voice: Call) -> None:
    secured = as_ciphertext(audio_packets(OTHER_VOICE, VOICE_SSRC, seconds=5), Random(1))
    heap = secured + voice[:30]
    Random(2).shuffle(heap)

    assert recover(heap) == (RecoveredMarker("audio", VOICE_SSRC, VOICE),)


def test_a_clear_key_frame_beside_its_own_ciphertext_is_found(face: Call) -> None:
    for seed in range(50):
        assert recover(as_ciphertext(face, Random(seed)) + face) == (RecoveredMarker("video", FACE_SSRC, FACE),)


# less than the media


def test_too_little_sound_and_frames_without_their_key_frame_hold_no_marker(voice: Call, face: Call) -> None:
    assert recover(voice[:11] + face[1:]) == ()


def test_no_packets_hold_no_marker() -> None:
    assert recover([]) == ()


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize("profile", ["AES128_CM_SHA1_80", "AEAD_AES_128_GCM"])
def test_srtp_gives_nothing_and_never_reaches_a_decoder(voice: Call, face: Call, profile: str) -> None:
    policy = pylibsrtp.Policy(
        key=bytes(range(30 if profile.startswith("AES128") else 28)),
        ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=getattr(pylibsrtp.Policy, f"SRTP_PROFILE_{profile}"),
    )
    session = pylibsrtp.Session(policy)

    assert recover([session.protect(packet) for packet in voice + face]) == ()


@pytest.mark.usefixtures("no_decoder")
def test_long_ciphertext_gives_nothing_and_never_reaches_a_decoder(voice: Call, face: Call) -> None:
    long = [rtp(OPUS_PAYLOAD_TYPE, VOICE_SSRC, n, 960 * n, b"x" * 120) for n in range(MAX_PACKETS)]

    assert recover(as_ciphertext(long + face * 50, Random(9))) == ()


@pytest.mark.usefixtures("no_decoder")
def test_what_is_not_rtp_is_not_tried() -> None:
    stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)
    dtls = b"\x16\xfe\xfd" + bytes(40)
    report = b"\x80\xc8\x00\x06" + bytes(24)
    cut_off = b"\x9f\x60" + bytes(20)

    assert recover([stun, dtls, report, cut_off, b"", b"\x80"] * 100) == ()


# hostile


@given(st.lists(st.binary(max_size=80), max_size=30))
@settings(deadline=None)
def test_no_bytes_make_it_raise_or_find_something(heap: list[bytes]) -> None:
    assert recover(heap) == ()
    assert recover([b"\x80\x60" + data for data in heap]) == ()


@pytest.mark.parametrize("seed", range(10))
def test_damaged_media_is_survived_in_silence(
    voice: Call, face: Call, seed: int, capfd: pytest.CaptureFixture[str], expected: Expected
) -> None:
    random = Random(seed)
    heap = []
    for packet in voice + face * 4:
        damaged = bytearray(packet)
        # The first bytes are spared, so that the damage reaches the decoders.
        for _ in range(random.randrange(1, 20)):
            damaged[random.randrange(min(28, len(packet) - 1), len(packet))] = random.randrange(256)
        heap.append(bytes(damaged))

    assert set(recover(heap)) <= set(expected)
    assert capfd.readouterr() == ("", "")


def test_a_flood_of_small_streams_does_not_hide_the_media(voice: Call, face: Call, expected: Expected) -> None:
    flood = [rtp(OPUS_PAYLOAD_TYPE, ssrc, 1, 1, b"flood") for ssrc in range(1, 1000)]

    assert recover(flood + voice + face) == expected


def test_a_flood_of_rtcp_does_not_hide_the_media(voice: Call, face: Call, expected: Expected) -> None:
    # Read as RTP, each report would be a stream of its own: where RTP has its SSRC, a report has the time.
    reports = [b"\x80\xc8\x00\x06" + bytes(4) + now.to_bytes(4, "big") + bytes(16) for now in range(2000)]

    assert recover(reports + voice + face) == expected


def test_the_sixteen_largest_streams_are_tried(voice: Call) -> None:
    def under(ssrc: int, packets: Call) -> Call:
        return [packet[:8] + ssrc.to_bytes(4, "big") + packet[12:] for packet in packets]

    small = under(1, voice[:20])
    large = [packet for ssrc in range(2, 18) for packet in under(ssrc, voice[:21])]

    assert [found.ssrc for found in recover(small + large)] == list(range(2, 18))


def test_the_first_2048_packets_of_a_stream_are_tried(voice: Call) -> None:
    secured = as_ciphertext([rtp(OPUS_PAYLOAD_TYPE, VOICE_SSRC, n, 960 * n, bytes(60)) for n in range(2048)], Random(6))

    assert recover(secured + voice) == ()
    assert recover(secured[: -len(voice)] + voice) == (RecoveredMarker("audio", VOICE_SSRC, VOICE),)


def test_a_flood_of_streams_is_cut_off(voice: Call) -> None:
    flood = [rtp(OPUS_PAYLOAD_TYPE, ssrc, 1, 1, b"flood") for ssrc in range(1, 1025)]

    assert recover(flood + voice) == ()
    assert recover(flood[1:] + voice) == (RecoveredMarker("audio", VOICE_SSRC, VOICE),)


# no more than is needed


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many samples of sound a chord was looked for in, try by try."""
    lengths: list[int] = []
    decode = audio.decode

    def noted(pcm: NDArray[Any]) -> int | None:
        lengths.append(len(pcm))
        return decode(pcm)

    monkeypatch.setattr(audio, "decode", noted)
    return lengths


def test_no_more_sound_is_decoded_than_the_marker_takes(voice: Call, tried: list[int]) -> None:
    assert recover(voice) == (RecoveredMarker("audio", VOICE_SSRC, VOICE),)
    assert tried == [19_200]


def test_sound_without_a_marker_is_tried_five_times_and_given_up_after_six_seconds(tried: list[int]) -> None:
    hiss = np.random.default_rng(1).normal(0, 3000, 7 * audio.RATE).astype(np.int16)
    payloads = opus_payloads(hiss)

    assert recover(rtp(OPUS_PAYLOAD_TYPE, VOICE_SSRC, n, 960 * n, data) for n, data in enumerate(payloads)) == ()
    assert tried == [19_200, 38_400, 76_800, 153_600, 288_000]


def test_every_marker_of_a_stream_that_changes_its_speaker_is_found() -> None:
    first = audio_packets(VOICE, VOICE_SSRC)
    handed_over = first + audio_packets(OTHER_VOICE, VOICE_SSRC, first_sequence=1_000 + len(first))
    assert {one.marker for one in recover_all(handed_over)} == {VOICE, OTHER_VOICE}
    assert len(recover(handed_over)) == 1


def test_all_of_both_media_is_found_as_before(voice: Call, face: Call, expected: Expected) -> None:
    assert recover_all(voice + face) == expected
    assert recover_all(as_ciphertext(voice + face, Random(1))) == ()
