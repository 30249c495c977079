"""What is said to a relay that is a process of its own, and what it says: one JSON document a line, each way.

It is spoken between two programs of ours, and still read as carefully as what strangers say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from .adversary import Adversary
from .base import Noun, Party
from .datagram import SocketAddress
from .recording import SignalMessage

MAX_LINE: Final = 4 << 20
"""Bytes of one line: a message with a description of any size that a call may have."""


class RelayOrder(Noun):
    """The first line: what the machine is, where it stands, and where its loot goes.

    `network`: the number of the call's network. `word`: something that nobody else is told, to be found in its memory.
    """

    adversary: Adversary
    seed: str = Field(max_length=200)
    code_digits: int = Field(ge=1, le=20)
    network: int = Field(ge=0)
    loot: str = Field(max_length=4096)
    word: str = Field(max_length=64)


class Task(StrEnum):
    """What a relay is asked; the words are those of its methods."""

    OPEN = "open"
    LEARNED = "learned"
    ADVERTISE = "advertise"
    SIGNAL = "signal"
    CALL_UP = "call-up"
    CLOSE = "close"


class RelayRequest(Noun):
    """Each has a number, which its answer bears."""

    number: int = Field(ge=1)
    task: Task = Field(strict=False)
    party: Party | None = Field(default=None, strict=False)
    address: SocketAddress | None = None
    message: SignalMessage | None = None


class RelayState(Noun):
    """What became of it all: deeds, and how many pieces it wrote down. `fault`: why it broke, if it did."""

    deeds: dict[str, int]
    fault: str | None = Field(default=None, max_length=2000)
    strangers: int = Field(ge=0)
    loot: int = Field(ge=0)


class RelayAnswer(Noun):
    """The answer to a request. `problem`: why there is none."""

    number: int = Field(ge=1)
    address: SocketAddress | None = None
    message: SignalMessage | None = None
    state: RelayState | None = None
    problem: str | None = Field(default=None, max_length=2000)


class RelayBrings(Noun):
    """A message that the machine sends to a party, of its own accord."""

    to: Party = Field(strict=False)
    brought: SignalMessage
