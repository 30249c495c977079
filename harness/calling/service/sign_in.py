"""Sign-in: a password is tried in a thread, wrong ones cost time, and a device becomes one of the user's."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from ...model.tenant import Client, Tenant, same
from ..exchange.exchange import MOST_DEVICES
from ..exchange.refusal import Refusal, refuse
from ..policy.lookup import find_user
from ..policy.transitions import sign_in_client
from ..store.accounts import Account, Secret, Ticket, Work, fits, hashed
from .bodies import SignIn
from .limits import Backoff
from .switchboard import Switchboard

MOST_WAITING: Final = 64
MOST_WAITING_OF_ADDRESS: Final = 16
FREE_OF_PAIR: Final = 5
"""Wrong passwords for one user from one address before it takes longer."""
FREE_OF_USER: Final = 30
FREE_OF_ADDRESS: Final = 30


class SignInDesk:
    """`monotonic` is a clock that cannot be set. Whether there is such a user shows neither in words nor in time."""

    def __init__(self, switchboard: Switchboard, monotonic: Callable[[], float], work: Work) -> None:
        self._switchboard = switchboard
        self._monotonic = monotonic
        self._nobody = _nobody(work)
        self._waiting: Counter[str] = Counter()
        self._tables = (Backoff(FREE_OF_PAIR), Backoff(FREE_OF_USER), Backoff(FREE_OF_ADDRESS))
        self._thread = ThreadPoolExecutor(1, "sign-in", _behind_the_others)

    async def sign_in(self, address: str, asked: SignIn) -> tuple[str, Ticket]:
        """A new token. Refusal `wrong-password` or `too-many`."""
        user = same(asked.user)
        keys = (f"{user}\0{address}", user, address)
        self._refuse_too_many(address, keys)
        account = self._switchboard.store.accounts.find(user)
        self._waiting[address] += 1
        try:
            right = await self._fits(asked.password, self._nobody if account is None else account.secret)
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()
        if not right or account is None or self._switchboard.store.accounts.find(user) != account:
            for table, key in zip(self._tables, keys, strict=True):
                table.failed(key, self._monotonic())
            refuse("wrong-password", "There is no such user with this password.")
        self._tables[0].succeeded(keys[0])
        return self._issued(account, asked.device)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _refuse_too_many(self, address: str, keys: tuple[str, str, str]) -> None:
        now = self._monotonic()
        wait = max(table.wait(key, now) for table, key in zip(self._tables, keys, strict=True))
        if wait > 0:
            refuse("too-many", f"Too many wrong passwords: try again in {wait:.0f} s.")
        if self._waiting.total() >= MOST_WAITING or self._waiting[address] >= MOST_WAITING_OF_ADDRESS:
            refuse("too-many", "Too many sign-ins at once: try again.")

    async def _fits(self, password: str, secret: Secret) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fits, password, secret)

    def _issued(self, account: Account, device: Client) -> tuple[str, Ticket]:
        now, accounts = self._switchboard.clock(), self._switchboard.store.accounts
        devices = accounts.devices(account.user, now)
        connected = frozenset(name for id_, name in devices.items() if self._switchboard.has(id_))

        def change(tenant: Tenant) -> tuple[Tenant, frozenset[str]]:
            signed_in = frozenset(devices.values())
            changed = sign_in_client(tenant, account.user, device, signed_in, connected, MOST_DEVICES)
            return changed, _clients(tenant, account.user) - _clients(changed, account.user)

        try:
            gone = self._switchboard.change(account.user, change)
        except ValueError as error:
            raise Refusal("too-many-devices", str(error)) from None
        for id_, name in devices.items():
            if name in gone:
                accounts.void(id_)
        return accounts.issue(account.user, device, now)


def _clients(tenant: Tenant, user: str) -> frozenset[str]:
    return frozenset(same(one.name) for one in find_user(tenant, user).clients)


def _nobody(work: Work) -> Secret:
    """What the passwords of users that are not there are tried against."""
    return hashed(os.urandom(16).hex(), work)


def _behind_the_others() -> None:
    """Trying passwords takes all of a processor: calls go before it."""
    with suppress(OSError):
        os.nice(10)
