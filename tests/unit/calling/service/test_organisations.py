"""Two tenants at one service: whoever asks whatever, it is about the own tenant, and shows nothing of the other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.calling.exchange.refusal import Refusal
from harness.calling.policy.transitions import Settings, add_user, grant_user, new_policy, put_group
from harness.calling.service import bodies
from harness.calling.service.processor import NoProcessor
from harness.calling.service.rows import ROWS, Request, Row
from harness.calling.service.switchboard import Switchboard
from harness.calling.store.accounts import Account, Ticket, hashed
from harness.calling.store.store import Store
from harness.command_serve import tenant_command
from harness.model.tenant import FIRST, Client, ClientKind, Encryption, Tenant
from tests.unit.calling.service.running import ADMIN, ALICE, BOB, CHEAP, PASSWORD, Running, running

FABRIKAM = "fabrikam.example"
DOMAINS = ("contoso.example", FABRIKAM)
PEOPLE = ("alice", "bob", "admin")
SECRET = {domain: f"known at {domain} only" for domain in DOMAINS}
DESKTOP = Client(name="desktop", kind=ClientKind.WINDOWS)


def furnished(tenant: Tenant, domain: str) -> tuple[Tenant, None]:
    """Everything has the same name in both, and says whose it is."""
    present = {user.name for user in tenant.users}
    for name in (f"{person}@{domain}" for person in PEOPLE):
        tenant = tenant if name in present else add_user(tenant, name)
    users = tuple(one.model_copy(update={"display": f"{one.name} {SECRET[domain]}"}) for one in tenant.users)
    tenant = new_policy(tenant.model_copy(update={"users": users}), "E2EE", Settings(description=SECRET[domain]))
    tenant = put_group(put_group(tenant, "sales", ("bob",)), SECRET[domain], ("alice",))
    return grant_user(tenant, "alice", "E2EE"), None


@contextmanager
def two_tenants() -> Iterator[Switchboard]:
    with TemporaryDirectory() as folder, closing(Store(Path(folder) / "store")) as store:
        store.add_tenant(FABRIKAM, Account(f"admin@{FABRIKAM}", True, hashed(PASSWORD, CHEAP)))
        for domain in DOMAINS:
            store.tenants.change(partial(furnished, domain=domain), FIRST if domain != FABRIKAM else domain)
            for person in PEOPLE:
                store.accounts.put(Account(f"{person}@{domain}", person == "admin", hashed(PASSWORD, CHEAP)))
        yield Switchboard(store, lambda _tell: NoProcessor(), lambda: 0.0)


users = st.sampled_from([f"{person}@{domain}" for person in PEOPLE for domain in DOMAINS] + [*PEOPLE, "nobody"])
policies = st.sampled_from(("E2EE", "Global", "New", *SECRET.values()))
groups = st.sampled_from(("sales", "new", *SECRET.values()))
allowed = st.none() | st.sampled_from(Encryption)
LINE = "CsTeamsEnhancedEncryptionPolicy"
BODIES: dict[type, st.SearchStrategy[Any]] = {
    bodies.Nothing: st.builds(bodies.Nothing),
    bodies.Toggle: st.builds(bodies.Toggle, on=st.booleans()),
    bodies.NewPolicy: st.builds(
        bodies.NewPolicy, Identity=policies, Description=st.none(), CallingEndtoEndEncryptionEnabledType=allowed
    ),
    bodies.PolicySettings: st.builds(
        bodies.PolicySettings, Description=st.just("changed"), CallingEndtoEndEncryptionEnabledType=allowed
    ),
    bodies.Grant: st.builds(bodies.Grant, policy=st.none() | policies),
    bodies.GroupGrant: st.builds(bodies.GroupGrant, policy=st.none() | policies, rank=st.none() | st.integers(1, 3)),
    bodies.Members: st.builds(bodies.Members, members=st.lists(users, max_size=3).map(tuple)),
    bodies.Recording: st.builds(bodies.Recording, on=st.booleans(), user=st.none() | users),
    bodies.ConsoleText: st.builds(
        bodies.ConsoleText,
        text=st.one_of(
            st.just(f"Get-{LINE} | ConvertTo-Json"),
            st.builds(f"Grant-{LINE} -Identity '{{}}' -PolicyName '{{}}' -PassThru".format, users, policies),
            st.builds(f"Grant-{LINE} -Group '{{}}' -PolicyName '{{}}'".format, groups, policies),
            st.builds(f"Remove-{LINE} -Identity '{{}}'".format, policies),
        ),
    ),
}


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, Row, dict[str, str], dict[str, str], Any]:
    """By whom (who may ask it), which row, and what stands in its path, query and body."""
    row = draw(st.sampled_from(ROWS))
    people = ("admin",) if row.who == "administrator" else PEOPLE
    who = f"{draw(st.sampled_from(people))}@{draw(st.sampled_from(DOMAINS))}"
    words = {"user": draw(users), "peer": draw(users), "name": draw(policies), "group": draw(groups)}
    query = draw(st.sampled_from(({}, {"filter": "*"}, {"identity": "E2EE"}))) if row.query else {}
    return who, row, words, query, draw(BODIES[row.body])


@given(st.lists(asked(), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_request_reaches_the_other_tenant(requests: list[Any]) -> None:
    """Neither changes it, nor shows what is known there only: whoever asks, whatever is named, in any order."""
    named = defaultdict[str, set[str]](set)  # by people of a domain, who may then see it there
    with two_tenants() as board:
        for who, row, words, query, body in requests:
            own = who.partition("@")[2]
            other = next(domain for domain in DOMAINS if domain != own)
            there = FIRST if other != FABRIKAM else other
            before = board.store.tenants.load(there), board.store.accounts.all()
            ticket = Ticket("00", who, DESKTOP, 1.0, who.startswith("admin"))
            try:
                answer: Any = row.answer(board, Request(ticket, words, query, body))
            except (Refusal, ValueError):
                answer = None
            assert board.store.tenants.load(there) == before[0], (row.method, row.path)
            ours = [one for one in before[1] if one.user.endswith(f"@{other}")]
            assert [one for one in board.store.accounts.all() if one.user.endswith(f"@{other}")] == ours
            named[own] |= {*words.values(), str(body), *query.values()}
            if not any(SECRET[other] in one for one in named[own]):
                assert SECRET[other] not in json.dumps(answer), (row.method, row.path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_each_request_does_work_in_the_own_tenant(row: Row) -> None:
    """Else the one above would be true of a service that refuses everything."""
    domain = FABRIKAM
    words = {"user": f"alice@{domain}", "peer": f"bob@{domain}", "name": "Global", "group": "sales"}
    if row.method == "DELETE" and "policies" in row.path:
        words["name"] = "Unused"
    body = {
        bodies.Nothing: bodies.Nothing(),
        bodies.PolicySettings: bodies.PolicySettings(Description="x"),
        bodies.Grant: bodies.Grant(policy="E2EE"),
        bodies.GroupGrant: bodies.GroupGrant(policy="E2EE"),
        bodies.NewPolicy: bodies.NewPolicy(Identity="New"),
        bodies.Toggle: bodies.Toggle(on=False),
        bodies.Members: bodies.Members(members=(f"alice@{domain}",)),
        bodies.Recording: bodies.Recording(on=True, user=f"bob@{domain}"),
        bodies.ConsoleText: bodies.ConsoleText(text=f"Grant-{LINE} -Identity bob -PolicyName E2EE"),
    }[row.body]
    with two_tenants() as board:
        board.store.tenants.change(lambda tenant: (new_policy(tenant, "Unused"), None), domain)
        ticket = Ticket("00", f"admin@{domain}", DESKTOP, 1.0, administrator=True)
        answer = row.answer(board, Request(ticket, words, {}, body))
        assert isinstance(answer, dict)
        if row.method == "GET" and "chats" not in row.path:
            shown = json.dumps(answer)
            assert any(mark in shown for mark in (SECRET[domain], "E2EE")), row.path


# over the wire

ERIN = f"erin@{FABRIKAM}"
ADMIN_THERE = f"admin@{FABRIKAM}"


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    """The second tenant comes by the command line, while the service runs."""
    async with running(tmp_path / "store") as one:
        assert tenant_command(tmp_path / "store", FABRIKAM, PASSWORD) == ""
        one.store.tenants.change(lambda tenant: (add_user(tenant, ERIN, "Erin"), None), FABRIKAM)
        one.store.accounts.put(Account(ERIN, False, hashed(PASSWORD, CHEAP)))
        yield one


@pytest.mark.asyncio
async def test_a_tenant_that_was_made_meanwhile_has_its_own_directory(service: Running) -> None:
    erin, alice, admin = [await service.sign_in(user) for user in (ERIN, ALICE, ADMIN_THERE)]
    for one, names in ((erin, [ADMIN_THERE, ERIN]), (admin, [ADMIN_THERE, ERIN]), (alice, None)):
        _, answer = await one.rest("GET", "/api/directory")
        found = [user["user"] for user in answer["users"]]
        assert found == names if names else not any(FABRIKAM in user for user in found)
    assert (await erin.rest("GET", "/api/me"))[1]["tenant"] == FABRIKAM
    assert (await alice.rest("GET", "/api/me"))[1]["tenant"] == ""
    _, listed = await admin.rest("GET", "/api/users")
    assert [one["user"] for one in listed["users"]] == [ADMIN_THERE, ERIN]


@pytest.mark.asyncio
async def test_an_administrator_of_one_tenant_is_nobody_in_the_other(service: Running) -> None:
    admin, other = await service.sign_in(ADMIN), await service.sign_in(ADMIN_THERE)
    before = service.store.tenants.load()
    for path, body in (
        (f"/api/assignments/users/{BOB}", {"policy": None}),
        ("/api/recording", {"on": True, "user": BOB}),
    ):
        assert (await other.rest("PUT", path, body))[0] == 404
        assert (await admin.rest("PUT", path.replace(BOB, ERIN), body | ({"user": ERIN} if "user" in body else {})))[
            0
        ] == 404
    assert (await other.rest("DELETE", f"/api/users/{BOB}"))[0] == 404
    assert service.store.tenants.load() == before
    line = f"Set-{LINE} Global -CallingEndtoEndEncryptionEnabledType DisabledUserOverride"
    assert (await other.rest("POST", "/api/console", {"text": line}))[0] == 200
    assert service.store.tenants.load() == before
    assert service.store.tenants.load(FABRIKAM).policies[0].allows_calls


@pytest.mark.asyncio
async def test_chat_and_files_do_not_leave_the_tenant(service: Running) -> None:
    erin, alice = await service.connected(ERIN), await service.connected(ALICE)
    assert (await erin.say("chat", to=ALICE, text="x"))["reason"] == "other-tenant"
    status, answer = await alice.send_file(ERIN, "plan.txt", b"secret plan")
    assert (status, answer["reason"]) == (409, "other-tenant")
    status, answer = await alice.rest("GET", f"/api/chats/{ERIN}")
    assert (status, answer["reason"]) == (409, "other-tenant")
    assert not list((service.store.folder / "files").iterdir())


@pytest.mark.asyncio
async def test_presence_is_told_in_the_own_tenant_only(service: Running) -> None:
    erin, other, alice = [await service.connected(user) for user in (ERIN, ADMIN_THERE, ALICE)]
    assert (await erin.say("presence", presence="away"))["type"] == "ok"
    while (frame := await other.next("presence"))["presence"] != "away":
        pass
    assert frame["user"] == ERIN
    assert (await alice.say("presence", presence="busy"))["type"] == "ok"
    seen = [await alice.next("presence")]
    while seen[-1]["presence"] != "busy":
        seen.append(await alice.next("presence"))
    assert {frame["user"] for frame in seen} == {ALICE}


@pytest.mark.asyncio
async def test_a_call_between_the_two_is_encrypted_when_both_tenants_allow_it(service: Running) -> None:
    modes = []
    for admin in (None, ADMIN, ADMIN_THERE):
        if admin is not None:
            one = await service.sign_in(admin)
            change = {"CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride"}
            assert (await one.rest("PATCH", "/api/policies/Global", change))[0] == 200
        alice, erin = await service.connected(ALICE), await service.connected(ERIN)
        for device in (alice, erin):
            await device.rest("PUT", "/api/me/toggle", {"on": True})
        call = (await alice.say("invite", to=ERIN, media=["audio"]))["call"]
        rung = await erin.next("incoming")
        assert (rung["from"], rung["display"]) == (ALICE, ALICE)
        modes.append((await erin.say("accept", call=call)).get("mode"))
        await alice.say("hang-up", call=call, reason="user")
        for device in (alice, erin):
            await device.rest("POST", "/api/sign-out")
    assert modes == ["service", "service", "e2ee"]
