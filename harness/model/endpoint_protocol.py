"""What the harness and a program that is an endpoint say to each other: one JSON object per line, both ways.

The harness asks on standard input: {"id": 7, "op": "offer", "arguments": {}}. The program answers each request once,
in any order, on standard output: {"id": 7, "ok": true, "result": {...}}, or {"id": 7, "ok": false, "reason": "...",
"detail": "..."}. In between it tells events, which have no id. Nothing that a program says is trusted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, JsonValue

from .ability import Ability
from .base import Asset, Noun, Party
from .call import AudioKind
from .datagram import SocketAddress
from .keying import Keying
from .recording import MAX_BODY, MAX_CHAT, SignalMessage
from .statement import Screen
from .turn import TurnServer

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
    rings, that the call is accepted and its mode, the end. `picked-up` says that the callee's user accepts, `chat` that
    the user writes a line. `offer` and `answer` give a description, `accept` takes one; when the call is up these are a
    restart of ICE. `known` says that a socket that was told as bound may be used now. `connect` waits until the call is
    up or has failed, `receive` until every asset was heard. `send` starts media. `introduced` says what the other
    person is called. `screen` is what the user sees, `stats` the rest of the statement: both are asked before either
    side ends the call. `close` ends it. A program ends when its standard input does.
    """

    HELLO = "hello"
    OPEN = "open"
    TOLD = "told"
    PICKED_UP = "picked-up"
    CHAT = "chat"
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


class Nothing(Noun):
    """Arguments or a result without content."""


class Request(Noun):
    """One request. `op` is a word, so that a program can be asked what no program knows."""

    id: int = Field(ge=0)
    op: str
    arguments: dict[str, JsonValue] = {}


class MediaForm(StrEnum):
    """In what form the media of a call pass between the harness and a program.

    `MARKERS`: the program makes sound and pictures from the markers itself, and finds the markers in what it receives.
    `ENCODED`: it is given frames of Opus and VP8 to send; it tells the RTP packets that it received, after SRTP.
    `RAW`: it is given sound and pictures to encode; it tells those that it decoded.
    """

    MARKERS = "markers"
    ENCODED = "encoded"
    RAW = "raw"


class OpenArguments(Noun):
    """The party's side of the call, as `EndpointSetup` says it; `markers` are 16 hex digits each.

    `pieces`, in base64 (RFC 4648 section 4), are what a program sends in a circle that does not make its media itself:
    each piece of sound lasts 20 ms, each picture 100 ms. Encoded: Opus packets, VP8 frames. Raw: 960 samples each, 16
    bits signed, little end first, mono, 48 kHz; the luma of 160 x 120 pixels, row by row.

    `media` names "screen" when one of the two shares one: a section of video of its own, with `a=content:slides` (RFC
    4796). It has a marker when this party shares one, and `peer_shares` says that the other one does. `turn`: the
    server that all media go through (RFC 8828 section 5.2, mode 4), asked only of a program of this package; so is
    `keying`, how the keys of an ordinary call are agreed on.
    """

    party: Party
    peer_name: str
    media: tuple[Asset, ...]
    markers: dict[Asset, str]
    address: str
    code_digits: int
    voice: AudioKind
    first_sequence: int | None
    replay_window: int | None
    pieces: dict[Asset, tuple[str, ...]] = {}
    peer_shares: bool = False
    turn: TurnServer | None = None
    keying: Keying = Keying.SDES


class Description(Noun):
    """An SDP: argument of `answer` and `accept`, result of `offer` and `answer`."""

    sdp: str = Field(max_length=MAX_BODY)


class Written(Noun):
    """A line of chat: argument of `chat`, as the user wrote it, and its result, as the program sends it."""

    text: str = Field(max_length=MAX_CHAT)


class ConnectArguments(Noun):
    seconds: float


class KnownArguments(Noun):
    address: SocketAddress


class IntroducedArguments(Noun):
    name: str


class ToldArguments(Noun):
    message: SignalMessage


class Hello(Noun):
    """Result of `hello`: the version of this protocol that is spoken, what the program is, and what it leaves to us.

    `tells_packets`: it tells its sockets and every datagram; if not, the harness looks for itself. `sends` and
    `receives`: in what form it takes and gives media. `lacks`: what it cannot do; without the
    list it claims everything.
    """

    protocol: Literal[1] = PROTOCOL
    software: str = Field(min_length=1, max_length=200)
    tells_packets: bool = False
    sends: MediaForm = MediaForm.MARKERS
    receives: MediaForm = MediaForm.MARKERS
    lacks: tuple[Ability, ...] = Field(default=(), max_length=len(Ability))


class Connected(Noun):
    """Result of `connect`."""

    connected: bool


class Shown(Noun):
    """Result of `screen`."""

    screen: Screen


OF_THE_HARNESS: Final = ("party", "role", "software", "screen", "screen_told", "packets_told", "asked")
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


SPEECH: Final[dict[Operation, tuple[type[Noun], type[Noun]]]] = {
    Operation.HELLO: (Nothing, Hello),
    Operation.OPEN: (OpenArguments, Nothing),
    Operation.TOLD: (ToldArguments, Nothing),
    Operation.PICKED_UP: (Nothing, Nothing),
    Operation.CHAT: (Written, Written),
    Operation.OFFER: (Nothing, Description),
    Operation.ANSWER: (Description, Description),
    Operation.ACCEPT: (Description, Nothing),
    Operation.KNOWN: (KnownArguments, Nothing),
    Operation.CONNECT: (ConnectArguments, Connected),
    Operation.SEND: (Nothing, Nothing),
    Operation.RECEIVE: (Nothing, Nothing),
    Operation.INTRODUCED: (IntroducedArguments, Nothing),
    Operation.SCREEN: (Nothing, Shown),
    Operation.STATS: (Nothing, Stats),
    Operation.CLOSE: (Nothing, Nothing),
}
"""What each operation is given, and what comes of it."""
