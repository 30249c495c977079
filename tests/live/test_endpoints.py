"""Two healthy endpoints call each other: what they say of themselves is what really happened."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCRtpTransceiver
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.codes import teams20
from harness.model.base import Asset, Party, Role
from harness.model.datagram import Address
from harness.model.scenario import EndpointKind, Mode
from harness.model.statement import EndpointStatement, Indicator, PacketCounts, Screen
from harness.wire.demux import PacketClass
from harness.wire.sdp import Fingerprint, Sdp
from harness.wire.srtp import parse_keylog

from .endpoint_calls import MARKERS, PATIENCE, Box, Call, Ledger, dial

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


def certificate(hexadecimal: str | None) -> bytes:
    assert hexadecimal is not None
    return bytes.fromhex(hexadecimal)


async def one_call() -> tuple[Call, dict[Party, EndpointStatement]]:
    async with dial() as call:
        await call.negotiate()
        assert await call.connect() == {Party.ALICE: True, Party.BOB: True}
        await call.talk()
    return call, {party: call.statement(party) for party in Party}


async def test_both_hear_what_the_other_one_sends() -> None:
    _, statements = await one_call()
    for party in Party:
        assert statements[party].connected
        assert statements[party].failure is None
        assert statements[party].heard == {asset: f"{MARKERS[party.peer, asset]:016x}" for asset in Asset}


async def test_each_has_seen_the_certificate_that_the_other_one_has() -> None:
    _, statements = await one_call()
    alice, bob = statements[Party.ALICE], statements[Party.BOB]
    assert alice.presented_certificate == bob.local_certificate
    assert bob.presented_certificate == alice.local_certificate
    assert alice.local_certificate != bob.local_certificate


async def test_the_code_is_made_of_the_two_certificates_caller_first() -> None:
    _, statements = await one_call()
    caller = teams20.thumbprint(certificate(statements[Party.ALICE].local_certificate))
    callee = teams20.thumbprint(certificate(statements[Party.BOB].local_certificate))
    expected = teams20.code(caller, callee)
    assert statements[Party.ALICE].role is Role.CALLER
    assert statements[Party.ALICE].screen == Screen(indicator=Indicator.LOCK, code=expected, peer="Bob")
    assert statements[Party.BOB].screen == Screen(indicator=Indicator.LOCK, code=expected, peer="Alice")


async def test_certificates_are_p256_and_new_for_every_call() -> None:
    shown = set()
    for _ in range(2):
        async with dial() as call:
            for party in Party:
                der = certificate(call.statement(party).local_certificate)
                key = x509.load_der_x509_certificate(der).public_key()
                assert isinstance(key, ec.EllipticCurvePublicKey)
                assert isinstance(key.curve, ec.SECP256R1)
                shown.add(der)
    assert len(shown) == 4


async def test_what_was_negotiated_is_said_in_the_names_of_iana() -> None:
    _, statements = await one_call()
    alice, bob = statements[Party.ALICE].dtls, statements[Party.BOB].dtls
    assert alice is not None
    assert bob is not None
    assert (alice.role, bob.role) == ("server", "client")
    for parameters in (alice, bob):
        assert parameters.version == "DTLSv1.2"
        assert parameters.suite == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        assert parameters.srtp_profile == "SRTP_AEAD_AES_256_GCM"


async def test_the_counts_are_those_of_the_wire() -> None:
    call, statements = await one_call()
    for party, ledger in call.ledgers.items():
        packets = statements[party].packets
        assert packets.rtp_sent == ledger.count(PacketClass.SRTP, outward=True) > 0
        assert packets.rtcp_sent == ledger.count(PacketClass.SRTCP, outward=True) > 0
        # What arrives while the call is being ended is seen at the socket and read by nobody.
        assert 0 < packets.rtp_received <= ledger.count(PacketClass.SRTP, outward=False)
        assert (packets.not_authenticated, packets.replayed) == (0, 0)


async def test_both_key_logs_hold_the_secret_of_the_one_handshake() -> None:
    call, _ = await one_call()
    secrets = [parse_keylog("\n".join(lines) + "\n") for lines in call.keylogs.values()]
    assert len(secrets[0]) == 1
    assert secrets[0] == secrets[1]


async def test_the_tap_and_the_socket_count_the_same_and_the_kernel_dropped_nothing() -> None:
    call, statements = await one_call()
    for party, ledger in call.ledgers.items():
        [(local, counted, dropped)] = ledger.closed
        assert statements[party].addresses == (f"{local[0]}:{local[1]}",)
        assert (counted, dropped) == (len(ledger.packets), 0)


async def test_a_tap_that_loses_a_datagram_is_found_out() -> None:
    class Lossy(Ledger):
        """Overlooks its first datagram."""

        lost = 0

        def seen(self, outward: bool, local: Address, remote: Address, data: bytes) -> None:
            if self.lost:
                super().seen(outward, local, remote, data)
            self.lost = 1

    async with dial(ledger=Lossy) as call:
        await call.negotiate()
        await call.connect()
    for ledger in call.ledgers.values():
        [(_, counted, _)] = ledger.closed
        assert counted == len(ledger.packets) + 1


async def test_nothing_is_bound_or_sent_outside_the_partys_own_loopback_address() -> None:
    before = set(udp_sockets())
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        opened = set(udp_sockets()) - before
        own = {call.network.address(party) for party in Party}
        assert {address for address, _ in opened} == own
    for party, ledger in call.ledgers.items():
        assert {packet.local[0] for packet in ledger.packets} == {call.network.address(party)}
        assert {packet.remote[0] for packet in ledger.packets} == {call.network.address(party.peer)}


async def test_candidates_that_lead_away_from_the_machine_are_never_tried() -> None:
    def lead_away(sdp: str) -> str:
        parsed = Sdp.parse(sdp)
        for host in ("198.51.100.7", "2001:db8::7", "somewhere.example", "0123abcd.local"):
            parsed = parsed.insert(f"a=candidate:9 1 udp 2130706431 {host} 4444 typ host", 0)
        return str(parsed)

    before = set(udp_sockets())
    async with dial() as call:
        await call.negotiate(offer=lead_away, answer=lead_away)
        assert all((await call.connect()).values())
        opened = {address for address, _ in set(udp_sockets()) - before}
        assert opened == {call.network.address(party) for party in Party}
    for ledger in call.ledgers.values():
        assert all(ipaddress.ip_address(packet.remote[0]).is_loopback for packet in ledger.packets)


def udp_sockets() -> Iterator[tuple[str, int]]:
    """The local addresses of this process's own UDP sockets, as the kernel lists them."""
    inodes = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    for family in ("udp", "udp6"):
        for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                address, port = fields[1].split(":")
                yield ".".join(str(byte) for byte in bytes.fromhex(address)[::-1]), int(port, 16)


