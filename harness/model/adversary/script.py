"""An attack as a list of moves: what the search puts together, and what anybody may write down.

Each move says what it does and to which piece of the call: the n-th description towards somebody, or so many packets
of a kind from somebody, counted from the n-th. A packet passes the moves in their order; so does a description.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from ..base import Noun, Party, Role
from .base import Attacker, Position
from .service_moves import ForgeAccept, ForgeFeature, ForgeInvite, RingAnother, TellMode, WithholdMessage
from .signalling import Rewrite

MAX_MOVES: Final = 16
_TEXT: Final = r"^[ -~]+$"
"""One line: no control characters, so that a move changes the line that it names and no other."""


class PacketKind(StrEnum):
    """Which packets a move is about (RFC 7983)."""

    STUN = "stun"
    DTLS = "dtls"
    SRTP = "srtp"
    SRTCP = "srtcp"


class Forgery(StrEnum):
    """What can be thrown into a call without holding a key."""

    RTP = "rtp"
    SENDER_REPORT = "sender-report"
    BYE = "bye"
    ALERT = "alert"
    CHANGE_CIPHER_SPEC = "change-cipher-spec"
    APPLICATION_DATA = "application-data"
    BINDING_REQUEST = "binding-request"
    CHECK = "check"
    JUNK = "junk"


class OnDescription(Noun):
    """A move on the descriptions that `towards` gets: the `nth` only (1: of the call, 2: of its restart), or all."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    towards: Role = Field(strict=False)
    nth: int | None = Field(default=None, ge=1, le=8)


class RewriteDescription(OnDescription):
    """One of the known changes to a description."""

    do: Literal["rewrite"]
    rewrite: Rewrite = Field(strict=False)


class ChangeLine(OnDescription):
    """Every line that begins with `start` is removed, written twice, or replaced by `text`; or `text` is put before."""

    do: Literal["change-line"]
    start: str = Field(min_length=2, max_length=80, pattern=_TEXT)
    how: Literal["remove", "double", "replace", "insert"]
    text: str | None = Field(default=None, max_length=400, pattern=_TEXT)

    @model_validator(mode="after")
    def _text_where_it_is_written(self) -> Self:
        if (self.text is not None) != (self.how in ("replace", "insert")):
            raise ValueError("'replace' and 'insert' need a text, and only they do")
        return self


class SwapFingerprint(OnDescription):
    """The fingerprint of the adversary's certificate in place of each genuine one, or beside it.

    `algorithm`: made with this hash function instead of the genuine one's.
    """

    do: Literal["swap-fingerprint"]
    how: Literal["replace", "before", "after"] = "replace"
    algorithm: Literal["md5", "sha-1", "sha-224", "sha-256", "sha-384", "sha-512"] | None = None


class AlterFingerprint(OnDescription):
    """One octet of the digests changed, counted from the front or, below 0, from the end. `line`: only in this one."""

    do: Literal["alter-fingerprint"]
    octet: int = Field(default=0, ge=-64, le=63)
    line: int | None = Field(default=None, ge=1, le=16)


class AddCandidate(OnDescription):
    """The adversary's own address as the best candidate. It answers nothing there."""

    do: Literal["add-candidate"]


class Withhold(OnDescription):
    """The description does not arrive."""

    do: Literal["withhold"]


class Repeat(OnDescription):
    """The description comes again, so many seconds later."""

    do: Literal["repeat"]
    after: float = Field(default=0.2, ge=0, le=60)


class Recall(OnDescription):
    """In its place comes the one of the earlier call."""

    do: Literal["recall"]


class ForgeOffer(Noun):
    """An offer in the peer's name, as its last description but newer, so many seconds after the call is up.

    `fingerprint`: the peer's, or the adversary's own.
    """

    needs: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    do: Literal["forge-offer"]
    towards: Role = Field(strict=False)
    fingerprint: Literal["genuine", "own"] = "own"
    after: float = Field(default=0.1, ge=0, le=60)


