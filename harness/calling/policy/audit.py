"""A real tenant's policy: every user into a class, pairs of users counted by class; those of a small tenant by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Final

from ...model.policy_audit import (
    Answer,
    AuditRule,
    Export,
    NamedPair,
    Notice,
    PairRow,
    PolicyAudit,
    Totals,
    UserClass,
)
from ...model.tenant import GLOBAL, Encryption, same
from .exports import Absent, Assigned, Assignment, GroupAssignments, OnlineUser
from .verdicts import Judge, Verdict

POSSIBLE_MEANS: Final = (
    "possible means: if both users turn it on, with clients that can, in an unscheduled one-to-one call; "
    "toggles and clients are in no export"
)
DIRECT_MEANS: Final = (
    "a policy at a user is taken as assigned directly: that Get-CsOnlineUser leaves policies of groups out is "
    "reported and not documented"
)
TENANT_GRANT: Final = (
    "a policy granted to the whole tenant (Grant-… -Global) is not documented to be in any of these exports: "
    "where Global decides, the answer holds if none was granted"
)
NO_RECORDING: Final = (
    "whether the tenant records for compliance is not given (--recording, Get-CsTeamsComplianceRecordingPolicy): "
    "possible means also that it does not"
)
MOST_NAMED: Final = 5
MOST_IN_PAIRS: Final = 40
"""Users of a tenant whose pairs are all named: 780 of them."""
_ORDER: Final = (Answer.NOT_POSSIBLE, Answer.UNDECIDED, Answer.POSSIBLE)


@dataclass(frozen=True)
class Tenancy:
    """What the exports say. `groups`, `members` and `recording` are None where no file was given."""

    policies: Mapping[str, Encryption | Absent]
    users: Iterable[OnlineUser]
    groups: GroupAssignments | None = None
    members: Mapping[str, set[str] | Absent] | None = None
    recording: Mapping[str, bool | Absent] | None = None


class PairRefused(ValueError):
    """A pair that is none: somebody who is not in the export, or the same user twice."""


def audit(tenancy: Tenancy, pairs: Sequence[tuple[str, str]] = ()) -> PolicyAudit:
    """Every user, every pair. Files and notices are the caller's to add. PairRefused."""
    sorting = _Sorting(tenancy, frozenset(same(name) for pair in pairs for name in pair))
    for user in tenancy.users:
        sorting.put(user)
    recording = _recording(tenancy, sorting.recorded)
    piles: dict[Verdict, list[str]] = {}
    for verdict, names in sorting.piles.items():
        piles.setdefault(recording.applied(verdict), []).extend(names)
    ranked = sorted(piles, key=lambda verdict: (_ORDER.index(verdict.answer), -len(piles[verdict]), verdict.because))
    classes = {verdict: _class(number, verdict, piles[verdict]) for number, verdict in enumerate(ranked, 1)}
    rows = tuple(_pair_rows(tuple(classes.values())))
    everybody = [(name, one) for one in classes.values() for name in one.users]
    few = everybody if len(everybody) <= MOST_IN_PAIRS else []
    found = {key: [(name, classes[recording.applied(one)]) for name, one in who] for key, who in sorting.found.items()}
    return PolicyAudit(
        files=(),
        users=_totals((one.answer, len(one.users)) for one in classes.values()),
        pairs=_totals((row.answer, row.pairs) for row in rows),
        classes=tuple(classes.values()),
        pair_rows=rows,
        named_pairs=tuple(_named(_who(caller, found), _who(callee, found)) for caller, callee in pairs),
        each_pair=tuple(_named(near, far) for near, far in combinations(few, 2)),
        notices=(),
        limits=(
            _pairs_mean(len(everybody)),
            POSSIBLE_MEANS,
            DIRECT_MEANS,
            TENANT_GRANT,
            *((NO_RECORDING,) if tenancy.recording is None else ()),
        ),
    )


def with_files(document: PolicyAudit, files: tuple[Export, ...], notices: tuple[Notice, ...]) -> PolicyAudit:
    """The same, and where it comes from."""
    return document.model_copy(update={"files": files, "notices": notices})


class _Sorting:
    """Puts users on piles: those with the same assignment and the same groups get one verdict, made once.

    `found` holds the users that somebody asks for by name, `recorded` what is assigned for compliance recording.
    """

    def __init__(self, tenancy: Tenancy, wanted: frozenset[str]) -> None:
        groups = _groups(tenancy.groups)
        ranked = () if isinstance(groups, Absent) else groups
        members = [_members(one.group, tenancy.members) for one in ranked]
        unknown = frozenset(place for place, known in enumerate(members) if isinstance(known, Absent))
        self._judge = Judge(tenancy.policies, groups, unknown)
        self._places = _places(members)
        self._wanted = wanted
        self._verdicts: dict[tuple[Assigned, frozenset[int]], Verdict] = {}
        self.piles: dict[Verdict, list[str]] = {}
        self.found: dict[str, list[tuple[str, Verdict]]] = {}
        self.recorded: set[Assigned] = set()

    def put(self, user: OnlineUser) -> None:
        mine = _NOWHERE.union(*(self._places.get(key, _NOWHERE) for key in user.keys))
        key = (user.encryption, mine)
        if (verdict := self._verdicts.get(key)) is None:
            verdict = self._verdicts[key] = self._judge.verdict(user.encryption, mine)
        self.piles.setdefault(verdict, []).append(user.name)
        self.recorded.add(user.recording)
        for name in self._wanted.intersection(user.keys):
            self.found.setdefault(name, []).append((user.name, verdict))


