"""Forged packets. The only door to scapy in this room; what scapy has no layer for is packed by hand."""

from __future__ import annotations

import struct
from functools import lru_cache

from scapy.contrib.rtcp import RTCP, SenderInfo
from scapy.layers.inet import IP, UDP
from scapy.layers.rtp import RTP
from scapy.packet import Raw

_SENDER_REPORT = 200
_BYE = 203
_ALERT, _HANDSHAKE = 21, 22
_CLIENT_HELLO = 1
_MAGIC_COOKIE = 0x2112A442


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


def dtls_record(content_type: int, epoch: int, sequence: int, fragment: bytes, version: int = 0xFEFD) -> bytes:
    """A DTLS record (RFC 6347 section 4.1), its fragment as it is: in clear, or bytes that pretend to be ciphertext."""
    number = (sequence & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")
    return struct.pack("!BHH", content_type, version, epoch) + number + struct.pack("!H", len(fragment)) + fragment


def dtls_alert(level: int, description: int, sequence: int) -> bytes:
    """An alert in clear (RFC 5246 section 7.2), in epoch 0."""
    return dtls_record(_ALERT, 0, sequence, bytes((level, description)))


def dtls_handshake(kind: int, body: bytes, message: int, sequence: int) -> bytes:
    """A handshake message in clear and in one piece (RFC 6347 section 4.2.2), in epoch 0."""
    size = len(body).to_bytes(3, "big")
    head = bytes((kind,)) + size + struct.pack("!H", message) + bytes(3) + size
    return dtls_record(_HANDSHAKE, 0, sequence, head + body)


def client_hello(random: bytes, suites: tuple[int, ...], sequence: int) -> bytes:
    """A ClientHello of DTLS 1.2 without extensions or cookie (RFC 6347 section 4.2.1) that offers these suites."""
    listed = b"".join(struct.pack("!H", suite) for suite in suites)
    body = b"\xfe\xfd" + random + b"\0" + b"\0" + struct.pack("!H", len(listed)) + listed + b"\x01\0"
    return dtls_handshake(_CLIENT_HELLO, body, 0, sequence)


def stun(kind: int, transaction: bytes, attributes: tuple[tuple[int, bytes], ...]) -> bytes:
    """A STUN message (RFC 8489 section 5). Nothing is added: no MESSAGE-INTEGRITY, no FINGERPRINT."""
    body = b"".join(struct.pack("!HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in attributes)
    return struct.pack("!HHI", kind, len(body), _MAGIC_COOKIE) + transaction + body


def ip_udp(source: tuple[str, int], destination: tuple[str, int], data: bytes) -> bytes:
    """A whole IPv4 packet with a UDP datagram that says it comes from `source`, with both checksums right."""
    return bytes(IP(src=source[0], dst=destination[0]) / UDP(sport=source[1], dport=destination[1]) / Raw(data))
