"""An endpoint in a process of its own is the same client as the one in this process, and can really die."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from harness.endpoints import dialogue
from harness.endpoints.aiortc import AiortcEndpoint
from harness.endpoints.endpoint import CallFailed, EndpointSetup, NoStatement
from harness.endpoints.process import ProcessEndpoint
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.statement import EndpointStatement, Indicator
from harness.model.verdict import Outcome, Status
from harness.placement import place, plan
from harness.runner import Options
from harness.wire.demux import PacketClass
from harness.wire.sdp import Sdp

from .endpoint_calls import PATIENCE, Box, Call, dial, failed

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

APART = EndpointKind.AIORTC_PROCESS
AUDIO = (Asset.AUDIO,)


def pid_of(call: Call, party: Party) -> int:
    inner: Any = call.endpoints[party]
    pid: int = inner._program._transport.get_pid()
    return pid


def there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def whole_call(alice: EndpointKind, bob: EndpointKind) -> Call:
    async with dial(alice, bob) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    return call


def facts(statement: EndpointStatement) -> dict[str, Any]:
    """What does not differ from call to call."""
    said = statement.model_dump(mode="json", exclude={"packets", "asked", "local_certificate", "presented_certificate"})
    for screen in (said["screen"], *(moment["screen"] for moment in said["screens"])):
        screen["code"] = len(screen["code"] or "")
    said["screens"] = [moment["screen"] for moment in said["screens"]]
    said["addresses"] = len(statement.addresses)
    return said


async def test_it_is_the_client_that_it_is_in_this_process() -> None:
    call = await whole_call(APART, EndpointKind.AIORTC)
    twin = await whole_call(EndpointKind.AIORTC, EndpointKind.AIORTC)
    for party in Party:
        assert facts(call.statement(party)) == facts(twin.statement(party))
        assert call.heard(party) == call.sent(party.peer)
        assert call.statement(party).screen.indicator is Indicator.LOCK
    assert len({call.statement(party).screen.code for party in Party}) == 1
    assert call.statement(Party.ALICE).local_certificate == call.statement(Party.BOB).presented_certificate


async def test_its_packets_and_keys_are_told_as_completely_as_those_of_a_client_in_this_process() -> None:
    call = await whole_call(APART, EndpointKind.AIORTC)
    alice, bob = (call.ledgers[party] for party in Party)
    [(address, counted, dropped)] = alice.closed
    assert (counted, dropped) == (len(alice.packets), 0)
    assert call.statement(Party.ALICE).addresses == (f"{address[0]}:{address[1]}",)
    assert {packet.local for packet in alice.packets} == {address}
    # What both saw is the same, byte for byte; what one sends after the other has closed only the sender saw.
    received = [packet.data for packet in bob.packets if not packet.outward]
    assert received == [packet.data for packet in alice.packets if packet.outward][: len(received)]
    assert alice.count(PacketClass.SRTP, outward=True) > 0
    assert sorted(call.keylogs[Party.ALICE]) == sorted(call.keylogs[Party.BOB])
    assert call.keylogs[Party.ALICE][0].startswith("CLIENT_RANDOM ")


async def test_others_are_told_the_advertised_address_before_the_first_check_is_sent() -> None:
    async with Box() as box, dial(APART, APART, advertise=box.advertise, media=AUDIO) as call:
        offers = []

        def note(sdp: str) -> str:
            offers.append(sdp)
            return sdp

        await call.negotiate(offer=note, answer=note)
        assert all((await call.connect()).values())
        faces = {party: box.faces[party.value].address for party in Party}
        for party, sdp in zip(Party, offers, strict=True):
            parsed = Sdp.parse(sdp)
            assert {(candidate.address, candidate.port) for _, candidate in parsed.candidates()} == {faces[party]}
            assert call.network.address(party) not in sdp
        assert box.too_early == 0


async def test_it_restarts_through_a_new_socket_that_others_know_first() -> None:
    async with Box() as box, dial(APART, EndpointKind.AIORTC, advertise=box.advertise, media=AUDIO) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
        first = {party: box.faces[party.value].real for party in Party}
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
        second = {party: box.faces[party.value].real for party in Party}
        assert not set(first.values()) & set(second.values())
        assert box.too_early == 0
    for party in Party:
        statement = call.statement(party)
        assert statement.failure is None
        assert [moment.screen for moment in statement.screens] == [statement.screen], "the same code is no change"
        assert statement.addresses == tuple(f"{one[party][0]}:{one[party][1]}" for one in (first, second))
        assert {local for local, _, _ in call.ledgers[party].closed} == {first[party], second[party]}


async def test_it_shows_the_name_that_it_was_told_last() -> None:
    async with dial(APART, EndpointKind.AIORTC, media=AUDIO) as call:
        call.alice.introduced("Mallory")
        await call.negotiate()
        assert all((await call.connect()).values())
    assert call.statement(Party.ALICE).screen.peer == "Mallory"


async def test_a_description_that_it_cannot_use_is_refused_with_the_same_reason() -> None:
    failures = []
    for kind in (APART, EndpointKind.AIORTC):
        async with dial(EndpointKind.AIORTC, kind, media=AUDIO) as call:
            with pytest.raises(CallFailed) as refused:
                await call.bob.answer("v=0\r\nm=audio")
        statement = call.statement(Party.BOB)
        assert statement.failure is not None
        assert (refused.value.reason, refused.value.detail) == (statement.failure.reason, statement.failure.detail)
        assert statement.screen.indicator is Indicator.NONE
        failures.append(statement.failure)
    assert failures[0] == failures[1]
    assert failures[0].reason is Reason.SDP_REJECTED


async def test_it_is_told_that_the_peer_hung_up_and_says_so() -> None:
    async with dial(APART, EndpointKind.AIORTC, media=AUDIO) as call:
        call.hang_up(Party.ALICE, "sdp-rejected")
        assert (await failed(call, Party.ALICE)).reason is Reason.REMOTE_HUNG_UP
        with pytest.raises(CallFailed, match="remote-hung-up"):
            await call.alice.offer()
    failure = call.statement(Party.ALICE).failure
    assert failure is not None
    assert (failure.reason, failure.detail) == (Reason.REMOTE_HUNG_UP, "sdp-rejected")


async def test_a_call_that_does_not_come_up_in_time_has_failed() -> None:
    async with dial(APART, EndpointKind.AIORTC, media=AUDIO) as call:
        await call.alice.offer()
        assert not await call.alice.connect(0.2)
        assert (await failed(call, Party.ALICE)).reason is Reason.ICE_FAILED
    assert not call.statement(Party.ALICE).connected


async def test_there_is_no_statement_before_the_call_has_ended() -> None:
    async with dial(APART, APART, media=AUDIO) as call:
        with pytest.raises(NoStatement):
            call.statement(Party.ALICE)
    assert call.statement(Party.ALICE).failure is None


async def test_the_end_of_one_party_is_no_failure_of_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gives its account before either is closed, however long the one takes and quick the other is."""
    order: list[str] = []
    conclude, close = ProcessEndpoint._conclude, AiortcEndpoint.close

    async def concluded(endpoint: ProcessEndpoint) -> None:
        await conclude(endpoint)
        order.append("account")

    async def closed(endpoint: AiortcEndpoint) -> None:
        order.append("close")
        await close(endpoint)

    monkeypatch.setattr(ProcessEndpoint, "_conclude", concluded)
    monkeypatch.setattr(AiortcEndpoint, "close", closed)
    call = {"media": ["audio"], "seconds": 0.3, "alice": "aiortc-process"}
    options = Options(captures=tmp_path, without=("wireshark",))
    placed = await asyncio.to_thread(place, plan("mixed", None, Outcome.SECURE, call), options)
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert order == ["account", "close"]


