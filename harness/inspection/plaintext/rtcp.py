"""RTCP in clear: SRTCP leaves eight bytes readable and ends with an index, so its packets do not add up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ...wire import rtp
from .chance import LEVEL, at_least, told
from .evidence import Evidence

_INDEX: Final = 4
_TAILS: Final = (0, _INDEX + 4, _INDEX + 10, _INDEX + 16)
"""Behind RTCP under a NULL cipher: E flag and SRTCP index, then the tag (RFC 3711 section 3.4). 0: plain RTCP."""
_TYPES: Final = range(200, 208)
"""SR, RR, SDES, BYE, APP, RTPFB, PSFB, XR (RFC 3550, RFC 4585, RFC 3611)."""
_PROBABILITY: Final = len(_TAILS) / 65_536 / 127
"""That random bytes behind the first header walk to an end. A further header has the version and a type with
probability 1/4 * 8/256 = 1/128; the last one has the length that ends it at one of the tails with 1/65536 each. One
further header or two or more: 1/128 + 1/128^2 + ... = 1/127."""
_STEPS: Final = 1_024
_FOLLOWS: Final = _STEPS / 2**32
"""That a random word is the index which follows another one, or one of the next 1,024."""
_FEWEST: Final = 2


def evidence(datagrams: Sequence[bytes]) -> Evidence | None:
    """That RTCP datagrams of one sender are in clear; None when ciphertext could look like them.

    A datagram that ends where its only packet ends has no room for the index that SRTCP cannot be without; two such are
    asked for. What else speaks for plaintext could be chance, whose probability is known: several packets that add up,
    and indexes that count while their E flag says that nothing is encrypted.
    """
    alone = sum(_packets(data, 0) == 1 for data in datagrams)
    walked = sum(any(_packets(data, tail) > 1 for tail in _TAILS) for data in datagrams)
    if alone >= _FEWEST:
        said = f"{alone + walked:,} of {len(datagrams):,} RTCP datagrams are readable to their end"
        return Evidence("RTCP", 0.0, f"{said}, and {alone:,} leave no room for an SRTCP index")
    chance = at_least(walked, len(datagrams), _PROBABILITY)
    if chance <= LEVEL / 2:
        return Evidence("RTCP", chance, f"{walked:,} of {len(datagrams):,} RTCP datagrams add up ({told(chance)})")
    counted = max(_counted(datagrams, tail) for tail in _TAILS[1:])
    chance = min(1.0, len(_TAILS[1:]) * at_least(counted, len(datagrams) - 1, _FOLLOWS))
    said = f"{counted + 1:,} of {len(datagrams):,} RTCP datagrams have an index that says they are not encrypted"
    return Evidence("RTCP", chance, f"{said} ({told(chance)})") if chance <= LEVEL / 2 else None


def _counted(datagrams: Sequence[bytes], tail: int) -> int:
    """How many datagrams have an index that follows the one before, both without the E flag (RFC 3711 section 3.4)."""
    indexes = [int.from_bytes(data[-tail:][:_INDEX]) for data in datagrams]
    clear = [index >> 31 == 0 and _packets(data, tail) > 0 for index, data in zip(indexes, datagrams, strict=True)]
    return sum(
        both == (True, True) and 1 <= later - earlier <= _STEPS
        for (earlier, later), both in zip(pairwise(indexes), pairwise(clear), strict=True)
    )


def _packets(data: bytes, tail: int) -> int:
    """How many RTCP packets fill the datagram up to its tail; 0 when they do not."""
    try:
        packets = rtp.compound(data[: max(len(data) - tail, 0)])
    except ValueError:
        return 0
    return len(packets) if all(header.packet_type in _TYPES for header, _ in packets) else 0
