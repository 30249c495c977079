"""Which conversations are sides of one call: by what they have in common, else by the order of time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from statistics import median
from typing import Final

from .conversation import Conversation, conversations
from .evidence import CallEvidence, hosts_of
from .unclear import MAX_CANDIDATES, TOGETHER

_GIVEN_TOGETHER: Final = "taken as the two sides of one call because the captures were given together"
_SAME_MEDIA: Final = "taken as the two sides of one call because their media have the same SSRCs"

MOST_APART: Final = 3600.0
"""Seconds between the beginnings of two calls that may still be one, clocks being as they are, if nothing else says
so."""

_ENOUGH_SSRCS: Final = 2
"""Equal SSRCs that are no chance, though a careless stack always uses the same one."""


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

    @property
    def sources(self) -> frozenset[int]:
        return frozenset[int]().union(*(one.sources for one in self.conversations))

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
    SSRC, at about the same time and at one host; two of them, when the relay has two addresses."""
    found: list[Sides] = []
    by_handshake: dict[Hashable, Sides] = {}
    by_media: dict[Hashable, Sides] = {}
    by_source: dict[int, Sides] = {}
    for conversation in conversations(evidence):
        one = Sides([conversation])
        media = list(_media(conversation))
        forwarded = (by_handshake.get(each) for each in conversation.handshakes)
        relayed = (each for mark in media if (each := by_media.get(mark)) and _at_one_time(each, one))
        elsewhere = (each for each in _twice(by_source, conversation) if _at_one_time(each, one))
        partner = next((each for each in (*forwarded, *relayed, *elsewhere) if each is not None), None)
        if partner is None:
            found.append(one)
        else:
            partner.join(one, f"{evidence.name} shows two sides of the call, as at a relay")
        by_handshake.update(dict.fromkeys(conversation.handshakes, partner or one))
        by_media.update(dict.fromkeys(media, partner or one))
        by_source.update(dict.fromkeys(conversation.sources, partner or one))
    return found


def _twice(by_source: Mapping[int, Sides], conversation: Conversation) -> Iterator[Sides]:
    """Those with which this one has enough SSRCs in common, wherever they are."""
    common = Counter(by_source[ssrc] for ssrc in conversation.sources if ssrc in by_source)
    return (each for each, count in common.items() if count >= _ENOUGH_SSRCS)


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
        waiting, new = _left(waiting, pairs), _left(new, pairs)
    clocks_apart = median(apart) if apart else None
    for search, why in ((_pairs_by_media, _SAME_MEDIA), (_pairs_by_time, _GIVEN_TOGETHER)):
        pairs = list(search(waiting, new, clocks_apart))
        for partner, one in pairs:
            partner.join(one, f"{', '.join((*partner.captures, *one.captures))}: {why}")
        waiting, new = _left(waiting, pairs), _left(new, pairs)
    found += new


def _left(side: Sequence[Sides], pairs: Sequence[tuple[Sides, Sides]]) -> list[Sides]:
    paired = {id(one) for pair in pairs for one in pair}
    return [one for one in side if id(one) not in paired]


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


def _pairs_by_media(
    waiting: Sequence[Sides], new: Sequence[Sides], clocks_apart: float | None
) -> Iterator[tuple[Sides, Sides]]:
    """Calls whose media have the same SSRCs, as they have on both sides of somebody who passes them on."""
    by_source: dict[int, list[Sides]] = {}
    for one in new:
        for ssrc in one.sources:
            by_source.setdefault(ssrc, []).append(one)
    taken: set[Sides] = set()
    for partner in waiting:
        near = (by_source.get(ssrc, ())[:MAX_CANDIDATES] for ssrc in partner.sources)
        common = Counter(one for each in near for one in each if one not in taken)
        for one, count in common.items():
            if count >= _ENOUGH_SSRCS and (clocks_apart is None or _fits(partner, one, clocks_apart, TOGETHER)):
                taken.add(one)
                yield partner, one
                break


def _pairs_by_time(
    waiting: Sequence[Sides], new: Sequence[Sides], clocks_apart: float | None
) -> Iterator[tuple[Sides, Sides]]:
    """Calls in the order of time, as far as the times allow it; they must fit closely when it is known from other calls
    how far the clocks of both captures are apart."""
    limit, apart = (MOST_APART, 0.0) if clocks_apart is None else (TOGETHER, clocks_apart)
    left = deque(sorted(new, key=_in_time))
    for partner in sorted(waiting, key=_in_time):
        while left and left[0].started - partner.started - apart < -limit:
            left.popleft()  # too early for those that follow as well
        if left and _fits(partner, left[0], apart, limit):
            yield partner, left.popleft()


def _fits(one: Sides, other: Sides, apart: float, limit: float) -> bool:
    return not abs(other.started - one.started - apart) > limit  # also true when a capture has no times


def _in_time(one: Sides) -> tuple[bool, float]:
    return isnan(one.started), one.started
