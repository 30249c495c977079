"""What scenarios ask of a program beside an encrypted call, and what a program may say that it lacks."""

from __future__ import annotations

from enum import StrEnum

from .base import Noun


class Ability(StrEnum):
    """A closed list of words of `hello`. Sound and pictures are not among them: most attacks are made on calls with
    both, and who changes fingerprints or ends DTLS must meet every program.

    `SCREEN`: a shared screen, its own or the other one's. `CHAT`: lines that its user writes, and is shown. `RESTART`:
    of ICE, in a call that is up, offered or answered. `ORDINARY_CALLS`: calls of the service without end-to-end
    encryption, with keys in the descriptions. `FIRST_SEQUENCE`: its RTP streams begin to count where it is told, and it
    remembers as many packets as it is told. `PACKETS`: it counts what it sends, accepts and refuses. `KEYS`: it tells
    the secrets of its DTLS.
    """

    SCREEN = "screen"
    CHAT = "chat"
    RESTART = "restart"
    ORDINARY_CALLS = "ordinary-calls"
    FIRST_SEQUENCE = "first-sequence"
    PACKETS = "packets"
    KEYS = "keys"


class ProgramUnderTest(Noun):
    """A program that takes a party's place: its command, and what it says of itself before the first call.

    Without an answer to `hello` both are empty: it claims everything then, and its calls show what is wrong with it.
    """

    command: tuple[str, ...]
    software: str = ""
    lacks: frozenset[Ability] = frozenset()
