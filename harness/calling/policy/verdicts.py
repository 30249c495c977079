"""Which answer a user gets from what the exports say: the rule that decides, or the piece that is missing.

Where a piece is missing, every policy that could be in force is a candidate. Only when they all say the same is there
an answer; nothing is ever assumed in favour of encryption, nor against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...model.policy_audit import Answer, AuditRule
from ...model.tenant import GLOBAL, Encryption, same
from .exports import Absent, Assigned, Assignment


@dataclass(frozen=True)
class Verdict:
    """An answer, its rule and the sentence; policy, group and rank where one decides."""

    answer: Answer
    rule: AuditRule
    because: str
    policy: str | None = None
    group: str | None = None
    rank: int | None = None


class Judge:
    """Knows the policies, and the assignments to groups in the order of their ranks.

    `groups` is why assignments to groups are not known (all of them), or the assignments; `unknown` are the places in
    it of groups whose members are not given.
    """

    def __init__(
        self,
        policies: Mapping[str, Encryption | Absent],
        groups: Sequence[Assignment] | Absent,
        unknown: frozenset[int] = frozenset(),
    ) -> None:
        self._policies = policies
        self._groups = groups
        self._unknown = unknown

    def verdict(self, direct: Assigned, mine: frozenset[int]) -> Verdict:
        """`direct` is what is assigned to the user, `mine` the places of the assignments to groups of the user."""
        everything = (*self._policies, GLOBAL)
        if isinstance(direct, Absent):
            return self._any(everything, AuditRule.ASSIGNMENT_NOT_GIVEN, f"what is assigned directly: {direct.why}")
        if direct is not None:
            return self._one(direct, AuditRule.DIRECT, f"{direct} is assigned directly")
        if isinstance(self._groups, Absent):
            return self._any(everything, AuditRule.GROUPS_NOT_GIVEN, f"assignments to groups: {self._groups.why}")
        return self._by_group(self._groups, mine)

    def _by_group(self, groups: Sequence[Assignment], mine: frozenset[int]) -> Verdict:
        """The best rank decides: groups of the user, and before them those that may be."""
        possible = [groups[place] for place in sorted(mine | self._unknown)]
        last = [] if mine else [GLOBAL]
        ranks = [assignment.rank for assignment in possible]
        if len(possible) > 1 and (None in ranks or len(set(ranks)) < len(ranks)):
            names = [*(assignment.policy for assignment in possible), *last]
            return self._any(names, AuditRule.RANK_NOT_GIVEN, "the ranks of the groups: missing, or the same twice")
        perhaps = [groups[place] for place in sorted(self._unknown - mine) if not mine or place < min(mine)]
        certain = groups[min(mine)] if mine else None
        if perhaps:
            names = [*(assignment.policy for assignment in perhaps), certain.policy if certain else GLOBAL]
            missing = f"group membership not given: {', '.join(assignment.group for assignment in perhaps)}"
            return self._any(names, AuditRule.MEMBERS_NOT_GIVEN, missing)
        if certain is None:
            return self._one(GLOBAL, AuditRule.GLOBAL, "neither the user nor a group of the user has a policy")
        rank = "" if certain.rank is None else f", rank {certain.rank}"
        because = f"{certain.policy} is assigned to the group {certain.group}{rank}"
        return self._one(certain.policy, AuditRule.GROUP, because, certain)

    def _one(self, name: str, rule: AuditRule, because: str, by: Assignment | None = None) -> Verdict:
        value = self._value(name)
        group, rank = (None, None) if by is None else (by.group, by.rank)
        if isinstance(value, Absent):
            sentence = f"{because}, but what it says is not known: {value.why}"
            return Verdict(Answer.UNDECIDED, AuditRule.POLICY_NOT_GIVEN, sentence, name, group, rank)
        return Verdict(_ANSWERS[value], rule, f"{because}, and says {value}", name, group, rank)

    def _any(self, names: Iterable[str], rule: AuditRule, missing: str) -> Verdict:
        """What every candidate says; undecided when they differ, or when what one says is not known."""
        values = {self._value(name) for name in names}
        if len(values) == 1 and isinstance(value := values.pop(), Encryption):
            said = f"every policy that could be in force says {value} (not known: {missing})"
            return Verdict(_ANSWERS[value], AuditRule.ANY, said)
        return Verdict(Answer.UNDECIDED, rule, missing)

    def _value(self, name: str) -> Encryption | Absent:
        return self._policies.get(same(name), Absent("it is not among the policies"))


_ANSWERS = {Encryption.DISABLED: Answer.NOT_POSSIBLE, Encryption.USER_OVERRIDE: Answer.POSSIBLE}
