"""All tests on the ciphertext of one stream, and over all streams what they refute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from . import sp800_22, structure
from .chance import holm, smallest
from .sample import Ciphertext

LEVEL: Final = 1e-6
"""How often all tests on all streams together may refute random ciphertext."""
FEWEST_BYTES: Final = 1_024

_BLOCK_BITS: Final = 128
_LONGEST_SERIAL: Final = 12
_LONGEST_ENTROPY: Final = 10
_SPARE_BITS: Final = 7
"""Every pattern of bits is expected 128 times or more: with fewer, the tail of the chi-square is not exact."""

Key = TypeVar("Key")


class Check(StrEnum):
    """What is tested; the first six as in NIST SP 800-22."""

    MONOBIT = "monobit"
    BLOCK_FREQUENCY = "block frequency"
    RUNS = "runs"
    SERIAL = "serial"
    APPROXIMATE_ENTROPY = "approximate entropy"
    CUMULATIVE_SUMS = "cumulative sums"
    BYTES = "byte chi-square"
    COLUMNS = "fixed places of packets"
    NEIGHBOURS = "packets that follow each other"
    BLOCKS = "repeated blocks"
    REPEATING_KEY = "repeating key"


class Reading(StrEnum):
    """What statistics can say. They never confirm: noise and good ciphertext are alike, and bad ciphertext may be."""

    NOT_RANDOM = "not random"
    NOT_REFUTED = "not refuted"
    TOO_LITTLE = "too little to tell"


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the tests say of one stream.

    `tested`: bytes of ciphertext that were looked at. `probabilities`: the p-value of each test that could be made.
    `refuted`: the tests that, after Holm's correction over all tests of all streams, are below the level.
    """

    reading: Reading
    packets: int
    tested: int
    probabilities: Mapping[Check, float]
    refuted: tuple[Check, ...]


def probabilities(ciphertext: Ciphertext) -> dict[Check, float]:
    """The p-value of each test for which there is enough ciphertext; none below 1,024 bytes."""
    packets = ciphertext.packets
    together = np.concatenate([np.zeros(0, np.uint8), *packets])
    if len(together) < FEWEST_BYTES:
        return {}
    bits = np.unpackbits(together)
    room = len(bits).bit_length() - 1 - _SPARE_BITS
    found: dict[Check, float | None] = {
        Check.MONOBIT: sp800_22.monobit(bits),
        Check.BLOCK_FREQUENCY: sp800_22.block_frequency(bits, _BLOCK_BITS),
        Check.RUNS: sp800_22.runs(bits),
        Check.SERIAL: smallest(sp800_22.serial(bits, min(room, _LONGEST_SERIAL))),
        Check.APPROXIMATE_ENTROPY: sp800_22.approximate_entropy(bits, min(room - 1, _LONGEST_ENTROPY)),
        Check.CUMULATIVE_SUMS: smallest(sp800_22.cumulative_sums(bits)),
        Check.BYTES: structure.bytes_uneven(together),
        Check.COLUMNS: structure.columns_uneven(packets),
        Check.NEIGHBOURS: structure.neighbours_alike(packets),
        Check.BLOCKS: structure.blocks_repeated(packets),
        Check.REPEATING_KEY: structure.key_repeated(packets, ciphertext.lengths),
    }
    return {test: value for test, value in found.items() if value is not None}


def judge(streams: Mapping[Key, Ciphertext], level: float = LEVEL) -> dict[Key, Statistics]:
    """Every stream tested, and all p-values corrected together; ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, unlike {level}")
    tested = {key: probabilities(ciphertext) for key, ciphertext in streams.items()}
    family = [(key, test) for key, values in tested.items() for test in values]
    adjusted = holm([tested[key][test] for key, test in family])
    below: dict[Key, list[Check]] = {key: [] for key in streams}
    for (key, test), value in zip(family, adjusted, strict=True):
        if value <= level:
            below[key].append(test)
    return {key: _statistics(ciphertext, tested[key], tuple(below[key])) for key, ciphertext in streams.items()}


def _statistics(ciphertext: Ciphertext, values: Mapping[Check, float], refuted: tuple[Check, ...]) -> Statistics:
    reading = Reading.NOT_RANDOM if refuted else Reading.NOT_REFUTED if values else Reading.TOO_LITTLE
    return Statistics(reading, len(ciphertext.packets), ciphertext.size, values, refuted)
