"""Forged packets. The only door to scapy in this room."""

from __future__ import annotations

import struct
from functools import lru_cache

from scapy.contrib.rtcp import RTCP, SenderInfo
from scapy.layers.rtp import RTP
from scapy.packet import Raw

_SENDER_REPORT = 200
_BYE = 203


def rtp(payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    """A clear RTP packet (RFC 3550 section 5.1). Sequence number and timestamp wrap around."""
    header = _header(payload_type, ssrc)
    counters = struct.pack("!HI", sequence & 0xFFFF, timestamp & 0xFFFFFFFF)
    return header[:2] + counters + header[8:] + payload


@lru_cache(maxsize=64)
def _header(payload_type: int, ssrc: int) -> bytes:
    # Building a packet costs scapy most of a millisecond; a flood changes only two fields from one to the next.
    return bytes(RTP(payload_type=payload_type, sourcesync=ssrc))


def sender_report(ssrc: int, rtp_timestamp: int, packets: int, octets: int) -> bytes:
    """A clear RTCP sender report without report blocks (RFC 3550 section 6.4.1)."""
    info = SenderInfo(
        ntp_timestamp=0,
        rtp_timestamp=rtp_timestamp & 0xFFFFFFFF,
        sender_packet_count=packets,
        sender_octet_count=octets,
    )
    return bytes(RTCP(packet_type=_SENDER_REPORT, sourcesync=ssrc, sender_info=info))


@lru_cache(maxsize=64)
def bye(ssrc: int) -> bytes:
    """A clear RTCP BYE of one source (RFC 3550 section 6.6), which would end that stream."""
    return bytes(RTCP(packet_type=_BYE, count=1) / Raw(ssrc.to_bytes(4, "big")))
