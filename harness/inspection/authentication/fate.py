"""What authentication says of packets, and of one sender's packets together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ..stream_key import StreamKey


class Fate(IntEnum):
    """What is known of one SRTP or SRTCP packet. Small numbers, so that a column can hold them."""

    UNKNOWN = 0
    """No key fits its sender, or the capture cut it off."""
    AUTHENTICATED = 1
    """A holder of the key made it, and it comes for the first time. Under a profile with HMAC that proves nothing of
    encryption: the tag covers whatever is in the packet."""
    CLEAR = 2
    """Authentic, but its sender left out the cipher."""
    REPLAYED = 3
    """The same bytes as an authentic packet before it."""
    REUSED = 4
    """Authentic, but another authentic packet had the same index and other bytes."""
    OLD = 5
    """Authentic under an index too far back to tell a replay from a late packet, or from a sender that counts again."""
    FAILED = 6

    @property
    def genuine(self) -> bool:
        """Whether a holder of the key made it, and it comes for the first time."""
        return self in (Fate.AUTHENTICATED, Fate.CLEAR)


class Why(StrEnum):
    """Why a packet is not authenticated."""

    WRONG_TAG = "its tag is wrong"
    MALFORMED = "it is malformed or too short for its tag"
    REPLAY = "it is a replay"
    INDEX_REUSED = "its index was used before"
    INDEX_TOO_OLD = "its index is too old"
    NO_KEY_FITS = "no key was given that fits"
    NOT_TRIED = "it came before a key that fits was found"
    CUT_OFF = "the capture cut it off"


@dataclass(frozen=True, slots=True)
class Failure:
    """One packet that is not authentic, or not for the first time. `words` say it in full."""

    frame: int
    fate: Fate
    why: Why
    words: str


@dataclass(frozen=True)
class SenderProof:
    """What authentication found of one sender.

    `rtp` and `rtcp` count fates, `whys` reasons. `failures` are the first of them; `failures_left_out` counts the
    others. `profile` and `origin` belong to the key that fits, "" when there is none; `keys` counts the keys that did,
    one after the other. Indexes are those of SRTP packets (rollover counter and sequence number), None without any.
    """

    key: StreamKey
    rtp: Mapping[Fate, int]
    rtcp: Mapping[Fate, int]
    whys: Mapping[Why, int]
    failures: tuple[Failure, ...]
    failures_left_out: int
    profile: str
    origin: str
    keys: int
    first_index: int | None
    last_index: int | None

    def count(self, fate: Fate) -> int:
        """SRTP and SRTCP packets with this fate."""
        return self.rtp.get(fate, 0) + self.rtcp.get(fate, 0)

    @property
    def packets(self) -> int:
        return sum(self.rtp.values()) + sum(self.rtcp.values())

    @property
    def rollover_counter(self) -> int:
        """The highest one reached."""
        return (self.last_index or 0) >> 16
