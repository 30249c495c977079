"""Plans: the same ones for the same number, and only such as the state of the protocol allows."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.model.adversary import Position
from harness.model.adversary.script import (
    MOVES,
    AlterFingerprint,
    Inject,
    Intercept,
    OnDescription,
    OnPackets,
    Recall,
    SwapFingerprint,
)
from harness.search.outlook import Outlook
from harness.search.plan import Plan, Shape
from harness.search.strategy import Violated, explore, number_of

from .world import FLIP, INTERCEPT, SWAP, move


def plans(number: int, how_many: int = 150, longest: int = 5) -> list[Plan]:
    made: list[Plan] = []

    def dial(plan: Plan) -> bool:
        made.append(plan)
        return True

    assert explore(dial, number=number, plans=how_many, longest=longest) is None
    return made


@pytest.fixture(scope="module")
def many() -> list[Plan]:
    return [plan for number in range(3) for plan in plans(number, 200)]


def test_the_same_number_makes_the_same_plans_in_the_same_order() -> None:
    first = [plan.key for plan in plans(7, 40)]
    assert first == [plan.key for plan in plans(7, 40)]
    assert first != [plan.key for plan in plans(8, 40)]


def test_numbers_differ_by_everything_that_they_are_made_of() -> None:
    assert len({number_of("a", 1, 2), number_of("a", 2, 1), number_of("b", 1, 2), number_of("a", 12)}) == 4


def test_every_kind_of_move_is_tried(many: list[Plan]) -> None:
    assert {one.do for plan in many for one in plan.moves} == set(MOVES)


def test_no_plan_is_empty_or_longer_than_allowed(many: list[Plan]) -> None:
    assert {len(plan.moves) for plan in many} <= set(range(1, 6))


def test_each_plan_is_a_scenario(many: list[Plan]) -> None:
    for plan in many:
        assert plan.adversary is not None
        assert set(plan.adversary.position) == {position for one in plan.moves for position in one.needs}


def test_there_is_nothing_second_without_a_restart(many: list[Plan]) -> None:
    for plan in many:
        second = [
            one
            for one in plan.moves
            if (isinstance(one, OnDescription) and one.nth == 2)
            or (isinstance(one, Intercept) and one.association == 2)
        ]
        assert not second or plan.shape is Shape.RESTART


def test_only_who_has_seen_an_earlier_call_recalls_it(many: list[Plan]) -> None:
    recalling = [plan for plan in many if any(isinstance(one, Recall) for one in plan.moves)]
    assert recalling
    assert {plan.shape for plan in recalling} == {Shape.EARLIER}


def test_packets_are_left_alone_in_a_call_that_a_correct_endpoint_refuses(many: list[Plan]) -> None:
    for plan in many:
        for place, one in enumerate(plan.moves):
            if isinstance(one, OnPackets | Inject):
                before = plan.moves[:place]
                assert not any(isinstance(other, AlterFingerprint) for other in before)
                assert not any(isinstance(other, SwapFingerprint) for other in before) or INTERCEPT.do in {
                    other.do for other in before
                }


def test_an_interceptor_often_names_itself_in_the_signalling_of_its_association(many: list[Plan]) -> None:
    followed: Counter[bool] = Counter()
    for plan in (*many, *(plan for number in range(3, 9) for plan in plans(number, 200))):
        interceptions = [one for one in plan.moves if isinstance(one, Intercept)]
        swaps = [one for one in plan.moves if isinstance(one, SwapFingerprint)]
        if interceptions and plan.shape is Shape.RESTART:
            followed[any(one.nth == interceptions[0].association for one in swaps)] += 1
    assert followed[True] * 8 >= followed.total(), "by chance alone it would be hardly ever"


def test_the_first_violation_ends_the_exploring() -> None:
    made: list[Plan] = []

    def dial(plan: Plan) -> bool:
        made.append(plan)
        return not any(isinstance(one, Intercept) for one in plan.moves)

    found = explore(dial, number=1, plans=200, longest=3)
    assert found == made[-1]
    assert sum(any(isinstance(one, Intercept) for one in plan.moves) for plan in {p.key: p for p in made}.values()) == 1


def test_a_violation_names_its_plan() -> None:
    assert "intercept" in str(Violated(Plan(moves=(INTERCEPT,))))


EVERYTHING = frozenset(Position)


def outlook(*moves: object, shape: Shape = Shape.PLAIN, longest: int = 4) -> Outlook:
    return Outlook(EVERYTHING, longest, Plan(shape)).after(*moves)  # type: ignore[arg-type]


def test_an_outlook_after_the_moves_that_are_planned() -> None:
    assert outlook().may_intercept()
    assert not outlook().may_follow()
    assert not outlook(INTERCEPT).may_intercept()
    assert outlook(INTERCEPT).may_follow()
    assert not outlook(INTERCEPT, SWAP, move("swap-fingerprint", towards="caller")).may_follow()
    assert not outlook(SWAP).may_throw()
    assert outlook(INTERCEPT, SWAP).may_throw()
    assert outlook(FLIP, longest=1).room == 0
    assert outlook(FLIP, INTERCEPT, longest=1).plan.moves == (FLIP,)
    assert outlook(move("withhold", towards="callee")).room == 0
    assert outlook(move("withhold", towards="callee", nth=2), shape=Shape.RESTART).room == 3
    assert (outlook().exchanges, outlook(shape=Shape.RESTART).exchanges) == (1, 2)