_NOWHERE: Final[frozenset[int]] = frozenset()


def _groups(given: GroupAssignments | None) -> Sequence[Assignment] | Absent:
    """By rank, those without one last."""
    if given is None:
        return Absent("no file was given (--groups)")
    if given.incomplete is not None:
        return Absent(given.incomplete)
    return sorted(given.encryption, key=lambda one: (one.rank is None, one.rank or 0))


def _members(group: str, given: Mapping[str, set[str] | Absent] | None) -> set[str] | Absent:
    if given is None:
        return Absent("no file was given (--members)")
    return given.get(same(group), Absent("the file does not name this group"))


def _places(members: Sequence[set[str] | Absent]) -> dict[str, frozenset[int]]:
    """For each member, the places of the groups."""
    found: dict[str, frozenset[int]] = {}
    for place, known in enumerate(members):
        if not isinstance(known, Absent):
            for key in known:
                found[key] = found.get(key, _NOWHERE) | {place}
    return found


@dataclass(frozen=True)
class _Recording:
    """Whether the tenant records for compliance; `active` is None when that is not known."""

    active: bool | None
    because: str = ""

    def applied(self, verdict: Verdict) -> Verdict:
        """A tenant that records has no end-to-end encrypted call at all."""
        if self.active and verdict.answer is not Answer.NOT_POSSIBLE:
            return replace(
                verdict,
                answer=Answer.NOT_POSSIBLE,
                rule=AuditRule.RECORDING,
                because=f"{self.because} ({verdict.because})",
            )
        if self.active is None and verdict.answer is Answer.POSSIBLE:
            rule, because = AuditRule.RECORDING_NOT_GIVEN, f"{self.because} (otherwise possible: {verdict.because})"
            return replace(verdict, answer=Answer.UNDECIDED, rule=rule, because=because)
        return verdict


def _recording(tenancy: Tenancy, at_users: set[Assigned]) -> _Recording:
    """One active policy that is in force for anybody is enough."""
    assigned = {same(name) for name in at_users if isinstance(name, str)}
    assigned |= tenancy.groups.recording if tenancy.groups else set()
    known = tenancy.recording
    if known is None:
        named = ", ".join(sorted(assigned)[:MOST_NAMED])
        what = f"{named} is assigned for compliance recording; whether it is active is not given (--recording)"
        return _Recording(None, what) if assigned else _Recording(False)
    in_force = assigned | {same(GLOBAL)}
    for name in sorted(in_force):
        if known.get(name) is True:
            return _Recording(True, f"the tenant records for compliance: the policy {name} is active")
    for name in sorted(in_force):
        if not isinstance(known.get(name), bool):
            return _Recording(None, f"whether the compliance recording policy {name} is active is not given")
    hidden = any(isinstance(one, Absent) for one in at_users) or tenancy.groups is None or tenancy.groups.incomplete
    if hidden and any(active is not False for active in known.values()):
        return _Recording(None, "a compliance recording policy is active; to whom it is assigned is not given")
    return _Recording(False)


def _class(number: int, verdict: Verdict, users: Sequence[str]) -> UserClass:
    return UserClass(number=number, users=tuple(users), **vars(verdict))


def _totals(counts: Iterable[tuple[Answer, int]]) -> Totals:
    sums = dict.fromkeys(Answer, 0)
    for answer, count in counts:
        sums[answer] += count
    return Totals(
        possible=sums[Answer.POSSIBLE],
        not_possible=sums[Answer.NOT_POSSIBLE],
        undecided=sums[Answer.UNDECIDED],
    )


def _pair_rows(classes: Sequence[UserClass]) -> Iterator[PairRow]:
    """Classes stand in the order in which they decide: who may not, then who is undecided, then who may.

    A class decides the pairs within it, and those with everybody in a class behind it.
    """
    behind = sum(len(one.users) for one in classes)
    for one in classes:
        if one.answer is Answer.POSSIBLE:
            break
        count = len(one.users)
        behind -= count
        if pairs := comb(count, 2) + count * behind:
            yield PairRow(answer=one.answer, decided_by=one.number, because=one.because, pairs=pairs)
    if pairs := comb(behind, 2):
        yield PairRow(answer=Answer.POSSIBLE, decided_by=None, because="the policies of both allow it", pairs=pairs)


def _pairs_mean(users: int) -> str:
    return (
        f"{users:,} users make {comb(users, 2):,} pairs; each is of exactly one pair of classes, and counted once: the "
        "class with the smaller number decides, and where both are possible, both policies allow it"
    )


def _who(name: str, found: Mapping[str, Sequence[tuple[str, UserClass]]]) -> tuple[str, UserClass]:
    who = found.get(same(name), ())
    if len(who) != 1:
        raise PairRefused(f"--pair: {len(who) or 'no'} users of the export are called {name!r}")
    return who[0]


def _named(caller: tuple[str, UserClass], callee: tuple[str, UserClass]) -> NamedPair:
    (near, mine), (far, theirs) = caller, callee
    if near == far:
        raise PairRefused(f"--pair: {near!r} cannot call {far!r}")
    answer = min((mine.answer, theirs.answer), key=_ORDER.index)
    deciding = [f"{name}: {one.because}" for name, one in (caller, callee) if one.answer is answer]
    return NamedPair(
        caller=near,
        callee=far,
        answer=answer,
        decided_by=None if answer is Answer.POSSIBLE else min(mine.number, theirs.number),
        caller_class=mine.number,
        callee_class=theirs.number,
        because="; ".join(deciding),
    )
