"""`harness serve`: the calling service on a store, and the accounts in it."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, TextIO

from .calling.policy.lookup import Refused, find_tenant
from .calling.policy.transitions import add_user
from .calling.service.certificates import AUTHORITY, tls_context
from .calling.service.serve import serve
from .calling.store.accounts import MOST_PASSWORD, Account, Work, hashed
from .calling.store.database import exists
from .calling.store.kept import Recorded, recorded
from .calling.store.store import Error, Store, alone
from .model.tenant import FIRST, Tenant, same
from .report.text import visible

USAGE, HARNESS = 2, 3
ADMINISTRATOR: Final = "admin@contoso.example"
THE_FIRST: Final = "(the first tenant)"
LEAST_PASSWORD: Final = 8
MOST_FIRST: Final = 20
"""Users that get a password at the first start; those beyond are given theirs by name."""
Ended = str | tuple[int, str]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """Where to listen, and where devices reach the service's media."""

    host: str
    port: int
    media_host: str | None = None

    def media(self) -> str:
        """An IPv4 address of this machine. ValueError when it has to be said."""
        named = self.media_host or ("127.0.0.1" if self.host in ("localhost", "::1") else self.host)
        try:
            found = IPv4Address(named)
        except ValueError:
            found = IPv4Address(0)
        if found.is_unspecified:
            raise ValueError(f"media of devices cannot be sent to {named}: name an IPv4 address with --media-host")
        return str(found)


def serve_command(store: Path, asked: Asked, password_file: Path | None, say: Say) -> Ended:
    """Serve until a signal. `say` is told at the start what a person needs to know."""
    with _faults(store) as ended, alone(store), closing(Store(store)) as opened:
        asked.media()
        opened.sweep()
        context = tls_context(store, asked.host)
        _handed_over(_first_accounts(opened), password_file, say)
        asyncio.run(_served(opened, context, asked, say))
    return _ended(ended)


def add_command(store: Path, name: str, display: str, administrator: bool, password: str | None) -> Ended:
    """A further user, with an account."""
    return _changed(store, name, password, lambda tenant: add_user(tenant, name, display), administrator)


def password_command(store: Path, name: str, password: str | None) -> Ended:
    """Another password: all devices of the user are signed out. A user without an account gets one."""
    return _changed(store, name, password, None, None)


def remove_command(store: Path, name: str) -> Ended:
    """The user is none any more, and signed out everywhere; others keep their chats."""
    with _faults(store) as ended, closing(_existing(store)) as opened:
        opened.remove_user(name, opened.tenants.home(name).domain)
    return _ended(ended)


def tenant_command(store: Path, domain: str, password: str | None) -> Ended:
    """A further tenant, with an account for its administrator."""
    own = domain.lower() if domain.isascii() else domain  # what only folds to letters a to z is no domain
    name, chosen = f"admin@{own}", password or _generated()
    with _faults(store) as ended, closing(_existing(store)) as opened:
        opened.add_tenant(own, Account(name, True, hashed(chosen, Work())))
    return _ended(ended, f"password of {visible(name)}: {chosen}" if password is None else "")


def remove_tenant_command(store: Path, domain: str, sure: Callable[[str], bool]) -> Ended:
    """A tenant goes, when `sure` says so to what would go with it, and with nothing else than that."""
    said = ""
    with _faults(store) as ended, closing(_existing(store)) as opened:
        tenant = find_tenant(opened.tenants.all(), domain)
        if tenant.domain == FIRST:
            opened.tenants.remove(FIRST)  # is refused
        users = frozenset(user.name for user in tenant.users)
        lines, kept = opened.chats.count(tenant.domain), recorded(opened.recordings, tenant.domain)
        there = f"{_counted(len(users), 'user')}, {_counted(lines, 'line')} of chat"
        what = f"{tenant.domain} with {there} and recordings of {_counted(kept.own, 'call')}"
        if sure(f"Remove {what}, and the files in its chats? Nothing brings it back."):
            failed = opened.remove_tenant(tenant.domain, users)
            said = "\n".join(_left(f"removed: {what}", kept, failed))
        else:
            said = "nothing was removed"
    return _ended(ended, said)


def _left(said: str, kept: Recorded, failed: Iterable[Path]) -> Iterator[str]:
    """What was removed, and what lies there still and is to be removed by hand if at all."""
    yield said
    if kept.shared:
        shared = f"recordings of {_counted(kept.shared, 'call')} with people of other tenants belong to these as well"
        yield f"left: {shared}: {', '.join(map(str, kept.others))}"
    for path in failed:
        yield f"left: {path} could not be removed"


def at_terminal(stdin: TextIO, talk: TextIO) -> Callable[[str], bool]:
    """Asks on `talk` and reads from `stdin`, where both are a terminal; elsewhere nobody can be asked."""

    def sure(question: str) -> bool:
        if not (stdin.isatty() and talk.isatty()):
            raise Refused("this asks, and nobody can be asked here: run it at a terminal, or say --yes")
        talk.write(f"{question} [y/N] ")
        talk.flush()
        return stdin.readline(MOST_PASSWORD).strip().casefold() in ("y", "yes")

    return sure


