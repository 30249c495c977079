"""What the harness and a program that is an endpoint say to each other: one JSON object per line, both ways.

The harness asks on standard input: {"id": 7, "op": "offer", "arguments": {}}. The program answers each request once,
in any order, on standard output: {"id": 7, "ok": true, "result": {...}}, or {"id": 7, "ok": false, "reason": "...",
"detail": "..."}. In between it tells events, which have no id. Nothing that a program says is trusted.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, JsonValue, Tag, TypeAdapter

from .base import Asset, Moment, Noun, Party
from .datagram import Address
from .recording import MAX_BODY, SignalMessage
from .scenario import AudioKind
from .statement import MAX_COUNT, Screen

PROTOCOL: Final = 1
UNSUPPORTED: Final = "unsupported"
"""The reason that an unknown operation must be refused with. A made-up one is tried before anything else."""

MAX_LINE: Final = 1 << 20
"""Bytes of a line of a program; the longest honest one is a session description, or a datagram in base64."""

MAX_REQUEST: Final = 1 << 22
"""Bytes of a request: a description of MAX_BODY characters, each of which JSON may spell with twelve."""


class Operation(StrEnum):
    """What a program can be asked to do, in the order of a call.

    `hello` names the software, `open` begins a call. `told` hands over what the service says: an invitation, that it
    rings, that the call is accepted and its mode, the end. `picked-up` says that the callee's user accepts. `offer` and
    `answer` give a description, `accept` takes one; when the call is up these are a restart of ICE. `known` says that a
    socket that was told as bound may be used now. `connect` waits until the call is up or has failed, `receive` until
    every asset was heard. `send` starts media. `introduced` says what the other person is called. `screen` is what the
    user sees, `stats` the rest of the statement: both are asked before either side ends the call. `close` ends it. A
    program ends when its standard input does.
    """

    HELLO = "hello"
    OPEN = "open"
    TOLD = "told"
    PICKED_UP = "picked-up"
    OFFER = "offer"
    ANSWER = "answer"
    ACCEPT = "accept"
    KNOWN = "known"
    CONNECT = "connect"
    SEND = "send"
    RECEIVE = "receive"
    INTRODUCED = "introduced"
    SCREEN = "screen"
    STATS = "stats"
    CLOSE = "close"


def parse_address(text: str) -> Address:
    """The address of such a text; ValueError for anything but an IPv4 address and a port that can be in use."""
    host, _, port = text.partition(":")
    try:
        IPv4Address(host)
    except AddressValueError as error:
        raise ValueError(f"{host[:40]!r} is no IPv4 address") from error
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= 0xFFFF):
        raise ValueError(f"{port[:40]!r} is no port")
    return host, int(port)


def _checked(text: str) -> str:
    parse_address(text)
    return text


SocketAddress = Annotated[str, Field(max_length=21), AfterValidator(_checked)]


class Request(Noun):
    """One request. `op` is a word, so that a program can be asked what no program knows."""

    id: int = Field(ge=0)
    op: str
    arguments: dict[str, JsonValue] = {}


class OpenArguments(Noun):
    """The party's side of the call, as `EndpointSetup` says it; `markers` are 16 hex digits each."""

    party: Party
    peer_name: str
    media: tuple[Asset, ...]
    markers: dict[Asset, str]
    address: str
    code_digits: int
    voice: AudioKind
    first_sequence: int | None
    replay_window: int | None


class Description(Noun):
    """An SDP: argument of `answer` and `accept`, result of `offer` and `answer`."""

    sdp: str = Field(max_length=MAX_BODY)


class ConnectArguments(Noun):
    seconds: float


class KnownArguments(Noun):
    address: SocketAddress


class IntroducedArguments(Noun):
    name: str


class ToldArguments(Noun):
    message: SignalMessage


class Hello(Noun):
    """Result of `hello`: the version of this protocol that is spoken, and what the program is."""

    protocol: Literal[1] = PROTOCOL
    software: str = Field(max_length=200)


class Connected(Noun):
    """Result of `connect`."""

    connected: bool


class Shown(Noun):
    """Result of `screen`."""

    screen: Screen


OF_THE_HARNESS: Final = ("party", "role", "software", "screen")
"""Fields of a statement that statistics do not have: who is asked is known, what its user saw is asked earlier."""


class Stats(Noun):
    """Result of `stats`: the fields of an `EndpointStatement`, but OF_THE_HARNESS."""

    statement: dict[str, JsonValue]


class Answer(Noun):
    """The answer to one request."""

    id: int = Field(ge=0)
    ok: bool
    reason: str = Field(default="", max_length=64)
    detail: str = Field(default="", max_length=1000)
    result: dict[str, JsonValue] = {}


class FailedEvent(Noun):
    """The call has failed, or the peer has ended it."""

    event: Literal["failed"] = "failed"
    reason: str = Field(max_length=64)
    detail: str = Field(max_length=1000)


class BoundEvent(Noun):
    """A socket was bound for the next description. Nothing may be sent through it before it is `known`."""

    event: Literal["bound"] = "bound"
    address: SocketAddress


class PacketEvent(Noun):
    """A datagram passed one of the program's sockets, at seconds since the epoch. `data` is base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    event: Literal["packet"] = "packet"
    outward: bool
    local: SocketAddress
    remote: SocketAddress
    time: Moment
    data: bytes = Field(max_length=0xFFFF)


class SocketClosedEvent(Noun):
    """A socket ended: how many datagrams it says it sent and received, how many the kernel dropped."""

    event: Literal["socket-closed"] = "socket-closed"
    local: SocketAddress
    counted: int = Field(ge=0, le=MAX_COUNT)
    dropped: int = Field(ge=0, le=MAX_COUNT)


class KeyEvent(Noun):
    """A secret of the call: one line in NSS format."""

    event: Literal["key"] = "key"
    line: str = Field(max_length=1000, pattern=r"^[\x20-\x7e]+$")


def _kind(said: Any) -> str:
    """Which of the lines this is; an event that nobody knows is none of them."""
    return str(said.get("event", "answer")) if isinstance(said, dict) else str(getattr(said, "event", "answer"))


Event = FailedEvent | BoundEvent | PacketEvent | SocketClosedEvent | KeyEvent
Line = Annotated[
    Annotated[Answer, Tag("answer")]
    | Annotated[FailedEvent, Tag("failed")]
    | Annotated[BoundEvent, Tag("bound")]
    | Annotated[PacketEvent, Tag("packet")]
    | Annotated[SocketClosedEvent, Tag("socket-closed")]
    | Annotated[KeyEvent, Tag("key")],
    Discriminator(_kind),
]
LINE: Final[TypeAdapter[Answer | Event]] = TypeAdapter(Line)
"""Reads one line. What it refuses is a ValueError."""
