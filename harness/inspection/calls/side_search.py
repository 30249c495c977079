"""Which conversations are sides of one call: by what they have in common, else by the order of time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from .conversation import Conversation, conversations
from .evidence import CallEvidence, hosts_of
from .unclear import TOGETHER

_GIVEN_TOGETHER: Final = "taken as the two sides of one call because the captures were given together"


@dataclass(eq=False)
class Sides:
    """The conversations that are taken as one call, in the order of the captures, and why they are."""

    conversations: list[Conversation]
    because: list[str] = field(default_factory=list)

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.evidence.name for one in self.conversations))

    @property
    def started(self) -> float:
        return self.conversations[0].finished[0].followed.started

    def is_in(self, evidence: CallEvidence) -> bool:
        return any(one.evidence is evidence for one in self.conversations)

    def join(self, other: Sides, because: str = "") -> None:
        self.conversations += other.conversations
        self.because += [*other.because, *([because] if because else [])]


def sides_of_calls(captures: Iterable[CallEvidence]) -> list[Sides]:
    """Every call of these captures, with all of its sides."""
    found: list[Sides] = []
    for evidence in captures:
        _add(found, _within(evidence))
    return found


def _within(evidence: CallEvidence) -> list[Sides]:
    """The calls of one capture. A relay sees two sides of one: it forwards the handshake, or the media on both has one
    SSRC, at about the same time and at one host."""
    found: list[Sides] = []
    by_handshake: dict[Hashable, Sides] = {}
    by_media: dict[Hashable, Sides] = {}
    for conversation in conversations(evidence):
        one = Sides([conversation])
        media = list(_media(conversation))
        forwarded = (by_handshake.get(each) for each in conversation.handshakes)
        relayed = (each for mark in media if (each := by_media.get(mark)) and _at_one_time(each, one))
        partner = next((each for each in (*forwarded, *relayed) if each is not None), None)
        if partner is None:
            found.append(one)
        else:
            partner.join(one, f"{evidence.name} shows two sides of the call, as at a relay")
        by_handshake.update(dict.fromkeys(conversation.handshakes, partner or one))
        by_media.update(dict.fromkeys(media, partner or one))
    return found


def _media(conversation: Conversation) -> Iterator[Hashable]:
    """What the media of a call has in common on both legs of a relay: the SSRC, and the relay."""
    for host in hosts_of(conversation.finished[0].followed):
        for ssrc in conversation.sources:
            yield host, ssrc


def _at_one_time(one: Sides, other: Sides) -> bool:
    return not abs(one.started - other.started) > TOGETHER  # also true when the capture has no times


def _add(found: list[Sides], new: list[Sides]) -> None:
    """Each call of another capture goes to the call that it is a side of: by its randoms, else by the order of time."""
    waiting, apart = list(found), list[float]()
    for depth in (2, 1):
        pairs = list(_pairs_by_randoms(waiting, new, depth))
        for partner, one in pairs:
            apart.append(one.started - partner.started)
            partner.join(one)
        paired = {id(one) for pair in pairs for one in pair}
        waiting, new = ([one for one in side if id(one) not in paired] for side in (waiting, new))
    clocks_apart = median(apart) if apart else None
    for partner in waiting:
        one_more = next((one for one in new if _may_be_one(partner, one, clocks_apart)), None)
        if one_more is not None:
            new.remove(one_more)
            partner.join(one_more, f"{', '.join((*partner.captures, *one_more.captures))}: {_GIVEN_TOGETHER}")
    found += new


def _pairs_by_randoms(waiting: Sequence[Sides], new: Sequence[Sides], depth: int) -> Iterator[tuple[Sides, Sides]]:
    """Calls with a handshake of equal randoms: both of them (depth 2), or the client's."""
    by_randoms = {key: one for one in reversed(waiting) for key in _randoms(one, depth)}
    taken: set[int] = set()
    for one in new:
        partners = (by_randoms.get(key) for key in _randoms(one, depth))
        partner = next((each for each in partners if each is not None and id(each) not in taken), None)
        if partner is not None:
            taken.add(id(partner))
            yield partner, one


def _randoms(one: Sides, depth: int) -> Iterator[Hashable]:
    return (seen.handshake[:depth] for each in one.conversations for seen in each.finished)


def _may_be_one(one: Sides, other: Sides, clocks_apart: float | None) -> bool:
    """Whether the times allow it, when it is known from other calls how far the clocks of both captures are apart."""
    return clocks_apart is None or not abs(other.started - one.started - clocks_apart) > TOGETHER
