"""`harness policy`: cmdlet lines, users and calls against a tenant of a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from .calling.policy import transitions
from .calling.policy.console import Shown, run
from .calling.policy.lookup import Refused, find_tenant, find_user, tenant_of
from .calling.policy.mode import CallKind, decide, side
from .calling.policy.powershell import MOST_TEXT
from .calling.store.tenants import load_all, update
from .model.tenant import FIRST, Client, ClientKind, Tenant, User, same
from .model.tenant import MOST_TEXT as MOST_CHARACTERS
from .policy_prompt import Conversation
from .report.text import visible

USAGE, HARNESS = 2, 3
STANDARD_INPUT: Final = "-"
_SWITCH: Final = {"on": True, "off": False}


@dataclass(frozen=True)
class Directory:
    """What the command line says about users, in the order in which it is done."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    toggles: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()


def console_command(
    lines: Sequence[str], store: Path, show: bool, stdin: TextIO, talk: TextIO, domain: str = FIRST
) -> str | tuple[int, str]:
    """Run the lines ("-": those of standard input) and give what they print; with `show` the tenant afterwards too.

    -Confirm asks on `talk` and reads the reply from `stdin`, where both are a terminal.
    """
    conversation = Conversation(stdin, talk)
    text = "\n".join(stdin.read(MOST_TEXT + 1) if line == STANDARD_INPUT else line for line in lines)

    def change(tenant: Tenant) -> tuple[Tenant, str]:
        after, shown = run(tenant, text, conversation.from_the_beginning())
        parts = ["\n".join(_lines(one)) for one in shown]
        return after, "\n\n".join([*filter(None, parts), *([after.model_dump_json(indent=1)] if show else [])])

    return _ended(store, lambda: update(store, change, domain))


def directory_command(asked: Directory, store: Path, show: bool, domain: str = FIRST) -> str | tuple[int, str]:
    """Add and change users, groups, clients, toggles and compliance recording."""

    def change(tenant: Tenant) -> tuple[Tenant, str]:
        for transition, texts in (
            (transitions.add_user, asked.users),
            (_group, asked.groups),
            (_client, asked.clients),
            (_toggle, asked.toggles),
            (_recording, asked.recordings),
        ):
            for text in texts:
                tenant = transition(tenant, text)
        return tenant, tenant.model_dump_json(indent=1) if show else ""

    return _ended(store, lambda: update(store, change, domain))


def call_command(
    caller: str, callee: str, kind: str, clients: tuple[str, str], store: Path, domain: str = FIRST
) -> str | tuple[int, str]:
    """The mode of a call between two users, what decides it, and the policies in force. Whose name has no @ is of the
    tenant of `domain`."""

    def ask() -> str:
        tenants = load_all(store)
        own = find_tenant(tenants, domain)
        homes = [tenant_of(tenants, name) if "@" in name else own for name in (caller, callee)]
        users = find_user(homes[0], caller), find_user(homes[1], callee)
        if users[0] is users[1]:
            raise Refused(f"{users[0].name} cannot call {users[0].name}")
        parts = zip(homes, users, clients, strict=True)
        near, far = (side(tenant, user, _named(user, name)) for tenant, user, name in parts)
        decided = decide(near, far, CallKind(kind))
        rows = [("mode", decided.mode), ("decided by", f"{decided.rule}: {decided.because}")]
        rows += [(one.user, f"{one.effective.rule}: {one.effective.because}") for one in (near, far)]
        return "\n".join(f"{visible(name)}: {visible(value)}" for name, value in rows)

    return _ended(store, ask)


def _ended(store: Path, work: Callable[[], str]) -> str | tuple[int, str]:
    try:
        return work()
    except ValueError as error:
        return USAGE, visible(str(error))
    except OSError as error:
        wrong = isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError)
        return USAGE if wrong else HARNESS, f"{error.filename or store}: {error.strerror or error}"


def _lines(shown: Shown) -> Iterator[str]:
    """Objects as `Format-List` shows them; JSON with an escape for what could not be seen in it."""
    if shown.text is not None:
        yield from map(_readable, shown.text.split("\n"))
    for number, item in enumerate(shown.objects):
        if number:
            yield ""
        width = max(map(len, item))
        yield from (
            f"{visible(name):<{width}} : {visible(value or '', MOST_CHARACTERS)}".rstrip()
            for name, value in item.items()
        )


def _readable(line: str) -> str:
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)


def _group(tenant: Tenant, text: str) -> Tenant:
    name, members = _parted(text, "--group", "NAME=USER,USER")
    return transitions.put_group(tenant, name, tuple(filter(None, members.split(","))))


def _client(tenant: Tenant, text: str) -> Tenant:
    user, said = _parted(text, "--client", "USER=KIND or USER=KIND,old")
    kind, _, age = said.partition(",")
    if kind not in set(ClientKind) or age not in ("", "old"):
        raise Refused(f"--client {text}: KIND is one of {', '.join(ClientKind)}, and may be followed by ,old")
    return transitions.put_client(tenant, user, Client(name=kind, kind=ClientKind(kind), recent=not age))


def _toggle(tenant: Tenant, text: str) -> Tenant:
    user, said = _parted(text, "--toggle", "USER=on")
    return transitions.turn(tenant, user, _on(said, text))


def _recording(tenant: Tenant, text: str) -> Tenant:
    if text in _SWITCH:
        return transitions.record_tenant(tenant, _SWITCH[text])
    user, said = _parted(text, "--recording", "on, or USER=on")
    return transitions.record_user(tenant, user, _on(said, text))


def _parted(text: str, option: str, form: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise Refused(f"{option} {text}: say {form}")
    return name, value


def _on(said: str, text: str) -> bool:
    if said not in _SWITCH:
        raise Refused(f"{text}: on or off")
    return _SWITCH[said]


def _named(user: User, name: str) -> Client:
    """The client called `name`; without a name the one that was added last."""
    if not name and user.clients:
        return user.clients[-1]
    found = next((client for client in user.clients if same(client.name) == same(name)), None)
    if found is None:
        raise Refused(f"{user.name} has no client {name!r}; there are {', '.join(one.name for one in user.clients)}")
    return found
