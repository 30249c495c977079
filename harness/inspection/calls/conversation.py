"""The associations of one call as one capture shows them: several when media is not bundled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ..associations import Followed
from .evidence import CallEvidence, OpenMedia, Seen, hosts_of
from .unclear import MAX_CANDIDATES, TOGETHER, UnclearIndex

MAX_HANDSHAKES: Final = 10_000


@dataclass(frozen=True)
class Conversation:
    """`finished`: handshakes that came to their end, in order. `unclear`: both sides sent protected records, but the
    handshake that made the keys was not seen, or not whole."""

    evidence: CallEvidence
    finished: tuple[Seen, ...]
    unclear: tuple[Seen, ...] = ()

    @property
    def handshakes(self) -> frozenset[tuple[bytes | None, bytes | None]]:
        return frozenset(one.handshake for one in self.finished)

    @property
    def client_randoms(self) -> frozenset[bytes | None]:
        return frozenset(one.followed.dtls.client_random for one in self.finished)

    @property
    def sources(self) -> frozenset[int]:
        """The SSRCs on its legs, as far as they are known."""
        legs = {one.followed.leg for one in self.finished}
        return frozenset(ssrc for leg in legs for ssrc in self.evidence.sources.get(leg, frozenset()))

    @property
    def open_media(self) -> tuple[OpenMedia, ...]:
        """Media that may be this call's: between its hosts, or of one of them who took part in it. One is as bad as
        many."""
        pairs = {hosts_of(one.followed) for one in self.finished}
        began = min(one.followed.started for one in self.finished)
        around = (one for host in frozenset[str]().union(*pairs) for one in self.evidence.open_media_of(host))
        found = (
            one
            for one in around
            if (one.both_ways or one.hosts in pairs) and not one.last < began  # also true when there are no times
        )
        return tuple(dict.fromkeys(islice(found, MAX_CANDIDATES)))

    @property
    def latest(self) -> tuple[Seen, ...]:
        """The last finished handshake of each leg: the one whose keys and code are in force."""
        return tuple({one.followed.leg: one for one in self.finished}.values())

    @property
    def local_near(self) -> bool | None:
        """Whether the near end of the last leg is the side that captured; None when that is not told."""
        return self.evidence.local_near(self.latest[-1].followed)


def conversations(evidence: CallEvidence) -> tuple[Conversation, ...]:
    """Every conversation of a capture with a finished handshake, in order of time.

    Handshakes belong together on one leg, or between the same two hosts within TOGETHER seconds. One that was forwarded
    and is seen on two legs makes two conversations. Clients that do not ask for SRTP are left aside if others do. Of
    very many handshakes only the first MAX_HANDSHAKES are looked at; `left_out` says so.
    """
    found: list[list[Seen]] = []
    near: dict[int | frozenset[str], list[int]] = {}
    finished = _finished(evidence)
    for one in finished[:MAX_HANDSHAKES]:
        at = next((at for at in _candidates(near, one) if _belongs(one, found[at])), None)
        if at is None:
            at = len(found)
            found.append([])
        found[at].append(one)
        for key in (one.followed.leg, hosts_of(one.followed)):
            if at not in near.setdefault(key, []):
                near[key].append(at)
    open_ones = UnclearIndex(unclear(evidence))
    return tuple(Conversation(evidence, tuple(group), open_ones.around(group)) for group in found)


def left_out(evidence: CallEvidence) -> tuple[str, ...]:
    """Sentences on handshakes that are too many to be looked at."""
    finished = len(_finished(evidence)) - MAX_HANDSHAKES
    open_ones = len(_unclear(evidence)) - MAX_HANDSHAKES
    found = ((finished, "finished"), (open_ones, "incomplete"))
    return tuple(f"{evidence.name}: {count} {kind} handshakes not compared" for count, kind in found if count > 0)


def unclear(evidence: CallEvidence) -> tuple[Seen, ...]:
    """Associations under whose keys both sides sent, but whose handshake was not seen to its end."""
    return _unclear(evidence)[:MAX_HANDSHAKES]


def _unclear(evidence: CallEvidence) -> tuple[Seen, ...]:
    return tuple(
        Seen(evidence, one)
        for one in evidence.associations
        if not one.dtls.finished and one.dtls.protected_near and one.dtls.protected_far
    )


def _finished(evidence: CallEvidence) -> tuple[Seen, ...]:
    finished = tuple(Seen(evidence, one) for one in evidence.associations if one.dtls.finished)
    return tuple(one for one in finished if _asks_for_srtp(one.followed)) or finished


def _candidates(near: Mapping[int | frozenset[str], Sequence[int]], one: Seen) -> list[int]:
    """Where conversations are that have the leg or the hosts of this one: the most recent ones first."""
    places = (near.get(key, ()) for key in (one.followed.leg, hosts_of(one.followed)))
    return [at for each in places for at in each[: -MAX_CANDIDATES - 1 : -1]]


def _asks_for_srtp(one: Followed) -> bool:
    return one.dtls.client_hello is not None and bool(one.dtls.client_hello.srtp_profiles)


def _belongs(one: Seen, group: Sequence[Seen]) -> bool:
    return all(one.handshake != other.handshake for other in group) and _same_ends(one.followed, group)


def _same_ends(one: Followed, group: Sequence[Seen]) -> bool:
    if any(one.leg == other.followed.leg for other in group):
        return True
    first = group[0].followed
    # On one host there is nothing but the port to tell two calls, or the two legs of a relay, apart.
    if len(hosts_of(one)) == 1 or hosts_of(one) != hosts_of(first):
        return False
    return not abs(one.started - first.started) > TOGETHER  # also true when the capture has no times
