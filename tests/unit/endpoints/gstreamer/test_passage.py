"""A packet that is inside libsrtp has been neither opened nor refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from harness.endpoints.gstreamer.passage import Passage


def test_what_comes_in_and_out_is_opened() -> None:
    passage = Passage()
    for _ in range(3):
        passage.came(1)
        passage.opened("rtp", 1)
    passage.sealed("rtcp", 2)
    assert passage.told == {"rtp_sent": 0, "rtcp_sent": 2, "rtp_received": 3, "rtcp_received": 0, "refused": 0}


def test_a_packet_that_is_inside_is_not_refused_yet() -> None:
    passage = Passage()
    passage.came(1)
    assert passage.told["refused"] == 0
    passage.came(1)
    assert passage.told["refused"] == 1


def test_of_several_at_once_those_that_do_not_come_out_are_refused() -> None:
    passage = Passage()
    passage.came(5)
    passage.opened("rtp", 3)
    passage.came(1)
    passage.opened("rtcp", 1)
    assert passage.told["refused"] == 2
    assert (passage.told["rtp_received"], passage.told["rtcp_received"]) == (3, 1)


def test_a_thread_knows_nothing_of_what_another_carries() -> None:
    passage = Passage()
    with ThreadPoolExecutor(1) as other:
        passage.came(1)
        other.submit(passage.came, 1).result()
        other.submit(passage.opened, "rtp", 1).result()
        other.submit(passage.came, 1).result()
        assert passage.told["refused"] == 0
        passage.came(1)
        assert passage.told["refused"] == 1, "what this thread brought before is decided, and was not opened"
