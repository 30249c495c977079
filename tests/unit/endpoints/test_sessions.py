"""SRTP sessions: what is counted, and what the broken ones do."""

from __future__ import annotations

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session

from harness.endpoints.sessions import (
    ClearSession,
    CountedInbound,
    CountedOutbound,
    Counts,
    ForgetfulSession,
    inbound_session,
    null_cipher_sessions,
)
from harness.model.statement import PacketCounts

PROFILE = "SRTP_AEAD_AES_256_GCM"
KEY = bytes(range(44))
OTHER = bytes(range(1, 45))
RECEIVER_REPORT = bytes.fromhex("80c9 0001 0000abcd")


def rtp(sequence: int) -> bytes:
    return bytes.fromhex("8060") + sequence.to_bytes(2, "big") + bytes.fromhex("00000001 0000abcd") + b"hello world"


def session(key: bytes, kind: int) -> Session:
    return Session(Policy(key=key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM))


def pair(inbound_key: bytes = KEY) -> tuple[CountedOutbound, CountedInbound, Counts]:
    """A sender, a receiver, and the receiver's counts."""
    counts = Counts()
    sender = CountedOutbound(session(KEY, Policy.SSRC_ANY_OUTBOUND), Counts())
    return sender, CountedInbound(session(inbound_key, Policy.SSRC_ANY_INBOUND), counts), counts


def test_what_is_sent_is_counted_by_kind() -> None:
    counts = Counts()
    sender = CountedOutbound(session(KEY, Policy.SSRC_ANY_OUTBOUND), counts)
    for sequence in range(3):
        sender.protect(rtp(sequence))
    sender.protect_rtcp(RECEIVER_REPORT)
    assert counts.now() == PacketCounts(rtp_sent=3, rtcp_sent=1)


def test_what_is_received_is_counted_by_kind_and_comes_out_as_it_went_in() -> None:
    sender, receiver, counts = pair()
    assert receiver.unprotect(sender.protect(rtp(1))) == rtp(1)
    assert receiver.unprotect_rtcp(sender.protect_rtcp(RECEIVER_REPORT)) == RECEIVER_REPORT
    assert counts.now() == PacketCounts(rtp_received=1, rtcp_received=1)


def test_a_packet_that_comes_again_is_refused_and_counted_as_replayed() -> None:
    sender, receiver, counts = pair()
    media, report = sender.protect(rtp(1)), sender.protect_rtcp(RECEIVER_REPORT)
    receiver.unprotect(media)
    receiver.unprotect_rtcp(report)
    with pytest.raises(pylibsrtp.Error, match="replay"):
        receiver.unprotect(media)
    with pytest.raises(pylibsrtp.Error, match="replay"):
        receiver.unprotect_rtcp(report)
    assert counts.now() == PacketCounts(rtp_received=1, rtcp_received=1, replayed=2)


def test_a_packet_older_than_the_window_is_a_replay_too() -> None:
    sender, receiver, counts = pair()
    old = sender.protect(rtp(1))
    receiver.unprotect(sender.protect(rtp(2_000)))
    with pytest.raises(pylibsrtp.Error):
        receiver.unprotect(old)
    assert counts.now() == PacketCounts(rtp_received=1, replayed=1)


def test_a_packet_under_another_key_is_counted_as_not_authenticated() -> None:
    sender, receiver, counts = pair(inbound_key=OTHER)
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect(sender.protect(rtp(1)))
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect_rtcp(sender.protect_rtcp(RECEIVER_REPORT))
    assert counts.now() == PacketCounts(not_authenticated=2)


def test_a_forgetful_session_takes_every_packet_as_often_as_it_comes_but_no_forged_one() -> None:
    sender, _, _ = pair()
    forgetful = ForgetfulSession(KEY, PROFILE)
    media, report = sender.protect(rtp(1)), sender.protect_rtcp(RECEIVER_REPORT)
    assert [forgetful.unprotect(media) for _ in range(3)] == [rtp(1)] * 3
    assert [forgetful.unprotect_rtcp(report) for _ in range(3)] == [RECEIVER_REPORT] * 3
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        forgetful.unprotect(media[:-1] + bytes([media[-1] ^ 1]))


def test_a_clear_session_changes_nothing() -> None:
    clear = ClearSession()
    for step in (clear.protect, clear.protect_rtcp, clear.unprotect, clear.unprotect_rtcp):
        assert step(rtp(1)) == rtp(1)


@pytest.mark.parametrize("size", [28, 30, 44])
def test_null_cipher_sessions_send_the_payload_in_clear_with_a_tag_that_is_checked(size: int) -> None:
    receiver, sender = null_cipher_sessions(KEY[:size], KEY[:size])
    packet = sender.protect(rtp(1))
    assert packet[:-10] == rtp(1)
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect(packet[:-1] + bytes([packet[-1] ^ 1]))
    assert receiver.unprotect(packet) == rtp(1)
    report = sender.protect_rtcp(RECEIVER_REPORT)
    assert report.startswith(RECEIVER_REPORT)
    assert receiver.unprotect_rtcp(report) == RECEIVER_REPORT


def test_specimens_wait_for_late_packets_and_send_twice_as_aiortc_does() -> None:
    receiver, sender = null_cipher_sessions(KEY, KEY)
    late = sender.protect(rtp(1))
    assert sender.protect(rtp(1)) == late
    receiver.unprotect(sender.protect(rtp(1_000)))
    assert receiver.unprotect(late) == rtp(1)


def test_each_direction_of_the_null_cipher_has_the_key_it_was_given() -> None:
    receiver, _ = null_cipher_sessions(KEY, OTHER)
    _, sender = null_cipher_sessions(KEY, OTHER)
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect(sender.protect(rtp(1)))


def test_a_session_with_a_short_list_refuses_what_is_older_for_its_age() -> None:
    sender = session(KEY, Policy.SSRC_ANY_OUTBOUND)
    sealed = [sender.protect(rtp(number)) for number in range(1, 102)]
    skipped = sealed.pop(0)
    short, long = (inbound_session(KEY, PROFILE, window) for window in (64, 1024))
    for receiver in (short, long):
        for packet in sealed:
            receiver.unprotect(packet)
    assert long.unprotect(skipped) == rtp(1)
    with pytest.raises(pylibsrtp.Error, match="old"):
        short.unprotect(skipped)
