"""Which policy a user is under, and by which rule: direct assignment, then the best rank, then Global."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...model.tenant import GLOBAL, EncryptionPolicy, Tenant, User, same
from .lookup import find_policy, groups_of


class PolicyRule(StrEnum):
    """Why a policy is in force, strongest first."""

    DIRECT = "direct"
    GROUP = "group"
    TENANT = "tenant"
    GLOBAL = "global"


@dataclass(frozen=True)
class Effective:
    """The policy in force. `group` and `rank` when a group decides; `because` is the sentence for a person."""

    policy: EncryptionPolicy
    rule: PolicyRule
    because: str
    group: str | None = None
    rank: int | None = None


def effective(tenant: Tenant, user: User) -> Effective:
    """The policy in force for `user`.

    A policy granted with `-Global` is "the default policy for all users in the tenant" (learn.microsoft.com,
    `grant-csteamsenhancedencryptionpolicy`): it takes the place of Global, and ranks below groups as Global does.
    """
    if user.policy is not None:
        policy = find_policy(tenant, user.policy)
        return Effective(policy, PolicyRule.DIRECT, f"{policy.name} is assigned to {user.name} directly")
    memberships = groups_of(tenant, user)
    for rank, assignment in enumerate(tenant.ranking, 1):
        if same(assignment.group) in memberships:
            policy = find_policy(tenant, assignment.policy)
            because = f"{policy.name} is assigned to the group {assignment.group}, rank {rank} of {len(tenant.ranking)}"
            return Effective(policy, PolicyRule.GROUP, because, assignment.group, rank)
    if tenant.tenant_policy is not None:
        policy = find_policy(tenant, tenant.tenant_policy)
        return Effective(policy, PolicyRule.TENANT, f"{policy.name} is granted to the whole tenant")
    because = "no policy is assigned to the user or a group of the user: Global decides"
    return Effective(find_policy(tenant, GLOBAL), PolicyRule.GLOBAL, because)
