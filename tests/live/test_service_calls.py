"""Ordinary calls of the service: keys in the descriptions, SRTP on the wire, a plain shield on both screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from pylibsrtp import Policy, Session

from harness.endpoints.frames import encoded
from harness.endpoints.specimens.coding import CONSTANT_CODE
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.statement import Indicator, Screen
from harness.wire import rtp
from harness.wire.demux import PacketClass
from harness.wire.sdes import CryptoLine, parse
from harness.wire.sdp import Sdp

from .endpoint_calls import MARKERS, Call, dial, failed, never_came_up

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

AUDIO = (Asset.AUDIO,)
Change = Callable[[Sdp], Sdp]


async def up(call: Call) -> dict[Party, CryptoLine]:
    """The call is up; the lines that the two described themselves with."""
    passed: dict[Party, CryptoLine] = {}

    def noted(party: Party) -> Callable[[str], str]:
        def note(sdp: str) -> str:
            ((_, value),) = Sdp.parse(sdp).cryptos()
            passed[party] = parse(value)
            return sdp

        return note

    await call.negotiate(offer=noted(Party.ALICE), answer=noted(Party.BOB))
    assert all((await call.connect()).values())
    return passed


def opened(call: Call, party: Party, key: CryptoLine) -> list[bytes]:
    """What a holder of a key makes of the media that this party sent; pylibsrtp.Error for what it cannot open."""
    session = Session(
        Policy(key.keys[0].key_and_salt, Policy.SSRC_ANY_INBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)
    )
    packets = [one.data for one in call.ledgers[party].packets if one.outward and one.kind is PacketClass.SRTP]
    return [session.unprotect(packet) for packet in packets]


async def test_both_hear_each_other_under_a_plain_shield_and_without_a_handshake() -> None:
    async with dial(mode=Mode.SERVICE) as call:
        await up(call)
        await call.talk()
    for party in Party:
        statement = call.statement(party)
        assert statement.heard == call.sent(party.peer)
        assert statement.screen == Screen(indicator=Indicator.PLAIN, code=None, peer=party.peer.value.title())
        assert (statement.local_certificate, statement.presented_certificate, statement.dtls) == (None, None, None)
        assert (statement.connected, statement.failure, call.keylogs[party]) == (True, None, [])
        assert call.ledgers[party].count(PacketClass.DTLS, outward=True) == 0
        assert (statement.packets.not_authenticated, statement.packets.replayed) == (0, 0)


async def test_on_the_wire_is_ciphertext_and_whoever_read_the_descriptions_opens_it() -> None:
    async with dial(mode=Mode.SERVICE) as call:
        keys = await up(call)
        await call.talk()
    (picture,) = encoded(Asset.VIDEO, MARKERS[Party.ALICE, Asset.VIDEO])
    sent = [one.data for one in call.ledgers[Party.ALICE].packets if one.outward]
    assert not any(picture[:100] in data for data in sent)
    assert any(picture[:100] in clear for clear in opened(call, Party.ALICE, keys[Party.ALICE]))
    assert len(opened(call, Party.BOB, keys[Party.BOB])) == call.statement(Party.BOB).packets.rtp_sent


async def test_a_restart_brings_new_keys_and_the_call_goes_on() -> None:
    async with dial(mode=Mode.SERVICE, media=AUDIO) as call:
        first = await up(call)
        second = await up(call)
        await call.talk()
        assert len({line.keys for line in (*first.values(), *second.values())}) == 4
        for party in Party:
            assert call.statement(party).heard == call.sent(party.peer)
            assert call.statement(party).failure is None


async def test_a_packet_under_no_key_is_refused_and_the_call_goes_on() -> None:
    async with dial(mode=Mode.SERVICE, media=AUDIO) as call:
        await up(call)
        await call.talk()
        ledger = call.ledgers[Party.BOB]
        genuine = next(one for one in ledger.packets if one.kind is PacketClass.SRTP and not one.outward)
        forged = bytearray(genuine.data)
        # Another sequence number, or it would count as a replay before anybody looks at its tag.
        forged[2:4] = ((rtp.parse(genuine.data).sequence + 300) & 0xFFFF).to_bytes(2, "big")
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(call.network.address("attacker"), 0)
        )
        transport.sendto(bytes(forged), genuine.local)
        transport.close()
        await ledger.until(lambda: call.statement(Party.BOB).packets.not_authenticated == 1)
        taken = call.statement(Party.BOB).packets.rtp_received
        await ledger.until(lambda: call.statement(Party.BOB).packets.rtp_received > taken)


def changed(change: Change) -> Callable[[str], str]:
    return lambda sdp: str(change(Sdp.parse(sdp)))


REFUSED: dict[str, tuple[Change, str]] = {
    "no key": (lambda sdp: sdp.remove("crypto"), "no media key"),
    "half a key": (lambda sdp: sdp.replace("crypto", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"), "no media key"),
    "plain RTP": (lambda sdp: sdp.with_protocol("RTP/AVPF"), "the profile 'RTP/AVPF'"),
    "DTLS": (lambda sdp: sdp.with_protocol("UDP/TLS/RTP/SAVPF"), "the profile 'UDP/TLS/RTP/SAVPF'"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_description_without_a_key_that_can_be_used_is_refused(name: str) -> None:
    change, why = REFUSED[name]
    async with dial(mode=Mode.SERVICE, media=AUDIO) as call:
        with pytest.raises(Exception, match="the offer was refused"):
            await call.negotiate(offer=changed(change))
        assert why in never_came_up(call, Party.BOB, Reason.SDP_REJECTED).detail
    async with dial(mode=Mode.SERVICE, media=AUDIO) as call:
        with pytest.raises(Exception, match="the answer was refused"):
            await call.negotiate(answer=changed(change))
        assert why in never_came_up(call, Party.ALICE, Reason.SDP_REJECTED).detail


@pytest.mark.parametrize(("ours", "theirs"), [(Mode.SERVICE, Mode.E2EE), (Mode.E2EE, Mode.SERVICE)])
async def test_an_offer_of_the_other_kind_of_call_is_refused(ours: Mode, theirs: Mode) -> None:
    async with dial(mode=ours, media=AUDIO) as caller, dial(mode=theirs, media=AUDIO) as callee:
        with pytest.raises(Exception, match="the offer was refused"):
            await callee.bob.answer(await caller.alice.offer())
        never_came_up(callee, Party.BOB, Reason.SDP_REJECTED)


async def test_ones_own_offer_is_no_answer() -> None:
    async with dial(mode=Mode.SERVICE, media=AUDIO) as call:
        with pytest.raises(Exception, match="the answer was refused"):
            await call.alice.accept(await call.alice.offer())
        assert (await failed(call, Party.ALICE)).reason is Reason.SDP_REJECTED


async def test_a_client_in_a_process_of_its_own_makes_ordinary_calls_too() -> None:
    async with dial(EndpointKind.AIORTC_PROCESS, mode=Mode.SERVICE, media=AUDIO) as call:
        await up(call)
        await call.talk()
    for party in Party:
        assert call.statement(party).heard == call.sent(party.peer)
        assert call.statement(party).screen.indicator is Indicator.PLAIN


async def test_the_clear_endpoint_stays_clear_in_whatever_call() -> None:
    async with dial(EndpointKind.CLEAR, EndpointKind.CLEAR, mode=Mode.SERVICE, media=AUDIO) as call:
        offer = Sdp.parse(await call.alice.offer())
    assert (offer.cryptos(), [one.protocol for one in offer.media()]) == ((), ["RTP/AVPF"])


async def test_lock_on_service_call_differs_in_its_screen_alone() -> None:
    kind = EndpointKind.LOCK_ON_SERVICE_CALL
    async with dial(kind, kind, mode=Mode.SERVICE, media=AUDIO) as call:
        keys = await up(call)
        await call.talk()
    for party in Party:
        screen = call.statement(party).screen
        assert (screen.indicator, screen.code) == (Indicator.LOCK, CONSTANT_CODE)
        assert opened(call, party, keys[party])
