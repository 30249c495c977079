"""The way between the legs: whatever is added, lost, repeated, reordered or held up shows by comparing the two."""

from __future__ import annotations

from harness.auditors.path import LATE, UNDER_WAY, audit
from harness.model.finding import Reason, Severity

from .answers import detail, raised
from .packets import flip, opus
from .stage import ALICE, BOB, Stage, honest_call, processed_call, refused_call


def noticed(stage: Stage) -> set[tuple[Reason, str]]:
    findings = audit(stage.case())
    assert {one.severity for one in findings} == {Severity.NOTICE}
    return {(one.reason, one.vantage) for one in findings}


def test_of_a_path_that_only_forwards_there_is_one_fact() -> None:
    for stage in (honest_call(), refused_call()):
        (fact,) = audit(stage.case())
        assert (fact.reason, fact.severity) == (Reason.PATH_UNCHANGED, Severity.FACT)


def test_nothing_arrives_as_it_was_sent_where_the_service_seals_everything_anew() -> None:
    (fact,) = audit(processed_call().case())
    assert (fact.reason, fact.severity) == (Reason.NOTHING_TO_COMPARE, Severity.FACT)


def test_with_one_leg_nothing_is_compared() -> None:
    stage = honest_call()
    case = stage.case()
    case.tables.pop("bob-alice")  # type: ignore[attr-defined]
    (fact,) = audit(case)
    assert fact.reason is Reason.NOTHING_TO_COMPARE


def test_what_the_peer_never_sent_was_added() -> None:
    stage = honest_call()
    stage.on_leg(BOB, False, opus(7))
    assert noticed(stage) == {(Reason.DATAGRAMS_ADDED, "bob-alice")}


def test_a_changed_packet_is_one_lost_and_one_added() -> None:
    stage = honest_call()
    frame = stage.media(BOB, outward=False)[3]
    frame.data = flip(frame.data, 20)
    assert noticed(stage) == {(Reason.DATAGRAMS_ADDED, "bob-alice"), (Reason.DATAGRAMS_LOST, "alice-bob")}


def test_what_comes_more_often_than_it_was_sent_was_repeated() -> None:
    stage = honest_call()
    for frame in stage.media(ALICE, outward=False)[:4]:
        stage.on_leg(ALICE, False, frame.data)
    assert noticed(stage) == {(Reason.DATAGRAMS_REPEATED, "alice-bob")}
    assert detail(audit(stage.case()), Reason.DATAGRAMS_REPEATED).startswith("4 datagrams of bob")


def test_what_a_party_sends_twice_may_arrive_twice() -> None:
    stage = honest_call()
    again = stage.media(ALICE, outward=True)[-1].data
    stage.send(ALICE, again)
    assert raised(audit(stage.case()), Severity.FACT) == {Reason.PATH_UNCHANGED}


def test_what_is_on_its_way_when_the_call_ends_is_not_lost() -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, opus(99))
    assert raised(audit(stage.case()), Severity.FACT) == {Reason.PATH_UNCHANGED}
    stage.speak(ALICE, opus(100, ssrc=0xA11CE))
    assert noticed(stage) == {(Reason.DATAGRAMS_LOST, "alice-bob")}
    assert [one.count for one in audit(stage.case()) if one.reason is Reason.DATAGRAMS_LOST] == [1]


def test_what_does_not_come_while_the_receiver_is_still_there_for_long_is_lost_though_nothing_comes_after_it() -> None:
    stage = honest_call()
    for number in range(3):
        stage.on_leg(ALICE, True, opus(99 + number))
    cut_off = stage.media(ALICE, outward=True)[-3:]
    stage.speak(BOB, opus(100, ssrc=0xB0B))
    stage.media(BOB, outward=True)[-1].time = cut_off[1].time + UNDER_WAY
    assert noticed(stage) == {(Reason.DATAGRAMS_LOST, "alice-bob")}
    assert [one.count for one in audit(stage.case()) if one.reason is Reason.DATAGRAMS_LOST] == [1]


def test_what_arrives_behind_something_later_was_reordered() -> None:
    stage = honest_call()
    first, second = stage.media(BOB, outward=False)[4:6]
    first.data, second.data = second.data, first.data
    assert noticed(stage) == {(Reason.DATAGRAMS_REORDERED, "bob-alice")}
    assert detail(audit(stage.case()), Reason.DATAGRAMS_REORDERED).startswith("1 datagram of alice")


def test_media_that_is_all_late_was_held_up_and_what_a_busy_machine_does_is_not_that() -> None:
    stage = honest_call()
    media = stage.media(BOB, outward=False)
    for frame in media[:-1]:
        frame.time += 2 * LATE
    assert raised(audit(stage.case()), Severity.FACT) == {Reason.PATH_UNCHANGED}
    media[-1].time += 2 * LATE
    assert noticed(stage) == {(Reason.DATAGRAMS_LATE, "bob-alice")}
    assert [one.count for one in audit(stage.case()) if one.reason is Reason.DATAGRAMS_LATE] == [len(media)]
