"""Each specimen has exactly the fault it is named after, and the healthy endpoint does not have it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_der_x509_certificate

from harness.codes import teams20
from harness.endpoints.endpoint import Endpoint, EndpointSetup
from harness.endpoints.frames import encoded
from harness.endpoints.registry import create
from harness.endpoints.specimens.coding import CONSTANT_CODE
from harness.markers.recover import recover
from harness.model.base import Asset, Party
from harness.model.endpoints import MALICIOUS, EndpointKind
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.statement import Indicator, PacketCounts
from harness.wire import rtp
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import associations
from harness.wire.sdp import Fingerprint, Sdp

from .endpoint_calls import MARKERS, PATIENCE, STRANGERS, Box, Call, dial

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


def swapped(sdp: str) -> str:
    """The description with the fingerprints of another certificate."""
    return str(Sdp.parse(sdp).map_fingerprints(lambda line: Fingerprint.of(b"another one", line.algorithm, line.level)))


async def whole_call(kind: EndpointKind, mode: Mode = Mode.E2EE) -> Call:
    async with dial(kind, kind, mode=mode) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    return call


def true_code(call: Call) -> str:
    """The code of the two certificates that the parties have."""
    thumbprints = []
    for party in Party:
        local = call.statement(party).local_certificate
        assert local is not None
        thumbprints.append(teams20.thumbprint(bytes.fromhex(local)))
    return teams20.code(*thumbprints)


@pytest.mark.parametrize("kind", sorted(set(EndpointKind) - MALICIOUS - STRANGERS))
async def test_without_an_adversary_every_specimen_holds_a_call_and_media_arrives(kind: EndpointKind) -> None:
    call = await whole_call(kind)
    for party in Party:
        assert call.statement(party).failure is None
        assert call.heard(party) == call.sent(party.peer)


async def test_fingerprint_never_compared_takes_any_certificate_and_shows_its_true_code() -> None:
    kind = EndpointKind.FINGERPRINT_NEVER_COMPARED
    async with dial(kind, kind) as call:
        await call.negotiate(offer=swapped, answer=swapped)
        assert all((await call.connect()).values())
        assert {call.statement(party).screen.code for party in Party} == {true_code(call)}


async def test_fingerprint_never_compared_still_needs_a_fingerprint() -> None:
    kind = EndpointKind.FINGERPRINT_NEVER_COMPARED
    async with dial(kind, kind) as call:
        await call.negotiate(offer=lambda sdp: str(Sdp.parse(sdp).remove("fingerprint")))
        assert not await call.bob.connect(PATIENCE)
        failure = call.statement(Party.BOB).failure
        assert failure is not None
        assert failure.reason is Reason.FINGERPRINT_MISSING


async def test_code_from_sdp_believes_the_description_and_not_dtls() -> None:
    kind = EndpointKind.CODE_FROM_SDP
    async with dial(kind, kind) as call:
        await call.negotiate(offer=swapped)
        assert all((await call.connect()).values())
        callee = call.statement(Party.BOB).local_certificate
        assert callee is not None
        claimed = teams20.code(teams20.thumbprint(b"another one"), teams20.thumbprint(bytes.fromhex(callee)))
        assert call.statement(Party.BOB).screen.code == claimed
        assert call.statement(Party.ALICE).screen.code == true_code(call) != claimed


async def test_code_from_sdp_without_a_line_to_make_it_from_gets_no_call() -> None:
    def without_sha256(sdp: str) -> str:
        return str(Sdp.parse(sdp).map_fingerprints(lambda line: None if line.algorithm == "sha-256" else line))

    kind = EndpointKind.CODE_FROM_SDP
    async with dial(kind, kind) as call:
        await call.negotiate(offer=without_sha256)
        assert not await call.bob.connect(PATIENCE)
        failure = call.statement(Party.BOB).failure
        assert failure is not None
        assert (failure.reason, "sha-256" in failure.detail) == (Reason.ENDPOINT_ERROR, True)


async def test_constant_code_shows_the_same_in_every_call_and_compares_fingerprints() -> None:
    kind = EndpointKind.CONSTANT_CODE
    async with dial(kind, kind) as call:
        await call.negotiate()
        await call.connect()
        assert {call.statement(party).screen.code for party in Party} == {CONSTANT_CODE}
        assert true_code(call) != CONSTANT_CODE
    async with dial(kind, kind) as call:
        await call.negotiate(offer=swapped)
        assert not await call.bob.connect(PATIENCE)


def on_the_wire(call: Call) -> list[bytes]:
    return [packet.data for packet in call.ledgers[Party.ALICE].packets if packet.kind is PacketClass.SRTP]


def pictures_in_clear(call: Call) -> int:
    """How many packets hold the picture that Alice sends, as her encoder made it."""
    [picture] = encoded(Asset.VIDEO, MARKERS[Party.ALICE, Asset.VIDEO])
    return sum(picture[:100] in data for data in on_the_wire(call))


async def test_null_cipher_negotiates_encryption_and_sends_the_media_in_clear() -> None:
    call = await whole_call(EndpointKind.NULL_CIPHER)
    for party in Party:
        parameters = call.statement(party).dtls
        assert parameters is not None
        assert parameters.srtp_profile == "SRTP_AEAD_AES_256_GCM"
        assert call.statement(party).screen.code == true_code(call)
        assert call.statement(party).screen.indicator is Indicator.LOCK
    assert pictures_in_clear(call) > 0
    without_tags = [data[:-10] for data in on_the_wire(call)]
    assert {(found.asset, found.marker) for found in recover(without_tags)} >= {
        (asset.value, MARKERS[party, asset]) for party in Party for asset in (Asset.AUDIO, Asset.VIDEO)
    }


ALL = (Asset.AUDIO, Asset.VIDEO, Asset.SCREEN)


async def test_screen_in_clear_sends_the_screen_in_clear_and_nothing_else() -> None:
    kind = EndpointKind.SCREEN_IN_CLEAR
    async with dial(kind, kind, media=ALL) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    assert {(found.asset, found.marker) for found in recover(on_the_wire(call))} == {
        ("screen", MARKERS[party, Asset.SCREEN]) for party in Party
    }
    assert {call.statement(party).screen.code for party in Party} == {true_code(call)}


async def test_the_healthy_endpoint_sends_nothing_in_clear_with_a_screen() -> None:
    async with dial(media=ALL) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    assert recover(on_the_wire(call)) == ()


async def test_the_healthy_endpoint_sends_nothing_in_clear() -> None:
    call = await whole_call(EndpointKind.AIORTC)
    assert pictures_in_clear(call) == 0
    assert recover(on_the_wire(call)) == ()


async def with_every_packet_sent_twice(kind: EndpointKind) -> tuple[PacketCounts, int]:
    """What Bob counted, and how many media packets reached his socket."""

    def twice(data: bytes) -> int:
        return 2 if classify(data) in (PacketClass.SRTP, PacketClass.SRTCP) else 1

    async with Box(twice) as box, dial(kind, kind, advertise=box.advertise) as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
    arrived = sum(call.ledgers[Party.BOB].count(kind, outward=False) for kind in (PacketClass.SRTP, PacketClass.SRTCP))
    return call.statement(Party.BOB).packets, arrived


async def test_replay_accepted_takes_every_packet_as_often_as_it_comes() -> None:
    counts, arrived = await with_every_packet_sent_twice(EndpointKind.REPLAY_ACCEPTED)
    assert (counts.replayed, counts.not_authenticated) == (0, 0)
    # What arrives while the call is being ended is read by nobody.
    assert 0 <= arrived - (counts.rtp_received + counts.rtcp_received) <= 8


async def test_the_healthy_endpoint_takes_every_packet_once() -> None:
    counts, arrived = await with_every_packet_sent_twice(EndpointKind.AIORTC)
    assert counts.not_authenticated == 0
    assert 0 <= arrived // 2 - counts.replayed <= 4
    assert 0 <= arrived // 2 - (counts.rtp_received + counts.rtcp_received) <= 4


async def test_packets_changed_on_the_way_are_counted_as_not_authenticated() -> None:
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        call.alice.start_media()
        ledger = call.ledgers[Party.BOB]
        await ledger.until(lambda: ledger.count(PacketClass.SRTP, outward=False) > 0)
        genuine = next(packet for packet in ledger.packets if packet.kind is PacketClass.SRTP)
        header = rtp.parse(genuine.data)
        changed = bytearray(genuine.data)
        # Another sequence number, or it would count as a replay before anybody looks at its tag.
        changed[2:4] = ((header.sequence + 300) & 0xFFFF).to_bytes(2, "big")
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(call.network.address("attacker"), 0)
        )
        transport.sendto(bytes(changed), genuine.local)
        transport.close()
        await ledger.until(lambda: call.statement(Party.BOB).packets.not_authenticated == 1)
        assert call.statement(Party.BOB).packets.replayed == 0


async def test_clear_says_so_in_its_description_and_shows_nothing() -> None:
    async with dial(EndpointKind.CLEAR, EndpointKind.CLEAR, mode=Mode.CLEAR) as call:
        offer = Sdp.parse(await call.alice.offer())
        assert offer.fingerprints() == ()
        assert {media.protocol for media in offer.media()} == {"RTP/AVPF"}
    call = await whole_call(EndpointKind.CLEAR, Mode.CLEAR)
    assert pictures_in_clear(call) > 0
    for party in Party:
        statement = call.statement(party)
        assert statement.screen.indicator is Indicator.NONE
        assert statement.screen.code is None
        assert (statement.local_certificate, statement.presented_certificate, statement.dtls) == (None, None, None)
        assert statement.packets != PacketCounts()
        assert call.keylogs[party] == []
        assert call.ledgers[party].count(PacketClass.DTLS, outward=True) == 0


async def test_clear_with_lock_shows_lock_and_code_on_a_call_in_clear() -> None:
    call = await whole_call(EndpointKind.CLEAR_WITH_LOCK)
    assert pictures_in_clear(call) > 0
    for party in Party:
        assert call.statement(party).screen.indicator is Indicator.LOCK
        assert call.statement(party).screen.code == CONSTANT_CODE


async def test_a_clear_endpoint_is_of_no_use_to_a_healthy_one() -> None:
    async with dial(EndpointKind.CLEAR, EndpointKind.AIORTC) as call:
        with pytest.raises(Exception, match="the offer was refused"):
            await call.negotiate()


async def test_no_forward_secrecy_sends_the_secret_under_the_key_that_it_would_give() -> None:
    call = await whole_call(EndpointKind.NO_FORWARD_SECRECY)
    for party in Party:
        dtls = call.statement(party).dtls
        assert dtls is not None and dtls.suite == "TLS_RSA_WITH_AES_128_GCM_SHA256"
        assert is_key_of(call, party)


async def test_the_healthy_endpoint_has_a_key_that_only_signs() -> None:
    call = await whole_call(EndpointKind.AIORTC)
    for party in Party:
        dtls = call.statement(party).dtls
        assert dtls is not None and dtls.suite.startswith("TLS_ECDHE_ECDSA_")
        assert is_key_of(call, party)


def is_key_of(call: Call, party: Party) -> bool:
    """Whether the key that a party gives is that of the certificate it says it has."""
    pem = call.endpoints[party].certificate_key()
    local = call.statement(party).local_certificate
    assert pem is not None and local is not None
    public = load_pem_private_key(pem, None).public_key()
    return public == load_der_x509_certificate(bytes.fromhex(local)).public_key()


async def test_session_resumed_shows_no_certificate_in_its_second_call_and_the_same_code() -> None:
    kind = EndpointKind.SESSION_RESUMED
    memories: dict[Party, dict[str, object]] = {party: {} for party in Party}

    def again(setup: EndpointSetup) -> Endpoint:
        return create(kind, replace(setup, memory=memories[setup.party]))

    codes, shown = [], []
    for _ in range(3):
        async with dial(again, again) as call:
            await call.negotiate()
            assert all((await call.connect()).values())
            await call.talk()
            codes.append({call.statement(party).screen.code for party in Party})
            assert codes[-1] == {true_code(call)}
        sent = [(one.outward, one.data) for one in call.ledgers[Party.ALICE].packets if one.kind is PacketClass.DTLS]
        (seen,) = associations(sent)
        shown.append((seen.session_resumed, bool(seen.certificates_near), bool(seen.certificates_far)))
    assert shown == [(False, True, True), (True, False, False), (True, False, False)]
    assert codes[0] == codes[1] == codes[2]


async def test_a_healthy_endpoint_makes_a_whole_handshake_with_one_that_would_resume() -> None:
    memory: dict[str, object] = {}
    for _ in range(2):
        async with dial(
            EndpointKind.AIORTC, lambda setup: create(EndpointKind.SESSION_RESUMED, replace(setup, memory=memory))
        ) as call:
            await call.negotiate()
            assert all((await call.connect()).values())
        sent = [(one.outward, one.data) for one in call.ledgers[Party.ALICE].packets if one.kind is PacketClass.DTLS]
        (seen,) = associations(sent)
        assert not seen.session_resumed and seen.certificates_near and seen.certificates_far
    assert seen.client_hello is not None and seen.client_hello.session_id, "it asked, and was refused"
