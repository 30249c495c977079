"""What a search shows of a stack that is known already: by these moves, at an end that has it, and nothing beside."""

from __future__ import annotations

import pytest

from harness.auditors.signalling import audit
from harness.deviations import load
from harness.model.adversary.script import MOVES, Move
from harness.model.base import Party
from harness.model.finding import Reason
from harness.model.verdict import End, Outcome, Result
from harness.search.known import known
from harness.search.plan import Plan
from harness.search.property import INDICTING, against
from harness.search.search import Tried

from ..auditors.stage import honest_call
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


OLD = Reason.OLD_OFFER_ANSWERED
REPEATED, WITHHELD = move("repeat", towards="callee"), move("withhold", towards="caller")


def with_old_offer_answered(party: Party) -> Result:
    """As the auditor of the signalling tells it, of a call from aiortc to Chromium."""
    stage = honest_call()
    one = next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "in"))
    answer = next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "out"))
    old = one.message.model_copy(update={"sender": party.peer, "body": one.message.body + "a=x\r\n"})
    reply = answer.message.model_copy(update={"sender": party})
    stage.signalling += [
        one.model_copy(update={"hop": party.value, "message": old}),
        answer.model_copy(update={"hop": party.value, "message": reply}),
    ]
    told = [found for found in audit(stage.case()) if found.reason is OLD]
    return called().model_copy(update={"findings": tuple(told), "outcome": Outcome.SECURE})


def test_an_old_offer_that_a_stack_is_known_to_answer_is_no_news_at_that_end() -> None:
    assert explained(with_old_offer_answered(Party.BOB), REPEATED) == ("chromium-answers-old-offers",)
    assert explained(with_old_offer_answered(Party.BOB), WITHHELD) == (), "nobody brought an offer"
    assert against(with_old_offer_answered(Party.ALICE)) == {OLD}
    assert explained(with_old_offer_answered(Party.ALICE), REPEATED) == (), "aiortc must not"


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
            assert INDICTING.keys() & set(one.expect.because)
