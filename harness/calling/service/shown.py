"""What requests are answered with: parts of the tenant, as programs and pages read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...model.tenant import Client, Group, Tenant, User, same
from ..exchange.directory import Directory
from ..exchange.state import Exchange
from ..exchange.words import Presence
from ..policy.effective import Effective
from ..store.accounts import Ticket
from ..store.chats import StoredLine

Shown = dict[str, Any]


def me(directory: Directory, ticket: Ticket) -> Shown:
    user = directory.named(ticket.user)
    found = directory.effective(user)
    return {
        "user": user.name,
        "display": directory.display(ticket.user, ticket.user),
        "tenant": directory.tenant_of(ticket.user).domain,
        "administrator": ticket.administrator,
        "toggle": user.toggle,
        "voicemail": user.voicemail,
        "may_turn_on": found.policy.allows_calls,
        "effective": in_force(found),
        "devices": [_device(client) for client in user.clients],
    }


def in_force(found: Effective) -> Shown:
    """The policy of a user, and the rule that decides."""
    return {"policy": found.policy.name, "rule": found.rule.value, "because": found.because}


def in_force_fully(found: Effective) -> Shown:
    rest = {"group": found.group, "rank": found.rank, "allows_calls": found.policy.allows_calls}
    return in_force(found) | rest


def people(directory: Directory, exchange: Exchange, ticket: Ticket) -> Shown:
    """The directory of the own tenant, as everybody in it may see it."""
    there = exchange.presences()
    return {"users": [_person(user, there) for user in directory.tenant_of(ticket.user).users]}


def line(directory: Directory, one: StoredLine) -> Shown:
    file = one.file
    return {
        "message": one.message,
        "from": directory.name(one.sender),
        "to": directory.name(one.receiver),
        "text": one.text,
        "time": one.time,
        "file": None if file is None else {"file": file.file, "name": file.name, "size": file.size},
    }


def assignments(tenant: Tenant) -> Shown:
    return {
        "tenant": tenant.tenant_policy,
        "groups": [
            {"group": one.group, "policy": one.policy, "rank": rank} for rank, one in enumerate(tenant.ranking, 1)
        ],
        "users": [{"user": user.name, "policy": user.policy} for user in tenant.users if user.policy is not None],
    }


def users(directory: Directory, tenant: Tenant) -> Shown:
    """Every user, as the tenant's administrators see them, and whether the whole tenant is recorded."""
    return {"recording": tenant.compliance_recording, "users": [_user(directory, user) for user in tenant.users]}


def groups(tenant: Tenant) -> Shown:
    return {"groups": [_group(group) for group in tenant.groups]}


def _user(directory: Directory, user: User) -> Shown:
    return {
        "user": user.name,
        "display": user.display or user.name,
        "toggle": user.toggle,
        "recorded": user.recorded,
        "policy": user.policy,
        "devices": [_device(client) for client in user.clients],
        "effective": in_force(directory.effective(user)),
    }


def _person(user: User, there: Mapping[str, Presence]) -> Shown:
    presence = there.get(same(user.name), Presence.OFFLINE)
    return {"user": user.name, "display": user.display or user.name, "presence": presence.value}


def _group(group: Group) -> Shown:
    return {"group": group.name, "members": list(group.members)}


def _device(client: Client) -> Shown:
    return client.model_dump(mode="json")
