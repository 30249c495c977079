"""All tests together: what they refute, what they leave standing, and how often they may be wrong."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import bdtrc

from harness.inspection.statistics.battery import FEWEST_BYTES, LEVEL, Check, Reading, judge, probabilities
from harness.inspection.statistics.chance import holm
from harness.inspection.statistics.sample import Ciphertext
from tests.unit.inspection import media

from . import ciphers

SECONDS = 12
KEY = np.random.default_rng(9).bytes(64)


def noise(seed: int, packets: int, size: int = 80) -> Ciphertext:
    data = np.random.default_rng(seed).integers(0, 256, (packets, size), np.uint8)
    return Ciphertext(tuple(data), (size + 10,) * packets)


@cache
def media_packets(kind: str) -> list[bytes]:
    made = {
        "Opus": lambda: media.opus_packets(media.speech(SECONDS, 48_000)),
        "PCMU": lambda: media.g711_packets(media.speech(SECONDS, 8_000)),
        "PCMU noise": lambda: media.g711_packets(media.noise(SECONDS, 8_000)),
        "PCMU tone": lambda: media.g711_packets(media.tone(SECONDS, 8_000)),
        "PCMU silence": lambda: media.g711_packets(media.silence(SECONDS, 8_000)),
        "VP8": lambda: media.video_packets(media.VP8, 90),
    }
    return made[kind]()


KINDS = ("Opus", "PCMU", "PCMU noise", "VP8")


@pytest.mark.parametrize("kind", KINDS)
def test_media_in_clear_and_under_a_null_cipher_are_refuted(kind: str) -> None:
    packets = media_packets(kind)
    assert ciphers.tested(packets).reading is Reading.NOT_RANDOM
    assert ciphers.tested(media.with_tag(packets, 10)).reading is Reading.NOT_RANDOM
    assert ciphers.tested(media.with_tag(packets, 4)).reading is Reading.NOT_RANDOM


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 3, 8, 16, 31, 64])
def test_a_repeating_key_is_refuted(kind: str, size: int) -> None:
    packets = media_packets(kind)
    assert ciphers.tested(ciphers.xor_each(KEY[:size])(packets)).reading is Reading.NOT_RANDOM
    assert ciphers.tested(ciphers.xor_on(KEY[:size])(packets)).reading is Reading.NOT_RANDOM


@pytest.mark.parametrize("kind", KINDS)
def test_one_keystream_for_all_packets_is_refuted(kind: str) -> None:
    assert ciphers.tested(ciphers.same_keystream(KEY[:16])(media_packets(kind))).reading is Reading.NOT_RANDOM


@pytest.mark.parametrize("kind", ["PCMU tone", "PCMU silence"])
def test_block_by_block_is_refuted_where_blocks_in_clear_repeat(kind: str) -> None:
    statistics = ciphers.tested(ciphers.ecb(KEY[:16])(media_packets(kind)))
    assert Check.BLOCKS in statistics.refuted


def test_block_by_block_over_media_that_never_repeat_a_block_is_not_refuted() -> None:
    """So weak a cipher looks like noise: that is why statistics never confirm."""
    assert ciphers.tested(ciphers.ecb(KEY[:16])(media_packets("Opus"))).reading is Reading.NOT_REFUTED


@pytest.mark.parametrize("kind", [*KINDS, "PCMU silence"])
@pytest.mark.parametrize(
    "encrypt", [ciphers.AES_CM_80, ciphers.AES_CM_32, ciphers.GCM_128, ciphers.GCM_256], ids=["80", "32", "128", "256"]
)
def test_what_libsrtp_encrypts_is_not_refuted(kind: str, encrypt: ciphers.Encrypt) -> None:
    statistics = ciphers.tested(encrypt(media_packets(kind)))
    assert (statistics.reading, statistics.refuted) == (Reading.NOT_REFUTED, ())
    assert statistics.tested > 10_000
    assert len(statistics.probabilities) >= 10


def test_each_of_the_seven_refutes_what_it_is_for() -> None:
    """One bit in ten flipped to one; blocks in turn full of ones and zeros; bits that stay as they were too often."""
    random = np.random.default_rng(5)
    bits = random.integers(0, 2, 80_000, np.uint8)
    biased = bits | (random.random(len(bits)) < 0.1)
    drifting = (random.random(len(bits)) < 0.5 + 0.1 * np.sin(np.arange(len(bits)) / 500)).astype(np.uint8)
    lazy = np.cumsum(random.random(len(bits)) < 0.45).astype(np.uint8) & 1
    for odd, expected in (
        (biased, {Check.MONOBIT, Check.CUMULATIVE_SUMS, Check.BYTES}),
        (drifting, {Check.BLOCK_FREQUENCY}),
        (lazy, {Check.RUNS, Check.SERIAL, Check.APPROXIMATE_ENTROPY}),
    ):
        packets = tuple(np.packbits(odd).reshape(-1, 100))
        (statistics,) = judge({"odd": Ciphertext(packets, (110,) * len(packets))}).values()
        assert expected <= set(statistics.refuted)


def test_random_streams_are_refuted_as_often_as_the_level_says_and_no_more() -> None:
    """600 streams of three sizes; the number refuted would be exceeded by chance once in 10,000 times."""
    streams = [noise(seed, packets) for seed in range(200) for packets in (15, 60, 300)]
    found = [probabilities(one) for one in streams]
    assert min(holm([value for one in found for value in one.values()])) > LEVEL
    easy = 0.05
    refuted = sum(min(holm(list(one.values()))) <= easy for one in found)
    assert float(bdtrc(refuted - 1, len(streams), easy)) > 1e-4


def test_the_level_is_one_for_all_streams_together() -> None:
    """A p-value of 1e-3 in one of a hundred streams is nothing; alone it would be below 1e-2."""
    bits = np.random.default_rng(11).permutation(np.r_[np.zeros(6_000, np.uint8), np.ones(6_000, np.uint8)])
    bits[np.flatnonzero(bits == 0)[::31]] = 1
    odd = Ciphertext((np.packbits(bits),), (len(bits) // 8,))
    value = probabilities(odd)[Check.MONOBIT]
    assert 1e-4 < value < 1e-3
    assert judge({0: odd}, level=1e-2)[0].reading is Reading.NOT_RANDOM
    crowd = {0: odd} | {seed: noise(seed, 20) for seed in range(1, 100)}
    assert judge(crowd, level=1e-2)[0].reading is Reading.NOT_REFUTED


def test_too_little_is_said_to_be_too_little() -> None:
    little = {"none": Ciphertext((), ()), "some": noise(1, 1, FEWEST_BYTES - 1), "enough": noise(1, 1, FEWEST_BYTES)}
    readings = {name: one.reading for name, one in judge(little).items()}
    assert readings == {
        "none": Reading.TOO_LITTLE,
        "some": Reading.TOO_LITTLE,
        "enough": Reading.NOT_REFUTED,
    }


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        judge({}, level)
