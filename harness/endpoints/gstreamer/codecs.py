"""How media is packetized, and under which numbers: those of an offer, in the answer to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Codec:
    """How one medium is packetized. A piece lasts `nanoseconds`; `parameters` end the rtpmap (RFC 8866 section 6.6)."""

    encoding: str
    caps: str
    payloader: str
    payload_type: int
    nanoseconds: int
    parameters: str = ""


CODECS: Final = {
    "audio": Codec(
        "OPUS",
        "audio/x-opus,channel-mapping-family=0,channels=1,rate=48000",
        "rtpopuspay",
        111,
        20_000_000,
        "2",  # always (RFC 7587 section 7); who offers less is answered with PCMU by a browser
    ),
    "video": Codec("VP8", "video/x-vp8", "rtpvp8pay picture-id-mode=2", 96, 100_000_000),
}


def payload_types(offer: str) -> dict[str, int]:
    """The numbers under which an offer has our codecs (RFC 3264 section 6.1: an answer uses those)."""
    found: dict[str, int] = {}
    for number, encoding in re.findall(r"^a=rtpmap:(\d{1,3}) ([A-Za-z0-9]+)/", offer, re.MULTILINE):
        for kind, codec in CODECS.items():
            if encoding.upper() == codec.encoding:
                found.setdefault(kind, int(number))
    return found
