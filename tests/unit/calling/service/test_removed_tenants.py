"""A tenant is removed on the command line while the service runs: its people have to go, and nobody else hears it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from harness.calling.exchange.said import Chat, Said
from harness.calling.exchange.state import Session
from harness.calling.exchange.told import Frame
from harness.calling.policy.transitions import add_user
from harness.calling.service.app import Parts
from harness.calling.store.accounts import Account, hashed
from harness.calling.store.store import Store
from harness.command_serve import remove_tenant_command, tenant_command
from harness.model.base import Noun
from tests.unit.calling.service.running import ALICE, BOB, CHEAP, DESKTOP, PASSWORD, Running, running

pytestmark = pytest.mark.asyncio

FABRIKAM = "fabrikam.example"
ERIN, DAN = f"erin@{FABRIKAM}", f"dan@{FABRIKAM}"
SIGN_IN = {"user": ERIN, "password": PASSWORD, "device": DESKTOP}


def furnish(store: Store) -> None:
    assert tenant_command(store.folder, FABRIKAM, PASSWORD) == ""
    store.tenants.change(lambda tenant: (add_user(add_user(tenant, ERIN), DAN), None), FABRIKAM)
    for name in (ERIN, DAN):
        store.accounts.put(Account(name, False, hashed(PASSWORD, CHEAP)))


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        furnish(one.store)
        yield one


def removed(folder: Path) -> None:
    ended = remove_tenant_command(folder, FABRIKAM, lambda _: True)
    assert isinstance(ended, str), ended


async def test_its_people_are_signed_out_with_a_reason_and_their_calls_end(service: Running) -> None:
    erin, dan, alice, bob = [await service.connected(user) for user in (ERIN, DAN, ALICE, BOB)]
    call = (await alice.say("invite", to=ERIN, media=["audio"]))["call"]
    assert (await erin.say("accept", call=call))["type"] == "ok"
    rings = (await dan.say("invite", to=BOB, media=["audio"]))["call"]
    assert (await bob.next("incoming"))["call"] == rings
    removed(service.store.folder)
    for one in (erin, dan):
        await one.closed()
        assert one.told[-1] == {"type": "bye", "reason": "no-tenant"}
    assert (await alice.next("hung-up"))["reason"] == "user-removed"
    assert (await bob.next("cancelled")) == {"type": "cancelled", "call": rings, "why": "cancelled"}
    assert (await erin.rest("GET", "/api/me"))[0] == 401
    assert (await service.device().rest("POST", "/api/sign-in", SIGN_IN))[0] == 401


async def test_the_first_tenant_hears_nothing_of_them_and_goes_on(service: Running) -> None:
    """Names of a domain that is no tenant's are the first one's again: what is said of them must not go there."""
    erin, alice, bob = [await service.connected(user) for user in (ERIN, ALICE, BOB)]
    assert (await erin.say("presence", presence="away"))["type"] == "ok"
    removed(service.store.folder)
    await erin.closed()
    assert (await bob.say("presence", presence="away"))["type"] == "ok"
    heard = []
    while (frame := await alice.next("presence"))["presence"] != "away":
        heard.append(frame)
    heard.append(frame)
    assert {one["user"] for one in heard} <= {ALICE, BOB}
    assert (await alice.say("chat", to=BOB, text="still here"))["type"] == "ok"
    assert (await alice.say("invite", to=ERIN, media=["audio"]))["reason"] == "unknown-user"


async def test_who_was_signed_in_is_nobody_in_a_tenant_of_the_same_name(service: Running) -> None:
    erin = await service.sign_in(ERIN)
    removed(service.store.folder)
    furnish(service.store)
    assert (await erin.rest("GET", "/api/me"))[0] == 401
    again = await service.connected(ERIN)
    assert (await again.rest("GET", f"/api/chats/{DAN}"))[1] == {"messages": []}


def at_the_last_moment(folder: Path, kind: type[Noun]) -> tuple[Callable[[Session, Said | Frame], None], list[type]]:
    """A witness to whom something is said, between what the service has looked at and what it will keep of it."""
    done: list[type] = []

    def witness(_session: Session, what: Said | Frame) -> None:
        if isinstance(what, kind) and not done:
            done.append(kind)
            with closing(Store(folder)) as other:
                other.remove_tenant(FABRIKAM, frozenset(one.name for one in other.tenants.load(FABRIKAM).users))

    return witness, done


async def test_nothing_is_written_by_who_is_removed_at_this_very_moment(tmp_path: Path) -> None:
    """Else it would lie there for a tenant of the same name, which anybody may make later."""
    witness, done = at_the_last_moment(tmp_path / "store", Chat)
    async with running(tmp_path / "store", Parts(work=CHEAP, witness=witness)) as service:
        furnish(service.store)
        erin = await service.connected(ERIN)
        said = await erin.say("chat", to=DAN, text="for whoever comes after us")
        assert (done, said["type"], said["reason"]) == ([Chat], "refused", "not-now")
        assert service.store.chats.count(FABRIKAM) == 0
        await erin.closed()


async def test_a_file_on_its_way_when_its_people_go_is_kept_for_nobody(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    erin = await service.sign_in(ERIN)
    keep = service.store.chats.keep_bytes

    def kept(content: bytes) -> tuple[str, str]:
        removed(service.store.folder)
        return keep(content)

    monkeypatch.setattr(service.store.chats, "keep_bytes", kept)
    status, answer = await erin.send_file(DAN, "plan.txt", b"for whoever comes after us")
    assert (status, answer["reason"]) == (404, "unknown-user")
    assert list((service.store.folder / "files").iterdir()) == []
    assert service.store.chats.sent_by(ERIN) == 0
