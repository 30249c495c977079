"""REST over TLS: what the rows do, how errors look, pages and their headers, bounds."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from yarl import URL

from harness.calling.service import errors, pages, shown
from harness.calling.service import requests as shell
from harness.calling.service.app import Clocks, Parts
from harness.calling.store import chats
from harness.calling.store.accounts import token_id
from tests.unit.calling.service.running import ADMIN, ALICE, BOB, CEM, CHEAP, PASSWORD, PHONE, Device, Running, running

pytestmark = pytest.mark.asyncio
ALLOWED = {"CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride"}


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        yield one


async def good(device: Device, method: str, path: str, body: Any = None) -> Any:
    status, answer = await device.rest(method, path, body)
    assert status == 200, answer
    return answer


async def test_an_administrator_allows_assigns_and_takes_away(service: Running) -> None:
    admin = await service.sign_in(ADMIN)
    made = await good(admin, "POST", "/api/policies", {"Identity": "E2EE", "Description": "for some", **ALLOWED})
    assert made == {
        "Identity": "Tag:E2EE",
        "Description": "for some",
        "CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride",
        "MeetingEndToEndEncryption": "Disabled",
    }
    assert (await good(admin, "GET", "/api/policies?filter=Tag:*"))["policies"] == [made]
    assert (await good(admin, "GET", "/api/policies?identity=Global"))["policies"][0]["Identity"] == "Global"
    changed = await good(admin, "PATCH", "/api/policies/E2EE", {"Description": "for more"})
    assert changed == {**made, "Description": "for more"}
    await good(admin, "PUT", "/api/groups/sales", {"members": [BOB, CEM]})
    assert (await good(admin, "GET", "/api/groups"))["groups"] == [{"group": "sales", "members": [BOB, CEM]}]
    await good(admin, "PUT", "/api/assignments/groups/sales", {"policy": "E2EE", "rank": 1})
    await good(admin, "PUT", "/api/assignments/tenant", {"policy": "E2EE"})
    assigned = await good(admin, "PUT", f"/api/assignments/users/{ALICE}", {"policy": "E2EE"})
    assert assigned == {
        "tenant": "E2EE",
        "groups": [{"group": "sales", "policy": "E2EE", "rank": 1}],
        "users": [{"user": ALICE, "policy": "E2EE"}],
    }
    assert await good(admin, "GET", "/api/assignments") == assigned
    in_force = await good(admin, "GET", f"/api/users/{CEM}/effective")
    assert in_force.pop("because").startswith("E2EE is assigned to the group sales")
    assert in_force == {"policy": "E2EE", "rule": "group", "group": "sales", "rank": 1, "allows_calls": True}
    status, refused = await admin.rest("DELETE", "/api/policies/E2EE")
    assert (status, refused["reason"]) == (409, "refused")
    assert "still assigned" in refused["detail"]
    for path in (f"users/{ALICE}", "groups/sales", "tenant"):
        assigned = await good(admin, "PUT", f"/api/assignments/{path}", {"policy": None})
    assert assigned == {"tenant": None, "groups": [], "users": []}
    assert await good(admin, "DELETE", "/api/policies/E2EE") == {}
    status, refused = await admin.rest("GET", "/api/policies?identity=E2EE")
    assert (status, refused["reason"]) == (404, "unknown")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/policies", {"Identity": "two words"}, 409, "a space"),
        ("POST", "/api/policies", {"Identity": "Global"}, 409, "already"),
        ("POST", "/api/policies", {}, 400, "Identity"),
        ("POST", "/api/policies", {"Identity": "x", "MeetingEndToEndEncryption": "Enabled"}, 400, "Meeting"),
        ("DELETE", "/api/policies/Global", None, 409, "cannot be removed"),
        ("PATCH", "/api/policies/nothing", {"Description": "x"}, 404, "no policy 'nothing'"),
        ("PUT", "/api/assignments/users/nobody", {"policy": None}, 404, "no user 'nobody'"),
        ("PUT", "/api/assignments/groups/none", {"policy": None}, 404, "no group 'none'"),
        ("PUT", "/api/assignments/groups/none", {"policy": None, "rank": 0}, 400, "rank"),
        ("PUT", "/api/groups/x", {"members": ["nobody"]}, 404, "no user"),
        ("PUT", "/api/recording", {"on": True, "user": "nobody"}, 404, "no user"),
        ("GET", "/api/policies?identity=a&filter=b", None, 409, "not both"),
        ("GET", "/api/users/nobody/effective", None, 404, "no user"),
        ("POST", "/api/console", {"text": "Remove-Item /"}, 409, "1:1: no cmdlet"),
        ("POST", "/api/console", {"text": "x" * 70_000}, 400, "text"),
    ],
)
async def test_what_an_administrator_may_not_do_is_said_and_changes_nothing(
    service: Running, method: str, path: str, body: Any, status: int, words: str
) -> None:
    admin = await service.sign_in(ADMIN)
    before = service.store.tenants.load()
    found, answer = await admin.rest(method, path, body)
    assert found == status, answer
    assert words in answer["detail"]
    assert service.store.tenants.load() is before


async def test_the_console_takes_a_paste_and_gives_objects_and_text(service: Running) -> None:
    admin = await service.sign_in(ADMIN)
    noun = "CsTeamsEnhancedEncryptionPolicy"
    text = f"New-{noun} E2EE\nGrant-{noun} alice E2EE\nGet-{noun} E2EE | ConvertTo-Json -Compress"
    output = (await good(admin, "POST", "/api/console", {"text": text}))["output"]
    assert output[0]["objects"][0]["Identity"] == "Tag:E2EE"
    assert output[1] == {"text": None, "objects": []}
    assert output[2]["text"].startswith('{"Identity":"Tag:E2EE"')
    half = f"New-{noun} Half\nRemove-{noun} Global"
    assert (await admin.rest("POST", "/api/console", {"text": half}))[0] == 409
    assert [one.name for one in service.store.tenants.load().policies] == ["Global", "E2EE"]


async def test_a_user_sees_herself_and_turns_it_on_where_the_policy_allows_it(service: Running) -> None:
    alice, admin = await service.sign_in(ALICE, PHONE), await service.sign_in(ADMIN)
    me = await good(alice, "GET", "/api/me")
    assert (me["user"], me["display"], me["administrator"], me["toggle"]) == (ALICE, "Alice", False, False)
    assert (me["may_turn_on"], me["effective"]["policy"], me["devices"][-1]) == (False, "Global", PHONE)
    status, refused = await alice.rest("PUT", "/api/me/toggle", {"on": True})
    assert (status, refused["reason"]) == (409, "refused")
    await good(admin, "PATCH", "/api/policies/Global", ALLOWED)
    assert (await good(alice, "PUT", "/api/me/toggle", {"on": True}))["toggle"] is True
    users = {one["user"]: one for one in (await good(admin, "GET", "/api/users"))["users"]}
    assert (users[ALICE]["toggle"], users[BOB]["toggle"]) == (True, False)
    assert (await good(admin, "GET", "/api/me"))["administrator"] is True


async def test_a_user_is_removed_with_tokens_call_and_assignments_and_others_keep_their_chats(
    service: Running,
) -> None:
    admin, alice, bob = await service.sign_in(ADMIN), await service.connected(ALICE), await service.connected(BOB)
    await good(admin, "PUT", "/api/groups/sales", {"members": [BOB, CEM]})
    await bob.say("chat", to=ALICE, text="hello")
    call = (await alice.say("invite", to=BOB, media=["audio"]))["call"]
    await bob.say("accept", call=call)
    left = await good(admin, "DELETE", f"/api/users/{BOB}")
    assert BOB not in [one["user"] for one in left["users"]]
    assert await alice.next("hung-up") == {"type": "hung-up", "call": call, "reason": "user-removed"}
    await bob.closed()
    assert bob.told[-1] == {"type": "bye", "reason": "no-user"}
    assert (await bob.rest("GET", "/api/me"))[0] == 401
    body = {"user": BOB, "password": PASSWORD, "device": PHONE}
    assert (await service.device().rest("POST", "/api/sign-in", body))[1]["reason"] == "wrong-password"
    assert (await good(admin, "GET", "/api/groups"))["groups"] == [{"group": "sales", "members": [CEM]}]
    assert (await alice.rest("GET", f"/api/chats/{BOB}"))[0] == 404
    kept = await good(alice, "GET", f"/api/chats/{BOB} (removed)")
    assert [(one["from"], one["text"]) for one in kept["messages"]] == [(f"{BOB} (removed)", "hello")]
    assert (await admin.rest("DELETE", f"/api/users/{BOB}"))[0] == 404


async def test_the_last_administrator_stays(service: Running) -> None:
    admin = await service.sign_in(ADMIN)
    before = service.store.tenants.load()
    status, refused = await admin.rest("DELETE", f"/api/users/{ADMIN}")
    assert (status, refused["reason"]) == (409, "refused")
    assert "last administrator" in refused["detail"]
    assert service.store.tenants.load() == before
    assert (await admin.rest("GET", "/api/me"))[0] == 200


async def test_a_request_that_comes_to_nothing_leaves_everybody_as_he_was(service: Running) -> None:
    admin, alice = await service.sign_in(ADMIN), await service.sign_in(ALICE)
    bob = await service.sign_in(BOB)
    await alice.connect()
    await bob.connect()
    for wrong, status in ((ADMIN, 409), ("nobody@contoso.example", 404)):
        assert (await admin.rest("DELETE", f"/api/users/{wrong}"))[0] == status
        for text in ("still", "there"):
            assert (await alice.say("chat", to=BOB, text=text))["type"] == "ok"
            assert (await bob.next("chat"))["text"] == text


async def test_a_group_has_any_name_that_an_address_can_hold_and_others_are_told_why_not(service: Running) -> None:
    admin = await service.sign_in(ADMIN)
    for name, encoded in (("a/b", "a%2Fb"), ("50 %", "50%20%25"), ("...", "..."), ("?#", "%3F%23")):
        path = URL(f"{service.url}/api/groups/{encoded}", encoded=True)
        headers = {"Authorization": f"Bearer {admin.token}"}
        async with service.session.put(path, json={"members": [BOB]}, headers=headers) as answer:
            assert answer.status == 200
            assert name in [one["group"] for one in (await answer.json())["groups"]]
    for nowhere in ("/api/groups/..", "/api/groups/.", "/api/groups/%2e%2e", "/api/groups/a/b", "/api/nothing"):
        status, refused = await admin.rest("PUT", nowhere, {"members": []})
        assert status in (404, 405), nowhere
        if status == 404:
            assert "percent-encoded" in refused["detail"], nowhere


async def test_recording_is_of_a_user_or_of_the_tenant(service: Running) -> None:
    admin = await service.sign_in(ADMIN)
    await good(admin, "PUT", "/api/recording", {"on": True, "user": BOB})
    users = {one["user"]: one["recorded"] for one in (await good(admin, "GET", "/api/users"))["users"]}
    assert (users[BOB], users[ALICE]) == (True, False)
    await good(admin, "PUT", "/api/recording", {"on": True})
    assert service.store.tenants.load().compliance_recording
    assert (await good(admin, "GET", "/api/users"))["recording"] is True
    await good(admin, "PUT", "/api/recording", {"on": False})
    assert (await good(admin, "GET", "/api/users"))["recording"] is False


async def test_the_directory_shows_everybody_with_presence(service: Running) -> None:
    alice = await service.connected(ALICE)
    users = (await good(alice, "GET", "/api/directory"))["users"]
    assert {one["user"]: one["presence"] for one in users} == {
        ALICE: "available", BOB: "offline", CEM: "offline", ADMIN: "offline",
    }  # fmt: skip
    assert users[0]["display"] == "Alice"


async def test_a_chat_is_read_again_oldest_first_with_its_file(service: Running) -> None:
    alice, bob = await service.connected(ALICE), await service.connected(BOB)
    await alice.say("chat", to=BOB, text="first")
    await bob.say("chat", to=ALICE, text="second")
    status, sent = await alice.send_file(BOB, "Grüße <b>.txt", b"bytes")
    assert (status, sent["sha256"]) == (200, hashlib.sha256(b"bytes").hexdigest())
    told = [frame async for frame in until_file(bob)]
    assert told[-1]["file"] == {"file": sent["file"], "name": "Grüße <b>.txt", "size": 5}
    lines = (await good(bob, "GET", f"/api/chats/{ALICE.upper()}"))["messages"]
    assert [(one["from"], one["text"]) for one in lines] == [(ALICE, "first"), (BOB, "second"), (ALICE, "")]
    assert lines[-1]["file"] == told[-1]["file"]


async def until_file(device: Device) -> AsyncIterator[dict[str, Any]]:
    while True:
        frame = await device.next("chat")
        yield frame
        if frame["file"] is not None:
            return


async def test_a_file_is_an_attachment_of_no_type(service: Running) -> None:
    alice = await service.sign_in(ALICE)
    _, sent = await alice.send_file(BOB, "page.html", b"<script>alert(1)</script>")
    headers = {"Authorization": f"Bearer {alice.token}"}
    async with service.session.get(f"{service.url}/api/files/{sent['file']}", headers=headers) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("..", "%2e%2e%2fservice.db", "0" * 32):
        assert (await alice.rest("GET", f"/api/files/{path}"))[0] == 404


async def test_files_have_bounds(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await service.sign_in(ALICE)
    for to, name, status in ((ALICE, "x", 409), ("nobody@x", "x", 404), (BOB, "", 400), (BOB, "x\u202ey", 400)):
        assert (await alice.send_file(to, name, b"x"))[0] == status, (to, name)
    monkeypatch.setattr(shell, "MOST_FILE", 1000)
    monkeypatch.setattr(shell, "MOST_OF_USER", 1500)
    assert (await alice.send_file(BOB, "x", b"x" * 1001))[1]["reason"] == "too-large"
    assert (await alice.send_file(BOB, "x", b"x" * 1000))[0] == 200
    assert (await alice.send_file(BOB, "x", b"x" * 501))[1]["reason"] == "too-large"
    assert len(list((service.store.folder / chats.FILES).iterdir())) == 1


class Slow:
    """A body that has begun and goes on when it is told to."""

    def __init__(self, rest: bytes) -> None:
        self._rest, self.goes_on = rest, asyncio.Event()

    async def parts(self) -> AsyncIterator[bytes]:
        yield self._rest[:1]
        await self.goes_on.wait()
        yield self._rest[1:]


async def slowly(
    service: Running, device: Device, method: str, path: str, rest: bytes
) -> tuple[Slow, asyncio.Task[Any]]:
    """A request whose body is on its way; the task gives status and reason."""
    slow = Slow(rest)

    async def send() -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {device.token}"}
        async with service.session.request(method, service.url + path, data=slow.parts(), headers=headers) as answer:
            return answer.status, (await answer.json()).get("reason")

    return slow, asyncio.create_task(send())


async def until_body_is_read(service: Running, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    reads, read = asyncio.Event(), shell._body

    async def noted(*arguments: Any) -> bytes:
        reads.set()
        return await read(*arguments)

    monkeypatch.setattr(shell, "_body", noted)
    return reads


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"/api/files?to={BOB}&name=x", b"of somebody who is not there"),
        ("POST", "/api/console", b'{"text": "New-CsTeamsEnhancedEncryptionPolicy Late"}'),
        ("PUT", "/api/me/toggle", b'{"on": true}'),
    ],
)
async def test_a_token_that_is_void_before_the_body_is_there_does_nothing(
    service: Running, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: bytes
) -> None:
    admin, again = await service.sign_in(ADMIN), await service.sign_in(ADMIN, PHONE)
    before = service.store.tenants.load()
    reads = await until_body_is_read(service, monkeypatch)
    slow, sent = await slowly(service, admin, method, path, body)
    await reads.wait()
    service.store.accounts.void(token_id(admin.token))
    slow.goes_on.set()
    assert await sent == (401, "no-token")
    assert service.store.tenants.load() == before
    assert (await again.rest("GET", f"/api/chats/{BOB}"))[1] == {"messages": []}


async def test_who_sends_slowly_keeps_nobody_else_from_sending(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await service.sign_in(ALICE), await service.sign_in(BOB)
    begun = []
    for _ in range(shell.MOST_UPLOADS_OF_USER):
        reads = await until_body_is_read(service, monkeypatch)
        begun.append(await slowly(service, alice, "POST", f"/api/files?to={BOB}&name=x", b"slow"))
        await reads.wait()
    assert (await alice.send_file(BOB, "one-more", b"x"))[1]["reason"] == "too-many"
    async with asyncio.timeout(10):
        assert (await bob.send_file(ALICE, "quick", b"x"))[0] == 200
    for slow, sent in begun:
        slow.goes_on.set()
        assert await sent == (200, None)
    assert (await alice.send_file(BOB, "one-more", b"x"))[0] == 200


async def test_a_body_that_never_ends_and_one_that_never_comes(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await service.sign_in(ALICE)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    headers = {"Authorization": f"Bearer {alice.token}"}
    url = f"{service.url}/api/me/toggle"
    async with service.session.put(url, data=endless(), headers=headers) as answer:
        assert answer.status == 413
    monkeypatch.setattr(shell, "BODY_SECONDS", 0.1)
    async with service.session.put(url, data=stuck(), headers=headers) as answer:
        assert (answer.status, (await answer.json())["reason"]) == (408, "too-slow")


@pytest.mark.parametrize(
    "body", [b"[" * 10_000, b"{", b"null", b"\xff", b'{"on":"yes"}', b'{"on":true,"more":1}', gzip.compress(b"{}")]
)
async def test_a_body_that_is_none_is_refused(service: Running, body: bytes) -> None:
    alice = await service.sign_in(ALICE)
    headers = {"Authorization": f"Bearer {alice.token}", "Content-Encoding": "gzip" if body[:1] == b"\x1f" else ""}
    async with service.session.put(f"{service.url}/api/me/toggle", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["reason"]) == (400, "malformed")


async def test_too_many_requests_of_one_token_are_refused_and_others_go_on(service: Running) -> None:
    alice, bob = await service.sign_in(ALICE), await service.sign_in(BOB)
    statuses = [(await alice.rest("GET", "/api/me"))[0] for _ in range(160)]
    assert statuses[:120] == [200] * 120
    assert 429 in statuses
    assert (await bob.rest("GET", "/api/me"))[0] == 200


async def test_texts_for_the_console_are_taken_less_often_and_are_requests_too(tmp_path: Path) -> None:
    """Each can be a thousand lines. The clock stands."""
    async with running(tmp_path / "store", Parts(work=CHEAP, clocks=Clocks(monotonic=lambda: 0.0))) as service:
        admin = await service.sign_in(ADMIN)
        text = {"text": "Get-CsTeamsEnhancedEncryptionPolicy"}
        statuses = [(await admin.rest("POST", "/api/console", text))[0] for _ in range(7)]
        assert statuses == [200] * 6 + [429]
        assert [(await admin.rest("GET", "/api/me"))[0] for _ in range(114)] == [200] * 113 + [429]


async def test_a_fault_of_ours_is_no_traceback(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise KeyError("a secret")

    monkeypatch.setattr(shown, "me", broken)
    alice = await service.sign_in(ALICE)
    written: list[str] = []
    monkeypatch.setattr(errors.LOG, "error", lambda text, *values: written.append(text % values))
    assert await alice.rest("GET", "/api/me") == (
        500,
        {"reason": "fault", "detail": "The service has made a mistake; it has been written down."},
    )
    assert written
    assert "KeyError" in written[0]
    assert "secret" not in written[0]


async def test_every_answer_has_the_headers_and_none_names_the_server(service: Running) -> None:
    for path in ("/", "/call", "/admin", "/web/call/main.js", "/web/nothing.js", "/api/me", "/nothing"):
        async with service.session.get(service.url + path, allow_redirects=False) as answer:
            assert {name: answer.headers[name] for name in pages.HEADERS} == pages.HEADERS, path
            assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == ("no-store" if path.startswith("/api/") else "no-cache")
            assert "Server" not in answer.headers


async def test_pages_are_served_and_nothing_beside_them(service: Running) -> None:
    async with service.session.get(f"{service.url}/call") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert await answer.read() == (pages.WEB / "call.html").read_bytes()
    async with service.session.get(f"{service.url}/web/call/main.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
    for path in (
        "/web/", "/web/nothing.js", "/web/call", "/web/../service.py", "/web/%2e%2e/service/app.py",
        "/web/..%2fservice", "/web/call//main.js", "/web//etc/passwd", "/web/.hidden.js",
        "/web/call/main.js%00.html", "/service.db",
    ):  # fmt: skip
        async with service.session.get(URL(service.url + path, encoded=True)) as answer:
            assert answer.status == 404, path


async def test_a_missing_page_is_a_404(service: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pages, "WEB", tmp_path)
    async with service.session.get(f"{service.url}/call") as answer:
        assert answer.status == 404


async def test_a_method_that_is_none_of_the_paths_is_said(service: Running) -> None:
    async with service.session.delete(f"{service.url}/api/me") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET")
        assert (await answer.json())["reason"] == "method-not-allowed"


async def test_a_password_is_asked_for_without_regard_to_case_of_the_name(service: Running) -> None:
    alice = await service.sign_in(ALICE.upper(), password=PASSWORD)
    assert (await good(alice, "GET", "/api/me"))["user"] == ALICE
