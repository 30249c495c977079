"""RTP streams by SSRC: how much, since when, which sequence numbers, and what their RTCP counts."""

from .follower import MAX_STREAMS, StreamFollower
from .srtcp import RtcpSeen, SrtcpIndexes, SrtcpPlace, srtcp_place
from .stream import RtpSeen, RtpStream

__all__ = [
    "MAX_STREAMS",
    "RtcpSeen",
    "RtpSeen",
    "RtpStream",
    "SrtcpIndexes",
    "SrtcpPlace",
    "StreamFollower",
    "srtcp_place",
]
