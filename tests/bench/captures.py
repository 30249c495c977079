"""Makes the captures that the audit is measured on: real SRTP, Ethernet, pcap; alone, or among STUN, DTLS and TURN."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pylibsrtp import Policy, Session

CLIENT, PEER, TURN = ("192.0.2.10", 50_000), ("198.51.100.20", 40_000), ("203.0.113.5", 3478)
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
KEYS = bytes(range(30)), bytes(range(60, 90))
"""Master key and salt of AES_CM_128_HMAC_SHA1_80: of what the client sends, and of what the peer sends."""

AUDIO, VIDEO = 120, 900
"""Bytes of payload."""

_record = struct.Struct("<IIII")
_ip_udp = struct.Struct("!BBHHHBBH4s4sHHHH")
_rtp = struct.Struct("!BBHII")


@dataclass
class Sender:
    """One RTP stream and what it has sent."""

    ssrc: int
    payload_type: int
    size: int
    step: int
    sent: int = 0

    def packet(self, session: Session, noise: bytes) -> bytes:
        header = _rtp.pack(0x80, self.payload_type, self.sent & 0xFFFF, self.sent * self.step & 0xFFFFFFFF, self.ssrc)
        self.sent += 1
        start = self.sent % 512
        return bytes(session.protect(header + noise[start : start + self.size]))


def media(count: int) -> Iterator[tuple[bool, bytes]]:
    """SRTP of a call, packet by packet: audio and video in both directions, (the client sent it, packet)."""
    noise = Random(1).randbytes(4096)
    sessions = [Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)) for key in KEYS]
    senders = [[Sender(0x1000 + side, 111, AUDIO, 960), Sender(0x2000 + side, 96, VIDEO, 3000)] for side in range(2)]
    for number in range(count):
        side, kind = number & 1, number % 8 >= 6  # three packets of sound for one of the picture
        yield side == 0, senders[side][kind].packet(sessions[side], noise)


def frame(outward: bool, payload: bytes, client: tuple[str, int] = CLIENT, peer: tuple[str, int] = PEER) -> bytes:
    """Ethernet, IPv4, UDP around a payload; checksums are zero, as with offloading."""
    source, destination = (client, peer) if outward else (peer, client)
    return (
        b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0"
        + _ip_udp.pack(
            0x45, 0, 28 + len(payload), 0, 0x4000, 64, 17, 0, _address(source[0]), _address(destination[0]),
            source[1], destination[1], 8 + len(payload), 0,
        )
        + payload
    )  # fmt: skip


def write(path: Path, frames: Iterator[bytes]) -> None:
    """A pcap file of these frames, a hundred microseconds apart."""
    with path.open("wb") as file:
        file.write(PCAP_HEADER)
        for number, data in enumerate(frames):
            file.write(
                _record.pack(1_700_000_000 + number // 10_000, number % 10_000 * 100, len(data), len(data)) + data
            )


def plain_frames(count: int) -> Iterator[bytes]:
    """SRTP and nothing else."""
    return (frame(outward, packet) for outward, packet in media(count))


def mixed_frames(count: int) -> Iterator[bytes]:
    """Half of the media through a TURN channel, and among it ICE checks, DTLS records and RTCP."""
    random = Random(2)
    binding = struct.pack("!HHI", 1, 28, 0x2112A442) + random.randbytes(12)
    binding += struct.pack("!HH9s3x", 6, 9, b"abcd:efgh") + struct.pack("!HHQ", 0x802A, 8, 7)
    for number, (outward, packet) in enumerate(media(count)):
        kind = number % 20
        if kind == 0:
            yield frame(outward, binding)
        elif kind == 1:
            record = struct.pack("!BHHHIH", 23, 0xFEFD, 1, 0, number & 0xFFFFFFFF, 80) + random.randbytes(80)
            yield frame(outward, record)
        elif kind == 2:
            yield frame(outward, struct.pack("!BBHI", 0x80, 200, 6, 0x1000) + random.randbytes(38))
        elif kind < 11:
            yield frame(outward, struct.pack("!HH", 0x4001, len(packet)) + packet, peer=TURN)
        else:
            yield frame(outward, packet)


def _address(host: str) -> bytes:
    return bytes(int(part) for part in host.split("."))
