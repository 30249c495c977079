"""Which codec some packets of a stream are, if they are any: the criteria, the most particular ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ...wire.rtp_payload.codec import Codec, codec_named
from . import h264, opus, vp8, waveform
from .chance import LEVEL
from .evidence import Evidence
from .sample import Excerpt, Sample

_CRITERIA: Final[tuple[Callable[[Excerpt], Evidence | None], ...]] = (
    waveform.l16_evidence,
    waveform.g711_evidence,
    waveform.g722_evidence,
    opus.evidence,
    vp8.evidence,
    h264.evidence,
)


def evidence(samples: Iterable[Sample], level: float = LEVEL) -> Evidence | None:
    """The first criterion that ciphertext would meet with less than its share of `level`; None when there is none."""
    excerpt = Excerpt(samples)
    for criterion in _CRITERIA:
        found = criterion(excerpt)
        if found is not None and found.chance <= level / len(_CRITERIA):
            return found
    return None


def recognised(samples: Iterable[Sample]) -> Codec | None:
    """The codec of packets that are known to be in clear, when their content shows one that can be recovered."""
    found = evidence(samples)
    return None if found is None else codec_named(found.codec)
