"""A recording: the index of the files that one call left behind. Written once, never changed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from .base import SCHEMA_VERSION, Asset, Moment, Noun, Party
from .datagram import Host
from .memory import MemorySearch
from .mode import Mode
from .network import Network

MAX_BODY: Final = 262_144
"""Characters of what one message of the signalling carries."""

MAX_CHAT: Final = 4000
"""Characters of a line of chat."""

MAX_SILENCE: Final = 500
"""Characters that say why an endpoint gave no statement."""


class Vantage(Noun):
    """One place of observation: the leg between `party` and what is next on its path.

    `near` are the party's own socket addresses ("127.1.2.3:4000"): a packet from one of them was sent by the party.
    `packets` is what the tap wrote; `sockets` what the sockets themselves counted; `dropped` what the kernel says it
    dropped. The tap lost nothing when packets == sockets and dropped == 0. `through_leg`: these are not the sockets of
    the party's program but those of a leg in front of it, and what the program sends past the leg is not here.
    `as_told`: a program that nobody here wrote told of its sockets and packets by itself, and nobody else saw them.
    """

    name: str = Field(pattern=r"^[a-z]+-[a-z]+$")
    party: Party
    file: str
    near: tuple[str, ...]
    packets: int = Field(ge=0)
    sockets: int = Field(ge=0)
    dropped: int = Field(ge=0)
    through_leg: bool = False
    as_told: bool = False

    def loss(self, recorded: int) -> str | None:
        """Why a capture of so many packets is not all that passed; None when it is."""
        if self.dropped:
            return f"the kernel dropped {self.dropped} packets before the tap"
        if self.packets != self.sockets:
            return f"the tap wrote {self.packets} packets where the sockets counted {self.sockets}"
        if recorded != self.packets:
            return f"the capture holds {recorded} packets where the tap wrote {self.packets}"
        return None


class ServiceLeg(Noun):
    """The connections between `party` and the calling service, seen on their way: bytes, as made TCP segments.

    `connections`, `sent` and `received` (bytes, by the party) are what the way itself counted as it passed them on.
    """

    name: str = Field(pattern=r"^[a-z]+-signalling$")
    party: Party
    file: str
    connections: int = Field(ge=0)
    sent: int = Field(ge=0)
    received: int = Field(ge=0)


class WireVantage(Noun):
    """What passed a network interface, whoever sent it: whole IPv4 packets, by the kernel's account.

    `packets` is what the tap wrote, `dropped` what the kernel had no room for before the tap could read it.
    """

    name: str = Field(pattern=r"^[a-z]+-wire$")
    file: str
    packets: int = Field(ge=0)
    dropped: int = Field(ge=0)


class GuestDevice(Noun):
    """A further device that the service brought into an ordinary call: its leg, and the descriptions on it, with the
    media keys that they hold. A secret file of the recording.

    `heard` holds what it says that it heard, as in an endpoint's statement; `connected`, whether it came up; `stopped`,
    why it was told to stop ringing.
    """

    name: str = Field(pattern=r"^[a-z]{1,32}$")
    vantage: Vantage
    told: tuple[Annotated[str, Field(max_length=MAX_BODY)], ...]
    said: tuple[Annotated[str, Field(max_length=MAX_BODY)], ...]
    heard: dict[Asset, Annotated[str, Field(max_length=64)]]
    connected: bool
    stopped: Annotated[str, Field(max_length=64)] | None = None


class FileEntry(Noun):
    """One file of the recording: path below it, size in bytes, SHA-256 in hex. `secret` files stay out of bundles."""

    path: str = Field(max_length=200)
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    secret: bool = False


class SignalKind(StrEnum):
    """What a signalling message is for, in the words of docs/calling-service.md."""

    INVITE = "invite"
    RINGING = "ringing"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    OFFER = "offer"
    ANSWER = "answer"
    HANGUP = "hang-up"
    FEATURE = "feature"
    FEATURE_REFUSED = "feature-refused"
    CHAT = "chat"
    POLICY = "policy"
    PRESENCE = "presence"

    @classmethod
    def _missing_(cls, value: object) -> SignalKind | None:
        """Recordings that are older than the whole course of a call spell it otherwise."""
        return cls.HANGUP if value == "hangup" else None


class SignalMessage(Noun):
    """One message of the signalling, as it passed one hop.

    `body`: the SDP of an offer or answer; of an invitation the media, in words; of an acceptance the mode that the
    service decided, empty on its way there; the reason of a decline, a cancellation or a hang-up; a `FeatureRequest` or
    a `FeatureRefusal` as JSON; the text of a chat line; the policy that a user has from now on; the presence that a
    user has chosen. `name` is what the service says the sender is called.
    """

    kind: SignalKind
    sender: Party
    body: str = Field(max_length=MAX_BODY)
    name: str | None = Field(default=None, max_length=200)


class SignalEntry(Noun):
    """A line of `signalling-<hop>.jsonl`: when (seconds since the epoch), in or out of that hop, and the message.

    `to`: the party that the service answers, when it tells its sender what has become of a message and not the peer.
    """

    time: Moment
    hop: Literal["alice", "service", "bob"]
    direction: Literal["in", "out"]
    message: SignalMessage
    to: Party | None = None


class EarlierCall(Noun):
    """A call that the same two devices made before: its folder beside this one's, and the hash of its index."""

    call: str = Field(pattern=r"^call-[1-9][0-9]?$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Recording(Noun):
    """`recording.json`. Holds nothing of what was expected and nothing of what the adversary knows.

    `monotonic_seconds` is how long it took from `started` to `ended` by a clock that cannot be set; recordings that are
    older than this field have none. `silent` says of each party without a statement why there is none, as the
    harness saw it. `invited`: the signalling begins with the invitation, and media before an acceptance came too early.
    `written`: who sent a line of chat, a file or a screen that carries a marker. `service_legs` are empty when the
    signalling passed a service in the same process. `wires` are what passed the interfaces of the call's network, where
    somebody listened there, and `devices` the addresses of the parties' devices in it. `memory`: what was found in
    the processes of the call; None when nobody was asked to search them.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    run: str
    scenario: str
    call: str
    mode: Mode
    media: tuple[Asset, ...]
    media_seconds: float
    code_digits: int = Field(default=20, ge=4, le=20)
    earlier: tuple[EarlierCall, ...] = ()
    started: Moment
    ended: Moment
    monotonic_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    provenance: dict[str, str]
    vantages: tuple[Vantage, ...]
    service_legs: tuple[ServiceLeg, ...] = ()
    wires: tuple[WireVantage, ...] = ()
    devices: dict[Party, Host] = {}
    network: Network = Field(default=Network.LOOPBACK, strict=False)
    files: tuple[FileEntry, ...]
    silent: dict[Party, Annotated[str, Field(max_length=MAX_SILENCE)]] = {}
    written: dict[Asset, tuple[Party, ...]] = {}
    invited: bool = False
    memory: tuple[MemorySearch, ...] | None = None
