"""RTP and RTCP headers (RFC 3550). They stay in clear under SRTP, so the same parsers read secured packets."""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

RTP_VERSION: Final = 2
RTP_FIXED_HEADER: Final = 12
RTCP_HEADER: Final = 8


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """An RTP header (RFC 3550 section 5.1). `timestamp` counts in units of the payload's clock.

    `extension_profile` is None when there is no header extension; `extension` is its body without the four bytes in
    front (RFC 3550 section 5.3.1). The payload begins `header_length` bytes into the packet.
    """

    padding: bool
    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    csrcs: tuple[int, ...] = ()
    extension_profile: int | None = None
    extension: bytes = b""
    header_length: int = RTP_FIXED_HEADER


@dataclass(frozen=True, slots=True)
class RtcpHeader:
    """The first eight bytes of an RTCP packet (RFC 3550 section 6.4): all that SRTCP leaves in clear.

    `size` is the length of this packet in bytes, its header included, as its own length field says.
    """

    padding: bool
    count: int
    packet_type: int
    size: int
    ssrc: int


def parse(data: bytes) -> RtpHeader:
    """Read the header of an RTP or SRTP packet; ValueError when it is not one.

    Padding is only reported, not checked: under SRTP its length is encrypted.
    """
    if len(data) < RTP_FIXED_HEADER:
        raise ValueError(f"RTP packet of {len(data)} bytes is shorter than its header of {RTP_FIXED_HEADER}")
    first, second, sequence, timestamp, ssrc = unpack_from("!BBHII", data)
    if first >> 6 != RTP_VERSION:
        raise ValueError(f"RTP version is {first >> 6}, not {RTP_VERSION}")
    csrc_count = first & 0x0F
    end = RTP_FIXED_HEADER + 4 * csrc_count
    if len(data) < end:
        raise ValueError(f"RTP packet of {len(data)} bytes ends inside its {csrc_count} contributing sources")
    profile, extension = _extension(data, end) if first & 0x10 else (None, b"")
    if profile is not None:
        end += 4 + len(extension)
    return RtpHeader(
        padding=bool(first & 0x20),
        marker=bool(second & 0x80),
        payload_type=second & 0x7F,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        csrcs=unpack_from(f"!{csrc_count}I", data, RTP_FIXED_HEADER),
        extension_profile=profile,
        extension=extension,
        header_length=end,
    )


def _extension(data: bytes, start: int) -> tuple[int, bytes]:
    if len(data) < start + 4:
        raise ValueError(f"RTP header extension at byte {start} is cut off")
    profile, words = unpack_from("!HH", data, start)
    body = data[start + 4 : start + 4 + 4 * words]
    if len(body) < 4 * words:
        raise ValueError(f"RTP header extension at byte {start} says {4 * words} bytes, only {len(body)} are there")
    return profile, body


def payload(data: bytes, header: RtpHeader) -> bytes:
    """The payload of a *plain* RTP packet without its padding; ValueError when the padding does not fit."""
    body = data[header.header_length :]
    if not header.padding:
        return body
    if not body or not 1 <= body[-1] <= len(body):
        raise ValueError(f"RTP padding does not fit into a payload of {len(body)} bytes")
    return body[: -body[-1]]


def parse_rtcp(data: bytes) -> RtcpHeader:
    """Read the first RTCP or SRTCP header of a datagram; ValueError when it is not one."""
    if len(data) < RTCP_HEADER:
        raise ValueError(f"RTCP packet of {len(data)} bytes is shorter than its header of {RTCP_HEADER}")
    first, packet_type, words, ssrc = unpack_from("!BBHI", data)
    if first >> 6 != RTP_VERSION:
        raise ValueError(f"RTCP version is {first >> 6}, not {RTP_VERSION}")
    return RtcpHeader(
        padding=bool(first & 0x20), count=first & 0x1F, packet_type=packet_type, size=4 * (words + 1), ssrc=ssrc
    )


def compound(data: bytes) -> tuple[tuple[RtcpHeader, bytes], ...]:
    """Every packet of a *plain* compound RTCP datagram, with its bytes; ValueError when the lengths do not add up.

    Ciphertext fails this walk: only the first header of SRTCP is in clear.
    """
    packets = []
    start = 0
    while start < len(data):
        header = parse_rtcp(data[start:])
        packet = data[start : start + header.size]
        if len(packet) < header.size:
            raise ValueError(f"RTCP packet at byte {start} says {header.size} bytes, only {len(packet)} are there")
        packets.append((header, packet))
        start += header.size
    if not packets:
        raise ValueError("an RTCP datagram is empty")
    return tuple(packets)