def tenants_command(store: Path) -> Ended:
    """Every tenant by its domain, with the number of its users and the names of its administrators."""
    lines: list[str] = []
    with _faults(store) as ended, closing(_existing(store)) as opened:
        for tenant in opened.tenants.all():
            administrators = ", ".join(sorted(map(visible, opened.administrators(tenant.domain)))) or "nobody"
            users = _counted(len(tenant.users), "user")
            lines.append(f"{tenant.domain or THE_FIRST}: {users}, administered by {administrators}")
    return _ended(ended, "\n".join(lines))


def list_command(store: Path) -> Ended:
    """Every user of every tenant: whether there is an account, and whether it is an administrator's."""
    lines: list[str] = []
    with _faults(store) as ended, closing(_existing(store)) as opened:
        accounts = {one.user: one for one in opened.accounts.all()}
        for user in (user for tenant in opened.tenants.all() for user in tenant.users):
            account = accounts.get(same(user.name))
            what = "no account" if account is None else "administrator" if account.administrator else "user"
            lines.append(f"{visible(user.name)}: {what}")
    return _ended(ended, "\n".join(lines))


def own_password(stdin: TextIO) -> str:
    """The first line of standard input. ValueError when it cannot be a password."""
    text = stdin.readline(MOST_PASSWORD + 2).rstrip("\r\n")
    if not LEAST_PASSWORD <= len(text) <= MOST_PASSWORD:
        raise ValueError(f"a password has {LEAST_PASSWORD} to {MOST_PASSWORD} characters")
    return text


def _changed(
    store: Path,
    name: str,
    password: str | None,
    change: Callable[[Tenant], Tenant] | None,
    administrator: bool | None,
) -> Ended:
    chosen = password or _generated()
    with _faults(store) as ended, closing(_existing(store)) as opened:
        if change is not None:
            opened.tenants.change(lambda tenant: (change(tenant), None), opened.tenants.home(name).domain)
        user = _user(opened.tenants.home(name), name)
        before = opened.accounts.find(user)
        keeps = before is not None and before.administrator
        opened.accounts.put(Account(user, keeps if administrator is None else administrator, hashed(chosen, Work())))
    said = f"password of {visible(name)}: {chosen}" if password is None else ""
    return _ended(ended, said)


def _user(tenant: Tenant, name: str) -> str:
    wanted = same(name)
    if all(same(user.name) != wanted for user in tenant.users):
        raise Refused(f"there is no user {name!r}: give the whole sign-in name")
    return wanted


def _existing(store: Path) -> Store:
    if not exists(store):
        raise ValueError(f"{store}: is no store: `harness serve` or `harness policy` makes one")
    return Store(store)


def _first_accounts(opened: Store) -> dict[str, str]:
    """Where nobody of the first tenant can sign in yet: an administrator, and a password for everybody there. Names
    and passwords."""
    if any(opened.tenants.home(account.user).domain == FIRST for account in opened.accounts.all()):
        return {}

    def change(tenant: Tenant) -> tuple[Tenant, None]:
        if any(same(user.name) == ADMINISTRATOR for user in tenant.users):
            return tenant, None
        return add_user(tenant, ADMINISTRATOR, "Administrator"), None

    opened.tenants.change(change)
    names = [user.name for user in opened.tenants.load().users if same(user.name) != ADMINISTRATOR]
    made = {name: _generated() for name in (*names[:MOST_FIRST], ADMINISTRATOR)}
    # The administrator comes last: whoever is interrupted before finds a store that is not begun.
    for name, password in made.items():
        opened.accounts.put(Account(same(name), name == ADMINISTRATOR, hashed(password, Work())))
    return made


def _handed_over(made: Mapping[str, str], password_file: Path | None, say: Say) -> None:
    """The only time that passwords are shown: on the screen, or in a file for its owner alone."""
    lines = [f"{visible(name)} {password}" for name, password in made.items()]
    if not lines:
        return
    if password_file is None:
        say("\n".join(("Passwords, shown this once (`harness serve user password NAME` makes another):", *lines)))
        return
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{line}\n" for line in lines))


async def _served(opened: Store, context: ssl.SSLContext, asked: Asked, say: Say) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def started(port: int) -> None:
        host = f"[{asked.host}]" if ":" in asked.host else asked.host
        at = f"https://{host}:{port}"
        authority = (opened.folder / AUTHORITY).resolve()
        say(f"call window   {at}/call\nadmin centre  {at}/admin\nauthority     {authority}")

    await serve(opened, context, (asked.host, asked.port), asked.media(), started, stop)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _generated() -> str:
    return secrets.token_urlsafe(12)


class _Fault:
    """What went wrong, if anything."""

    ended: tuple[int, str] | None = None


@contextmanager
def _faults(store: Path) -> Iterator[_Fault]:
    """Errors, as an exit code and a sentence."""
    fault = _Fault()
    try:
        yield fault
    except ValueError as error:
        fault.ended = USAGE, visible(str(error))
    except OSError as error:
        wrong = isinstance(error, FileNotFoundError | FileExistsError | NotADirectoryError | PermissionError)
        fault.ended = USAGE if wrong else HARNESS, f"{error.filename or store}: {error.strerror or error}"
    except Error as error:
        fault.ended = HARNESS, f"{store}: {error}"


def _ended(fault: _Fault, said: str = "") -> Ended:
    return said if fault.ended is None else fault.ended
