"""Calls over a real TLS WebSocket: what a device says, is answered, and is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.unit.calling.service.running import ALICE, BOB, Device, Running, allow_encryption, running

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
