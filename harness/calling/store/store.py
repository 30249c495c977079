"""A store, opened: by one service at a time, and by command lines beside it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ...model.tenant import same
from ..policy.lookup import Refused
from ..policy.transitions import add_user, remove_user
from . import kept
from .accounts import Account, Accounts
from .chats import FILES, Chats
from .database import DATABASE, connect, reported, transaction
from .tenants import Tenants

LOCK: Final = "service.lock"


class Store:
    """The parts of a store, behind one connection. Its methods raise sqlite3.Error when the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = connect(folder)
        with reported(folder / DATABASE):
            self.tenants = Tenants(self._connection)
            self.accounts = Accounts(self._connection)
            self.chats = Chats(self._connection, folder / FILES)
            self.tenants.all()

    def changed_elsewhere(self) -> int:
        """A number that is another one when somebody else has written to the store."""
        (number,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(number)

    @property
    def recordings(self) -> Path:
        """The folder of what the service has recorded of calls."""
        return self.folder / kept.KEPT

    def sweep(self) -> None:
        """Remove what a killed program has left behind that belongs to nobody, before a service begins."""
        self.chats.sweep()
        self._sweep_recordings()

    def add_tenant(self, domain: str, administrator: Account) -> None:
        """A further tenant with its first user, an administrator; both or neither. Refused."""
        self._sweep_recordings()  # else a new tenant would get those of an old one of its name
        with self.whole():
            self.tenants.add(domain)
            self.tenants.change(lambda tenant: (add_user(tenant, administrator.user, "Administrator"), None), domain)
            self.accounts.put(administrator)

    def remove_tenant(self, domain: str, users: frozenset[str]) -> tuple[Path, ...]:
        """A tenant goes, with accounts, tokens and chats of its users, all or none, and then its files and recordings.
        Refused for the first one, and when its users (sign-in names) are others by now than `users`.

        Gives the folders of recordings that could not be removed. What is left after a crash goes at the next start of
        a service (`sweep`).
        """
        with self.whole():
            if users != frozenset(user.name for user in self.tenants.load(domain).users):
                raise Refused(f"the users of {domain!r} have changed meanwhile: look again, and nothing was removed")
            theirs = [one.user for one in self.accounts.all() if self.tenants.home(one.user).domain == domain]
            self.tenants.remove(domain)
            for user in theirs:
                self.accounts.remove(user)
            files = self.chats.remove_domain(domain)
        for file in files:
            self.chats.discard(file)
        return self._sweep_recordings()

    def remove_user(self, name: str, domain: str) -> None:
        """A user of the tenant of this domain is removed: account, tokens, assignments and memberships go, all or
        none; others keep their chats. Refused.

        The last administrator of a tenant stays: nobody could undo it.
        """
        user = same(name)
        with self.whole():
            self.tenants.change(lambda tenant: (remove_user(tenant, name), None), domain)
            if self.administrators(domain) == {user}:
                raise Refused(f"{name!r} is the last administrator: make another one first")
            self.accounts.remove(user)
            self.chats.part_with(user)

    def administrators(self, domain: str) -> set[str]:
        """Comparable names of those who may change the tenant of this domain."""
        found = {one.user for one in self.accounts.all() if one.administrator}
        return {one for one in found if self.tenants.home(one).domain == domain}

    def _sweep_recordings(self) -> tuple[Path, ...]:
        return kept.sweep(self.recordings, [tenant.domain for tenant in self.tenants.all()])

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All of what is done meanwhile or nothing, also of what is known of the tenants."""
        try:
            with transaction(self._connection):
                yield
        except BaseException:
            self.tenants.forget()
            raise

    def close(self) -> None:
        self._connection.close()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One service at a time. ValueError when there is another one; the lock ends with the process, however it ends."""
    folder.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder / LOCK, flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{folder}: another service is using this store") from None
        yield
    finally:
        os.close(descriptor)


Error = sqlite3.Error
