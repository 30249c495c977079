"""SRTP with one party: what is opened, what is sealed, and what is refused."""

from __future__ import annotations

import pytest
from pylibsrtp import Policy, Session

from harness.adversaries.srtp_leg import SrtpLeg
from harness.wire.srtp import PROFILES, SrtpKeys

from .transcript import rtcp, rtp

LIBSRTP = {
    "SRTP_AES128_CM_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}


def keys(profile: str) -> SrtpKeys:
    size = PROFILES[profile].key + PROFILES[profile].salt
    return SrtpKeys(bytes(range(size)), bytes(range(100, 100 + size)), profile)


def party(profile: str, key: bytes, ssrc_type: int) -> Session:
    return Session(Policy(key, ssrc_type, srtp_profile=LIBSRTP[profile]))


def sealed(leg: SrtpLeg, clear: bytes) -> bytes:
    packet = leg.seal(clear)
    assert packet is not None
    return packet


@pytest.mark.parametrize("profile", LIBSRTP)
@pytest.mark.parametrize("client", [True, False])
def test_each_side_sends_with_its_own_key(profile: str, client: bool) -> None:
    given = keys(profile)
    mine, theirs = given.client_key_and_salt, given.server_key_and_salt
    if not client:
        mine, theirs = theirs, mine
    leg = SrtpLeg(given, client=client)
    sender = party(profile, theirs, Policy.SSRC_ANY_OUTBOUND)
    receiver = party(profile, mine, Policy.SSRC_ANY_INBOUND)

    assert leg.open(sender.protect(rtp(1))) == rtp(1)
    assert leg.open(sender.protect_rtcp(rtcp())) == rtcp()
    assert receiver.unprotect(sealed(leg, rtp(2))) == rtp(2)
    assert receiver.unprotect_rtcp(sealed(leg, rtcp())) == rtcp()


def test_the_rollover_of_the_sequence_number_is_followed() -> None:
    given = keys("SRTP_AEAD_AES_128_GCM")
    leg = SrtpLeg(given, client=True)
    sender = party(given.profile, given.server_key_and_salt, Policy.SSRC_ANY_OUTBOUND)
    receiver = party(given.profile, given.client_key_and_salt, Policy.SSRC_ANY_INBOUND)
    for number in range(65_500, 65_600):
        clear = leg.open(sender.protect(rtp(number % 65_536)))
        assert clear is not None
        assert clear == rtp(number % 65_536)
        assert receiver.unprotect(sealed(leg, clear)) == clear


def test_a_packet_five_hundred_late_is_opened_and_sealed() -> None:
    given = keys("SRTP_AEAD_AES_128_GCM")
    leg = SrtpLeg(given, client=True)
    sender = party(given.profile, given.server_key_and_salt, Policy.SSRC_ANY_OUTBOUND)
    late, *others = [sender.protect(rtp(number)) for number in range(1, 502)]
    for packet in others:
        clear = leg.open(packet)
        assert clear is not None
        sealed(leg, clear)
    assert leg.open(late) == rtp(1)
    assert leg.seal(rtp(1)) is not None


def test_what_a_sender_repeats_is_sealed_again() -> None:
    leg = SrtpLeg(keys("SRTP_AEAD_AES_128_GCM"), client=True)
    assert sealed(leg, rtp(1)) == sealed(leg, rtp(1))


@pytest.mark.parametrize("packet", [rtp(1) + bytes(10), rtcp() + bytes(14), b"\x80\x60", rtp(1, bytes(2000))])
def test_what_does_not_authenticate_is_nothing(packet: bytes) -> None:
    assert SrtpLeg(keys("SRTP_AES128_CM_HMAC_SHA1_80"), client=True).open(packet) is None


def test_a_packet_that_libsrtp_cannot_hold_is_not_sealed() -> None:
    assert SrtpLeg(keys("SRTP_AES128_CM_HMAC_SHA1_80"), client=True).seal(rtp(1, bytes(1400))) is None
