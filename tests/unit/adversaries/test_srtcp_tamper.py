"""SRTCP changed, opened, forged and repeated, under both shapes of its trailer; libsrtp takes none of it."""

from __future__ import annotations

import pytest
from pylibsrtp import Error, Policy, Session

from harness.adversaries.machine import Command
from harness.adversaries.srtcp_tamper import SrtcpTamper, without_e
from harness.model.adversary import SrtcpFault
from harness.wire.demux import PacketClass, classify
from tests.unit.wire.openssl_pair import identity, shake_hands

from .transcript import ALICE, BINDING_REQUEST, BOB, deeds, feed, forwarded, rtp

KEYS = {
    "SRTP_AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, bytes(range(30))),
    "SRTP_AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, bytes(range(44))),
}
REPORT = bytes([0x80, 201, 0, 1]) + bytes.fromhex("11223344") + bytes([0x80, 201, 0, 1]) + bytes.fromhex("11223344")


def session(profile: str, ssrc_type: int) -> Session:
    number, key = KEYS[profile]
    return Session(Policy(key, ssrc_type, srtp_profile=number))


def sealed(profile: str) -> bytes:
    return bytes(session(profile, Policy.SSRC_ANY_OUTBOUND).protect_rtcp(REPORT))


def reported(fault: SrtcpFault, packet: bytes) -> list[Command]:
    return feed(SrtcpTamper(fault, "seed"), ALICE, packet)


@pytest.mark.parametrize("profile", KEYS)
def test_e_is_cleared_where_the_profile_has_it(profile: str) -> None:
    packet = sealed(profile)
    opened = without_e(packet, profile)
    (place,) = [at for at, (a, b) in enumerate(zip(packet, opened, strict=True)) if a != b]
    assert len(packet) - place == (4 if "AEAD" in profile else 14)
    assert packet[place] ^ opened[place] == 0x80


@pytest.mark.parametrize("fault", [SrtcpFault.FLIP, SrtcpFault.CLEAR_E])
def test_a_receiver_refuses_the_changed_report(fault: SrtcpFault) -> None:
    profile = "SRTP_AES128_CM_HMAC_SHA1_80"
    ((to, changed),) = forwarded(reported(fault, sealed(profile)))
    assert (to, changed != sealed(profile)) == (BOB, True)
    with pytest.raises(Error):
        session(profile, Policy.SSRC_ANY_INBOUND).unprotect_rtcp(changed)


def test_the_profile_is_read_from_the_handshake_that_passes() -> None:
    machine = SrtcpTamper(SrtcpFault.CLEAR_E, "seed")
    pair = shake_hands(identity("client"), identity("server"), profiles="SRTP_AEAD_AES_256_GCM")
    for near, datagram in pair.seen_by(client_is_near=True):
        feed(machine, ALICE if near else BOB, datagram)
    packet = sealed("SRTP_AEAD_AES_256_GCM")
    assert forwarded(feed(machine, ALICE, packet)) == [(BOB, without_e(packet, "SRTP_AEAD_AES_256_GCM"))]


def test_a_report_comes_twice() -> None:
    packet = sealed("SRTP_AES128_CM_HMAC_SHA1_80")
    assert forwarded(reported(SrtcpFault.REPLAY, packet)) == [(BOB, packet)] * 2


def test_a_bye_follows_every_tenth_packet_of_media() -> None:
    machine = SrtcpTamper(SrtcpFault.BYE, "seed")
    passed = [forwarded(feed(machine, ALICE, rtp(number))) for number in range(1, 21)]
    assert [len(one) for one in passed] == [*[1] * 9, 2] * 2
    bye = passed[9][1][1]
    assert bye[:8] == bytes.fromhex("81cb0001 11223344")
    assert classify(bye) is PacketClass.SRTCP
    with pytest.raises(Error):
        session("SRTP_AES128_CM_HMAC_SHA1_80", Policy.SSRC_ANY_INBOUND).unprotect_rtcp(bye)


def test_everything_else_passes_and_each_packet_is_a_deed() -> None:
    machine = SrtcpTamper(SrtcpFault.FLIP, "seed")
    assert deeds(feed(machine, ALICE, sealed("SRTP_AES128_CM_HMAC_SHA1_80"))) == {"srtcp-packets-tampered": 1}
    for data in (rtp(1), BINDING_REQUEST):
        assert forwarded(feed(machine, BOB, data)) == [(ALICE, data)]
    assert machine.required == ("srtcp-packets-tampered",)