class HangUp(Noun):
    """The service says that the peer ended the call, so many seconds after it is up."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    do: Literal["hang-up"]
    towards: Role = Field(strict=False)
    after: float = Field(default=0.1, ge=0, le=60)


class OnPackets(Noun):
    """A move on packets of one kind that `sender` sent: `count` of them from the n-th on, each kind counted alone."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.PATH})

    packet: PacketKind = Field(strict=False)
    sender: Party = Field(strict=False)
    first: int = Field(default=1, ge=1, le=100_000)
    count: int = Field(default=1, ge=1, le=100_000)


class Drop(OnPackets):
    """They do not arrive."""

    do: Literal["drop"]


class Delay(OnPackets):
    """They arrive so many seconds later."""

    do: Literal["delay"]
    seconds: float = Field(ge=0.001, le=10)


class Reorder(OnPackets):
    """Each arrives behind so many later ones of its kind and sender."""

    do: Literal["reorder"]
    behind: int = Field(default=1, ge=1, le=100)


class Replay(OnPackets):
    """Each arrives, and once more behind so many later ones of its kind and sender: 0 is at once."""

    do: Literal["replay"]
    behind: int = Field(default=0, ge=0, le=1000)


class Flip(OnPackets):
    """Bits of one octet inverted: the octet counts from the front, or from the end below 0."""

    do: Literal["flip"]
    octet: int = Field(ge=-1500, le=1499)
    mask: int = Field(default=1, ge=1, le=255)


class Truncate(OnPackets):
    """The last octets are missing."""

    do: Literal["truncate"]
    octets: int = Field(ge=1, le=1500)


class Reflect(OnPackets):
    """They come back to their sender instead of going on."""

    do: Literal["reflect"]


class Contradict(OnPackets):
    """Each connectivity check among them is answered, before it can arrive, by a conflict of roles without a proof."""

    do: Literal["contradict"]

    @model_validator(mode="after")
    def _checks(self) -> Self:
        if self.packet is not PacketKind.STUN:
            raise ValueError("only checks are answered: packet must be 'stun'")
        return self


class Inject(Noun):
    """A packet that nobody sent, `count` times, as soon as the party can be reached or when the call is up.

    On the path it comes from the peer's address and continues what was seen; off the path from an address of its own.
    """

    do: Literal["inject"]
    what: Forgery = Field(strict=False)
    to: Party = Field(strict=False)
    via: Literal["path", "off-path"] = "path"
    when: Literal["early", "up"] = "up"
    count: int = Field(default=1, ge=1, le=1000)

    @property
    def needs(self) -> frozenset[Position]:
        return frozenset({Position(self.via)})


class Intercept(Noun):
    """DTLS ended on both sides with certificates of the adversary's own: of the call, or of its restart (2)."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.PATH})

    do: Literal["intercept"]
    association: Literal[1, 2] = 1


Move = Annotated[
    RewriteDescription
    | ChangeLine
    | SwapFingerprint
    | AlterFingerprint
    | AddCandidate
    | Withhold
    | Repeat
    | Recall
    | ForgeOffer
    | HangUp
    | Drop
    | Delay
    | Reorder
    | Replay
    | Flip
    | Truncate
    | Reflect
    | Contradict
    | Inject
    | Intercept
    | TellMode
    | ForgeAccept
    | ForgeInvite
    | WithholdMessage
    | ForgeFeature
    | RingAnother,
    Field(discriminator="do"),
]

MOVES: Final[dict[str, type[Noun]]] = {
    get_args(move.model_fields["do"].annotation)[0]: move for move in get_args(get_args(Move)[0])
}
"""The noun of each move, by what it does."""


class Script(Attacker):
    """Makes its moves, each on what it is about. One that finds nothing to work on has not happened."""

    allowed: ClassVar[frozenset[Position]] = frozenset(Position)
    needed: ClassVar[frozenset[Position]] = frozenset()

    kind: Literal["script"]
    moves: tuple[Move, ...] = Field(min_length=1, max_length=MAX_MOVES, strict=False)

    @model_validator(mode="after")
    def _moves_are_possible(self) -> Self:
        for number, move in enumerate(self.moves, 1):
            lacking = sorted(move.needs - set(self.position))
            if lacking:
                raise ValueError(f"move {number}, {move.do!r}, needs the position '{lacking[0]}'")
        if sum(isinstance(move, Intercept) for move in self.moves) > 1:
            raise ValueError("a call is intercepted once")
        return self
