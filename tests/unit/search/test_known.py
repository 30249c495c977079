"""What a search shows of a stack that is known already: by these moves, at an end that has it, and nothing beside."""

from __future__ import annotations

import pytest

from harness.deviations import load
from harness.model.adversary.script import MOVES, Move
from harness.model.base import Party
from harness.model.finding import Reason
from harness.model.verdict import End, Outcome, Result
from harness.search.known import known
from harness.search.plan import Plan
from harness.search.search import Tried

from .world import INTERCEPT, finding, move, result

CHROMIUM, AIORTC = "chromium/156.0.8078.108 (bare page)", "aiortc/1.16.0 aioice/0.13.0"
UNCOMPARED = Reason.FINGERPRINT_NOT_COMPARED


BY_SHA_1 = move("swap-fingerprint", towards="callee", algorithm="sha-1")


def end(software: str) -> End:
    unknown = dict.fromkeys(("failure", "version", "suite", "group", "srtp_profile", "setup_seconds"))
    return End.model_validate({"software": software, "connected": True, **unknown})


def called(*alarms: tuple[Reason, str], outcome: Outcome = Outcome.BLOCKED, bob: str = CHROMIUM) -> Result:
    """A call from aiortc."""
    found = [one.model_copy(update={"vantage": at}) for one, at in ((finding(reason), at) for reason, at in alarms)]
    return result(outcome, found).model_copy(update={"ends": {Party.ALICE: end(AIORTC), Party.BOB: end(bob)}})


def explained(one: Result, *moves: Move) -> tuple[str, ...]:
    return known(one, moves, load())


def test_what_a_deviation_says_of_these_moves_is_known() -> None:
    one = called((UNCOMPARED, "bob"), (Reason.FINGERPRINT_ALTERED, "call"))
    assert explained(one, INTERCEPT, BY_SHA_1) == ("chromium-believes-sha-1",)
    plan = Plan(moves=(INTERCEPT, BY_SHA_1))
    assert Tried(plan, one, (True, True)).violation is not None
    assert Tried(plan, one, (True, True), known=("chromium-believes-sha-1",)).violation is None


@pytest.mark.parametrize(
    ("one", "moves"),
    [
        (called((UNCOMPARED, "bob")), (INTERCEPT,)),
        (called((UNCOMPARED, "bob")), (INTERCEPT, move("swap-fingerprint", towards="callee"))),
        (called((UNCOMPARED, "alice")), (INTERCEPT, BY_SHA_1)),
        (called((UNCOMPARED, "bob"), bob="chromium/157.0.1 (bare page)"), (INTERCEPT, BY_SHA_1)),
        (called((UNCOMPARED, "bob"), (Reason.LOCK_TOO_EARLY, "bob")), (INTERCEPT, BY_SHA_1)),
        (called((UNCOMPARED, "bob"), outcome=Outcome.BREACH), (INTERCEPT, BY_SHA_1)),
        (called(), (INTERCEPT, BY_SHA_1)),
    ],
    ids=["no such move", "another hash", "the other end", "another version", "something else", "a breach", "nothing"],
)
def test_everything_else_is_news(one: Result, moves: tuple[Move, ...]) -> None:
    assert explained(one, *moves) == ()


def test_no_deviation_speaks_of_moves_or_alarms_that_a_search_does_not_have() -> None:
    for one in load():
        for part in one.moves:
            assert part["do"] in MOVES
            assert part.keys() <= MOVES[part["do"]].model_fields.keys()
            assert UNCOMPARED in one.expect.because
