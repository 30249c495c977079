"""What a program says of its packets can be true of those that passed, or it is named."""

from __future__ import annotations

from harness.endpoint_check.packets import Counter, miscounted
from harness.model.base import Asset, Party, Role
from harness.model.statement import EndpointStatement, Indicator, PacketCounts, Screen

HERE, THERE = ("127.0.0.1", 1), ("127.0.0.2", 2)
RTP, RTCP = b"\x80\x60" + bytes(10), b"\x80\xc8" + bytes(6)


ASKED = 1_700_000_000.0


def tap(*, leg: bool = False, before: float = 0.0) -> Counter:
    """Three packets of RTP and one of RTCP went out, two and one came in, and a check, so many seconds before it was
    asked."""
    tap = Counter()
    if leg:
        tap.behind_leg()
    for outward, data in ((True, RTP), (True, RTP), (True, RTP), (True, RTCP), (False, RTP), (False, RTP)):
        tap.seen(outward, HERE, THERE, data, ASKED - before)
    tap.seen(False, HERE, THERE, RTCP, ASKED - before)
    tap.seen(True, HERE, THERE, b"\0\1" + bytes(18), ASKED - before)
    return tap


def wrong(seen: Counter, heard: bool = True, **counts: int) -> list[str]:
    said = EndpointStatement(
        party=Party.ALICE,
        role=Role.CALLER,
        software="s",
        screen=Screen(indicator=Indicator.LOCK, code=None, peer="Bob"),
        connected=True,
        packets=PacketCounts(**counts),
        asked=ASKED,
        heard={Asset.AUDIO: "0" * 16} if heard else {},
    )
    return list(miscounted(said, seen))


def test_counts_that_fit_what_passed_are_believed_and_so_are_fewer_of_what_has_just_passed() -> None:
    assert wrong(tap(before=0.6), rtp_sent=3, rtcp_sent=1, rtp_received=2, rtcp_received=1) == []
    assert wrong(tap(before=0.4), rtp_received=1) == []
    assert wrong(tap(before=0.4), heard=False) == []


def test_where_a_stream_began_is_known_by_its_first_packet() -> None:
    seen = Counter()
    for outward, sequence, source in ((True, 65_000, 1), (True, 65_001, 1), (True, 7, 2), (False, 3, 9)):
        header = b"\x80\x60" + sequence.to_bytes(2) + bytes(4) + source.to_bytes(4)
        seen.seen(outward, HERE, THERE, header)
    seen.seen(True, HERE, THERE, RTCP)
    assert seen.began == {1: 65_000, 2: 7}


def test_fewer_than_had_passed_half_a_second_before_it_was_asked_are_named() -> None:
    seen = tap(before=0.6)
    assert wrong(seen, rtp_sent=2, rtcp_sent=0, rtp_received=1, rtcp_received=1) == [
        "it says it sent 2 RTP packets, and 3 were seen before it was asked",
        "it says it sent 0 RTCP packets, and 1 were seen before it was asked",
        "it says it accepted or refused 2 packets, and 3 came before it was asked",
    ]
    assert wrong(seen, rtp_sent=3, rtcp_sent=1, rtp_received=1, replayed=1, refused=1) == []


def test_what_comes_before_a_program_sends_under_its_keys_or_after_it_has_ended_need_not_be_counted() -> None:
    seen = tap(before=0.8)
    for when in (ASKED - 0.9, ASKED - 0.7):
        seen.seen(False, HERE, THERE, RTP, when)
    assert wrong(seen, rtp_sent=3, rtcp_sent=1, rtp_received=2, rtcp_received=1) == []


def test_more_than_passed_is_named_by_kind_and_direction() -> None:
    assert wrong(tap(), rtp_sent=4, rtp_received=2) == ["it says it sent 4 RTP packets, and 3 were seen"]
    assert wrong(tap(), rtcp_sent=2, rtp_received=2) == ["it says it sent 2 RTCP packets, and 1 were seen"]
    assert wrong(tap(), rtp_received=3) == ["it says it accepted 3 RTP packets, and 2 came"]
    assert wrong(tap(), rtcp_received=2) == ["it says it accepted 2 RTCP packets, and 1 came"]


def test_some_may_be_on_their_way_to_a_leg_and_none_comes_out_of_it_that_was_not_seen() -> None:
    assert wrong(tap(leg=True), rtp_sent=106, rtp_received=2) == []
    assert wrong(tap(leg=True), rtp_sent=107, rtp_received=2) == ["it says it sent 107 RTP packets, and 3 were seen"]
    assert wrong(tap(leg=True), rtp_received=3) == ["it says it accepted 3 RTP packets, and 2 came"]


def test_where_nobody_attacks_nothing_is_refused_as_not_authentic_and_no_more_than_came() -> None:
    (forged,) = wrong(tap(), rtp_received=1, not_authenticated=1)
    assert forged.endswith("refused 1, 1 of them as not authentic; 3 came, and each is authentic")
    (many,) = wrong(tap(), rtp_received=2, replayed=1, refused=1)
    assert many.startswith("it says it accepted 2 packets and refused 2, 0 of them")
    assert wrong(tap(), rtp_received=2, replayed=1) == []


def test_who_heard_something_has_accepted_packets() -> None:
    assert wrong(tap()) == ["it says it accepted no packet, and heard what came in them"]
