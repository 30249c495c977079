"""ICE on a leg: checks and their answers are paired, repeats are counted, and the one who controls is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.ice import IceFollower, IceLeg, follower
from harness.inspection.ice.follower import MAX_CHECKS_OF_LEG

from ..call_traffic import ALICE, BOB, INDICATION, SUCCESS, check, error, ice, new_transaction, stun
from ..windows import Capture, Sent


def followed(*windows: list[Sent]) -> tuple[IceLeg, ...]:
    capture, checks = Capture(), IceFollower()
    for sent in windows:
        checks.add(capture.window(sent))
    return checks.result()


def asked(controlling: bool, source: str, destination: str, **more: object) -> tuple[Sent, Sent]:
    """A check and its answer."""
    transaction = new_transaction()
    request = check(transaction, controlling, **more)  # type: ignore[arg-type]
    return Sent(0, source, destination, request), Sent(0, destination, source, stun(SUCCESS, transaction))


@pytest.mark.parametrize(("controlling", "controlled"), [(ALICE, BOB), (BOB, ALICE)])
def test_the_controlling_side_and_the_frame_that_shows_it(controlling: str, controlled: str) -> None:
    (leg,) = followed(ice(controlling, controlled))
    assert leg.controlling == controlling
    assert leg.near_controls is (leg.near == controlling)
    assert (leg.frame, leg.nominated) == (1, 1)
    assert leg.why == f"{controlling} is the controlling side of ICE (frame 1)"


def test_either_side_alone_is_enough() -> None:
    (leg,) = followed(ice(ALICE, BOB)[2:])
    assert (leg.controlling, leg.frame, leg.nominated) == (ALICE, 1, 0)


def test_what_a_check_says_is_kept() -> None:
    (leg,) = followed(list(asked(True, ALICE, BOB, username="peer:own", tie_breaker=99, nominate=True)))
    (one,) = leg.checks
    assert (one.from_near, one.username, one.controlling, one.tie_breaker) == (True, "peer:own", True, 99)
    assert (one.nominates, one.requests, one.answered, one.unanswered, one.first, one.last) == (True, 1, 1, 0, 1, 1)


def test_keepalives_are_one_check_over_all_windows() -> None:
    (leg,) = followed(*(list(asked(True, ALICE, BOB)) for _ in range(20)))
    (one,) = leg.checks
    assert (one.requests, one.answered, one.first, one.last) == (20, 20, 1, 39)


def test_a_retransmission_is_not_another_check() -> None:
    request, answer = asked(True, ALICE, BOB)
    (leg,) = followed([request, request, request, answer])
    assert (leg.checks[0].requests, leg.checks[0].answered) == (1, 1)


def test_a_claim_that_nobody_answered_counts_for_nothing() -> None:
    request, answer = asked(True, ALICE, BOB)
    stranger = check(new_transaction(), controlling=True, username="guess")
    (leg,) = followed([Sent(0, BOB, ALICE, stranger), request, answer])
    assert leg.controlling == ALICE
    assert [one.unanswered for one in leg.checks] == [1, 0]
    (alone,) = followed([Sent(0, BOB, ALICE, stranger)])
    assert (alone.controlling, alone.frame, alone.why) == (None, 0, "no ICE check that names a role was answered")


def test_an_answer_from_the_wrong_side_or_to_another_check_is_none() -> None:
    request, answer = asked(True, ALICE, BOB)
    echo = Sent(0, ALICE, BOB, answer.payload)
    other = Sent(0, BOB, ALICE, stun(SUCCESS, new_transaction()))
    (leg,) = followed([request, echo, other])
    assert leg.checks[0].answered == 0


def test_a_role_conflict_is_seen_and_the_claim_that_lost_does_not_count() -> None:
    lost = new_transaction()
    conflict = [
        Sent(0, ALICE, BOB, check(lost, controlling=True)),
        Sent(0, BOB, ALICE, error(lost, 487)),
        *asked(False, ALICE, BOB),
        *asked(True, BOB, ALICE),
    ]
    (leg,) = followed(conflict)
    assert (leg.controlling, leg.role_conflicts, leg.frame) == (BOB, 1, 3)
    assert [(one.refused, one.failed) for one in leg.checks] == [(1, 0), (0, 0), (0, 0)]


def test_another_error_is_no_role_conflict() -> None:
    transaction = new_transaction()
    (leg,) = followed([Sent(0, ALICE, BOB, check(transaction, True)), Sent(0, BOB, ALICE, error(transaction, 400))])
    assert (leg.role_conflicts, leg.checks[0].failed, leg.controlling) == (0, 1, None)


def test_claims_that_contradict_each_other_name_nobody() -> None:
    (leg,) = followed([*asked(True, ALICE, BOB), *asked(True, BOB, ALICE)])
    assert leg.controlling is None
    assert "contradict" in leg.why


def test_checks_without_a_role_and_other_stun_say_nothing_of_roles() -> None:
    plain, allocate = new_transaction(), new_transaction()
    (leg,) = followed(
        [
            Sent(0, ALICE, BOB, stun(INDICATION, new_transaction())),
            Sent(0, ALICE, BOB, stun(0x0003, allocate)),
            Sent(0, ALICE, BOB, check(plain, controlling=None)),
            Sent(0, BOB, ALICE, stun(SUCCESS, plain)),
        ]
    )
    (one,) = leg.checks
    assert (one.controlling, one.tie_breaker, one.answered, leg.controlling) == (None, None, 1, None)


def test_two_legs_are_two_answers() -> None:
    legs = followed(ice(ALICE, BOB) + ice("192.0.2.3:1", ALICE))
    assert [one.controlling for one in legs] == [ALICE, "192.0.2.3:1"]


def test_malformed_checks_are_counted() -> None:
    both = stun(1, new_transaction(), b"\x80\x2a\x00\x08" + bytes(8), b"\x80\x29\x00\x08" + bytes(8))
    cut = check(new_transaction(), True)[:-4]
    short = stun(1, new_transaction(), b"\x80\x2a\x00\x04" + bytes(4))
    endless = check(new_transaction(), True, username="x" * 514)
    (leg,) = followed([Sent(0, ALICE, BOB, payload) for payload in (both, cut, short, endless)])
    assert (leg.malformed, leg.checks) == (4, ())


def test_what_stands_where_the_proofs_would_be_is_read_too() -> None:
    """Two checks without MESSAGE-INTEGRITY that differ only in their last 32 bytes."""
    names = [b"\x00\x06\x00\x1c" + letter * 28 for letter in (b"a", b"b")]
    (leg,) = followed([Sent(0, ALICE, BOB, stun(1, new_transaction(), name, proofs=b"")) for name in names])
    assert [one.username for one in leg.checks] == ["a" * 28, "b" * 28]


def test_a_stranger_cannot_crowd_out_the_peers() -> None:
    flood = [Sent(0, BOB, ALICE, check(new_transaction(), True, username=str(n))) for n in range(MAX_CHECKS_OF_LEG + 9)]
    (leg,) = followed(flood, ice(ALICE, BOB))
    assert leg.controlling == ALICE
    assert len(leg.checks) == MAX_CHECKS_OF_LEG
    assert leg.left_out == 9 + 2


def test_when_all_checks_of_a_leg_were_answered_one_more_is_left_out() -> None:
    many = [one for n in range(MAX_CHECKS_OF_LEG) for one in asked(True, ALICE, BOB, username=str(n))]
    (leg,) = followed(many, list(asked(True, ALICE, BOB, username="late")))
    assert (len(leg.checks), leg.left_out) == (MAX_CHECKS_OF_LEG, 1)


def test_checks_on_too_many_legs_are_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MAX_CHECKS", 6)
    capture, checks = Capture(), IceFollower()
    assert checks.limits() == ()
    checks.add(capture.window([one for n in range(3) for one in ice(f"192.0.2.9:{n}", BOB)]))
    assert [one.controlling for one in checks.result()] == ["192.0.2.9:0", "192.0.2.9:1"]
    assert checks.limits() == ("2 ICE checks not followed: too many different ones",)


def test_requests_that_wait_too_long_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MAX_PENDING", 2)
    pairs = [asked(True, ALICE, BOB) for _ in range(3)]
    (leg,) = followed([request for request, _ in pairs] + [answer for _, answer in pairs])
    assert (leg.checks[0].requests, leg.checks[0].answered, leg.checks[0].unanswered) == (3, 2, 1)


KINDS = st.sampled_from([0x0001, 0x0101, 0x0111])


@given(st.lists(st.tuples(st.booleans(), KINDS, st.binary(max_size=60)), min_size=1, max_size=8))
def test_whatever_comes_is_followed_without_raising(said: list[tuple[bool, int, bytes]]) -> None:
    ends = {True: (ALICE, BOB), False: (BOB, ALICE)}
    followed([Sent(0, *ends[near], stun(kind, bytes(12), proofs=body)) for near, kind, body in said])
