"""The rules of the specification once more, written from its words alone: nothing of ours is imported here.

Ranks are kept as numbers that are pushed down one by one, policies as plain words, and the mode of a call is the
conjunction of seven sentences. Where this and the product differ, one of them has misread the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OFF, ON = "Disabled", "DisabledUserOverride"


@dataclass
class Book:
    """An administrator's notebook."""

    policies: dict[str, str] = field(default_factory=lambda: {"Global": OFF})
    direct: dict[str, str] = field(default_factory=dict)
    whole: str | None = None
    rank_of: dict[str, int] = field(default_factory=dict)
    group_policy: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)

    def give_group(self, group: str, policy: str, rank: int | None) -> None:
        self.take_group(group)
        lowest = max(self.rank_of.values(), default=0)
        wanted = lowest + 1 if rank is None else min(rank, lowest + 1)
        for other in self.rank_of:
            if self.rank_of[other] >= wanted:
                self.rank_of[other] += 1
        self.rank_of[group] = wanted
        self.group_policy[group] = policy

    def take_group(self, group: str) -> None:
        gone = self.rank_of.pop(group, None)
        self.group_policy.pop(group, None)
        for other in self.rank_of:
            if gone is not None and self.rank_of[other] > gone:
                self.rank_of[other] -= 1

    def in_force(self, user: str) -> tuple[str, str]:
        """The name of the policy and of the rule."""
        if user in self.direct:
            return self.direct[user], "direct"
        mine = {self.rank_of[group]: group for group in self.rank_of if user in self.members.get(group, set())}
        if mine:
            return self.group_policy[mine[min(mine)]], "group"
        return (self.whole, "tenant") if self.whole else ("Global", "global")


@dataclass(frozen=True)
class End:
    """What one person brings into a call, as the specification speaks of it."""

    setting: str
    toggle: bool
    device: str
    old: bool
    tenant_records: bool


def is_e2ee(a: End, b: End, kind: str) -> bool:
    """ "All of: policy of A allows; policy of B allows; …"."""
    return all(
        (
            a.setting == ON,
            b.setting == ON,
            a.toggle,
            b.toggle,
            not a.old and a.device in {"windows", "macos", "android", "ios"},
            not b.old and b.device in {"windows", "macos", "android", "ios"},
            kind == "one-to-one",
            not (a.tenant_records or b.tenant_records),
        )
    )


def first_reason(a: End, b: End, kind: str) -> tuple[str, str]:
    """The first sentence of that list that is not true, and whose it is."""
    failed = [
        ("policy", "caller") if a.setting != ON else None,
        ("policy", "callee") if b.setting != ON else None,
        ("toggle", "caller") if not a.toggle else None,
        ("toggle", "callee") if not b.toggle else None,
        ("client", "caller") if a.old or a.device in {"web", "pstn"} else None,
        ("client", "callee") if b.old or b.device in {"web", "pstn"} else None,
        ("kind", "") if kind != "one-to-one" else None,
        ("recording", "caller") if a.tenant_records else None,
        ("recording", "callee") if b.tenant_records else None,
        ("all-met", ""),
    ]
    return next(one for one in failed if one is not None)
