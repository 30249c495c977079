"""A searcher in a world without chance: it finds, shrinks, makes sure, and stops when it must."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from harness.model.adversary.script import Flip, Intercept, SwapFingerprint
from harness.model.finding import Reason, Severity
from harness.model.search import Untried
from harness.model.verdict import Outcome
from harness.search.plan import Plan, Shape
from harness.search.search import Bounds, Search, Tried, tally
from harness.search.shrinking import shrinking, simpler
from harness.search.words import words

from .world import FLIP, INTERCEPT, SWAP, World, finding, move, result

Broken = Callable[[Plan], bool]


def never(_: Plan) -> bool:
    return False


def has(*kinds: type) -> Broken:
    return lambda plan: all(any(isinstance(one, kind) for one in plan.moves) for kind in kinds)


def search(world: World, heard: list[Tried] | None = None, **bounds: object) -> Search:
    chosen: dict[str, object] = {"seconds": 1000.0, "calls": 3000, "moves": 5, "seed": "seed", **bounds}
    told = [] if heard is None else heard
    # A clock that does not move: in this world only calls count.
    return Search(world, Bounds(**chosen), told.append, clock=lambda: 0.0)  # type: ignore[arg-type]


def test_the_honest_calls_come_first_and_a_fault_that_they_show_needs_no_attack() -> None:
    world = World(lambda plan: plan.shape is Shape.EARLIER)
    (found,) = search(world).run()
    assert found.plan == Plan(Shape.EARLIER)
    assert found.plan.adversary is None
    assert [plan.shape for plan in world.made[:3]] == [Shape.PLAIN, Shape.RESTART, Shape.EARLIER]


def test_every_kind_of_call_that_the_endpoints_can_make_is_made_without_an_attack() -> None:
    for shapes in (tuple(Shape), (Shape.PLAIN, Shape.WRAPPING)):
        world = World(never, without=all_but(*shapes))
        assert list(search(world, calls=40).run()) == []
        assert [plan for plan in world.made if not plan.moves] == [Plan(one) for one in shapes]


def all_but(*possible: Shape) -> Callable[[Plan], str | None]:
    return lambda plan: None if plan.shape in possible else f"nothing for {plan.shape}"


def test_what_the_endpoints_cannot_do_is_left_out_not_counted_and_told_once() -> None:
    world, refused = World(never, without=all_but(*(set(Shape) - {Shape.RESTART}))), list[Untried]()
    heard: list[Tried] = []
    searching = search(world, heard, calls=60)
    searching.refuse = refused.append
    assert list(searching.run()) == []
    assert Shape.RESTART not in {plan.shape for plan in world.made}
    assert len(heard) == searching.calls == 60
    assert [(one.plan, one.why) for one in refused] == [
        ("a call with a restart, no attack at all", "nothing for restart")
    ]


def test_an_attack_that_cannot_be_made_is_told_as_the_first_of_several() -> None:
    world = World(never, without=lambda plan: "too much" if FLIP.do in kinds_of(plan) else None)
    refused: list[Untried] = []
    searching = search(world, calls=100)
    searching.refuse = refused.append
    assert list(searching.run()) == []
    (one,) = refused
    assert FLIP.do in one.plan and one.plan.endswith(", and others")


def kinds_of(plan: Plan) -> set[str]:
    return {one.do for one in plan.moves}


def test_shrinking_passes_over_what_cannot_be_made() -> None:
    """Without the swap, which is left out first, there is no such call; the flip can be left out all the same."""

    def without(plan: Plan) -> str | None:
        return None if not plan.moves or has(SwapFingerprint)(plan) else "alone it is nothing"

    world = World(has(Intercept), without=without)
    steps = list(shrinking(Plan(moves=(SWAP, INTERCEPT, FLIP)), search(world)._answer))
    assert steps[-1] == Plan(moves=(SWAP, INTERCEPT))
    assert [plan for plan in world.made if without(plan)] == []


def test_then_comes_each_word_of_the_service_alone_with_plans_between_them() -> None:
    world = World(never)
    assert list(search(world, calls=3 + 4 * len(words())).run()) == []
    assert set(words()) <= set(world.made)


@pytest.mark.parametrize("seed", ["det1", "a", "b", "c", "d"])
def test_a_short_search_has_tried_packets_descriptions_and_words(seed: str) -> None:
    """Fourteen calls were once the honest ones and eleven words."""
    world = World(never)
    assert list(search(world, seed=seed, calls=14).run()) == []
    tried = {one.do for plan in world.made for one in plan.moves}
    assert len(tried) >= 5
    assert tried & {"flip", "truncate", "inject", "reflect", "replay", "reorder", "drop", "delay", "intercept"}
    assert tried & {"swap-fingerprint", "alter-fingerprint", "rewrite", "change-line", "add-candidate", "withhold"}
    assert any(plan in words() for plan in world.made)


def test_searches_that_end_early_do_not_all_leave_out_the_same_words() -> None:
    heard = []
    for seed in ("a", "b"):
        world = World(never)
        assert list(search(world, seed=seed, calls=20).run()) == []
        heard.append([plan for plan in world.made if plan in words()])
    assert heard[0] != heard[1]


def test_a_word_that_a_client_takes_amiss_is_found_as_it_is() -> None:
    said = words()[7]
    (found,) = search(World(lambda plan: plan == said)).run()
    assert found.plan == said


def test_a_second_searcher_leaves_the_honest_calls_to_the_first() -> None:
    world = World(never)
    assert list(search(world, searcher=1, calls=20).run()) == []
    assert all(plan.moves for plan in world.made)


@pytest.mark.parametrize(
    ("broken", "kinds"),
    [
        (has(Intercept), [Intercept]),
        (has(Flip), [Flip]),
        (has(Intercept, SwapFingerprint), [Intercept, SwapFingerprint]),
    ],
)
def test_what_it_finds_is_shrunk_to_the_moves_that_it_takes(broken: Broken, kinds: list[type]) -> None:
    (found,) = search(World(broken)).run()
    assert sorted(type(one).__name__ for one in found.plan.moves) == sorted(kind.__name__ for kind in kinds)
    assert found.plan.shape is Shape.PLAIN
    assert found.stable


def test_a_fault_that_shows_after_a_restart_only_keeps_its_restart() -> None:
    def late(plan: Plan) -> bool:
        return plan.shape is Shape.RESTART and any(
            isinstance(one, Intercept) and one.association == 2 for one in plan.moves
        )

    (found,) = search(World(late)).run()
    assert found.plan == Plan(Shape.RESTART, (move("intercept", association=2),))


def test_the_same_seed_makes_the_same_calls() -> None:
    first, again, other = World(never), World(never), World(never)
    for world, seed in ((first, "a"), (again, "a"), (other, "b")):
        assert list(search(world, seed=seed, calls=60).run()) == []
    assert first.made == again.made != other.made


def test_no_plan_is_tried_twice() -> None:
    world = World(has(Intercept, SwapFingerprint))
    list(search(world).run())
    assert len({plan.key for plan in world.made}) == len(world.made)


def test_it_stops_after_so_many_calls() -> None:
    world = World(never)
    heard: list[Tried] = []
    assert list(search(world, heard, calls=25).run()) == []
    assert len(world.made) == len(heard) == 25


def test_it_stops_when_its_time_is_over() -> None:
    world = World(never)
    ticks = itertools.count()
    hurried = Search(world, Bounds(30.0, 10_000, 5, "seed"), lambda tried: None, clock=lambda: float(next(ticks)))
    assert list(hurried.run()) == []
    assert 5 < len(world.made) <= 30


def test_what_is_found_when_time_is_over_is_told_as_it_is() -> None:
    world = World(has(Intercept))
    (found,) = search(
        world, calls=1 + next(n for n, plan in enumerate(made_until(has(Intercept))) if has(Intercept)(plan))
    ).run()
    assert found.plan == world.made[-1]


def made_until(broken: Broken) -> list[Plan]:
    """The calls up to the first violation, as an unbounded search makes them."""
    world = World(broken)
    next(iter(search(world).run()))
    return world.made


def test_a_finding_that_does_not_come_again_is_told_as_unstable_and_the_search_goes_on() -> None:
    world = World(has(Intercept), again=never)
    found = list(search(world, calls=150).run())
    assert found
    assert not any(one.stable for one in found)
    assert len(world.made) == 150


@pytest.mark.parametrize(
    ("ending", "outcomes", "asked", "stable"),
    [
        (ending, *shown)
        for ending in (Reason.CALL_REFUSED, Reason.CALL_ESTABLISHED)
        for shown in (("BBB", 3, True), ("BBS", 3, False), ("BBD", 3, False), ("BD", 2, False), ("S", 1, False))
    ],
)
def test_what_is_found_is_made_again_three_times_however_the_first_call_ended(
    ending: Reason, outcomes: str, asked: int, stable: bool
) -> None:
    """Chance may have let this one come up, and refuses the next: a written scenario has one outcome only."""
    ended = finding(ending, Severity.FACT)
    against = [ended, finding(Reason.KEY_ON_WIRE)]
    shown = {
        "B": result(Outcome.BREACH, against),
        "D": result(Outcome.DETECTED, against),
        "S": result(Outcome.SECURE, [ended]),
    }

    class Racing(World):
        def call(self, plan: Plan) -> Tried:
            return Tried(plan, shown["B"], ())

        def confirm(self, plan: Plan, first: Tried) -> Tried:
            self.confirmed.append(plan)
            return Tried(plan, shown[outcomes[len(self.confirmed) - 1]], ())

    world = Racing(never)
    found = next(iter(search(world).run()))
    assert (len(found.again), len(world.confirmed), found.stable) == (asked, asked, stable)


def test_when_the_simplest_plan_does_not_show_it_again_a_larger_one_may() -> None:
    def chance(plan: Plan) -> bool:
        """By chance even a plan without the second move looked broken; asked again it does not."""
        return has(Intercept)(plan)

    world = World(chance, again=has(Intercept, SwapFingerprint))
    found = [one for one in search(world, calls=3000).run() if one.stable]
    assert [has(Intercept, SwapFingerprint)(one.plan) for one in found] == [True]


def test_each_step_of_shrinking_is_simpler_and_still_broken() -> None:
    begun = Plan(Shape.RESTART, (FLIP, SWAP, INTERCEPT))
    steps = list(shrinking(begun, lambda plan: not has(Intercept)(plan)))
    assert steps[0] == begun
    assert steps[-1] == Plan(moves=(INTERCEPT,))
    assert all(has(Intercept)(plan) for plan in steps)


def test_fields_fall_back_to_what_they_need_not_say() -> None:
    wordy = Plan(moves=(move("flip", packet="srtp", sender="bob", octet=3, mask=255, first=7, count=9),))
    (least,) = list(shrinking(wordy, lambda plan: not has(Flip)(plan)))[-1].moves
    assert least == move("flip", packet="srtp", sender="bob", octet=3)


def test_a_step_that_no_time_is_left_for_ends_the_shrinking() -> None:
    begun = Plan(moves=(FLIP, INTERCEPT))
    assert list(shrinking(begun, lambda plan: None)) == [begun]


def test_an_honest_plain_call_has_nothing_simpler() -> None:
    assert list(simpler(Plan())) == []


def test_moves_are_counted_by_kind_and_by_whether_they_happened() -> None:
    tried = Tried(Plan(moves=(FLIP, FLIP, INTERCEPT)), result(), (True, False, False))
    assert tally(tried) == {"flip": (2, 1), "intercept": (1, 0)}


def test_where_no_call_can_be_made_the_search_ends_by_itself() -> None:
    world, refused = World(never, without=lambda plan: "it is not here"), list[Untried]()
    searching = search(world)
    searching.refuse = refused.append
    assert list(searching.run()) == []
    assert (world.made, searching.calls) == ([], 0)
    assert [one.why for one in refused] == ["it is not here"]
