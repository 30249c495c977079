"""Calls over a real TLS WebSocket: what a device says, is answered, and is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import WSCloseCode, WSMsgType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.calling.exchange.words import MOST_FRAME
from harness.calling.policy.transitions import grant_tenant, new_policy
from harness.calling.service import socket as socket_shell
from harness.calling.service.app import Clocks, Parts
from harness.calling.service.socket import BURST, MOST_WAITING_BYTES
from harness.calling.store.accounts import TOKEN_SECONDS, Account, hashed
from harness.calling.store.store import Store
from harness.calling.store.tenants import update
from tests.unit.calling.service.running import (
    ADMIN,
    ALICE,
    BOB,
    CHEAP,
    DESKTOP,
    PASSWORD,
    PHONE,
    Device,
    Running,
    allow_encryption,
    deaf_hello,
    running,
)

TYPES = [
    "hello",
    "invite",
    "ringing",
    "accept",
    "decline",
    "cancel",
    "offer",
    "answer",
    "candidates",
    "hang-up",
    "chat",
]
FIELDS = ["to", "media", "call", "why", "sdp", "candidates", "reason", "text", "token"]

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        yield one


async def called(service: Running) -> tuple[Device, Device, str]:
    """Alice has called Bob, who has accepted."""
    alice, bob = await service.connected(ALICE), await service.connected(BOB)
    call = (await alice.say("invite", to=BOB.upper(), media=["audio"]))["call"]
    assert (await bob.next("incoming")) == {
        "type": "incoming", "call": call, "from": ALICE, "display": "Alice", "media": ["audio"]
    }  # fmt: skip
    assert (await bob.say("ringing", call=call))["type"] == "ok"
    assert (await alice.next("ringing"))["call"] == call
    assert (await bob.say("accept", call=call))["type"] == "ok"
    return alice, bob, call


@pytest.mark.parametrize("mode", ["service", "e2ee"])
async def test_a_call_from_invitation_to_hang_up(service: Running, mode: str) -> None:
    if mode == "e2ee":
        await allow_encryption(service)
    alice, bob, call = await called(service)
    accepted = await alice.next("accepted")
    assert accepted == {"type": "accepted", "call": call, "mode": mode, "display": "Bob", "device": "desktop"}
    assert (await alice.say("offer", call=call, sdp="an offer"))["type"] == "ok"
    assert await bob.next("offer") == {"type": "offer", "call": call, "sdp": "an offer"}
    assert (await bob.say("answer", call=call, sdp="an answer"))["type"] == "ok"
    assert await alice.next("answer") == {"type": "answer", "call": call, "sdp": "an answer"}
    assert (await bob.say("candidates", call=call, candidates=["a candidate"]))["type"] == "ok"
    assert (await alice.next("candidates"))["candidates"] == ["a candidate"]
    assert (await bob.say("hang-up", call=call, reason="codes-differ"))["type"] == "ok"
    assert await alice.next("hung-up") == {"type": "hung-up", "call": call, "reason": "codes-differ"}
    again = await alice.say("hang-up", call=call)
    assert (again["type"], again["reason"]) == ("refused", "unknown-call")


async def test_the_first_frame_is_a_hello_with_a_good_token(service: Running) -> None:
    alice = await service.sign_in(ALICE)
    for frame, reason in (
        ('{"type":"hello","token":"guessed"}', "no-token"),
        (f'{{"type":"hello","token":"{alice.token}","id":1}}', "malformed"),
        ('{"type":"invite","id":1,"to":"bob@contoso.example","media":["audio"]}', "malformed"),
        ("[" * 100_000, "malformed"),
    ):
        socket = await service.socket()
        await socket.send_str(frame)
        assert await socket.receive_json() == {"type": "bye", "reason": reason}
        assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_who_says_no_hello_is_not_waited_for(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_shell, "HELLO_SECONDS", 0.05)
    socket = await service.socket()
    assert await socket.receive_json(timeout=5) == {"type": "bye", "reason": "no-hello"}


async def test_a_page_of_another_origin_is_not_let_in(service: Running) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await service.socket(headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403
    own = await service.socket(headers={"Origin": service.url})
    await own.close()


async def test_what_is_no_message_is_refused_and_the_next_one_is_heard(service: Running) -> None:
    alice = await service.connected(ALICE)
    assert alice.socket is not None
    for frame, id_ in (
        ("", None),
        ("null", None),
        ("{", None),
        ("[" * 10_000, None),
        ('{"type":"chat","id":1}', 1),
        ('{"type":"levitate","id":2}', 2),
        ('{"type":"presence","id":3,"presence":"away","more":1}', 3),
        ('{"type":"presence","id":-1,"presence":"away"}', None),
        ('{"type":"presence","id":true,"presence":"away"}', None),
        ('{"type":"hello","token":"x"}', None),
    ):
        await alice.socket.send_str(frame)
        answer = await alice.answer()
        assert (answer["type"], answer["id"], answer["reason"]) == ("refused", id_, "malformed"), frame
    await alice.socket.send_bytes(b'{"type":"presence","id":4,"presence":"away"}')
    assert (await alice.answer())["reason"] == "malformed"
    assert (await alice.say("presence", presence="away"))["type"] == "ok"


async def test_an_id_is_used_once_and_goes_up(service: Running) -> None:
    alice = await service.connected(ALICE)
    assert alice.socket is not None
    for id_, type_ in ((5, "ok"), (5, "refused"), (4, "refused"), (6, "ok")):
        await alice.socket.send_json({"type": "presence", "id": id_, "presence": "away"})
        answer = await alice.answer()
        assert (answer["type"], answer["id"]) == (type_, id_)
    assert (await alice.say("presence", presence="busy"))["reason"] == "out-of-order"


async def test_a_frame_that_is_too_large_ends_the_connection(service: Running) -> None:
    alice = await service.connected(ALICE)
    assert alice.socket is not None
    await alice.socket.send_str("x" * (MOST_FRAME + 1))
    message = await alice.closed()
    assert (message.type, message.data) == (WSMsgType.CLOSE, WSCloseCode.MESSAGE_TOO_BIG)


async def test_who_sends_too_much_is_told_and_closed_and_nobody_else_is(service: Running) -> None:
    alice, bob = await service.connected(ALICE), await service.connected(BOB)
    assert alice.socket is not None
    for number in range(200):
        await alice.socket.send_json({"type": "presence", "id": number + 1, "presence": "away"})
    assert (await alice.closed()).type is WSMsgType.CLOSE
    refused = [frame for frame in alice.told if frame["type"] == "refused"]
    assert [frame["reason"] for frame in refused] == ["too-many"]
    assert alice.told[-1] == {"type": "bye", "reason": "too-many"}
    assert BURST <= refused[0]["id"] < BURST + 20
    while await bob.next("presence") != {"type": "presence", "user": ALICE, "presence": "offline"}:
        pass
    assert (await bob.say("presence", presence="busy"))["type"] == "ok"


async def test_a_long_frame_counts_as_several(tmp_path: Path) -> None:
    """Its clock stands: on a busy machine room would come back while the frames are on their way."""
    async with running(tmp_path / "store", Parts(work=CHEAP, clocks=Clocks(monotonic=lambda: 0.0))) as service:
        alice, _bob, call = await called(service)
        for _ in range(4):
            answer = await alice.say("offer", call=call, sdp="x" * 250_000)
        assert answer["reason"] == "too-many"


async def test_who_does_not_read_is_cut_off(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the kernel takes and the bound of the service, twelve megabytes are more. The writer notices nothing."""
    monkeypatch.setattr(socket_shell, "BURST", 1e9)
    bob = await service.sign_in(BOB)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", service.port, ssl=service.context, server_hostname="127.0.0.1", limit=1024
    )
    await deaf_hello(reader, writer, bob.token)
    alice = await service.connected(ALICE)
    offline = {"type": "presence", "user": BOB, "presence": "offline"}
    lines = 0
    while offline not in alice.told:
        alice.told.clear()
        assert (await alice.say("chat", to=BOB, text="x" * 4000))["type"] == "ok"
        lines += 1
        assert lines < 4000
    assert lines * 4000 > MOST_WAITING_BYTES
    writer.close()


