"""The state machine that plans attacks: each rule adds what the protocol's state allows, and the last one dials."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ..model.adversary import Position
from . import moves
from .outlook import Outlook
from .plan import Plan, Shape

SHAPES: Final = (Shape.PLAIN,) * 3 + (Shape.RESTART,) * 3 + (Shape.EARLIER,)
_BOTH: Final = frozenset({Position.SIGNALLING, Position.PATH})
POSITIONS: Final = (
    *(_BOTH,) * 5,
    *(frozenset({Position.PATH}),) * 2,
    *(frozenset({Position.SIGNALLING}),) * 2,
    *(frozenset({Position.SIGNALLING, Position.OFF_PATH}),) * 2,
    frozenset({Position.OFF_PATH}),
    frozenset(Position),
)
MOST_MOVES: Final = 8

Dial = Callable[[Plan], bool]
"""Makes the call of a plan, and says whether the property held."""


class Violated(AssertionError):
    """The property did not hold; `plan` says of which call."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan.described)
        self.plan = plan


def _may(allowed: Callable[[Outlook], bool]) -> Callable[[Any], Any]:
    return precondition(lambda machine: machine.outlook is not None and allowed(machine.outlook))


class Attack(RuleBasedStateMachine):
    """One plan, from the choice of positions to the call. Subclasses say how to `dial`, and how many moves at most."""

    dial: Dial
    longest: int

    def __init__(self) -> None:
        super().__init__()
        self.outlook: Outlook | None = None
        self.dialled = False

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        lengths = [length for length in range(1, self.longest + 1) for _ in range(_WEIGHTS.get(length, 1))]
        shape, positions, length = (data.draw(st.sampled_from(one)) for one in (SHAPES, POSITIONS, lengths))
        self.outlook = Outlook(positions, length, Plan(shape))

    @_may(lambda outlook: outlook.holds(Position.SIGNALLING))
    @rule(data=st.data())
    def change_a_description(self, data: st.DataObject) -> None:
        self._add(data, moves.descriptions)

    @_may(lambda outlook: outlook.holds(Position.SIGNALLING))
    @rule(data=st.data())
    def say_something(self, data: st.DataObject) -> None:
        self._add(data, moves.messages)

    @_may(Outlook.may_speak)
    @rule(data=st.data())
    def speak_for_the_service(self, data: st.DataObject) -> None:
        self._add(data, moves.words)

    @_may(lambda outlook: outlook.holds(Position.PATH) and not outlook.doomed)
    @rule(data=st.data())
    def work_on_media(self, data: st.DataObject) -> None:
        self._add(data, moves.media)

    @_may(lambda outlook: outlook.holds(Position.PATH) and not outlook.doomed)
    @rule(data=st.data())
    def disturb_the_setting_up(self, data: st.DataObject) -> None:
        self._add(data, moves.setting_up)

    @_may(Outlook.may_throw)
    @rule(data=st.data())
    def throw_something_in(self, data: st.DataObject) -> None:
        self._add(data, moves.forgeries)

    @_may(Outlook.may_intercept)
    @rule(data=st.data())
    def intercept(self, data: st.DataObject) -> None:
        assert self.outlook is not None
        self.outlook = self.outlook.after(*data.draw(moves.interception(self.outlook)))

    @_may(Outlook.may_follow)
    @rule(data=st.data())
    def follow_the_interception(self, data: st.DataObject) -> None:
        assert self.outlook is not None
        self.outlook = self.outlook.after(*data.draw(moves.following(self.outlook)))

    @precondition(lambda machine: machine.outlook is not None and not machine.outlook.room and not machine.dialled)
    @rule()
    def make_the_call(self) -> None:
        assert self.outlook is not None
        self.dialled = True
        if not type(self).dial(self.outlook.plan):
            raise Violated(self.outlook.plan)

    @precondition(lambda machine: machine.dialled)
    @rule()
    def rest(self) -> None:
        """The plan was tried: what steps are left do nothing."""

    def _add(self, data: st.DataObject, strategy: Callable[[Outlook], st.SearchStrategy[Any]]) -> None:
        assert self.outlook is not None
        self.outlook = self.outlook.after(data.draw(strategy(self.outlook)))


_WEIGHTS: Final = {1: 4, 2: 4, 3: 6, 4: 3}
"""How often plans of so many moves are made; longer ones once."""


def explore(dial: Dial, *, number: int, plans: int, longest: int) -> Plan | None:
    """Up to `plans` plans, the same ones for the same number; the first that violates the property, not yet shrunk.

    Hypothesis makes the plans and does not shrink them: it would take hundreds of calls to do so, and we know what a
    plan is made of (`shrinking`).
    """

    class Dialled(Attack):
        pass

    Dialled.dial = staticmethod(dial)
    Dialled.longest = longest
    options = settings(
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=plans,
        phases=(Phase.generate,),
        print_blob=False,
        report_multiple_bugs=False,
        stateful_step_count=longest + 2,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seed(number)(Dialled), settings=options)
    except Violated as found:
        return found.plan
    return None


def number_of(*parts: object) -> int:
    """A number for `explore` out of a seed and whatever tells its uses apart."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8], "big")
