"""What `harness policy audit` answers: users by class, pairs of users counted, and what could not be read or known."""

from __future__ import annotations

from enum import StrEnum

from .base import SCHEMA_VERSION, Noun


class Answer(StrEnum):
    """Whether an end-to-end encrypted call is possible: if both users turn it on, with clients that can."""

    POSSIBLE = "possible"
    NOT_POSSIBLE = "not-possible"
    UNDECIDED = "undecided"


class AuditRule(StrEnum):
    """What decides, or which piece is missing."""

    DIRECT = "direct"
    GROUP = "group"
    GLOBAL = "global"
    ANY = "any"
    RECORDING = "recording"
    ASSIGNMENT_NOT_GIVEN = "assignment-not-given"
    GROUPS_NOT_GIVEN = "groups-not-given"
    MEMBERS_NOT_GIVEN = "members-not-given"
    RANK_NOT_GIVEN = "rank-not-given"
    POLICY_NOT_GIVEN = "policy-not-given"
    RECORDING_NOT_GIVEN = "recording-not-given"


class Export(Noun):
    """A file that was read. `role`: policies, users, groups, members or recording."""

    role: str
    file: str
    items: int


class UserClass(Noun):
    """The users under the same rule. `policy`, `group` and `rank` are those that decide, where one does."""

    number: int
    answer: Answer
    rule: AuditRule
    policy: str | None
    group: str | None
    rank: int | None
    because: str
    users: tuple[str, ...]


class PairRow(Noun):
    """Unordered pairs of different users. `decided_by`: the class that decides; None where both allow it."""

    answer: Answer
    decided_by: int | None
    because: str
    pairs: int


class NamedPair(Noun):
    """Two users by name: the answer, which is the same whoever calls, the class of either, and the one that decides."""

    caller: str
    callee: str
    answer: Answer
    decided_by: int | None
    caller_class: int
    callee_class: int
    because: str


class Notice(Noun):
    """Something in a file that is missing, unknown or odd. `place` is its first line, `count` how often it occurs."""

    file: str
    place: str
    text: str
    count: int


class Totals(Noun):
    """Of users, or of pairs."""

    possible: int
    not_possible: int
    undecided: int


class PolicyAudit(Noun):
    """What `harness policy audit -o json=-` prints.

    Each user stands in exactly one class, each pair of users is counted in exactly one of `pair_rows`. `named_pairs`
    are those that were asked for, `each_pair` all there are, in a tenant small enough for that.
    """

    schema_version: int = SCHEMA_VERSION
    files: tuple[Export, ...]
    users: Totals
    pairs: Totals
    classes: tuple[UserClass, ...]
    pair_rows: tuple[PairRow, ...]
    named_pairs: tuple[NamedPair, ...]
    each_pair: tuple[NamedPair, ...]
    notices: tuple[Notice, ...]
    limits: tuple[str, ...]