async def test_the_same_token_again_replaces_the_first_connection(service: Running) -> None:
    alice, bob, call = await called(service)
    again = service.device(bob.token)
    assert (await again.connect())["type"] == "welcome"
    assert (await bob.closed()).type is WSMsgType.CLOSE
    assert bob.told[-1] == {"type": "bye", "reason": "replaced"}
    assert await alice.next("hung-up") == {"type": "hung-up", "call": call, "reason": "disconnected"}
    assert (await again.say("presence", presence="away"))["type"] == "ok"


async def test_signing_out_closes_the_connection_and_voids_the_token(service: Running) -> None:
    alice, bob = await service.connected(ALICE), await service.connected(BOB)
    assert await bob.rest("POST", "/api/sign-out") == (200, {})
    assert (await bob.closed()).type is WSMsgType.CLOSE
    assert bob.told[-1] == {"type": "bye", "reason": "signed-out"}
    assert (await bob.rest("GET", "/api/me"))[0] == 401
    while await alice.next("presence") != {"type": "presence", "user": BOB, "presence": "offline"}:
        pass


async def test_a_token_that_expires_during_a_call_ends_it_and_is_good_for_nothing_more(tmp_path: Path) -> None:
    day = [1_000_000.0]
    async with running(tmp_path / "store", Parts(work=CHEAP, clocks=Clocks(day=lambda: day[0]))) as service:
        alice = await service.connected(ALICE)
        day[0] += 3600.0
        bob = await service.connected(BOB)
        call = (await alice.say("invite", to=BOB, media=["audio"]))["call"]
        assert (await bob.say("accept", call=call))["type"] == "ok"
        day[0] += TOKEN_SECONDS - 3600.0 - 1.0
        assert (await alice.say("presence", presence="busy"))["type"] == "ok", "a second before"
        day[0] += 1.0
        await alice.closed()
        assert alice.told[-1] == {"type": "bye", "reason": "expired"}
        assert (await bob.next("hung-up"))["call"] == call
        assert (await alice.rest("GET", "/api/me"))[0] == 401
        alice.told.clear()
        assert (await alice.connect()) == {"type": "bye", "reason": "no-token"}
        assert (await bob.say("presence", presence="away"))["type"] == "ok", "whose token is younger"


