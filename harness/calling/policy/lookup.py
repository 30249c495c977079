"""Finding what somebody named, or saying that it is not there."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Final

from ...model.tenant import GLOBAL, EncryptionPolicy, Group, Tenant, User, home, policy_name, same

MOST_FILTER: Final = 256


class Refused(ValueError):
    """What an administrator or a user asked for is not done; the message says why."""


class Unknown(Refused):
    """There is nothing that is called so."""


def tenant_of(tenants: Iterable[Tenant], user: str) -> Tenant:
    """The tenant that a user of this name belongs to, whether there is one or not: that of the domain, or the first."""
    known = {tenant.domain: tenant for tenant in tenants}
    return known[home(known, user)]


def find_tenant(tenants: Iterable[Tenant], domain: str) -> Tenant:
    """By its domain."""
    known = {tenant.domain: tenant for tenant in tenants}
    if (found := known.get(same(domain))) is not None:
        return found
    others = ", ".join(filter(None, known)) or "only the first one, which has no name"
    raise Unknown(f"there is no tenant {domain!r}; there is {others}")


def find_policy(tenant: Tenant, identity: str) -> EncryptionPolicy:
    """By identity, `Global`, `Tag:NAME` or `NAME`."""
    wanted = same(policy_name(identity))
    for policy in tenant.policies:
        if same(policy.name) == wanted and (wanted != same(GLOBAL) or same(identity) == wanted):
            return policy
    raise Unknown(f"there is no policy {identity!r}")


def policies_like(tenant: Tenant, pattern: str) -> tuple[EncryptionPolicy, ...]:
    """Those whose identity fits the wildcard `pattern`, as in `Tag:*`."""
    if len(pattern) > MOST_FILTER:
        raise Refused(f"a filter has at most {MOST_FILTER} characters")
    return tuple(one for one in tenant.policies if fnmatch.fnmatchcase(same(one.identity), same(pattern)))


def find_user(tenant: Tenant, identity: str) -> User:
    """By sign-in name, SIP address, alias (what stands before the @), or display name; of one user only.

    Which of these `-Identity` takes: learn.microsoft.com, `get-csonlineuser`, and example 2 of
    `grant-csteamsenhancedencryptionpolicy`, which uses a display name.
    """
    wanted = same(identity).removeprefix("sip:")
    ways = (
        [user for user in tenant.users if same(user.name) == wanted],
        [user for user in tenant.users if same(user.name.partition("@")[0]) == wanted],
        [user for user in tenant.users if user.display and same(user.display) == wanted],
    )
    found = next(filter(None, ways), [])
    if not found:
        raise Unknown(f"there is no user {identity!r}")
    if len(found) > 1:
        raise Refused(f"{len(found)} users are called {identity!r}: give the whole sign-in name")
    return found[0]


def find_group(tenant: Tenant, identity: str) -> Group:
    """By its name."""
    for group in tenant.groups:
        if same(group.name) == same(identity):
            return group
    raise Unknown(f"there is no group {identity!r}")


def groups_of(tenant: Tenant, user: User) -> frozenset[str]:
    """The names (made comparable) of the groups that the user is a direct member of."""
    name = same(user.name)
    return frozenset(same(group.name) for group in tenant.groups if name in map(same, group.members))
