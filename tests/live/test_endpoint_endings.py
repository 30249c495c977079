"""How a call ends that had come up, or that the library itself breaks: told as a value, and nothing is left hanging."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from harness.endpoints.aiortc_door import CallCertificate
from harness.endpoints.endpoint import MAX_DETAIL, CallFailed
from harness.model.base import Party
from harness.model.finding import Reason
from harness.model.statement import Failure, Indicator
from harness.wire.demux import PacketClass

from .endpoint_calls import PATIENCE, dial, failed, never_came_up

MEDIA = (PacketClass.SRTP, PacketClass.SRTCP)

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


# the peer


async def test_a_hang_up_in_the_signalling_ends_the_call() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        call.hang_up(Party.ALICE, "fingerprint-mismatch")
        assert await failed(call, Party.ALICE) == Failure(reason=Reason.REMOTE_HUNG_UP, detail="fingerprint-mismatch")
        assert call.statement(Party.ALICE).connected
        statement = call.statement(Party.ALICE)
        shown = [moment.screen.indicator for moment in statement.screens]
        assert shown == [Indicator.LOCK, Indicator.NONE]
        assert statement.screen.indicator is Indicator.LOCK


async def test_whoever_is_told_that_the_call_is_over_sends_nothing_more() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        of_alice, of_bob = (call.ledgers[party] for party in Party)
        call.hang_up(Party.BOB, "over")
        sent = {kind: of_bob.count(kind, outward=True) for kind in MEDIA}
        before = of_alice.count(PacketClass.SRTP, outward=True)
        await of_alice.until(lambda: of_alice.count(PacketClass.SRTP, outward=True) > before + 50)
        assert {kind: of_bob.count(kind, outward=True) for kind in MEDIA} == sent
        await call.close()
        assert {kind: of_bob.count(kind, outward=True) for kind in MEDIA} == sent
        counted = call.statement(Party.BOB).packets
        assert (counted.rtp_sent, counted.rtcp_sent) == tuple(sent.values())


async def test_a_hang_up_before_the_call_is_up_ends_the_waiting() -> None:
    async with dial() as call:
        await call.alice.offer()
        waiting = asyncio.create_task(call.alice.connect(PATIENCE))
        call.hang_up(Party.ALICE, "x" * 5_000)
        assert not await waiting
        assert never_came_up(call, Party.ALICE, Reason.REMOTE_HUNG_UP).detail == "x" * MAX_DETAIL


async def test_only_the_first_reason_counts() -> None:
    async with dial() as call:
        await call.alice.offer()
        call.hang_up(Party.ALICE, "first")
        call.hang_up(Party.ALICE, "second")
        assert never_came_up(call, Party.ALICE, Reason.REMOTE_HUNG_UP).detail == "first"
        with pytest.raises(CallFailed, match="first"):
            await call.alice.accept("v=0")


async def test_a_hang_up_after_the_end_is_no_failure() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
    call.hang_up(Party.ALICE, "too late")
    assert call.statement(Party.ALICE).failure is None


async def test_a_peer_that_ends_dtls_has_hung_up() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        await call.alice.close()
        failure = await failed(call, Party.BOB)
        assert (failure.reason, failure.detail) == (Reason.REMOTE_HUNG_UP, "the peer ended DTLS with close_notify")
        assert call.statement(Party.ALICE).failure is None


# the library itself


@pytest.mark.parametrize("datagram", [b"", b"\x80" * 1501], ids=["empty", "longer than libsrtp takes"])
async def test_what_kills_the_library_is_told_as_a_failure(datagram: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        host, port = call.statement(Party.ALICE).addresses[0].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((call.network.address("attacker"), 0))
            stranger.sendto(datagram, (host, int(port)))
        failure = await failed(call, Party.ALICE)
        assert failure.reason is Reason.ENDPOINT_ERROR
        assert failure.detail.startswith("aiortc stopped reading: ")
    assert complaints == []
    assert capsys.readouterr().err == ""


async def test_a_stun_message_that_chokes_aioice_is_dropped_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    # A binding request whose PRIORITY has one byte instead of four.
    malformed = bytes.fromhex("0001 0008 2112a442") + bytes(12) + bytes.fromhex("0024 0001 ff000000")
    async with dial() as call:
        offer = await call.alice.offer()
        host, port = call.statement(Party.ALICE).addresses[0].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((call.network.address("attacker"), 0))
            stranger.sendto(malformed, (host, int(port)))
        await call.alice.accept(await call.bob.answer(offer))
        assert all((await call.connect()).values())
        assert malformed in [packet.data for packet in call.ledgers[Party.ALICE].packets]
    assert complaints == []
    assert capsys.readouterr().err == ""


async def test_a_task_of_the_library_that_dies_is_told_and_does_not_hang_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise struct.error("argument out of range")

    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    monkeypatch.setattr("aiortc.rtcrtpsender.RTCRtpSender._send_rtcp", broken)
    async with asyncio.timeout(PATIENCE), dial() as call:
        await call.negotiate()
        await call.connect()
        failure = await failed(call, Party.ALICE)
        assert failure.reason is Reason.ENDPOINT_ERROR
        assert "stopped sending RTCP: error: argument out of range" in failure.detail
    assert complaints == []
    assert capsys.readouterr().err == ""


async def test_a_library_that_cannot_start_its_senders_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("apt")

    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    monkeypatch.setattr("aiortc.rtcrtpsender.RTCRtpSender.send", broken)
    async with dial() as call:
        await call.negotiate()
        failure = await failed(call, Party.ALICE)
        assert failure.reason is Reason.ENDPOINT_ERROR
        assert "could not connect: KeyError: 'apt'" in failure.detail
    assert complaints == []


async def test_a_call_between_two_equal_certificates_gets_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = CallCertificate.generateCertificate()
    monkeypatch.setattr(CallCertificate, "generateCertificate", lambda: shared)
    async with dial() as call:
        await call.negotiate()
        assert await call.connect() == {Party.ALICE: False, Party.BOB: False}
        for party in Party:
            assert "no code can be made: " in never_came_up(call, party, Reason.ENDPOINT_ERROR).detail
