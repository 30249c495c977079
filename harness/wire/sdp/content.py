"""What a media section is for (RFC 4796): the pictures of a camera and of a shared screen are of one kind, video.

A label (RFC 4574) would be a word of the application, and the ids of streams and tracks (RFC 8830) are chance: this
attribute has a registered value that says what is meant, and who does not know it passes over it (RFC 8866 section
5.13).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from .description import Sdp

SLIDES: Final = "slides"
"""The value for what a presentation shows (RFC 4796 section 5)."""


def sections_for(sdp: Sdp, content: str) -> frozenset[str]:
    """The ids (a=mid, RFC 5888) of the sections that say so. One without an id is none that could be told again."""
    told = {level for level, value in sdp.values("content") if content in value.split(",")}
    return frozenset(mid for level, mid in sdp.values("mid") if level is not None and level in told)


def with_content(sdp: Sdp, sections: Collection[str], content: str) -> Sdp:
    """The description in which the sections of these ids, and no others, say that they are for this."""
    sdp = sdp.remove("content")
    for level, mid in sdp.values("mid"):
        if level is not None and mid in sections:
            sdp = sdp.insert(f"a=content:{content}", level)
    return sdp