async def test_a_party_that_vanishes_ends_the_call(service: Running) -> None:
    alice, bob, call = await called(service)
    assert bob.socket is not None
    transport = bob.socket.get_extra_info("ssl_object") and bob.socket._response.connection
    assert transport is not None
    assert transport.transport is not None
    transport.transport.abort()
    assert await alice.next("hung-up") == {"type": "hung-up", "call": call, "reason": "disconnected"}


async def test_every_device_of_a_user_hears_of_the_toggle_and_of_the_policy(service: Running) -> None:
    pc, phone, bob = (
        await service.connected(ALICE),
        await service.connected(ALICE, PHONE),
        await service.connected(BOB),
    )
    admin = await service.sign_in(ADMIN)
    settings = {"CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride"}
    assert (await admin.rest("PATCH", "/api/policies/Global", settings))[0] == 200
    for one in (pc, phone, bob):
        told = await one.next("policy")
        assert (told["policy"], told["rule"], told["may_turn_on"]) == ("Global", "global", True)
    assert (await pc.rest("PUT", "/api/me/toggle", {"on": True}))[1]["toggle"] is True
    for one in (pc, phone):
        assert await one.next("toggle") == {"type": "toggle", "on": True}
    assert (await bob.say("presence", presence="away"))["type"] == "ok"
    assert [frame for frame in bob.told if frame["type"] == "toggle"] == []


async def test_a_command_line_beside_the_service_is_noticed(service: Running, tmp_path: Path) -> None:
    """`harness policy` and `harness serve user password` write to the same store."""
    alice = await service.connected(ALICE)
    update(tmp_path / "store", lambda tenant: (grant_tenant(new_policy(tenant, "Other"), "Other"), None))
    assert (await alice.next("policy"))["policy"] == "Other"
    with closing(Store(tmp_path / "store")) as beside:
        beside.accounts.put(Account(ALICE, False, hashed("another password", CHEAP)))
    assert (await alice.closed()).type is WSMsgType.CLOSE
    assert alice.told[-1] == {"type": "bye", "reason": "signed-out"}


async def test_when_the_service_ends_everybody_is_told(tmp_path: Path) -> None:
    async with running(tmp_path / "store") as service:
        alice = await service.connected(ALICE)
    assert (await alice.closed()).type is WSMsgType.CLOSE
    assert alice.told[-1] == {"type": "bye", "reason": "service-ends"}


async def test_nine_devices_are_one_too_many(service: Running) -> None:
    devices = [await service.sign_in(ALICE, {**PHONE, "name": f"phone {number}"}) for number in range(8)]
    for one in devices:
        assert (await one.connect())["type"] == "welcome"
    nobody = service.device()
    body = {"user": ALICE, "password": PASSWORD, "device": DESKTOP}
    status, answer = await nobody.rest("POST", "/api/sign-in", body)
    assert (status, answer["reason"]) == (409, "too-many-devices")
    await devices[0].rest("POST", "/api/sign-out")
    assert (await nobody.rest("POST", "/api/sign-in", body))[0] == 200


async def test_a_device_that_went_without_a_word_makes_room_for_a_ninth(service: Running) -> None:
    devices = [await service.sign_in(ALICE, {**PHONE, "name": f"phone {number}"}) for number in range(8)]
    for one in devices[:6]:
        assert (await one.connect())["type"] == "welcome"
    ninth = await service.sign_in(ALICE, DESKTOP)
    assert (await ninth.connect())["type"] == "welcome"
    assert (await devices[6].rest("GET", "/api/me"))[0] == 401, "the oldest that was not there is signed out"
    assert (await devices[7].rest("GET", "/api/me"))[0] == 200
    assert (await devices[0].rest("GET", "/api/me"))[0] == 200


@given(
    st.lists(
        st.one_of(
            st.text(max_size=200),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
                max_leaves=10,
            ).map(json.dumps),
            st.fixed_dictionaries(
                {"type": st.sampled_from(TYPES), "id": st.integers(-1, 99)},
                optional={name: st.none() | st.text(max_size=40) | st.integers() for name in FIELDS},
            ).map(json.dumps),
        ),
        max_size=30,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_is_answered_or_refused_and_never_a_fault(service: Running, frames: list[str]) -> None:
    alice = await service.connected(ALICE)
    assert alice.socket is not None
    for frame in frames:
        await alice.socket.send_str(frame)
        answer = await alice.answer()
        assert answer["type"] == "ok" or answer["reason"] not in ("fault", "store"), (frame, answer)
    await alice.socket.close()
