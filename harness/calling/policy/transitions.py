"""What an administrator or a user does to a tenant: each function gives the tenant afterwards, or is Refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from ...model.tenant import (
    FIRST,
    GLOBAL,
    MOST_POLICIES,
    MOST_RANKS,
    TAG,
    Client,
    Encryption,
    EncryptionPolicy,
    Group,
    GroupAssignment,
    Tenant,
    User,
    domain_of,
    policy_name,
    same,
    valid_policy_name,
    valid_user_name,
)
from .effective import effective
from .lookup import Refused, Unknown, find_group, find_policy, find_user

GONE: Final = " (removed)"
"""Behind the name of a user who was removed, wherever others still have something of that user: no domain ends so."""
_NO_PART_OF_AN_ADDRESS: Final = frozenset({".", ".."})
"""Names that a client takes out of a path before it asks for it (RFC 3986 section 5.2.4), encoded or not."""
_Made = TypeVar("_Made", EncryptionPolicy, Group, User)


@dataclass(frozen=True)
class Settings:
    """What New- and Set- may say; None leaves it as it is."""

    description: str | None = None
    calling: Encryption | None = None
    meeting: Encryption | None = None


NOTHING_SAID: Final = Settings()


def new_policy(tenant: Tenant, identity: str, settings: Settings = NOTHING_SAID) -> Tenant:
    """A further policy. What is not said is Disabled."""
    try:
        name = _addressed(valid_policy_name(policy_name(identity)))
    except ValueError as error:
        raise Refused(f"{identity!r}: {error}") from None
    if any(same(policy.name) == same(name) for policy in tenant.policies):
        raise Refused(f"there is a policy {name!r} already")
    if len(tenant.policies) == MOST_POLICIES:
        raise Refused(f"a tenant has at most {MOST_POLICIES} policies")
    made = _with(EncryptionPolicy(identity=f"{TAG}{name}"), settings)
    return tenant.model_copy(update={"policies": (*tenant.policies, made)})


def set_policy(tenant: Tenant, identity: str, settings: Settings) -> Tenant:
    """Change a policy that exists; `Global` is the tenant's."""
    old = find_policy(tenant, identity)
    new = _with(old, settings)
    return tenant.model_copy(update={"policies": tuple(new if one is old else one for one in tenant.policies)})


def remove_policy(tenant: Tenant, identity: str) -> Tenant:
    """Take a policy away. Refused for Global, and for one that is still assigned.

    The second is documented for a policy of another type only (learn.microsoft.com, `remove-csteamsipphonepolicy`).
    """
    policy = find_policy(tenant, identity)
    if policy.identity == GLOBAL:
        raise Refused("the policy Global cannot be removed: it is the tenant's")
    if uses := _uses(tenant, policy):
        raise Refused(f"the policy {policy.name} is still assigned, to {', '.join(uses)}: take that away first")
    return tenant.model_copy(update={"policies": tuple(one for one in tenant.policies if one is not policy)})


def grant_user(tenant: Tenant, identity: str, policy: str | None) -> Tenant:
    """Assign a policy to a user directly; None takes the assignment away."""
    user = find_user(tenant, identity)
    return _with_user(tenant, user, policy=_assignable(tenant, policy))


def grant_tenant(tenant: Tenant, policy: str | None) -> Tenant:
    """Grant a policy to the whole tenant; None takes it away, so that Global decides again."""
    return tenant.model_copy(update={"tenant_policy": _assignable(tenant, policy)})


def grant_group(tenant: Tenant, identity: str, policy: str | None, rank: int | None = None) -> Tenant:
    """Assign a policy to a group, at `rank` from 1 (best), pushing down what stands there; None: last.

    A rank beyond the end is the end (learn.microsoft.com, `new-csgrouppolicyassignment`: ranks are made sequential).
    A group that has an assignment is moved. A policy of None takes the assignment away, and the others move up.
    """
    group = find_group(tenant, identity)
    name = _assignable(tenant, policy)
    if rank is not None and rank < 1:
        raise Refused(f"a rank is 1 or more, and 1 is the best; not {rank}")
    if rank is not None and name is None:
        raise Refused("a rank belongs to a policy that is assigned, and none is")
    others = [one for one in tenant.ranking if same(one.group) != same(group.name)]
    if name is not None:
        if len(others) == MOST_RANKS:
            raise Refused(f"policies can be assigned to at most {MOST_RANKS} groups")
        place = len(others) if rank is None else min(rank - 1, len(others))
        others.insert(place, GroupAssignment(group=group.name, policy=name))
    return tenant.model_copy(update={"ranking": tuple(others)})


def add_user(tenant: Tenant, name: str, display: str = "") -> Tenant:
    """A further user, without policy or group, the toggle off. The domain of a tenant that has one may be left out."""
    user = _checked(User, name=_in_domain(tenant, name), display=display)
    if any(same(one.name) == same(user.name) for one in tenant.users):
        raise Refused(f"there is a user {user.name!r} already")
    return tenant.model_copy(update={"users": (*tenant.users, user)})


