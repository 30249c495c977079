"""What each hop wrote down, put together to the way a message took."""

from __future__ import annotations

from harness.model.recording import SignalKind
from harness.report.journey import Change, change, journeys

from .sample import ALICE, BEGAN, BOB, carried, sdp

OFFER, ANSWER, HANGUP = SignalKind.OFFER, SignalKind.ANSWER, SignalKind.HANGUP


def test_an_honest_offer_takes_two_legs_unchanged() -> None:
    (journey,) = journeys(carried(OFFER, ALICE, sdp("alice"), BEGAN))
    assert [(leg.start, leg.end) for leg in journey.legs] == [("alice", "service"), ("service", "bob")]
    assert all(leg.left and leg.arrived and leg.change is None for leg in journey.legs)
    assert not journey.swallowed


def test_an_answer_goes_the_other_way() -> None:
    (journey,) = journeys(carried(ANSWER, BOB, sdp("bob"), BEGAN))
    assert [(leg.start, leg.end) for leg in journey.legs] == [("bob", "service"), ("service", "alice")]


def test_the_hops_may_be_read_in_any_order() -> None:
    entries = [*carried(OFFER, ALICE, "o", BEGAN), *carried(ANSWER, BOB, "a", BEGAN + 1)]
    by_hop = sorted(entries, key=lambda entry: entry.hop)
    assert journeys(by_hop) == journeys(entries)
    assert [journey.kind for journey in journeys(by_hop)] == [OFFER, ANSWER]


def test_messages_are_paired_by_time_and_not_by_place_in_a_file() -> None:
    first, second = carried(OFFER, ALICE, "one", BEGAN), carried(OFFER, ALICE, "two", BEGAN + 1)
    shuffled = [second[0], first[0], *first[1:], *second[1:]]
    assert all(leg.change is None for journey in journeys(shuffled) for leg in journey.legs)


def test_a_changed_offer_shows_the_lines_where_the_service_changed_it() -> None:
    (journey,) = journeys(carried(OFFER, ALICE, sdp("alice"), BEGAN, changed=sdp("attacker")))
    first, second = journey.legs
    assert first.change is None
    assert second.change is not None
    assert [line.split(":")[0] for line in (*second.change.removed, *second.change.added)] == ["a=fingerprint"] * 2
    assert second.change.removed != second.change.added


def test_a_change_between_two_hops_is_seen_as_well() -> None:
    entries = carried(OFFER, ALICE, "x", BEGAN)
    late = carried(OFFER, ALICE, "y", BEGAN)[3]
    (journey,) = journeys([*entries[:3], late])
    assert journey.legs[1].change == Change(removed=("x",), added=("y",))


def test_a_message_that_the_service_keeps_is_swallowed() -> None:
    (journey,) = journeys(carried(HANGUP, ALICE, "bye", BEGAN)[:2])
    assert journey.swallowed
    assert [(leg.start, leg.end) for leg in journey.legs] == [("alice", "service")]


def test_a_message_lost_before_the_service_has_not_arrived() -> None:
    (journey,) = journeys([*carried(OFFER, ALICE, "x", BEGAN)[:1], *carried(ANSWER, BOB, "y", BEGAN + 1)])[:1]
    assert journey.legs[0].arrived is None
    assert not journey.swallowed


def test_a_message_that_nobody_sent_is_left_without_a_sender() -> None:
    (journey,) = journeys(carried(HANGUP, BOB, "bye", BEGAN)[2:])
    (leg,) = journey.legs
    assert (leg.start, leg.end, leg.left) == ("service", "alice", None)


def test_without_a_service_a_message_takes_one_leg() -> None:
    entries = carried(OFFER, ALICE, "x", BEGAN)
    (journey,) = journeys([entries[0], entries[3]])
    assert [(leg.start, leg.end) for leg in journey.legs] == [("alice", "bob")]


def test_a_second_offer_is_a_journey_of_its_own() -> None:
    entries = [*carried(OFFER, ALICE, "one", BEGAN), *carried(OFFER, ALICE, "two", BEGAN + 1, changed="2")]
    first, second = journeys(entries)
    assert first.legs[1].change is None
    assert second.legs[1].change == Change(removed=("two",), added=("2",))


def test_lines_are_compared_with_their_number_of_times() -> None:
    once, twice = (carried(OFFER, ALICE, body, BEGAN)[0] for body in ("a\r\nb\r\n", "a\r\nb\r\na\r\n"))
    assert change(once, twice) == Change(removed=(), added=("a",))
    assert change(once, once) is None
    assert change(None, once) is None
