"""A machine's answers as a transcript: feed an event, read the commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from harness.adversaries.machine import Command, Deed, Forward, Machine, PathDatagram, Signal, WriteDown
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage

NOW = 1_700_000_000.0
ALICE, BOB = Party.ALICE, Party.BOB

BINDING_REQUEST = bytes.fromhex("000100002112a442000102030405060708090a0b")
"""A STUN binding request without attributes (RFC 8489 section 5)."""

T = TypeVar("T", bound=Command)


def feed(machine: Machine, sender: Party, data: bytes) -> list[Command]:
    return list(machine.handle(PathDatagram(sender, data, NOW)))


def signal(machine: Machine, message: SignalMessage) -> list[Command]:
    return list(machine.handle(Signal(message, NOW)))


def only(commands: Iterable[Command], kind: type[T]) -> list[T]:
    return [command for command in commands if isinstance(command, kind)]


def forwarded(commands: Iterable[Command]) -> list[tuple[Party, bytes]]:
    return [(command.to, command.data) for command in only(commands, Forward)]


def written(commands: Iterable[Command]) -> list[tuple[Party, bytes]]:
    return [(command.sender, command.data) for command in only(commands, WriteDown)]


def deeds(commands: Iterable[Command]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for deed in only(commands, Deed):
        counted[deed.name] += deed.count
    return counted


def rtp(
    sequence: int,
    payload: bytes = b"x" * 40,
    ssrc: int = 0x11223344,
    payload_type: int = 96,
    extension: bytes = b"",
) -> bytes:
    """A plain RTP packet, written out by hand (RFC 3550 section 5.1). An extension is of one-byte elements."""
    numbers = sequence.to_bytes(2, "big") + (960 * sequence).to_bytes(4, "big") + ssrc.to_bytes(4, "big")
    extended = b"\xbe\xde" + (len(extension) // 4).to_bytes(2, "big") + extension if extension else b""
    return bytes([0x90 if extension else 0x80, payload_type]) + numbers + extended + payload


def rtcp(ssrc: int = 0x11223344) -> bytes:
    """A plain receiver report without report blocks (RFC 3550 section 6.4.2)."""
    return bytes([0x80, 201, 0, 1]) + ssrc.to_bytes(4, "big")


def offer(body: str) -> SignalMessage:
    return SignalMessage(kind=SignalKind.OFFER, sender=ALICE, body=body)


def answer(body: str) -> SignalMessage:
    return SignalMessage(kind=SignalKind.ANSWER, sender=BOB, body=body)


def hangup(sender: Party) -> SignalMessage:
    return SignalMessage(kind=SignalKind.HANGUP, sender=sender, body="ice-failed")
