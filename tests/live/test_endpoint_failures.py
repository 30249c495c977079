"""Every reason for which an endpoint gives up, provoked for real. Each has to be told from all the others."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from aiortc import RTCIceTransport
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80, SRTPProtectionProfile
from OpenSSL import SSL

from harness.endpoints.aiortc import AiortcEndpoint
from harness.endpoints.aiortc_door import CallCertificate, DtlsTransport, Watcher
from harness.endpoints.endpoint import CallFailed
from harness.model.base import Party
from harness.model.finding import Reason
from harness.model.statement import Indicator
from harness.wire.demux import PacketClass, classify
from harness.wire.sdp import Fingerprint, Sdp

from .endpoint_calls import PATIENCE, Box, dial, failed, never_came_up

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

SHORT = 0.3
"""Seconds of a wait that must end in vain."""


def fingerprints(change: Callable[[Fingerprint], Fingerprint | None]) -> Callable[[str], str]:
    return lambda sdp: str(Sdp.parse(sdp).map_fingerprints(change))


def of_another_certificate(line: Fingerprint) -> Fingerprint:
    return Fingerprint.of(b"another certificate", line.algorithm, line.level)


# fingerprints


async def test_the_callee_refuses_a_certificate_that_was_not_promised() -> None:
    async with dial() as call:
        await call.negotiate(offer=fingerprints(of_another_certificate))
        assert await call.connect() == {Party.ALICE: True, Party.BOB: False}
        never_came_up(call, Party.BOB, Reason.FINGERPRINT_MISMATCH)
        assert call.statement(Party.BOB).presented_certificate == call.statement(Party.ALICE).local_certificate
        assert call.statement(Party.BOB).dtls is not None


async def test_the_caller_refuses_a_certificate_that_was_not_promised() -> None:
    async with dial() as call:
        await call.negotiate(answer=fingerprints(of_another_certificate))
        assert await call.connect() == {Party.ALICE: False, Party.BOB: True}
        never_came_up(call, Party.ALICE, Reason.FINGERPRINT_MISMATCH)


async def test_one_foreign_line_among_genuine_ones_is_a_mismatch() -> None:
    def one(line: Fingerprint) -> Fingerprint:
        return of_another_certificate(line) if line.algorithm == "sha-384" else line

    async with dial() as call:
        await call.negotiate(offer=fingerprints(one))
        await call.connect()
        assert "sha-384" in never_came_up(call, Party.BOB, Reason.FINGERPRINT_MISMATCH).detail


async def test_a_missing_fingerprint_is_not_a_mismatch() -> None:
    async with dial() as call:
        await call.negotiate(offer=fingerprints(lambda line: None))
        assert not await call.bob.connect(PATIENCE)
        never_came_up(call, Party.BOB, Reason.FINGERPRINT_MISSING)
        assert call.statement(Party.BOB).presented_certificate is None


UNUSABLE: dict[str, Callable[[Fingerprint], Fingerprint | None]] = {
    "weak hash": lambda line: Fingerprint(line.level, "md5", line.value[:47]),
    "unknown hash": lambda line: Fingerprint(line.level, "sha-999", line.value),
    "too short": lambda line: Fingerprint(line.level, line.algorithm, line.value[:-3]),
    "no separators": lambda line: Fingerprint(line.level, line.algorithm, line.value.replace(":", "")),
    "odd separators": lambda line: Fingerprint(line.level, line.algorithm, line.value.replace(":", "-")),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_fingerprint_that_cannot_be_used_is_neither(name: str) -> None:
    async with dial() as call:
        await call.negotiate(offer=fingerprints(UNUSABLE[name]))
        assert not await call.bob.connect(PATIENCE)
        never_came_up(call, Party.BOB, Reason.FINGERPRINT_UNUSABLE)


async def test_lower_case_digits_are_good_enough() -> None:
    async with dial() as call:
        lower = fingerprints(lambda line: Fingerprint(line.level, line.algorithm, line.value.lower()))
        await call.negotiate(offer=lower, answer=lower)
        assert all((await call.connect()).values())


# DTLS


def client_hello_without_a_common_suite() -> bytes:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_cipher_list(b"NULL-SHA256:@SECLEVEL=0")
    client = SSL.Connection(context)
    client.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        client.do_handshake()
    return client.bio_read(1500)


async def test_a_tls_error_is_told_in_the_words_of_openssl() -> None:
    async with dial() as call:
        offer = await call.alice.offer()
        host, port = call.statement(Party.ALICE).addresses[0].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((call.network.address("attacker"), 0))
            stranger.sendto(client_hello_without_a_common_suite(), (host, int(port)))
        await call.alice.accept(await call.bob.answer(offer))
        assert await call.connect() == {Party.ALICE: False, Party.BOB: False}
        assert "no shared cipher" in never_came_up(call, Party.ALICE, Reason.DTLS_ERROR).detail
        assert "alert handshake failure" in never_came_up(call, Party.BOB, Reason.DTLS_ERROR).detail


async def test_a_handshake_without_an_answer_times_out() -> None:
    async with Box(lambda data: classify(data) is PacketClass.STUN) as box, dial(advertise=box.advertise) as call:
        await call.negotiate()
        ledger = call.ledgers[Party.BOB]
        await ledger.until(lambda: ledger.count(PacketClass.DTLS, outward=True) > 0)
        assert not await call.bob.connect(SHORT)
        never_came_up(call, Party.BOB, Reason.DTLS_TIMEOUT)
        assert call.statement(Party.BOB).presented_certificate is None


def with_profiles(*profiles: SRTPProtectionProfile) -> type[AiortcEndpoint]:
    class Transport(DtlsTransport):
        def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
            super().__init__(ice, certificate, watcher)
            self._srtp_profiles = list(profiles)

    class Endpoint(AiortcEndpoint):
        transport = Transport

    return Endpoint


async def test_no_common_srtp_profile_ends_the_call_on_both_sides() -> None:
    async with dial(with_profiles(SRTP_AEAD_AES_256_GCM), with_profiles(SRTP_AES128_CM_SHA1_80)) as call:
        await call.negotiate()
        assert await call.connect() == {Party.ALICE: False, Party.BOB: False}
        for party in Party:
            never_came_up(call, party, Reason.SRTP_PROFILE_MISSING)
            parameters = call.statement(party).dtls
            assert parameters is not None
            assert parameters.srtp_profile is None


async def test_the_profile_of_the_statement_is_the_one_that_was_negotiated() -> None:
    only = with_profiles(SRTP_AES128_CM_SHA1_80)
    async with dial(only, only) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        parameters = call.statement(Party.ALICE).dtls
        assert parameters is not None
        assert parameters.srtp_profile == "SRTP_AES128_CM_HMAC_SHA1_80"


# ICE


async def test_no_candidates_on_either_side_fail_at_once() -> None:
    def without_candidates(sdp: str) -> str:
        return str(Sdp.parse(sdp).remove("candidate"))

    async with dial() as call:
        await call.negotiate(offer=without_candidates, answer=without_candidates)
        assert await call.connect() == {Party.ALICE: False, Party.BOB: False}
        for party in Party:
            never_came_up(call, party, Reason.ICE_FAILED)


async def test_candidates_that_do_not_answer_time_out() -> None:
    async with Box(lambda data: 0) as box, dial(advertise=box.advertise) as call:
        await call.negotiate()
        assert await call.connect(SHORT) == {Party.ALICE: False, Party.BOB: False}
        for party in Party:
            assert "0.3 s" in never_came_up(call, party, Reason.ICE_FAILED).detail


async def test_a_path_that_breaks_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    # Consent lasts half a minute (RFC 7675); here two questions without an answer are enough.
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr("aioice.ice.CONSENT_FAILURES", 2)
    async with Box() as box, dial(advertise=box.advertise) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        box.copies = lambda data: 0
        for party in Party:
            assert (await failed(call, party)).reason is Reason.CONNECTION_LOST
            statement = call.statement(party)
            assert statement.connected
            assert [moment.screen.indicator for moment in statement.screens] == [Indicator.LOCK, Indicator.NONE]
            assert statement.screens[-1].screen.code is None


# the peer's description


def without(attribute: str) -> Callable[[str], str]:
    return lambda sdp: str(Sdp.parse(sdp).remove(attribute))


REFUSED: dict[str, Callable[[str], str]] = {
    "m= line": lambda sdp: sdp.replace("m=audio", "m=audio x"),
    "candidate": lambda sdp: sdp.replace(" typ host", " typ"),
    "no media": lambda sdp: "".join(line for line in sdp.splitlines(keepends=True) if not line.startswith("m=")),
    "setup": without("setup"),
    "ice-ufrag": without("ice-ufrag"),
    "rtcp-mux": without("rtcp-mux"),
    "unknown setup": lambda sdp: str(Sdp.parse(sdp).with_setup("somehow")),
    "fingerprint with a space": lambda sdp: sdp.replace("sha-256 ", "sha-256 A "),
    "codecs": lambda sdp: sdp.replace("opus/48000", "soup/48000"),
    "size": lambda sdp: sdp + "a=x\r\n" * 60_000,
}


@pytest.mark.parametrize("name", REFUSED)
async def test_an_offer_that_cannot_be_used_is_refused_with_what_is_wrong(name: str) -> None:
    async with dial() as call:
        with pytest.raises(CallFailed) as refusal:
            await call.negotiate(offer=REFUSED[name])
        assert refusal.value.reason is Reason.SDP_REJECTED
        failure = never_came_up(call, Party.BOB, Reason.SDP_REJECTED)
        assert failure.detail == refusal.value.detail
        assert failure.detail.startswith("the offer was refused: ")
        assert call.statement(Party.ALICE).failure is None


async def test_an_answer_that_cannot_be_used_is_refused_too() -> None:
    async with dial() as call:
        with pytest.raises(CallFailed, match="the answer was refused"):
            await call.negotiate(answer=lambda sdp: str(Sdp.parse(sdp).with_setup("actpass")))
        never_came_up(call, Party.ALICE, Reason.SDP_REJECTED)
        with pytest.raises(CallFailed, match="the answer was refused"):
            await call.alice.accept("v=0")
