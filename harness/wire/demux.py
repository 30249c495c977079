"""What kind of packet a datagram is, by its first bytes (RFC 7983 section 7, RFC 9443, RFC 5761 section 4)."""

from __future__ import annotations

from enum import IntEnum


class PacketClass(IntEnum):
    """What a datagram of a call claims to be. The numbers are stored in packet tables: never change one."""

    OTHER = 0
    STUN = 1
    DTLS = 2
    TURN_CHANNEL = 3
    SRTP = 4
    SRTCP = 5
    ZRTP = 6


_SHORTEST = {
    PacketClass.OTHER: 0,
    PacketClass.STUN: 20,
    PacketClass.DTLS: 13,
    PacketClass.TURN_CHANNEL: 4,
    PacketClass.SRTP: 12,
    PacketClass.SRTCP: 8,
    PacketClass.ZRTP: 12,
}
"""Bytes that the header of each class takes; what is shorter cannot be of that class."""


def _class_of_first_byte(first: int) -> PacketClass:
    # 80..127 and 192..255 are QUIC's (RFC 9443): no protocol of a call, so OTHER.
    if first <= 3:
        return PacketClass.STUN
    if 16 <= first <= 19:
        return PacketClass.ZRTP
    if 20 <= first <= 63:
        return PacketClass.DTLS
    if 64 <= first <= 79:
        return PacketClass.TURN_CHANNEL
    if 128 <= first <= 191:
        return PacketClass.SRTP
    return PacketClass.OTHER


def classify(data: bytes) -> PacketClass:
    """The class of one UDP payload; OTHER when no protocol of a call can look like this.

    Only the claim is read: SRTP means "RTP header, secured or not". Packet types 192 to 223 in the second byte are
    RTCP (RFC 5761 section 4).
    """
    if not data:
        return PacketClass.OTHER
    found = _class_of_first_byte(data[0])
    if found is PacketClass.SRTP and len(data) > 1 and 192 <= data[1] <= 223:
        found = PacketClass.SRTCP
    return found if len(data) >= _SHORTEST[found] else PacketClass.OTHER
