"""VP8: a payload descriptor before every packet that agrees with the RTP header, and a tag before every frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ...wire.rtp_payload import vp8
from ...wire.rtp_payload.codec import VP8
from .chance import LEVEL, at_least_of_both, told
from .evidence import Evidence
from .sample import Excerpt, Sample

_RESERVED: Final = 0x48
BEGINNING, REST = 1 / 64, 15 / 64
"""Of 256 first bytes, 4 begin a frame (R and R clear, S set, PID 0); 60 go on with one (R and R clear, not those 4)."""
_PLAUSIBLE: Final = 0.8


def evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are VP8; None when chance or the frames' tags say that they are not.

    RFC 7741 section 4.2: reserved bits are zero, and a frame begins exactly where the RTP timestamp changes. Whether
    the timestamp changes is known from the header, so the chance is that of two binomials together.
    """
    pairs = [pair for pair in excerpt.neighbours if pair.gap == 1]
    beginnings = [pair.later for pair in pairs if pair.ticks]
    fitting = sum(fits(pair.later.payload[0], begins=pair.ticks > 0) for pair in pairs)
    chance = at_least_of_both(fitting, (len(beginnings), BEGINNING), (len(pairs) - len(beginnings), REST))
    if chance > LEVEL or not _frames_are_plausible(excerpt.samples, beginnings):
        return None
    said = f"{fitting:,} of {len(pairs):,} payloads have a VP8 descriptor that fits the RTP header"
    return Evidence(VP8.name, chance, f"{said}, and their frames' tags are sound ({told(chance)})")


def fits(first: int, begins: bool) -> bool:
    """Whether the first byte of a payload is that of a descriptor, in front of a frame or inside one."""
    return not first & _RESERVED and (first & 0x17 == 0x10) == begins


def _frames_are_plausible(samples: Sequence[Sample], beginnings: Sequence[Sample]) -> bool:
    """Most frames are of one version, and larger than their first partition (RFC 6386 section 9.1)."""
    size: Counter[int] = Counter()
    for one in samples:
        size[one.timestamp] += len(one.payload)
    versions: Counter[int] = Counter()
    for one in beginnings:
        try:
            _, data = vp8.depayload(one.payload)
            tag = vp8.frame_tag(data)
        except ValueError:
            continue
        if tag.version <= 3 and tag.first_partition < size[one.timestamp]:
            versions[tag.version] += 1
    return bool(versions) and max(versions.values()) >= _PLAUSIBLE * len(beginnings)
