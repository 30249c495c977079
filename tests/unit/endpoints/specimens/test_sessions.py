"""Each broken session does one thing wrong; everything else it does as the healthy one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, repeat

import pylibsrtp
import pytest

from harness.endpoints.sessions import Inbound, Outbound, inbound_session, is_replay, outbound_session
from harness.endpoints.specimens.sessions import (
    STOP,
    Accompanied,
    ClearReportsTaken,
    Extended,
    FirstInClear,
    ForgeryListed,
    Receiving,
    ReportsInClear,
    Restarting,
    RolloverFollowed,
    RolloverLost,
    Sending,
    TagIgnored,
    elements,
    extended,
)
from harness.wire import rtp as wire

GCM, COUNTER_MODE = "SRTP_AEAD_AES_256_GCM", "SRTP_AES128_CM_HMAC_SHA1_80"
KEYS = {GCM: bytes(range(44)), COUNTER_MODE: bytes(range(30))}
REPORT = bytes.fromhex("80c9 0001 0000abcd")


def rtp(sequence: int, first: str = "80", extension: str = "") -> bytes:
    head = bytes.fromhex(first + "60") + sequence.to_bytes(2, "big") + bytes.fromhex("00000001 0000abcd")
    return head + bytes.fromhex(extension) + b"hello world"


def sealing(profile: str = GCM) -> Outbound:
    return outbound_session(KEYS[profile], profile)


def opening(profile: str = GCM) -> Inbound:
    return inbound_session(KEYS[profile], profile, 1024)


def flipped(packet: bytes) -> bytes:
    """The packet with the last bit of its tag turned."""
    return packet[:-1] + bytes([packet[-1] ^ 1])


SENDERS: dict[str, Callable[[], Outbound]] = {
    "first in clear": lambda: FirstInClear(sealing(), 0),
    "reports in clear": lambda: ReportsInClear(sealing()),
    "restarting": lambda: Restarting(sealing(), 100, 100),
    "rollover lost": lambda: RolloverLost(sealing(), sealing),
    "extended": lambda: Extended(sealing(), b""),
    "accompanied": lambda: Accompanied(sealing(), lambda _number, _packet: None),
}
RECEIVERS: dict[str, Callable[[], Inbound]] = {
    "tag ignored": lambda: TagIgnored(opening(), KEYS[GCM], GCM),
    "forgery listed": lambda: ForgeryListed(opening(), KEYS[GCM], GCM),
    "clear reports taken": lambda: ClearReportsTaken(opening()),
    "rollover followed": lambda: RolloverFollowed(opening(), opening),
    "healthy": lambda: Receiving(opening()),
}


@pytest.mark.parametrize("made", SENDERS.values(), ids=SENDERS)
def test_what_a_broken_sender_does_well_a_healthy_receiver_reads(made: Callable[[], Outbound]) -> None:
    sender, receiver = made(), opening()
    for number in range(1, 4):
        read = receiver.unprotect(sender.protect(rtp(number)))
        assert (read[2:4], read[-11:]) == (rtp(number)[2:4], b"hello world")
    if not isinstance(sender, ReportsInClear):
        assert receiver.unprotect_rtcp(sender.protect_rtcp(REPORT)) == REPORT


@pytest.mark.parametrize("made", RECEIVERS.values(), ids=RECEIVERS)
def test_no_broken_receiver_takes_a_replay(made: Callable[[], Inbound]) -> None:
    sender, receiver = Sending(sealing()), made()
    media, report = sender.protect(rtp(1)), sender.protect_rtcp(REPORT)
    assert (receiver.unprotect(media), receiver.unprotect_rtcp(report)) == (rtp(1), REPORT)
    with pytest.raises(pylibsrtp.Error, match="replay"):
        receiver.unprotect(media)
    with pytest.raises(pylibsrtp.Error, match="replay"):
        receiver.unprotect_rtcp(report)


def test_so_many_packets_go_out_as_they_are_and_then_none() -> None:
    sender = FirstInClear(sealing(), 2)
    assert [sender.protect(rtp(number)) == rtp(number) for number in range(1, 5)] == [True, True, False, False]
    assert sender.protect_rtcp(REPORT) != REPORT


def test_reports_go_out_as_they_are_and_media_does_not() -> None:
    sender = ReportsInClear(sealing())
    assert sender.protect_rtcp(REPORT) == REPORT
    assert sender.protect(rtp(1)) != rtp(1)


def test_the_count_begins_anew_under_the_same_key() -> None:
    sender = Restarting(sealing(), packets=3, back=4)
    sequences = [wire.parse(sender.protect(rtp((65_534 + number) % 65_536))).sequence for number in range(6)]
    assert sequences == [65_534, 65_535, 0, 65_533, 65_534, 65_535]


def test_a_lost_rollover_encrypts_the_same_number_with_the_same_keystream() -> None:
    sender, healthy = RolloverLost(sealing(COUNTER_MODE), lambda: sealing(COUNTER_MODE)), sealing(COUNTER_MODE)
    first = [(sender.protect(rtp(number)), healthy.protect(rtp(number))) for number in (1, 30_000, 60_000)]
    assert all(lost == right for lost, right in first)
    assert sender.protect(rtp(1)) == first[0][0]
    assert healthy.protect(rtp(1)) != first[0][1]


def test_a_lost_rollover_is_followed_by_its_like_only() -> None:
    numbers = [65_530, 65_535, 0, 5]
    sealed = [
        packet for sender in [RolloverLost(sealing(), sealing)] for packet in map(sender.protect, map(rtp, numbers))
    ]
    like, healthy = RolloverFollowed(opening(), opening), opening()
    assert [like.unprotect(packet) for packet in sealed] == [rtp(number) for number in numbers]
    assert [healthy.unprotect(packet) for packet in sealed[:2]] == [rtp(number) for number in numbers[:2]]
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        healthy.unprotect(sealed[2])
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        like.unprotect(flipped(sealing().protect(rtp(6))))


@pytest.mark.parametrize("profile", [GCM, COUNTER_MODE])
def test_a_packet_with_a_wrong_tag_is_decrypted_all_the_same(profile: str) -> None:
    sender, receiver = sealing(profile), TagIgnored(opening(profile), KEYS[profile], profile)
    assert receiver.unprotect(flipped(sender.protect(rtp(7)))) == rtp(7)
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect_rtcp(flipped(sender.protect_rtcp(REPORT)))


def test_a_forgery_that_is_taken_makes_a_replay_of_the_genuine_packet_of_its_number() -> None:
    sender, receiver = sealing(), ForgeryListed(opening(), KEYS[GCM], GCM)
    genuine, later = sender.protect(rtp(7)), sender.protect(rtp(8))
    assert receiver.unprotect(flipped(genuine)) == rtp(7)
    with pytest.raises(pylibsrtp.Error) as refusal:
        receiver.unprotect(genuine)
    assert is_replay(refusal.value)
    assert receiver.unprotect(later) == rtp(8)


def test_a_report_that_is_not_authentic_is_taken_as_it_is_and_media_is_not() -> None:
    receiver = ClearReportsTaken(opening())
    assert receiver.unprotect_rtcp(REPORT) == REPORT
    with pytest.raises(pylibsrtp.Error, match="authentication"):
        receiver.unprotect(flipped(sealing().protect(rtp(1))))


def test_whoever_stands_beside_gets_each_packet_as_it_goes_out() -> None:
    seen: list[tuple[int, bytes]] = []
    sender = Accompanied(sealing(), lambda number, packet: seen.append((number, packet)))
    assert [sender.protect(rtp(number)) for number in (1, 2)] == [packet for _, packet in seen]
    assert [number for number, _ in seen] == [1, 2]
    sender.protect_rtcp(REPORT)
    assert len(seen) == 2


SECRET = bytes(range(0x40, 0x60))


@pytest.mark.parametrize(
    "packet",
    [rtp(1), rtp(1, "90", "bede0001 10300000"), rtp(1, "82", "00000001 00000002")],
    ids=["bare", "more", "csrc"],
)
def test_an_addition_stays_in_clear_and_the_rest_as_it_was(packet: bytes) -> None:
    before, sealed = wire.parse(packet), Extended(sealing(), elements(SECRET, count(12))).protect(packet)
    after = wire.parse(sealed)
    assert after.extension == before.extension + b"\xcf" + SECRET[:16] + b"\xdf" + SECRET[16:] + bytes(2)
    assert (after.csrcs, after.sequence, after.extension_profile) == (before.csrcs, before.sequence, 0xBEDE)
    assert opening().unprotect(sealed).endswith(b"hello world")


def test_behind_the_identifier_that_stops_nobody_reads_on() -> None:
    packet = extended(rtp(1), elements(SECRET, repeat(STOP)))
    assert wire.parse(packet).extension == b"\xff" + SECRET[:16] + b"\xff" + SECRET[16:] + bytes(2)
    assert packet.endswith(b"hello world")
