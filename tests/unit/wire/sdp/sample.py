"""Descriptions for the tests: one as a WebRTC endpoint writes it, addresses from the ranges for documentation."""

from __future__ import annotations

SHA_256 = "70:B4:0B:45:74:F7:4D:E0:FC:E0:0E:1F:1D:AA:08:05:F0:A6:E3:7A:FB:05:D4:CE:47:42:EB:03:A2:B6:3C:0E"
SHA_1 = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"

LINES = (
    "v=0",
    "o=- 4004364786 4004364786 IN IP4 0.0.0.0",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    f"a=fingerprint:sha-1 {SHA_1}",
    "m=audio 54013 UDP/TLS/RTP/SAVPF 96 0",
    "c=IN IP4 192.0.2.2",
    "a=sendrecv",
    "a=mid:0",
    "a=rtcp-mux",
    "a=candidate:f957 1 udp 2130706431 192.0.2.2 54013 typ host",
    "a=candidate:d0bc 1 udp 1694498815 203.0.113.9 40226 typ srflx raddr 192.0.2.2 rport 54013",
    f"a=fingerprint:sha-256 {SHA_256}",
    "a=setup:actpass",
    "m=video 37487 UDP/TLS/RTP/SAVPF 97 98",
    "c=IN IP4 192.0.2.2",
    "a=mid:1",
    "a=candidate:f957 1 udp 2130706431 192.0.2.2 37487 typ host",
    f"a=fingerprint:sha-256 {SHA_256}",
    "a=setup:actpass",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "x=whatever this may be",
)
OFFER = "".join(f"{line}\r\n" for line in LINES)


def without(*removed: str) -> str:
    """The offer without these lines."""
    return "".join(f"{line}\r\n" for line in LINES if line not in removed)


def with_changed(changes: dict[str, str]) -> str:
    """The offer with lines exchanged."""
    return "".join(f"{changes.get(line, line)}\r\n" for line in LINES)
