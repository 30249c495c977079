"""What is sent decodes to its marker, in a circle and in real time; what is heard is decoded until it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from fractions import Fraction
from itertools import cycle, islice
from typing import Any

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from harness.endpoints.frames import encoded
from harness.endpoints.media import Ear, Eye, Listener, MarkerTrack
from harness.markers import audio, video
from harness.model.base import Asset
from harness.model.call import AudioKind

MARKERS = [0, 2**64 - 1, 0x0123456789ABCDEF]


def heard_frames(packets: Sequence[bytes]) -> list[Any]:
    decoder = av.CodecContext.create("libopus", "r")
    return [frame for data in packets for frame in decoder.decode(av.Packet(data))]


def seen_frames(packets: Sequence[bytes]) -> list[Any]:
    decoder = av.CodecContext.create("libvpx", "r")
    return [frame for data in packets for frame in decoder.decode(av.Packet(data))]


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("start", range(5))
def test_sound_decodes_to_its_marker_wherever_one_comes_into_the_circle(marker: int, start: int) -> None:
    frames = heard_frames(list(islice(cycle(encoded(Asset.AUDIO, marker)), start, start + 30)))
    pcm = np.concatenate([frame.to_ndarray().reshape(-1, frame.layout.nb_channels)[:, 0] for frame in frames])
    assert audio.decode(pcm) == marker


def test_the_circle_of_sound_has_no_gap_where_it_closes() -> None:
    frames = heard_frames(encoded(Asset.AUDIO, MARKERS[2]) * 4)
    levels = [np.abs(frame.to_ndarray().astype(float)).mean() for frame in frames]
    assert min(levels[5:]) > 0.7 * max(levels[5:])


def test_sound_comes_in_five_packets_of_20_ms() -> None:
    packets = encoded(Asset.AUDIO, MARKERS[2])
    assert [frame.samples for frame in heard_frames(packets)] == [960] * 5


@pytest.mark.parametrize("marker", MARKERS)
def test_each_single_picture_decodes_to_its_marker(marker: int) -> None:
    for packet in encoded(Asset.VIDEO, marker):
        [frame] = seen_frames([packet])
        assert video.decode(frame.to_ndarray(format="gray")) == marker


@pytest.mark.parametrize(("asset", "other"), [(Asset.VIDEO, Asset.SCREEN), (Asset.SCREEN, Asset.VIDEO)])
def test_an_eye_finds_what_it_looks_for_and_nothing_else(asset: Asset, other: Asset) -> None:
    [frame] = seen_frames(encoded(asset, MARKERS[2]))
    assert Eye(asset).take(frame) == MARKERS[2]
    assert Eye(other).take(frame) is None


@pytest.mark.asyncio
@pytest.mark.parametrize(("asset", "seconds"), [(Asset.AUDIO, 0.02), (Asset.VIDEO, 0.1), (Asset.SCREEN, 0.1)])
async def test_a_track_keeps_time(asset: Asset, seconds: float) -> None:
    go = asyncio.Event()
    go.set()
    track = MarkerTrack(asset, 7, go)
    await track.recv()
    begun = asyncio.get_running_loop().time()
    packets = [await track.recv() for _ in range(3)]
    assert asyncio.get_running_loop().time() - begun >= 2.5 * seconds
    moments = [packet.pts * Fraction(packet.time_base) for packet in packets if packet.pts is not None]
    assert [float(moment) for moment in moments] == pytest.approx([seconds, 2 * seconds, 3 * seconds])


@pytest.mark.asyncio
async def test_a_track_is_silent_until_it_may_begin() -> None:
    go = asyncio.Event()
    track = MarkerTrack(Asset.AUDIO, 7, go)
    packet = asyncio.create_task(track.recv())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await asyncio.shield(packet)
    go.set()
    assert bytes(await packet) == encoded(Asset.AUDIO, 7)[0]


@pytest.mark.asyncio
async def test_a_track_that_fell_behind_does_not_catch_up_with_a_burst() -> None:
    go = asyncio.Event()
    go.set()
    track = MarkerTrack(Asset.AUDIO, 7, go)
    await track.recv()
    track._next -= 10
    await track.recv()
    begun = asyncio.get_running_loop().time()
    await track.recv()
    assert asyncio.get_running_loop().time() - begun > 0.015


def test_an_ear_wants_16_frames_and_then_knows() -> None:
    ear = Ear()
    frames = heard_frames(encoded(Asset.AUDIO, 7) * 4)
    assert [ear.take(frame) for frame in frames[:15]] == [None] * 15
    assert ear.take(frames[15]) == 7


def test_an_ear_goes_on_until_the_noise_is_over() -> None:
    ear = Ear()
    noise = av.AudioFrame.from_ndarray(
        np.random.default_rng(1).integers(-9000, 9000, (1, 960), np.int16), format="s16", layout="mono"
    )
    noise.sample_rate = audio.RATE
    assert [ear.take(noise) for _ in range(60)] == [None] * 60
    assert 7 in [ear.take(frame) for frame in heard_frames(encoded(Asset.AUDIO, 7) * 8)]


def test_an_ear_takes_the_first_channel_of_several() -> None:
    ear = Ear()
    both = np.zeros((1, 2 * 960), np.int16)
    both[0, 0::2] = audio.chord(7, 960)
    for number in range(16):
        both[0, 0::2] = audio.chord(7, 960, start=number * 960)
        frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
        frame.sample_rate = audio.RATE
        found = ear.take(frame)
    assert found == 7


def test_an_eye_knows_at_the_first_picture_and_looks_at_every_third() -> None:
    [picture] = seen_frames(encoded(Asset.VIDEO, 7))
    blank = av.VideoFrame.from_ndarray(np.full((180, 160), 128, np.uint8), format="yuv420p")
    assert Eye().take(picture) == 7
    eye = Eye()
    assert [eye.take(frame) for frame in (blank, picture, picture, picture)] == [None, None, None, 7]


def test_what_is_of_another_kind_says_nothing() -> None:
    [picture] = seen_frames(encoded(Asset.VIDEO, 7))
    slow = av.AudioFrame.from_ndarray(np.zeros((1, 160), np.int16), format="s16", layout="mono")
    slow.sample_rate = 8000
    assert [Ear().take(frame) for frame in [slow, picture] * 20] == [None] * 40
    assert Eye().take(slow) is None


class Played(MediaStreamTrack):
    """A track of frames that are there already."""

    def __init__(self, kind: str, frames: Sequence[Any]) -> None:
        super().__init__()
        self.kind = kind
        self.left = list(frames)

    async def recv(self) -> Any:
        if not self.left:
            raise MediaStreamError
        return self.left.pop(0)


@pytest.mark.asyncio
async def test_a_listener_takes_every_frame_and_has_enough_of_each_track_once() -> None:
    enough: list[MediaStreamTrack] = []
    listener = Listener(enough.append)
    sound = Played("audio", heard_frames(encoded(Asset.AUDIO, 7) * 20))
    sight = Played("video", seen_frames(encoded(Asset.VIDEO, 8) * 5))
    for track in (sound, sight):
        listener.attach(track, Asset(track.kind))
    async with asyncio.timeout(5):
        await listener.found((Asset.AUDIO, Asset.VIDEO))
        await listener.ended()
    assert listener.heard == {Asset.AUDIO: 7, Asset.VIDEO: 8}
    assert sorted(track.kind for track in enough) == ["audio", "video"]
    assert sound.left == sight.left == []


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("start", range(0, 100, 25))
def test_speech_holds_its_marker_wherever_one_comes_in(marker: int, start: int) -> None:
    ear, found = Ear(), []
    for frame in heard_frames(list(islice(cycle(encoded(Asset.AUDIO, marker, AudioKind.SPEECH)), start, start + 60))):
        found.append(ear.take(frame))
    assert {heard for heard in found if heard is not None} == {marker}


def test_speech_takes_more_bytes_where_it_is_loud_and_few_in_its_pauses() -> None:
    lengths = [len(packet) for packet in encoded(Asset.AUDIO, MARKERS[2], AudioKind.SPEECH)]
    assert len(lengths) == 100
    assert max(lengths[82:98]) < 0.6 * min(lengths[:38])
    assert np.std(lengths) / np.mean(lengths) > 0.2


def test_an_asset_is_spoken_as_it_was_asked_for() -> None:
    async def first(asset: Asset, voice: AudioKind) -> bytes:
        go = asyncio.Event()
        go.set()
        return bytes(await MarkerTrack(asset, MARKERS[2], go, voice).recv())

    assert asyncio.run(first(Asset.AUDIO, AudioKind.SPEECH)) == encoded(Asset.AUDIO, MARKERS[2], AudioKind.SPEECH)[0]
    assert asyncio.run(first(Asset.AUDIO, AudioKind.CHORD)) == encoded(Asset.AUDIO, MARKERS[2])[0]
    assert asyncio.run(first(Asset.VIDEO, AudioKind.SPEECH)) == encoded(Asset.VIDEO, MARKERS[2])[0]
