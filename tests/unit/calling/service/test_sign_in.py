"""Sign-in: the same answer for a wrong password and for nobody, waits that grow, devices that are remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.exchange.refusal import Refusal
from harness.calling.service import sign_in as module
from harness.calling.service.bodies import SignIn
from harness.calling.service.processor import NoProcessor
from harness.calling.service.sign_in import FREE_OF_ADDRESS, FREE_OF_PAIR, SignInDesk
from harness.calling.service.switchboard import Switchboard
from harness.calling.store.accounts import Account, Secret, Work, fits, hashed
from harness.calling.store.store import Store
from harness.model.tenant import Client, ClientKind

pytestmark = pytest.mark.asyncio
CHEAP = Work(n=2, r=1, p=1)
ALICE, BOB = "alice@contoso.example", "bob@contoso.example"
PHONE = Client(name="phone", kind=ClientKind.IOS)


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[SignInDesk]:
    with closing(Store(tmp_path / "store")) as store:
        for user in (ALICE, BOB):
            store.accounts.put(Account(user, False, hashed("right password", CHEAP)))
        one = SignInDesk(Switchboard(store, lambda _tell: NoProcessor(), clock), clock, CHEAP)
        yield one
        one.close()


async def attempt(desk: SignInDesk, password: str, user: str = ALICE, address: str = "10.0.0.1") -> str:
    """`ok`, or the reason of the refusal."""
    try:
        await desk.sign_in(address, SignIn(user=user, password=password, device=PHONE))
    except Refusal as refusal:
        return refusal.reason
    return "ok"


async def test_a_right_password_gives_a_token_and_the_device_is_remembered(desk: SignInDesk) -> None:
    token, ticket = await desk.sign_in("", SignIn(user=ALICE.upper(), password="right password", device=PHONE))
    assert len(token) >= 43
    assert (ticket.user, ticket.device) == (ALICE, PHONE)
    user = next(one for one in desk._switchboard.store.tenants.load().users if one.name == ALICE)
    assert user.clients[-1] == PHONE
    before = desk._switchboard.store.tenants.load()
    assert await attempt(desk, "right password") == "ok"
    assert desk._switchboard.store.tenants.load() is before


async def test_nobody_and_a_wrong_password_cannot_be_told_apart(
    desk: SignInDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Secret] = []

    def watched(password: str, secret: Secret) -> bool:
        tried.append(secret)
        return fits(password, secret)

    monkeypatch.setattr("harness.calling.service.sign_in.fits", watched)
    answers = []
    for user in (ALICE, "nobody@contoso.example"):
        with pytest.raises(Refusal) as refused:
            await desk.sign_in("", SignIn(user=user, password="wrong", device=PHONE))
        answers.append((refused.value.reason, refused.value.detail))
    assert answers[0] == answers[1]
    assert [one.work for one in tried] == [CHEAP, CHEAP]  # the same work was done for both


async def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(desk: SignInDesk, clock: Clock) -> None:
    assert [await attempt(desk, "wrong") for _ in range(FREE_OF_PAIR)] == ["wrong-password"] * FREE_OF_PAIR
    assert await attempt(desk, "right password") == "too-many"
    assert await attempt(desk, "right password", address="10.0.0.2") == "ok"
    assert await attempt(desk, "right password", user=BOB) == "ok"
    clock.now += 1.1
    assert await attempt(desk, "right password") == "ok"
    assert await attempt(desk, "wrong") == "wrong-password"  # and the count begins anew


async def test_one_address_that_tries_many_users_has_to_wait_for_all(desk: SignInDesk) -> None:
    for number in range(FREE_OF_ADDRESS):
        assert await attempt(desk, "wrong", user=f"user {number}") == "wrong-password"
    assert await attempt(desk, "right password", user=BOB) == "too-many"
    assert await attempt(desk, "right password", user=BOB, address="10.0.0.2") == "ok"


async def test_many_addresses_that_try_one_user_have_to_wait_for_a_minute_at_most(
    desk: SignInDesk, clock: Clock
) -> None:
    for number in range(60):
        await attempt(desk, "wrong", address=f"10.0.1.{number}")
        clock.now += 0.001
    assert await attempt(desk, "right password") == "too-many"
    clock.now += 61
    assert await attempt(desk, "right password") == "ok"


async def test_too_many_at_once_are_not_queued(desk: SignInDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING_OF_ADDRESS", 2)
    results = await asyncio.gather(*(attempt(desk, "right password", user=BOB) for _ in range(4)))
    assert sorted(results) == ["ok", "ok", "too-many", "too-many"]
    assert await attempt(desk, "right password", user=BOB) == "ok"


async def test_a_password_that_is_changed_meanwhile_is_the_one_that_counts(
    desk: SignInDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk._switchboard.store

    def meanwhile(password: str, secret: Secret) -> bool:
        store.accounts.put(Account(ALICE, False, hashed("another password", CHEAP)))
        return fits(password, secret)

    monkeypatch.setattr("harness.calling.service.sign_in.fits", meanwhile)
    assert await attempt(desk, "right password") == "wrong-password"


async def test_a_device_that_changes_is_the_same_device(desk: SignInDesk) -> None:
    old = PHONE.model_copy(update={"recent": False})
    for device in (PHONE, old):
        await desk.sign_in("", SignIn(user=ALICE, password="right password", device=device))
    user = next(one for one in desk._switchboard.store.tenants.load().users if one.name == ALICE)
    assert [one for one in user.clients if one.name == "phone"] == [old]
