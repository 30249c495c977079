"""Whether a call is end-to-end encrypted: every condition in order, and the first that is not met decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ...model.base import Role
from ...model.mode import Mode
from ...model.tenant import Client, Tenant, User
from .effective import Effective, effective


class CallKind(StrEnum):
    """Only an unscheduled one-to-one call over VoIP can be end-to-end encrypted."""

    ONE_TO_ONE = "one-to-one"
    SCHEDULED = "scheduled"
    GROUP = "group"
    PSTN = "pstn"


class ModeRule(StrEnum):
    """What decides the mode, in the order in which it is asked."""

    POLICY = "policy"
    TOGGLE = "toggle"
    CLIENT = "client"
    KIND = "kind"
    RECORDING = "recording"
    ALL_MET = "all-met"


@dataclass(frozen=True)
class Side:
    """One end of a call: its user, the policy in force there, the client, and why the tenant records, if it does."""

    user: str
    effective: Effective
    toggle: bool
    client: Client
    recorded: str | None


@dataclass(frozen=True)
class Decision:
    """The mode, the rule that decided, whose side did not meet it (None: neither's alone), and a sentence."""

    mode: Mode
    rule: ModeRule
    side: Role | None
    because: str


def side(tenant: Tenant, user: User, client: Client) -> Side:
    """What `user` brings into a call with `client`."""
    return Side(user.name, effective(tenant, user), user.toggle, client, recording(tenant))


def recording(tenant: Tenant) -> str | None:
    """Why the tenant records for compliance; None when it does not. Recording one user is enough: then it does."""
    if tenant.compliance_recording:
        return "the tenant records for compliance"
    recorded = next((user.name for user in tenant.users if user.recorded), None)
    return None if recorded is None else f"the tenant records for compliance: {recorded} is recorded"


def decide(caller: Side, callee: Side, kind: CallKind = CallKind.ONE_TO_ONE) -> Decision:
    """The mode of a call. A call that cannot be `e2ee` is silently an ordinary one: nobody is asked or told."""
    for rule, who, failed in _unmet(caller, callee, kind):
        return Decision(Mode.SERVICE, rule, who, failed)
    return Decision(Mode.E2EE, ModeRule.ALL_MET, None, "both policies allow it, and both users have turned it on")


def _unmet(caller: Side, callee: Side, kind: CallKind) -> Iterator[tuple[ModeRule, Role | None, str]]:
    both = ((Role.CALLER, caller), (Role.CALLEE, callee))
    for who, one in both:
        if not one.effective.policy.allows_calls:
            said = f"the policy {one.effective.policy.name} says {one.effective.policy.calling}"
            yield ModeRule.POLICY, who, f"{one.user}: {said} ({one.effective.because})"
    for who, one in both:
        if not one.toggle:
            yield ModeRule.TOGGLE, who, f"{one.user} has not turned end-to-end encrypted calls on"
    for who, one in both:
        if not one.client.can_encrypt:
            old = "" if one.client.recent else "an old version, "
            yield ModeRule.CLIENT, who, f"the client {one.client.name} of {one.user} cannot ({old}{one.client.kind})"
    if kind is not CallKind.ONE_TO_ONE:
        yield ModeRule.KIND, None, f"a {kind} call is never end-to-end encrypted"
    for who, one in both:
        if one.recorded is not None:
            yield ModeRule.RECORDING, who, f"{one.user}: {one.recorded}"
