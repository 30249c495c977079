"""What tells one RTP stream of a capture from another."""

from __future__ import annotations

from typing import NamedTuple


class StreamKey(NamedTuple):
    """One sender of media: the leg it was seen on (a place in `Window.legs`), the direction there, the SSRC.

    RTP and RTCP of one sender have the same key. `outward`: the leg's near end sent it.
    """

    leg: int
    outward: bool
    ssrc: int
