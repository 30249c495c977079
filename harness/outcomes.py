"""What happened to a call: findings and ground truth reduced to a few columns, and a literal table over them.

Nobody asks here what was expected. The first matching row of OUTCOMES decides; a case that no row names is UNKNOWN,
which no scenario can expect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from .model.base import MEDIA, Asset, Party
from .model.finding import CALL_WIDE, Finding, Reason
from .model.ground_truth import GroundTruth, Recovered, SentMarker
from .model.verdict import Outcome
from .model.visibility import Cell

T = TypeVar("T")


class Lock(StrEnum):
    """On how many of the two screens a lock was shown."""

    BOTH = "both"
    ONE = "one"
    NONE = "none"


class Codes(StrEnum):
    """How the two codes compare. `ONE`: only one screen showed a code."""

    EQUAL = "equal"
    DIFFER = "differ"
    ONE = "one"
    NONE = "none"


class Ending(StrEnum):
    """How a call that was up ended: `REFUSED` by an endpoint that would not go on, `LOST`, or by hanging up."""

    NORMAL = "normal"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class Observed:
    """What is established about a call before anybody asks whether it was expected.

    `intercepted`: a marker of this call's media was decoded from what the adversary wrote down (of chat, which the
    service reads in every call, it tells nothing), or the call went on between two ends that shared their keys with the
    adversary and not with each other. `exposed`: an auditor saw clear media, or a key to it, at a vantage. `delivered`:
    each party heard exactly the markers of the other one. `misnamed`: a screen names somebody else than the person at
    the other end. `uninvited`: media left a device before its user had accepted the call. `beyond`: somebody holds
    plaintext although the users' screens promised that he would not. `parted`: the adversary was one end of a party's
    DTLS, and the two ends did not share their keys.
    """

    established: bool
    intercepted: bool
    exposed: bool
    lock: Lock
    codes: Codes
    delivered: bool
    attacked: bool
    ending: Ending = Ending.NORMAL
    misnamed: bool = False
    uninvited: bool = False
    beyond: bool = False
    parted: bool = False


@dataclass(frozen=True)
class Row:
    """One row of the table; `None` matches anything."""

    outcome: Outcome
    established: bool | None = None
    intercepted: bool | None = None
    exposed: bool | None = None
    lock: Lock | None = None
    codes: Codes | None = None
    delivered: bool | None = None
    attacked: bool | None = None
    ending: Ending | None = None
    misnamed: bool | None = None
    uninvited: bool | None = None
    beyond: bool | None = None
    parted: bool | None = None

    def matches(self, seen: Observed) -> bool:
        return all(
            wanted is None or wanted == actual
            for wanted, actual in (
                (self.uninvited, seen.uninvited),
                (self.established, seen.established),
                (self.intercepted, seen.intercepted),
                (self.exposed, seen.exposed),
                (self.lock, seen.lock),
                (self.codes, seen.codes),
                (self.delivered, seen.delivered),
                (self.attacked, seen.attacked),
                (self.ending, seen.ending),
                (self.misnamed, seen.misnamed),
                (self.beyond, seen.beyond),
                (self.parted, seen.parted),
            )
        )


OUTCOMES: Final = (
    # Whoever is heard before he has accepted a call was promised nothing, and is betrayed by more than a lock.
    Row(Outcome.BREACH, uninvited=True),
    # Content that reached the adversary is never a blocked call, however the call ended.
    Row(Outcome.BREACH, established=False, intercepted=True),
    Row(Outcome.BREACH, established=False, beyond=True),
    Row(Outcome.BLOCKED, established=False, attacked=True),
    Row(Outcome.FAILED_CALL, established=False, attacked=False),
    Row(Outcome.BREACH, established=True, lock=Lock.ONE),
    # A plain shield promises less than a lock, and not nothing.
    Row(Outcome.BREACH, established=True, beyond=True, lock=Lock.NONE),
    # Two people who compare a code and find it equal believe it, lock or no lock.
    Row(Outcome.BREACH, established=True, intercepted=True, lock=Lock.NONE, codes=Codes.EQUAL),
    Row(Outcome.BREACH, established=True, exposed=True, lock=Lock.NONE, codes=Codes.EQUAL),
    Row(Outcome.DISCLOSED, established=True, lock=Lock.NONE),
    # From here on the lock is shown on both screens.
    Row(Outcome.DETECTED, established=True, intercepted=True, lock=Lock.BOTH, codes=Codes.DIFFER),
    Row(Outcome.BREACH, established=True, intercepted=True, lock=Lock.BOTH),
    Row(Outcome.BREACH, established=True, exposed=True, lock=Lock.BOTH),
    Row(Outcome.BREACH, established=True, beyond=True, lock=Lock.BOTH),
    # One end was the adversary's already when the other one looked and refused: the codes do not differ for nothing.
    Row(Outcome.BLOCKED, established=True, lock=Lock.BOTH, codes=Codes.DIFFER, ending=Ending.REFUSED, parted=True),
    Row(Outcome.FALSE_ALARM, established=True, lock=Lock.BOTH, codes=Codes.DIFFER),
    # From here on nobody got anything and the codes are equal.
    Row(
        Outcome.FAILED_CALL, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, ending=Ending.REFUSED, attacked=False
    ),
    Row(Outcome.FAILED_CALL, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, ending=Ending.LOST, attacked=False),
    Row(Outcome.BLOCKED, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, ending=Ending.REFUSED),
    Row(Outcome.DEGRADED, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, ending=Ending.LOST),
    Row(Outcome.MISBOUND, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, misnamed=True),
    Row(Outcome.SECURE, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, delivered=True),
    Row(Outcome.DEGRADED, established=True, lock=Lock.BOTH, codes=Codes.EQUAL, delivered=False),
)

_LOCKS: Final = {
    Reason.LOCK_ON_BOTH: Lock.BOTH,
    Reason.LOCK_ON_ONE: Lock.ONE,
    Reason.LOCK_ON_NONE: Lock.NONE,
}
_CODES: Final = {
    Reason.CODES_EQUAL: Codes.EQUAL,
    Reason.CODES_DIFFER: Codes.DIFFER,
    Reason.CODE_ON_ONE_SIDE: Codes.ONE,
    Reason.CODES_ABSENT: Codes.NONE,
}
_ENDINGS: Final = {Reason.CALL_REFUSED: Ending.REFUSED, Reason.CALL_LOST: Ending.LOST}
_EXPOSURES: Final = frozenset(
    # Where a lock is shown, the keys may not be the service's to use; and nothing that people say may lie about.
    {
        Reason.PLAINTEXT_ON_WIRE,
        Reason.MARKER_ON_WIRE,
        Reason.KEY_ON_WIRE,
        Reason.LOCK_ON_SERVICE_CALL,
        Reason.CODE_ON_SERVICE_CALL,
        Reason.CHAT_ON_DISK,
        Reason.KEY_IN_MEMORY,
        Reason.CONTENT_IN_MEMORY,
    }
)


def outcome(seen: Observed) -> Outcome:
    """What happened to the call, by the first row that matches."""
    return next((row.outcome for row in OUTCOMES if row.matches(seen)), Outcome.UNKNOWN)


def observe(
    truth: GroundTruth,
    recovered: Collection[Recovered],
    findings: Sequence[Finding],
    heard: Mapping[Party, Mapping[Asset, str]],
    beyond: Collection[Cell] = (),
) -> Observed | None:
    """Reduce the findings and the ground truth to the columns of the table; None when an auditor left one open."""
    reasons = {finding.reason for finding in findings}
    established = _one_of(reasons, {Reason.CALL_ESTABLISHED: True, Reason.CALL_NOT_ESTABLISHED: False})
    lock = _one_of(reasons, _LOCKS)
    codes = _one_of(reasons, _CODES)
    if established is None or lock is None or codes is None:
        return None
    ending = next((ending for reason, ending in _ENDINGS.items() if reason in reasons), Ending.NORMAL)
    went_on = established and (ending is not Ending.REFUSED or codes is Codes.DIFFER)
    return Observed(
        established=established,
        intercepted=any(one.asset in MEDIA for one in own(truth.markers, recovered))
        or (went_on and _between(truth, findings)),
        exposed=bool(reasons & _EXPOSURES),
        lock=lock,
        codes=codes,
        delivered=all(heard.get(sent.sender.peer, {}).get(sent.asset) == sent.marker for sent in truth.markers),
        attacked=truth.adversary is not None,
        ending=ending,
        misnamed=Reason.WRONG_PEER_NAME in reasons,
        uninvited=Reason.MEDIA_BEFORE_ACCEPT in reasons,
        beyond=bool(beyond),
        parted=truth.ended_one and _apart(findings),
    )


def own(sent: Collection[SentMarker], recovered: Collection[Recovered]) -> list[Recovered]:
    """Those of `recovered` that were really sent in this call, by that party, in that asset."""
    known = {(marker.asset, marker.sender, marker.marker) for marker in sent}
    return [found for found in recovered if (found.asset, found.sender, found.marker) in known]


def _between(truth: GroundTruth, findings: Sequence[Finding]) -> bool:
    """Whether the adversary was one end of both parties' DTLS, though nothing of the media need have been heard yet.

    Two witnesses: the adversary, whose handshake with each of them ended, and the recording, in which the two hold
    different keys. Either alone may be wrong: a boast, or a false alarm of an auditor.
    """
    return truth.ended_both and _apart(findings)


def _apart(findings: Sequence[Finding]) -> bool:
    """Whether the recording of this call shows that its two ends hold different keys."""
    return any((one.reason, one.vantage) == (Reason.KEYS_NOT_SHARED, CALL_WIDE) for one in findings)


def _one_of(reasons: set[Reason], meanings: Mapping[Reason, T]) -> T | None:
    """The meaning of the only one of these reasons that was given; None when there is none, or a contradiction."""
    given = [meaning for reason, meaning in meanings.items() if reason in reasons]
    return given[0] if len(given) == 1 else None