async def test_others_are_told_the_advertised_address_and_reach_the_endpoint_there() -> None:
    offers = []

    def note(sdp: str) -> str:
        offers.append(sdp)
        return sdp

    async with Box() as box, dial(advertise=box.advertise) as call:
        await call.negotiate(offer=note, answer=note)
        assert all((await call.connect()).values())
        await call.talk()
        faces = {party: box.faces[party.value].address for party in Party}
        for party, sdp in zip(Party, offers, strict=True):
            parsed = Sdp.parse(sdp)
            assert {(candidate.address, candidate.port) for _, candidate in parsed.candidates()} == {faces[party]}
            assert {media.port for media in parsed.media()} == {faces[party][1]}
            assert call.network.address(party) not in sdp
            assert {packet.remote for packet in call.ledgers[party].packets} == {faces[party.peer]}
        # A connectivity check that comes before the box knows both sides is lost, and costs half a second.
        assert box.too_early == 0


async def test_an_answer_starts_no_check_before_others_know_where_it_comes_from() -> None:
    async def slow(party: str, real: Address) -> Address:
        for _ in range(50):
            await asyncio.sleep(0)
        assert call.ledgers[Party(party)].packets == []
        return real

    call = dial(advertise=slow)
    async with call:
        await call.negotiate()
        assert all((await call.connect()).values())


async def test_media_waits_until_it_is_started() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        assert call.ledgers[Party.BOB].count(PacketClass.SRTP, outward=False) == 0
        call.alice.start_media()
        ledger = call.ledgers[Party.BOB]
        await ledger.until(lambda: ledger.count(PacketClass.SRTP, outward=False) > 3)
        assert ledger.count(PacketClass.SRTP, outward=True) == 0


async def test_what_has_been_heard_is_received_further_but_decoded_no_more() -> None:
    def counted(encoded_frame: object) -> list[object]:
        raise AssertionError("decoded after it was heard")

    async with dial() as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("aiortc.codecs.opus.OpusDecoder.decode", counted)
            patch.setattr("aiortc.codecs.vpx.Vp8Decoder.decode", counted)
            before = call.statement(Party.BOB).packets.rtp_received
            ledger = call.ledgers[Party.BOB]
            await ledger.until(lambda: call.statement(Party.BOB).packets.rtp_received > before + 20)
        assert {thread.name for thread in threading.enumerate()} >= {"audio-decoder", "video-decoder"}


