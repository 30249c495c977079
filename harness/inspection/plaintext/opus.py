"""Opus: the first byte, the TOC, comes back in packet after packet, and says the time that the RTP clock says too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ...wire.rtp_payload import opus
from ...wire.rtp_payload.codec import OPUS
from .chance import LEVEL, at_least, told
from .evidence import Evidence
from .sample import TAILS, Excerpt, Neighbours, Sample

_VALUES: Final = 256
_WELL_FORMED: Final = 0.95
_IN_TIME: Final = 0.5
"""Of neighbours; a sender that falls silent skips time (RFC 7587 section 3.1.3)."""


def evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are Opus; None when chance, their form or their clock say that they are not.

    Chance: each of 256 first bytes has probability 1/256; the most frequent one has at most 256 times the tail of one.
    Form and clock only ever take evidence away.
    """
    counts = Counter(one.payload[0] for one in excerpt.samples)
    if not counts:
        return None
    (toc, count), total = counts.most_common(1)[0], len(excerpt.samples)
    chance = min(1.0, _VALUES * at_least(count, total, 1 / _VALUES))
    if chance > LEVEL or not _well_formed(excerpt.samples, toc) or not _in_time(excerpt.neighbours, toc):
        return None
    said = f"{count:,} of {total:,} payloads begin with the Opus TOC byte 0x{toc:02x}, are well-formed"
    return Evidence(OPUS.name, chance, f"{said} and last as long as the RTP clock says ({told(chance)})")


def _parsed(payload: bytes) -> opus.OpusPacket | None:
    try:
        return opus.parse(payload)
    except ValueError:
        return None


def _well_formed(samples: Sequence[Sample], toc: int) -> bool:
    alike = [one for one in samples if one.payload[0] == toc]
    sound = max(sum(_parsed(one.without(tail)) is not None for one in alike) for tail in TAILS)
    return sound >= _WELL_FORMED * len(alike)


def _in_time(pairs: Sequence[Neighbours], toc: int) -> bool:
    """A packet's time may be followed by silence that was not sent, of whole packets."""
    asked = fitting = 0
    for pair in pairs:
        packet = _parsed(pair.earlier.payload) if pair.earlier.payload[0] == toc else None
        if packet is not None:
            asked += 1
            fitting += pair.ticks >= pair.gap * packet.samples and pair.ticks % packet.samples == 0
    return asked > 0 and fitting >= _IN_TIME * asked
