"""ZRTP packets by the type of their message."""

from __future__ import annotations

from zlib import crc32

import pytest

from harness.model.byte_label import ByteLabel, Nature

from .messages import account, found, labelled, labels_of, window


def zrtp(kind: bytes, body: bytes = b"", cookie: bytes = b"ZRTP", words: int | None = None) -> bytes:
    """A packet (RFC 6189 section 5.1); `body` has whole words."""
    size = 3 + len(body) // 4 if words is None else words
    message = b"\x50\x5a" + size.to_bytes(2, "big") + kind.ljust(8) + body
    packet = b"\x10\0\0\1" + cookie + b"ssrc" + message
    return packet + crc32(packet).to_bytes(4, "big")


def test_messages_are_told_apart_and_are_keying() -> None:
    packets = (zrtp(b"Hello", bytes(76)), zrtp(b"HelloACK"), zrtp(b"DHPart1", bytes(60)))
    assert labels_of(*packets) == {
        (ByteLabel.ZRTP, "Hello"): 28 + 76,
        (ByteLabel.ZRTP, "HelloACK"): 28,
        (ByteLabel.ZRTP, "DHPart1"): 28 + 60,
    }
    assert ByteLabel.ZRTP.nature is Nature.KEYING
    assert found(*packets) == []


@pytest.mark.parametrize(
    "packet",
    [
        zrtp(b"Hello", bytes(8), cookie=b"XXXX"),
        zrtp(b"Secret", bytes(8)),
        zrtp(b"\xff" * 8, bytes(8)),
        zrtp(b"Hello", bytes(8), words=6),
        zrtp(b"Hello", bytes(8), words=2),
        zrtp(b"Hello")[:27],
    ],
)
def test_what_only_looks_like_zrtp_is_unknown(packet: bytes) -> None:
    assert labels_of(packet) == {(ByteLabel.UNKNOWN, "not ZRTP, though it begins like it"): len(packet)}


def test_what_is_behind_a_message_is_found() -> None:
    hiding = zrtp(b"Commit", bytes(40)) + b"hidden"
    assert found(hiding) == [("trailing-bytes", 6, "behind a ZRTP message", (1,))]


@pytest.mark.parametrize("cut", [1, 20, 24, 60])
def test_what_the_capture_cut_off_is_no_finding(cut: int) -> None:
    made = account(window(zrtp(b"Commit", bytes(48)), cut=cut))
    assert made.oddities() == ()
    assert sum(labelled(made).values()) == 76 - cut