def remove_user(tenant: Tenant, name: str) -> Tenant:
    """The user, and every assignment and membership that was the user's. Only the whole sign-in name will do."""
    gone = same(name)
    left = tuple(one for one in tenant.users if same(one.name) != gone)
    if len(left) == len(tenant.users):
        raise Unknown(f"there is no user {name!r}: give the whole sign-in name")
    groups = tuple(
        one.model_copy(update={"members": tuple(member for member in one.members if same(member) != gone)})
        for one in tenant.groups
    )
    return tenant.model_copy(update={"users": left, "groups": groups})


def put_group(tenant: Tenant, name: str, members: tuple[str, ...]) -> Tenant:
    """A group with exactly these members, be it new or not. Members are named as for `find_user`."""
    people = tuple(dict.fromkeys(find_user(tenant, member).name for member in members))
    group = _checked(Group, name=_addressed(name), members=people)
    others = [one for one in tenant.groups if same(one.name) != same(name)]
    return tenant.model_copy(update={"groups": (*others, group)})


def put_client(tenant: Tenant, identity: str, client: Client) -> Tenant:
    """One of the user's clients, be it new or not. It shows the user's toggle like all the others."""
    user = find_user(tenant, identity)
    others = [one for one in user.clients if same(one.name) != same(client.name)]
    return _with_user(tenant, user, clients=(*others, client))


def sign_in_client(
    tenant: Tenant, identity: str, client: Client, signed_in: frozenset[str], connected: frozenset[str], most: int
) -> Tenant:
    """A client that its user signs in with. Of more than `most` the oldest go that are not signed in, and then those
    that are and have gone without a word; of the connected none."""
    user = find_user(tenant, identity)
    if client in user.clients:
        return tenant
    others = [one for one in user.clients if same(one.name) != same(client.name)]
    idle = [one for one in others if same(one.name) not in connected]
    idle.sort(key=lambda one: same(one.name) in signed_in)
    too_many = len(others) + 1 - most
    if too_many > len(idle):
        raise Refused(f"{user.name} is connected with {most} devices: sign out with one of them first")
    gone = idle[: max(0, too_many)]
    return _with_user(tenant, user, clients=(*(one for one in others if one not in gone), client))


def turn(tenant: Tenant, identity: str, on: bool) -> Tenant:
    """The user's toggle, on all clients at once. It cannot be turned on where the policy in force does not allow it."""
    user = find_user(tenant, identity)
    if on and not (found := effective(tenant, user)).policy.allows_calls:
        raise Refused(f"{user.name} cannot turn it on: {found.policy.name} says {found.policy.calling}")
    return _with_user(tenant, user, toggle=on)


def take_unanswered(tenant: Tenant, identity: str, on: bool) -> Tenant:
    """Whether the user's voicemail takes ordinary calls that nobody answers."""
    return _with_user(tenant, find_user(tenant, identity), voicemail=on)


def record_user(tenant: Tenant, identity: str, on: bool) -> Tenant:
    """Assign compliance recording to a user, or take it away."""
    return _with_user(tenant, find_user(tenant, identity), recorded=on)


def record_tenant(tenant: Tenant, on: bool) -> Tenant:
    """Compliance recording of everybody."""
    return tenant.model_copy(update={"compliance_recording": on})


def _uses(tenant: Tenant, policy: EncryptionPolicy) -> list[str]:
    name = same(policy.name)
    users = sum(user.policy is not None and same(user.policy) == name for user in tenant.users)
    groups = sum(same(one.policy) == name for one in tenant.ranking)
    whole = tenant.tenant_policy is not None and same(tenant.tenant_policy) == name
    counted = ((users, f"{users} user{'s' * (users != 1)}"), (groups, f"{groups} group{'s' * (groups != 1)}"))
    return [*(words for count, words in counted if count), *(["the whole tenant"] if whole else [])]


def _assignable(tenant: Tenant, policy: str | None) -> str | None:
    """The name as the policy itself spells it."""
    if policy is None:
        return None
    found = find_policy(tenant, policy)
    if found.identity == GLOBAL:
        raise Refused("the policy Global cannot be assigned: it decides wherever nothing else is assigned")
    return found.name


def _with(policy: EncryptionPolicy, settings: Settings) -> EncryptionPolicy:
    said = {name: value for name, value in vars(settings).items() if value is not None}
    return _checked(EncryptionPolicy, **policy.model_dump() | said)


def _with_user(tenant: Tenant, user: User, **changed: Any) -> Tenant:
    new = user.model_copy(update=changed)
    return tenant.model_copy(update={"users": tuple(new if one is user else one for one in tenant.users)})


def _in_domain(tenant: Tenant, name: str) -> str:
    full = name if "@" in name or tenant.domain == FIRST else f"{name}@{tenant.domain}"
    try:
        valid_user_name(full)
    except ValueError as error:
        raise Refused(f"{name!r}: {error}") from None
    if tenant.domain not in (FIRST, domain_of(full)):
        raise Refused(f"{name!r} is not of this tenant, whose users are called NAME@{tenant.domain}")
    return full


def _addressed(name: str) -> str:
    """A name by which requests can ask for what it names."""
    if name in _NO_PART_OF_AN_ADDRESS:
        raise Refused(f"{name!r} is no name: no request could ask for it")
    return name


def _checked(noun: type[_Made], **fields: Any) -> _Made:
    try:
        return noun(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}") from None
