"""The codecs whose RTP payloads are understood, with the numbers that RTP gives them (RFC 3551, RFC 7587)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What a codec carries."""

    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Codec:
    """`name` as in an SDP rtpmap; `clock`: RTP's ticks per second; `rate`: decoded samples per second, 0 for video."""

    name: str
    kind: Kind
    clock: int
    rate: int = 0


OPUS: Final = Codec("opus", Kind.AUDIO, clock=48_000, rate=48_000)
PCMU: Final = Codec("PCMU", Kind.AUDIO, clock=8_000, rate=8_000)
PCMA: Final = Codec("PCMA", Kind.AUDIO, clock=8_000, rate=8_000)
G722: Final = Codec("G722", Kind.AUDIO, clock=8_000, rate=16_000)
"""Its RTP clock is half of its sampling rate, an error that RFC 3551 section 4.5.2 keeps on purpose."""
VP8: Final = Codec("VP8", Kind.VIDEO, clock=90_000)
H264: Final = Codec("H264", Kind.VIDEO, clock=90_000)

STATIC_PAYLOAD_TYPES: Final = MappingProxyType({0: PCMU, 8: PCMA, 9: G722})
"""RFC 3551 section 6: what a payload type means when no SDP says otherwise."""

_BY_NAME: Final = MappingProxyType({codec.name.lower(): codec for codec in (OPUS, PCMU, PCMA, G722, VP8, H264)})


def codec_named(encoding: str) -> Codec | None:
    """The codec of an rtpmap's encoding, such as "opus/48000/2" or "PCMU", in any case; None for any other."""
    return _BY_NAME.get(encoding.partition("/")[0].strip().lower())