async def test_a_call_of_sound_only_carries_no_pictures() -> None:
    async with dial(media=(Asset.AUDIO,)) as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
    assert set(call.statement(Party.BOB).heard) == {Asset.AUDIO}


async def test_a_statement_can_be_had_at_any_time_and_shows_no_lock_before_the_call_is_up() -> None:
    async with dial() as call:
        nothing = Screen(indicator=Indicator.NONE, code=None, peer="Bob")
        assert call.statement(Party.ALICE).screen == nothing
        await call.negotiate()
        assert call.statement(Party.ALICE).screen == nothing
        assert not call.statement(Party.ALICE).connected
        assert call.statement(Party.ALICE).packets == PacketCounts()


async def test_a_call_that_is_not_meant_to_be_e2ee_shows_no_lock() -> None:
    async with dial(mode=Mode.CLEAR) as call:
        await call.negotiate()
        await call.connect()
        assert call.statement(Party.ALICE).connected
        assert call.statement(Party.ALICE).screen == Screen(indicator=Indicator.NONE, code=None, peer="Bob")


async def test_the_screen_stays_as_it_was_when_the_call_ends_normally() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        during = call.statement(Party.BOB).screen
    assert during.indicator is Indicator.LOCK
    assert call.statement(Party.BOB).screen == during
    assert call.statement(Party.BOB).failure is None


async def test_closing_leaves_nothing_behind_and_may_be_repeated() -> None:
    loop = asyncio.get_running_loop()
    complaints: list[object] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    threads, sockets = set(threading.enumerate()), set(udp_sockets())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        await one_call()
        for steps in range(4):
            call = dial()
            await unfinished(call, steps)
            await call.alice.close()
            await call.bob.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await call.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert {thread for thread in threading.enumerate() if "decoder" in thread.name} <= threads
    assert set(udp_sockets()) <= sockets
    assert complaints == []
    assert [str(warning.message) for warning in caught] == []


async def unfinished(call: Call, steps: int) -> None:
    """The first so many steps of a call, each of which may be the last one."""
    offer = await call.alice.offer() if steps > 0 else ""
    answer = await call.bob.answer(offer) if steps > 1 else ""
    if steps > 2:
        await call.alice.accept(answer)


async def test_a_transport_that_comes_up_while_it_is_being_closed_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = dial(media=(Asset.AUDIO,))
    inner: Any = call.alice
    transport = inner._stack.transport
    moments = {state: asyncio.Event() for state in ("connecting", "connected", "closed")}
    transport.on("statechange", lambda: moments[transport.state].set())
    stop = RTCRtpTransceiver.stop

    async def stop_and_then_come_up(transceiver: RTCRtpTransceiver) -> None:
        await stop(transceiver)
        await moments["connected"].wait()

    monkeypatch.setattr(RTCRtpTransceiver, "stop", stop_and_then_come_up)
    async with asyncio.timeout(PATIENCE):
        await call.negotiate()
        await moments["connecting"].wait()
        await call.alice.close()
        await call.bob.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not call.statement(Party.ALICE).connected


async def test_every_kind_of_endpoint_can_be_made() -> None:
    for kind in EndpointKind:
        async with dial(kind, kind) as call:
            assert "aiortc/1.16.0" in call.statement(Party.ALICE).software


async def test_twenty_calls_at_once_stay_apart() -> None:
    async def hold(number: int) -> Call:
        markers = {key: marker + (number << 16) for key, marker in MARKERS.items()}
        async with dial(markers=markers) as call:
            await call.negotiate()
            assert all((await call.connect()).values())
            await call.talk()
        return call

    calls = await asyncio.gather(*(hold(number) for number in range(20)))
    codes = [{call.statement(party).screen.code for party in Party} for call in calls]
    assert all(len(pair) == 1 for pair in codes)
    assert len(set.union(*codes)) == 20
    assert all(call.heard(party) == call.sent(party.peer) for call in calls for party in Party)
    for ledger in (ledger for call in calls for ledger in call.ledgers.values()):
        [(_, counted, dropped)] = ledger.closed
        assert (counted, dropped) == (len(ledger.packets), 0)


async def test_the_fingerprints_of_the_description_are_those_of_the_certificate() -> None:
    async with dial() as call:
        offer = Sdp.parse(await call.alice.offer())
        der = certificate(call.statement(Party.ALICE).local_certificate)
        assert {line.algorithm for line in offer.fingerprints()} == {"sha-256", "sha-384", "sha-512"}
        assert all(line.matches(der) for line in offer.fingerprints())
        assert Fingerprint.of(der, level=0) in offer.fingerprints()
