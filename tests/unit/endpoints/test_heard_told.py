"""The markers in what a program tells of the media that it received, in each of its forms."""

from __future__ import annotations

import asyncio
import struct

import numpy as np
import pytest

from harness.endpoints import heard_told as room
from harness.endpoints.frames import encoded, raw
from harness.endpoints.heard_told import HeardTold
from harness.markers import audio, video
from harness.model.base import Asset
from harness.model.call import AudioKind
from harness.model.endpoint_events import PictureEvent, RtpEvent, SoundEvent

MARKER, OTHER = 0x0123456789ABCDEF, 0xFEDCBA9876543210


def rtp(number: int, payload: bytes, kind: int = 111, last: bool = True) -> RtpEvent:
    header = struct.pack(">BBHII", 0x80, kind | (0x80 if last else 0), number, 960 * number, 0xABCD)
    return RtpEvent(data=header + payload)


def sound(marker: int, pieces: int) -> list[SoundEvent]:
    circle = raw(Asset.AUDIO, marker)
    return [SoundEvent(rate=audio.RATE, data=circle[number % len(circle)]) for number in range(pieces)]


def picture(marker: int) -> PictureEvent:
    [luma] = raw(Asset.VIDEO, marker)
    return PictureEvent(width=video.WIDTH, height=video.HEIGHT, data=luma)


def test_sound_in_packets() -> None:
    told, circle = HeardTold((Asset.AUDIO, Asset.VIDEO)), encoded(Asset.AUDIO, MARKER)
    for number in range(2 * room.STEP):
        told.heed(rtp(number, circle[number % len(circle)]))
    assert told.heard == {Asset.AUDIO: MARKER}


def test_pictures_of_a_camera_and_of_a_screen_are_told_apart() -> None:
    told = HeardTold((Asset.VIDEO, Asset.SCREEN))
    for asset, marker in ((Asset.SCREEN, OTHER), (Asset.VIDEO, MARKER)):
        [luma] = raw(asset, marker)
        told.heed(PictureEvent(width=video.WIDTH, height=video.HEIGHT, data=luma))
    assert told.heard == {Asset.SCREEN: OTHER, Asset.VIDEO: MARKER}


def test_who_has_found_everything_looks_no_further() -> None:
    told = HeardTold((Asset.VIDEO,))
    told.heed(picture(MARKER))
    [luma] = raw(Asset.SCREEN, OTHER)
    told.heed(PictureEvent(width=video.WIDTH, height=video.HEIGHT, data=luma))
    assert told.heard == {Asset.VIDEO: MARKER}


def test_a_picture_in_packets() -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    [frame] = encoded(Asset.VIDEO, MARKER)
    number = 0
    for _ in range(room.STEP):
        for at in range(0, len(frame), 1000):
            descriptor = b"\x10" if at == 0 else b"\x00"
            told.heed(rtp(number, descriptor + frame[at : at + 1000], 96, last=at + 1000 >= len(frame)))
            number += 1
    assert told.heard == {Asset.VIDEO: MARKER}


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_sound_as_it_is_heard_at_any_rate(rate: int) -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    pcm = audio.chord(MARKER, rate, rate=rate)
    for at in range(0, rate, 480):
        told.heed(SoundEvent(rate=rate, data=pcm[at : at + 480].astype("<i2").tobytes()))
    assert told.heard == {Asset.AUDIO: MARKER}


def test_a_picture_as_it_is_seen() -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    told.heed(PictureEvent(width=160, height=120, data=bytes(160 * 120)))
    assert told.heard == {}
    told.heed(picture(MARKER))
    assert told.heard == {Asset.VIDEO: MARKER}


def test_what_was_heard_first_counts_until_the_call_restarts() -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    told.heed(picture(MARKER))
    told.heed(picture(OTHER))
    assert told.heard == {Asset.VIDEO: MARKER}
    told.begin_again()
    assert told.heard == {}
    told.heed(picture(OTHER))
    assert told.heard == {Asset.VIDEO: OTHER}


def test_a_change_of_rate_begins_a_new_piece_of_sound() -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    for event in sound(MARKER, 10):
        told.heed(event)
    told.heed(SoundEvent(rate=16_000, data=bytes(2 * 5000)))
    assert told.heard == {}


def test_noise_half_a_sample_and_nonsense_hold_no_marker() -> None:
    told = HeardTold((Asset.AUDIO, Asset.VIDEO))
    noise = np.random.default_rng(1).integers(-9000, 9000, 48_000).astype("<i2").tobytes()
    told.heed(SoundEvent(rate=48_000, data=noise + b"\x01"))
    for number in range(2 * room.STEP):
        told.heed(rtp(number, noise[number : number + 100]))
    told.heed(PictureEvent(width=160, height=120, data=noise[: 160 * 120]))
    assert told.heard == {}


def test_who_waits_is_told_as_soon_as_all_of_it_was_heard() -> None:
    async def listen() -> None:
        told = HeardTold((Asset.AUDIO, Asset.VIDEO))
        waiting = asyncio.create_task(told.found((Asset.AUDIO, Asset.VIDEO)))
        told.heed(picture(MARKER))
        await asyncio.sleep(0)
        assert not waiting.done()
        for event in sound(OTHER, 30):
            told.heed(event)
        async with asyncio.timeout(10):
            await waiting
        assert told.heard == {Asset.AUDIO: OTHER, Asset.VIDEO: MARKER}

    asyncio.run(listen())


@pytest.mark.parametrize("voice", AudioKind)
def test_the_raw_pieces_make_a_circle_that_holds_the_marker(voice: AudioKind) -> None:
    pieces = raw(Asset.AUDIO, MARKER, voice)
    assert {len(piece) for piece in pieces} == {2 * 960}
    assert len(pieces) == len(encoded(Asset.AUDIO, MARKER, voice))
    pcm = np.frombuffer(b"".join(pieces[3:] + pieces[:3]) * (1 if voice is AudioKind.SPEECH else 8), "<i2")
    assert audio.decode(pcm) == MARKER
