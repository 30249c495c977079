"""Makes the captures that the audit is measured on: real SRTP, Ethernet, pcap; alone, or among STUN, DTLS and TURN."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pylibsrtp import Policy, Session

CLIENT, PEER, TURN = ("192.0.2.10", 50_000), ("198.51.100.20", 40_000), ("203.0.113.5", 3478)
RELAYED = ("203.0.113.5", 49_152)
CHANNEL = 0x4001
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
PROFILE = "SRTP_AES128_CM_HMAC_SHA1_80"
KEYS = Random(3).randbytes(30), Random(4).randbytes(30)
"""Master key and salt: of what the client sends, and of what the peer sends."""

AUDIO, VIDEO = 120, 900
"""Bytes of payload."""

TURN_SET_UP = 4
"""Messages at the beginning of a mixed capture."""

_COOKIE = 0x2112A442
_record = struct.Struct("<IIII")
_ip_udp = struct.Struct("!BBHHHBBH4s4sHHHH")
_rtp = struct.Struct("!BBHII")
_rtcp = struct.Struct("!BBHIQIII")


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

    def report(self, session: Session) -> bytes:
        """A sender report."""
        return bytes(session.protect_rtcp(_rtcp.pack(0x80, 200, 6, self.ssrc, self.sent, self.sent, self.sent, 0)))


class Media:
    """Both sides of a call, audio and video; side 0 is the client."""

    def __init__(self) -> None:
        self._noise = Random(1).randbytes(4096)
        self._sessions = [Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)) for key in KEYS]
        self._senders = [
            (Sender(0x1000 + side, 111, AUDIO, 960), Sender(0x2000 + side, 96, VIDEO, 3000)) for side in range(2)
        ]

    def packet(self, number: int) -> tuple[int, bytes]:
        """The side that sends it, and the next SRTP packet: three of sound for one of the picture."""
        side, kind = number & 1, number % 8 >= 6
        return side, self._senders[side][kind].packet(self._sessions[side], self._noise)

    def report(self, side: int) -> bytes:
        """The SRTCP of one side's sound."""
        return self._senders[side][0].report(self._sessions[side])


def description() -> str:
    """The session description that has both keys (RFC 4568), as if signalling had been overheard."""
    keys = "".join(
        f"a=crypto:{number} AES_CM_128_HMAC_SHA1_80 inline:{b64encode(key).decode()}\r\n"
        for number, key in enumerate(KEYS, start=1)
    )
    host, port = CLIENT
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/SAVP 111\r\na=rtpmap:111 opus/48000/2\r\n{keys}"
        f"m=video {port} RTP/SAVP 96\r\na=rtpmap:96 VP8/90000\r\n{keys}"
    )


def frame(side: int, payload: bytes, client: tuple[str, int] = CLIENT, peer: tuple[str, int] = PEER) -> bytes:
    """Ethernet, IPv4, UDP around a payload; checksums are zero, as with offloading."""
    source, destination = (client, peer) if side == 0 else (peer, client)
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
    media = Media()
    for number in range(count):
        yield frame(*media.packet(number))


def mixed_frames(count: int) -> Iterator[bytes]:
    """Half of the media through a TURN channel, and among it ICE checks, DTLS records and SRTCP."""
    media, random = Media(), Random(2)
    yield from (frame(side, message, peer=TURN) for side, message in _turn_set_up())
    for number in range(TURN_SET_UP, count):
        kind = number % 20
        if kind == 0:
            side = number // 20 & 1
            yield frame(side, _check(side, number // 40))
        elif kind == 1:
            record = struct.pack("!BHHHIH", 23, 0xFEFD, 1, 0, number, 80) + random.randbytes(80)
            yield frame(0, record)
        elif kind == 2:
            side = number // 20 & 1
            yield frame(side, media.report(side))
        else:
            side, packet = media.packet(number)
            if kind < 11:
                yield frame(side, struct.pack("!HH", CHANNEL, len(packet)) + packet, peer=TURN)
            else:
                yield frame(side, packet)


def _turn_set_up() -> Iterator[tuple[int, bytes]]:
    """An allocation and the binding of a channel (RFC 8656 sections 7 and 12), (who sends, message)."""
    channel = struct.pack("!HHHH", 0x000C, 4, CHANNEL, 0) + _xored(0x0012, PEER)
    yield 0, _stun(0x0003, 1, struct.pack("!HHI", 0x0019, 4, 17 << 24))
    yield 1, _stun(0x0103, 1, _xored(0x0016, RELAYED))
    yield 0, _stun(0x0009, 2, channel)
    yield 1, _stun(0x0109, 2, b"")


def _check(side: int, number: int) -> bytes:
    """An ICE check of the client, or the answer to it."""
    if side == 1:
        return _stun(0x0101, 1000 + number, _xored(0x0020, CLIENT))
    attributes = struct.pack("!HH9s3x", 6, 9, b"abcd:efgh") + struct.pack("!HHI", 0x24, 4, 0x6E0001FF)
    return _stun(0x0001, 1000 + number, attributes + struct.pack("!HHQ", 0x802A, 8, 7))


def _stun(kind: int, transaction: int, attributes: bytes) -> bytes:
    return struct.pack("!HHIIQ", kind, len(attributes), _COOKIE, 0, transaction) + attributes


def _xored(attribute: int, address: tuple[str, int]) -> bytes:
    """An address attribute, XORed with the cookie (RFC 8489 section 14.2)."""
    host = int.from_bytes(_address(address[0])) ^ _COOKIE
    return struct.pack("!HHHHI", attribute, 8, 1, address[1] ^ _COOKIE >> 16, host)


def _address(host: str) -> bytes:
    return bytes(int(part) for part in host.split("."))
