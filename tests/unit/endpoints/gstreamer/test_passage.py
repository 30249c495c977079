"""A packet that is inside libsrtp has been neither opened nor refused; why it was refused follows from the opened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from struct import pack

from harness.endpoints.gstreamer.passage import Passage


def rtp(sequence: int, ssrc: int = 1) -> bytes:
    return pack("!BBHII", 0x80, 111, sequence, 0, ssrc) + bytes(20)


def rtcp(index: int, ssrc: int = 1) -> bytes:
    """A receiver report with E flag, index and tag, as SRTCP has them."""
    return pack("!BBHI", 0x80, 201, 1, ssrc) + bytes(4) + pack("!I", 1 << 31 | index) + bytes(10)


def refusals(passage: Passage) -> dict[str, int]:
    return {name: passage.told[name] for name in ("not_authenticated", "replayed", "refused") if passage.told[name]}


def through(passage: Passage, packet: bytes, medium: str = "rtp") -> None:
    passage.came([packet])
    passage.opened(medium, [packet])


def test_what_comes_in_and_out_is_opened() -> None:
    passage = Passage()
    for number in range(3):
        through(passage, rtp(number))
    passage.sealed("rtcp", [rtcp(1), rtcp(2)])
    assert passage.told == {
        "rtp_sent": 0,
        "rtcp_sent": 2,
        "rtp_received": 3,
        "rtcp_received": 0,
        "not_authenticated": 0,
        "replayed": 0,
        "refused": 0,
    }


def test_a_packet_that_is_inside_is_not_refused_yet() -> None:
    passage = Passage()
    passage.came([rtp(1)])
    assert not refusals(passage)
    passage.came([rtp(2)])
    assert refusals(passage) == {"not_authenticated": 1}


def test_of_several_at_once_those_that_do_not_come_out_are_refused() -> None:
    passage = Passage()
    passage.came([rtp(number) for number in range(5)])
    passage.opened("rtp", [rtp(number) for number in (0, 2, 4)])
    through(passage, rtcp(1), "rtcp")
    assert refusals(passage) == {"not_authenticated": 2}
    assert (passage.told["rtp_received"], passage.told["rtcp_received"]) == (3, 1)


def test_a_thread_knows_nothing_of_what_another_carries() -> None:
    passage = Passage()
    with ThreadPoolExecutor(1) as other:
        passage.came([rtp(1)])
        other.submit(through, passage, rtp(2)).result()
        other.submit(passage.came, [rtp(3)]).result()
        assert not refusals(passage)
        passage.came([rtp(4)])
        assert refusals(passage) == {"not_authenticated": 1}, "what this thread brought before is decided"


def test_whose_number_was_opened_before_is_refused_as_a_replay() -> None:
    passage = Passage()
    for medium, packet in (("rtp", rtp(7)), ("rtcp", rtcp(7))):
        through(passage, packet, medium)
        passage.came([packet])
    passage.came([rtp(7, ssrc=2)])
    passage.came([])
    assert refusals(passage) == {"replayed": 2, "not_authenticated": 1}


def test_what_is_too_far_back_to_be_known_is_refused_as_a_replay_also_across_the_rollover() -> None:
    passage = Passage()
    for number in range(65_500, 65_600):
        through(passage, rtp(number % 65_536))
    for number, known in ((65_600 - 65 - 65_536, True), (0, True), (65_601 - 65_536, False)):
        before = passage.told["replayed"]
        passage.came([rtp(number % 65_536)])
        passage.came([])
        assert (passage.told["replayed"] - before == 1) is known


def test_a_report_of_several_that_came_out_has_no_name_any_more() -> None:
    passage = Passage()
    passage.came([rtcp(1), rtcp(2)])
    passage.opened("rtcp", [b"one of them"])
    passage.came([b"no packet"])
    passage.came([])
    assert refusals(passage) == {"refused": 2}
