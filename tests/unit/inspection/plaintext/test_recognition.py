"""Power and false alarms: every codec that a real encoder made is found within a few packets, random bytes never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from harness.inspection.plaintext.recognition import evidence, recognised
from harness.wire.rtp_payload.codec import G722, OPUS, PCMA, PCMU, VP8
from tests.unit.inspection import media
from tests.unit.inspection.media import SOUNDS, as_ciphertext, with_tag

from .excerpts import samples

DYNAMIC = 101

ENCODERS: dict[str, tuple[str, int, Callable[[media.Pcm], list[bytes]]]] = {
    "Opus": ("opus", 48_000, media.opus_packets),
    "Opus with DTX": ("opus", 48_000, lambda pcm: media.opus_packets(pcm, application="voip", dtx="1")),
    "Opus stereo": ("opus", 48_000, lambda pcm: media.opus_packets(np.stack((pcm, pcm), axis=1))),
    "PCMU": ("PCMU", 8_000, media.g711_packets),
    "PCMA": ("PCMA", 8_000, lambda pcm: media.g711_packets(pcm, media.PCMA, media.PCMA)),
    "G.722": ("G722", 16_000, media.g722_packets),
    "L16": ("L16", 44_100, media.l16_packets),
}


@cache
def sound(encoder: str, kind: str) -> list[bytes]:
    _, rate, encode = ENCODERS[encoder]
    return encode(SOUNDS[kind](1.0, rate))


@cache
def video(payload_type: int, size: tuple[int, int]) -> list[bytes]:
    return media.video_packets(payload_type, 12, size)


# power


@pytest.mark.parametrize("kind", SOUNDS)
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("tag", [0, 4, 10, 16])
def test_ten_packets_of_sound_are_enough_with_a_tag_behind_them_or_without(encoder: str, kind: str, tag: int) -> None:
    found = evidence(samples(with_tag(sound(encoder, kind)[:10], tag)))

    assert found is not None
    assert found.codec == ENCODERS[encoder][0]


@pytest.mark.parametrize("tag", [0, 4, 10, 16])
@pytest.mark.parametrize("size", [(160, 120), (320, 240), (1280, 720)])
@pytest.mark.parametrize(("payload_type", "codec"), [(media.VP8, "VP8"), (media.H264, "H264")])
def test_a_few_packets_of_video_are_enough(payload_type: int, codec: str, size: tuple[int, int], tag: int) -> None:
    found = evidence(samples(with_tag(video(payload_type, size)[:24], tag)))

    assert found is not None
    assert found.codec == codec


def test_video_that_is_joined_in_the_middle_is_found_without_a_key_frame() -> None:
    for payload_type, codec in ((media.VP8, "VP8"), (media.H264, "H264")):
        found = evidence(samples(video(payload_type, (320, 240))[-24:]))

        assert found is not None
        assert found.codec == codec


@pytest.mark.parametrize("kind", ["speech", "tone", "silence"])
def test_g711_is_told_from_g722_and_one_law_from_the_other_without_a_static_payload_type(kind: str) -> None:
    for law, codec in ((media.PCMU, PCMU), (media.PCMA, PCMA)):
        packets = media.g711_packets(SOUNDS[kind](2.0, 8_000), DYNAMIC, law)
        assert recognised(samples(packets)) is codec
    assert recognised(samples(media.g722_packets(SOUNDS[kind](2.0, 16_000), DYNAMIC))) is G722


@pytest.mark.parametrize("kind", ["speech", "tone"])
def test_thirty_clear_packets_among_ten_times_as_many_secured_ones_are_found(kind: str) -> None:
    clear = media.opus_packets(SOUNDS[kind](6.6, 48_000))
    secured = as_ciphertext(clear, 1)
    mixed = [packet if number % 11 == 0 else secured[number] for number, packet in enumerate(clear)]

    assert recognised(samples(mixed)) is OPUS
    assert recognised(samples(secured)) is None


def test_lost_and_reordered_packets_do_no_harm() -> None:
    for packets, codec in ((sound("Opus", "speech"), OPUS), (video(media.VP8, (320, 240)), VP8)):
        shaken = [packet for number, packet in enumerate(packets) if number % 5]
        shaken[3], shaken[4] = shaken[4], shaken[3]

        assert recognised(samples(shaken)) is codec


def test_the_evidence_says_what_was_seen_and_how_unlikely_it_is() -> None:
    found = evidence(samples(sound("Opus", "silence")[:20]))

    assert found is not None
    assert found.sentence.startswith("20 of 20 payloads begin with the Opus TOC byte 0xf8")
    # All of 20 first bytes are alike: 256 values to choose from, 1/256 for each of the others, 256 ** -19.
    assert found.chance == pytest.approx(256.0**-19)


# no false alarm


def random_streams(count: int, seed: int) -> Iterator[list[bytes]]:
    """Headers of real streams, each kind in turn, and nothing but random bytes behind them."""
    real = [sound("Opus", "speech"), sound("PCMU", "speech"), sound("L16", "speech")]
    real += [video(media.VP8, (320, 240)), video(media.H264, (320, 240))]
    for number in range(count):
        yield as_ciphertext(real[number % len(real)], seed + number)


def test_five_hundred_random_streams_are_all_left_alone() -> None:
    assert [evidence(samples(stream)) for stream in random_streams(500, seed=1)] == [None] * 500


def test_two_copies_of_each_random_packet_prove_nothing() -> None:
    (stream,) = random_streams(1, seed=2)

    assert evidence(samples([packet for packet in stream for _ in range(5)])) is None


def test_nothing_and_empty_payloads_are_no_evidence() -> None:
    assert evidence([]) is None
    assert evidence(samples(packet[:12] for packet in sound("Opus", "speech"))) is None


def test_a_constant_first_byte_that_says_another_time_than_the_clock_is_no_opus() -> None:
    packets = media.audio_packets(media.OPUS, media.encoded("libopus", 48_000, media.speech(1.0, 48_000)), ticks=777)

    assert evidence(samples(packets)) is None