async def test_closing_at_once_and_again_leaves_no_process() -> None:
    call = dial(APART, APART, media=AUDIO)
    await call.close()
    pids = [pid_of(call, party) for party in Party]
    await call.close()
    assert not any(there(pid) for pid in pids)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_when_it_is_killed_what_it_told_is_there_and_what_it_owed_is_missing() -> None:
    async with dial(APART, EndpointKind.AIORTC, media=AUDIO) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
        pid = pid_of(call, Party.ALICE)
        os.kill(pid, signal.SIGKILL)
        failure = await failed(call, Party.ALICE)
        assert failure.reason is Reason.ENDPOINT_ERROR
        assert "its program failed: it was killed by signal 9 (SIGKILL)" in failure.detail
        assert not await call.alice.connect(PATIENCE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await call.alice.wait_heard()
    with pytest.raises(NoStatement, match="killed by signal 9"):
        call.statement(Party.ALICE)
    assert call.statement(Party.BOB).heard == call.sent(Party.ALICE)
    ledger = call.ledgers[Party.ALICE]
    assert ledger.count(PacketClass.SRTP, outward=True) > 0
    assert ledger.closed == []
    assert not there(pid)


async def test_when_it_is_stopped_it_is_ended_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dial(APART, EndpointKind.AIORTC, media=AUDIO) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        monkeypatch.setattr(dialogue, "PATIENCE", 0.5)
        pid = pid_of(call, Party.ALICE)
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(NoStatement, match="gave no answer to 'screen'"):
        call.statement(Party.ALICE)
    assert not there(pid)


async def test_a_program_that_is_not_there_is_an_error_of_the_machine() -> None:
    def missing(setup: EndpointSetup) -> ProcessEndpoint:
        return ProcessEndpoint(setup, ("/nonexistent/program",))

    async with dial(missing, EndpointKind.AIORTC, media=AUDIO) as call:
        with pytest.raises(FileNotFoundError):
            await call.alice.offer()
    with pytest.raises(NoStatement, match="never opened"):
        call.statement(Party.ALICE)
