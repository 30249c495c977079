"""Two healthy endpoints call each other: what they say of themselves is what really happened."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.codes import teams20
from harness.endpoints.endpoint import Endpoint, EndpointSetup
from harness.endpoints.registry import create
from harness.model.base import Asset, Party, Role
from harness.model.datagram import Address
from harness.model.endpoints import EndpointKind
from harness.model.statement import EndpointStatement, Indicator, PacketCounts, Screen
from harness.wire import rtp
from harness.wire.demux import PacketClass
from harness.wire.keylog import parse_keylog
from harness.wire.sdp import Fingerprint, Sdp

from .endpoint_calls import MARKERS, STRANGERS, Call, Ledger, dial

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
        assert statements[party].heard == {
            asset: f"{MARKERS[party.peer, asset]:016x}" for asset in (Asset.AUDIO, Asset.VIDEO)
        }


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

        def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
            if self.lost:
                super().seen(outward, local, remote, data)
            self.lost = 1

    async with dial(ledger=Lossy) as call:
        await call.negotiate()
        await call.connect()
    for ledger in call.ledgers.values():
        [(_, counted, _)] = ledger.closed
        assert counted == len(ledger.packets) + 1


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


async def test_the_screen_stays_as_it_was_when_the_call_ends_normally() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        during = call.statement(Party.BOB).screen
    assert during.indicator is Indicator.LOCK
    assert call.statement(Party.BOB).screen == during
    assert call.statement(Party.BOB).failure is None


async def test_every_kind_of_endpoint_on_our_own_stack_can_be_made() -> None:
    for kind in set(EndpointKind) - STRANGERS:
        async with dial(kind, kind) as call:
            pass
        assert "aiortc/1.16.0" in call.statement(Party.ALICE).software


async def test_the_fingerprints_of_the_description_are_those_of_the_certificate() -> None:
    async with dial() as call:
        offer = Sdp.parse(await call.alice.offer())
        der = certificate(call.statement(Party.ALICE).local_certificate)
        assert {line.algorithm for line in offer.fingerprints()} == {"sha-256", "sha-384", "sha-512"}
        assert all(line.matches(der) for line in offer.fingerprints())
        assert Fingerprint.of(der, level=0) in offer.fingerprints()


def settled(setup: EndpointSetup) -> Endpoint:
    return create(EndpointKind.AIORTC, replace(setup, first_sequence=65_533, replay_window=64))


async def test_a_sender_begins_where_it_is_told_and_is_heard_across_the_rollover() -> None:
    async with dial(settled, settled, media=(Asset.AUDIO,)) as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        sent = [one for one in call.ledgers[Party.ALICE].packets if one.outward and one.kind is PacketClass.SRTP]
        assert [rtp.parse(one.data).sequence for one in sent[:5]] == [65_533, 65_534, 65_535, 0, 1]
        assert call.heard(Party.BOB) == call.sent(Party.ALICE)
