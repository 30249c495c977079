"""The cmdlets at work: pasted lines and a tenant in, the tenant afterwards and what is shown out.

All lines are read before the first is run, and a line that is refused undoes those before it: half a paste is worse
than none. What somebody leaves out at -Confirm is not refused, and the lines after it are run; nor is a question
(-WhatIf), whose answer is that it would be. What the cmdlets print:
New- and Get- give policies, Grant- -PassThru the user; the rest gives nothing. The order of an object's properties is
ours; only their names are documented.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...model.tenant import TAG, Encryption, EncryptionPolicy, Tenant, policy_name, same
from .confirming import Ask, confirmed, nobody, sentence
from .lookup import Refused, find_group, find_policy, find_user, policies_like
from .parameters import GET, GRANT, NEW, REMOVE, SELECT, SET, TO_JSON, Bound, Cmdlet, bind
from .powershell import pipelines
from .transitions import Settings, grant_group, grant_tenant, grant_user, new_policy, remove_policy, set_policy

Item = Mapping[str, str | None]
"""One object of the pipeline: property names and values."""
MOST_DEPTH: Final = 100
MOST_OBJECTS: Final = 2000
"""That all lines of a text together give, to a pipe or to be shown: while they are run a service serves nobody else."""


@dataclass(frozen=True)
class Shown:
    """What one statement gives: objects, or text (JSON, or what would have been done)."""

    objects: tuple[Item, ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class Step:
    """After one cmdlet: the tenant, what goes on to the next, and whether anything was given at all."""

    tenant: Tenant
    shown: Shown


def run(tenant: Tenant, text: str, ask: Ask = nobody) -> tuple[Tenant, tuple[Shown, ...]]:
    """Run every line; `ask` is who replies to -Confirm. Refused, with line and column, leaves nothing done."""
    shown, objects = [], 0
    for pipeline in [[bind(command) for command in one] for one in pipelines(text)]:
        step = Step(tenant, Shown())
        for place, bound in enumerate(pipeline):
            try:
                step = _run(step, bound, place, ask)
                objects += len(step.shown.objects)
                if objects > MOST_OBJECTS:
                    raise Refused(f"the lines together give more than {MOST_OBJECTS} objects: run fewer at a time")
            except Refused as error:
                raise _placed(bound, error) from None
        tenant = step.tenant
        shown.append(step.shown)
    return tenant, tuple(shown)


def policy_object(policy: EncryptionPolicy) -> Item:
    """A policy as `Get-CsTeamsEnhancedEncryptionPolicy` gives it."""
    return {
        "Identity": policy.identity,
        "Description": policy.description,
        "CallingEndtoEndEncryptionEnabledType": policy.calling.value,
        "MeetingEndToEndEncryption": policy.meeting.value,
    }


def to_json(objects: Sequence[Item], compress: bool = False, as_array: bool = False) -> str:
    """As `ConvertTo-Json` of PowerShell 7 writes it: nothing of none, an object of one, an array of several.

    learn.microsoft.com, `convertto-json`: -AsArray gives an array "even if the input is a single object".
    """
    if not objects:
        return "[]" if as_array else ""
    value = list(objects) if as_array or len(objects) > 1 else objects[0]
    if compress:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=2)


def _run(step: Step, bound: Bound, place: int, ask: Ask) -> Step:
    last_of = _AFTER if place else _FIRST
    if bound.cmdlet not in last_of:
        where = "takes nothing through a pipe" if place else "stands behind a pipe"
        raise Refused(f"{bound.cmdlet.name} {where}")
    if step.shown.text is not None:
        raise Refused(f"{bound.cmdlet.name} gets text here, and takes objects")
    run_one = last_of[bound.cmdlet]
    if bound.on("WhatIf"):
        return Step(step.tenant, Shown(text="\n".join(_what_if(step, bound, run_one))))
    if bound.on("Confirm"):
        wanted = tuple(confirmed(bound.cmdlet.name, _targets(step, bound), ask))
        chosen = tuple(item for item, one in zip(step.shown.objects, wanted, strict=False) if one)
        step = Step(step.tenant, Shown(chosen))
        if not any(wanted):
            return step
    return run_one(step, bound)


def _what_if(step: Step, bound: Bound, run_one: Run) -> Iterator[str]:
    """What would be done, one after the other, and what would be refused."""
    tenant = step.tenant
    piped = _AFTER.get(bound.cmdlet) is run_one
    for shown in [Shown((item,)) for item in step.shown.objects] if piped else [Shown()]:
        one = Step(tenant, shown)
        try:
            tenant = run_one(one, bound).tenant
            yield from (f"What if: {sentence(bound.cmdlet.name, target)}" for target in _targets(one, bound))
        except Refused as error:
            yield f"What if: {bound.cmdlet.name} would be refused as things are: {error}"


def _new(step: Step, bound: Bound) -> Step:
    identity = bound.text("Identity") or ""
    tenant = new_policy(step.tenant, identity, _settings(bound))
    return Step(tenant, Shown((policy_object(find_policy(tenant, identity)),)))


def _set(step: Step, bound: Bound) -> Step:
    return Step(set_policy(step.tenant, _named(bound), _settings(bound)), Shown())


def _set_piped(step: Step, bound: Bound) -> Step:
    """Of each policy what is named changes (`set-csteamsenhancedencryptionpolicy`, -Instance: pipeline input)."""
    settings = _settings(bound)
    return _each(step, bound, lambda tenant, identity: set_policy(tenant, identity, settings))


def _get(step: Step, bound: Bound) -> Step:
    identity, pattern = bound.text("Identity"), bound.text("Filter")
    if identity is not None and pattern is not None:
        raise Refused("-Identity or -Filter, not both")
    if identity is not None:
        return Step(step.tenant, Shown((policy_object(find_policy(step.tenant, identity)),)))
    fit = policies_like(step.tenant, "*" if pattern is None else pattern)
    return Step(step.tenant, Shown(tuple(map(policy_object, fit))))


def _grant(step: Step, bound: Bound) -> Step:
    user, group, rank = bound.text("Identity"), bound.text("Group"), bound.values.get("Rank")
    policy = bound.text("PolicyName")
    if policy == "":
        raise Refused("-PolicyName is an empty text: $null takes an assignment away")
    if sum((user is not None, group is not None, bound.on("Global"))) != 1:
        raise Refused(f"{GRANT.name} needs one of -Identity (a user), -Group and -Global")
    if rank is not None and group is None:
        raise Refused("-Rank goes with -Group only")
    if user is not None:
        tenant = grant_user(step.tenant, user, policy)
    elif group is not None:
        tenant = grant_group(step.tenant, group, policy, rank if isinstance(rank, int) else None)
    else:
        tenant = grant_tenant(step.tenant, policy)
    if not bound.on("PassThru"):
        return Step(tenant, Shown())
    if user is None:
        raise Refused("-PassThru gives the user, and goes with -Identity only")
    found = find_user(tenant, user)
    return Step(tenant, Shown(({"Identity": found.name, "TeamsEnhancedEncryptionPolicy": found.policy},)))


def _remove(step: Step, bound: Bound) -> Step:
    return Step(remove_policy(step.tenant, _named(bound)), Shown())


def _remove_piped(step: Step, bound: Bound) -> Step:
    return _each(step, bound, remove_policy)


def _named(bound: Bound) -> str:
    identity = bound.text("Identity")
    if identity is None:
        raise Refused(f"{bound.cmdlet.name} needs -Identity: a text")
    return identity


def _each(step: Step, bound: Bound, change: Callable[[Tenant, str], Tenant]) -> Step:
    """`change` done to every policy that comes through the pipe."""
    if "Identity" in bound.values:
        raise Refused("the policies come through the pipe: -Identity is one too many")
    tenant = step.tenant
    for item in step.shown.objects:
        identity = item.get("Identity")
        if identity is None:
            raise Refused("what comes through the pipe has no Identity, and is no policy")
        tenant = change(tenant, identity)
    return Step(tenant, Shown())


def _select(step: Step, bound: Bound) -> Step:
    names = bound.values["Property"]
    assert isinstance(names, tuple)
    if any(set("*?[") & set(name) for name in names):
        raise Refused("Select-Object takes names of properties here, without wildcards")
    if len(set(map(same, names))) != len(names):
        raise Refused("Select-Object is given the same property twice")
    return Step(step.tenant, Shown(tuple(_chosen(item, names) for item in step.shown.objects)))


def _chosen(item: Item, names: tuple[str, ...]) -> Item:
    """The properties called `names`; one that is not there is $null, under the name that was asked for."""
    spelled = {same(name): name for name in item}
    return {spelled.get(same(name), name): item.get(spelled.get(same(name), name)) for name in names}


def _json(step: Step, bound: Bound) -> Step:
    depth = bound.values.get("Depth", 2)
    if not isinstance(depth, int) or not 1 <= depth <= MOST_DEPTH:
        raise Refused(f"-Depth is 1 to {MOST_DEPTH}, not {depth}")
    return Step(step.tenant, Shown(text=to_json(step.shown.objects, bound.on("Compress"), bound.on("AsArray"))))


Run = Callable[[Step, Bound], Step]
_FIRST: Final[dict[Cmdlet, Run]] = {NEW: _new, SET: _set, GET: _get, GRANT: _grant, REMOVE: _remove}
_AFTER: Final[dict[Cmdlet, Run]] = {SET: _set_piped, REMOVE: _remove_piped, SELECT: _select, TO_JSON: _json}


def _settings(bound: Bound) -> Settings:
    description, calling, meeting = (
        bound.values.get(name)
        for name in ("Description", "CallingEndtoEndEncryptionEnabledType", "MeetingEndToEndEncryption")
    )
    said = "" if "Description" in bound.values and description is None else description
    return Settings(
        said if isinstance(said, str) else None,
        calling if isinstance(calling, Encryption) else None,
        meeting if isinstance(meeting, Encryption) else None,
    )


def _targets(step: Step, bound: Bound) -> tuple[str, ...]:
    """Whom or what it is done to, as it is really called: the policies that come through a pipe, or else one."""
    if bound.cmdlet is GRANT:
        if (group := bound.text("Group")) is not None:
            return (find_group(step.tenant, group).name,)
        user = bound.text("Identity")
        return ("the whole tenant" if user is None else find_user(step.tenant, user).name,)
    identity = bound.text("Identity")
    if identity is None:
        return tuple(item.get("Identity") or "" for item in step.shown.objects)
    return (f"{TAG}{policy_name(identity)}" if bound.cmdlet is NEW else find_policy(step.tenant, identity).identity,)


def _placed(bound: Bound, error: Refused) -> Refused:
    return bound.word.refused(f"{bound.cmdlet.name}: {error}")
