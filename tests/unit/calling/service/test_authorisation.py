"""Who may ask what: every row of the contract, for nobody, a user, another user and an administrator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from harness.calling.service.rows import ROWS
from tests.unit.calling.service.running import ADMIN, ALICE, BOB, CEM, Running, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTRACT = Path(__file__).parents[4] / "docs" / "calling-service.md"
WORDS = {"user": BOB, "peer": BOB, "name": "Global", "group": "sales", "file": "0" * 32}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PUT", "/api/me/toggle"): {"on": False},
    ("PUT", "/api/me/voicemail"): {"on": False},
    ("POST", "/api/policies"): {"Identity": "New"},
    ("PUT", "/api/assignments/users/{user}"): {"policy": None},
    ("PUT", "/api/assignments/groups/{group}"): {"policy": None},
    ("PUT", "/api/assignments/tenant"): {"policy": None},
    ("PUT", "/api/groups/{group}"): {"members": []},
    ("PUT", "/api/recording"): {"on": False},
    ("POST", "/api/console"): {"text": ""},
}
OPEN = ("POST", "/api/sign-in")
REMOVAL = ("DELETE", "/api/users/{user}")
"""Tried on the last administrator, who stays: the others are needed here."""
FILES = {("POST", "/api/files"): "user", ("GET", "/api/files/{file}"): "its two users"}


def contract() -> dict[tuple[str, str], str]:
    """Method, path, and who may ask, as the document has it."""
    found: dict[tuple[str, str], str] = {}
    for line in CONTRACT.read_text().split("## Signalling")[0].splitlines():
        cells = [cell.strip() for cell in line.split(" | ")]
        if line.startswith("| `") and len(cells) >= 3:
            for method, path in re.findall(r"`([A-Z]+) (/api/[^`?\[]+)", cells[0]):
                found[method, path] = cells[1]
    return found


@pytest.mark.asyncio(loop_scope="module")
async def test_the_contract_and_the_rows_are_the_same() -> None:
    rows = {(row.method, row.path): row.who.value for row in ROWS}
    assert rows | {OPEN: "anybody"} | FILES == contract()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("matrix") / "store") as one:
        admin = await one.sign_in(ADMIN)
        assert (await admin.rest("PUT", "/api/groups/sales", {"members": [BOB]}))[0] == 200
        yield one


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: WORDS[found[1]], path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_each_row_is_for_whom_it_is_for(service: Running, row: Any) -> None:
    path, body = filled(row.path), BODIES.get((row.method, row.path))
    if (row.method, row.path) == REMOVAL:
        path = path.replace(BOB, ADMIN)
    for token in ("", "x", "Bearer", "a" * 300):
        status, answer = await service.device(token).rest(row.method, path, body)
        assert (status, answer["reason"]) == (401, "no-token"), token
    for user in (ALICE, CEM, ADMIN):
        one = await service.sign_in(user)
        status, answer = await one.rest(row.method, path, body)
        if row.who == "administrator" and user != ADMIN:
            assert (status, answer["reason"]) == (403, "not-allowed"), user
        elif row.method == "DELETE":
            assert (status, answer["reason"]) == (409, "refused"), user
        else:
            assert status == 200, (user, answer)
        assert "Traceback" not in str(answer)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_an_unknown_field_and_an_unknown_query_are_refused(service: Running, row: Any) -> None:
    one = await service.sign_in(ADMIN)
    body = BODIES.get((row.method, row.path), {})
    for path, sent in (
        (filled(row.path), {**body, "more": 1}),
        (filled(row.path), [1]),
        (f"{filled(row.path)}?more=1", body),
    ):
        status, answer = await one.rest(row.method, path, sent)
        assert (status, answer["reason"]) == (400, "malformed"), (path, sent)


async def test_a_chat_and_a_file_are_for_their_two_users_only(service: Running) -> None:
    alice, bob, cem, admin = [await service.sign_in(user) for user in (ALICE, BOB, CEM, ADMIN)]
    status, sent = await alice.send_file(BOB, "plan.txt", b"secret plan")
    assert status == 200
    for one in (alice, bob):
        assert await one.fetch(f"/api/files/{sent['file']}") == (200, b"secret plan")
    for other in (cem, admin, service.device(), service.device("guessed")):
        status, content = await other.fetch(f"/api/files/{sent['file']}")
        assert status in (401, 404)
        assert b"plan" not in content
    for one, peer in ((alice, BOB), (bob, ALICE)):
        messages = (await one.rest("GET", f"/api/chats/{peer}"))[1]["messages"]
        assert [line["file"]["file"] for line in messages] == [sent["file"]]
    for other, peer in ((cem, ALICE), (cem, BOB), (admin, ALICE), (admin, BOB), (alice, CEM), (bob, CEM)):
        assert (await other.rest("GET", f"/api/chats/{peer}"))[1] == {"messages": []}


async def test_a_device_speaks_for_its_own_calls_only(service: Running) -> None:
    """Over the wire what the transcripts of the exchange say at length."""
    alice, bob, cem = [await service.connected(user) for user in (ALICE, BOB, CEM)]
    call = (await alice.say("invite", to=BOB, media=["audio"]))["call"]
    assert (await cem.say("accept", call=call))["reason"] == "unknown-call"
    await bob.say("accept", call=call)
    assert (await cem.say("hang-up", call=call))["reason"] == "unknown-call"
    assert (await alice.say("offer", call=call, sdp="a secret offer"))["type"] == "ok"
    assert (await cem.say("presence", presence="away"))["type"] == "ok"
    assert {frame["type"] for frame in cem.told} <= {"presence"}
