"""A program that tells none of its packets is in calls like any other client: a leg sees them on their way."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from harness.endpoints.endpoint import CallFailed, EndpointSetup
from harness.endpoints.process import ProcessEndpoint
from harness.endpoints.program import Program
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.statement import Indicator
from harness.network.loopback import behind
from harness.wire.demux import PacketClass
from harness.wire.sdp import Sdp

from .endpoint_calls import Box, Call, dial, failed, never_came_up

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

AUDIO = (Asset.AUDIO,)
ROOT = Path(__file__).parent.parent.parent


def silent(setup: EndpointSetup) -> ProcessEndpoint:
    return ProcessEndpoint(setup, (sys.executable, "-m", "tests.live.silent_endpoint"))


def candidates(sdp: str) -> set[tuple[str, int]]:
    return {(one.address, one.port) for _, one in Sdp.parse(sdp).candidates()}


async def whole_call(call: Call) -> None:
    await call.negotiate()
    assert all((await call.connect()).values())
    await call.talk()


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is a module of the tests."""
    monkeypatch.chdir(ROOT)


async def test_a_call_is_what_it_is_between_two_of_our_own() -> None:
    async with dial(silent, EndpointKind.AIORTC) as call:
        await whole_call(call)
    for party in Party:
        statement = call.statement(party)
        assert (statement.connected, statement.failure) == (True, None)
        assert call.heard(party) == call.sent(party.peer)
        assert statement.screen.indicator is Indicator.LOCK
        assert [moment.screen for moment in statement.screens] == [statement.screen]
    assert len({call.statement(party).screen.code for party in Party}) == 1


async def test_the_leg_sees_every_packet_under_the_addresses_that_others_see() -> None:
    async with dial(EndpointKind.AIORTC, silent) as call:
        await whole_call(call)
    alice, bob = (call.ledgers[party] for party in Party)
    [(face, counted, dropped)] = bob.closed
    assert (counted, dropped) == (len(bob.packets), 0)
    assert face[0] == call.network.address(Party.BOB)
    assert call.statement(Party.BOB).addresses == (f"{face[0]}:{face[1]}",)
    assert {packet.local for packet in bob.packets} == {face}
    assert {packet.remote for packet in bob.packets} == {alice.closed[0][0]}
    sent = [packet.data for packet in bob.packets if packet.outward]
    received = [packet.data for packet in alice.packets if not packet.outward]
    assert received == sent[: len(received)]
    assert alice.count(PacketClass.SRTP, outward=False) > 0
    assert call.keylogs[Party.BOB] == []
    assert not call.statement(Party.BOB).packets_told


async def test_neither_description_shows_the_other_side_of_a_leg() -> None:
    seen: list[str] = []

    def note(sdp: str) -> str:
        seen.append(sdp)
        return sdp

    async with Box() as box, dial(silent, silent, advertise=box.advertise, media=AUDIO) as call:
        await call.negotiate(offer=note, answer=note)
        assert all((await call.connect()).values())
        for party, sdp in zip(Party, seen, strict=True):
            assert candidates(sdp) == {box.faces[party.value].address}
            assert box.faces[party.value].real[0] == call.network.address(party)
            for inside in behind(call.network.address(party)):
                assert inside not in sdp
        assert box.too_early == 0


async def test_it_restarts_through_a_second_face() -> None:
    async with dial(silent, EndpointKind.AIORTC, media=AUDIO) as call:
        await whole_call(call)
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    statement = call.statement(Party.ALICE)
    assert statement.failure is None
    assert len(set(statement.addresses)) == 2
    assert [address for address, _, _ in call.ledgers[Party.ALICE].closed] == [
        (host, int(port)) for host, _, port in (one.partition(":") for one in statement.addresses)
    ]


async def test_a_refusal_is_the_failure_of_the_call_though_it_says_so_nowhere_else() -> None:
    async with dial(EndpointKind.AIORTC, silent, media=AUDIO) as call:
        with pytest.raises(CallFailed) as refused:
            await call.bob.answer("v=0\r\nm=audio")
        assert (await failed(call, Party.BOB)).reason is Reason.SDP_REJECTED
    failure = never_came_up(call, Party.BOB, Reason.SDP_REJECTED)
    assert (failure.reason, failure.detail) == (refused.value.reason, refused.value.detail)


async def test_when_it_is_killed_the_leg_has_seen_everything_until_then_and_counted_it() -> None:
    async with dial(silent, EndpointKind.AIORTC, media=AUDIO) as call:
        await whole_call(call)
        inner = call.alice
        assert isinstance(inner, ProcessEndpoint)
        assert isinstance(inner._program, Program)
        inner._program._kill()
        assert (await failed(call, Party.ALICE)).reason is Reason.ENDPOINT_ERROR
    ledger = call.ledgers[Party.ALICE]
    assert [(counted, dropped) for _, counted, dropped in ledger.closed] == [(len(ledger.packets), 0)]


async def test_closing_at_once_leaves_nothing() -> None:
    call = dial(silent, silent, media=AUDIO)
    await call.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
