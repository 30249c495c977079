"""What searchers tell, added up; what it means as an exit code; and what people read."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model.endpoints import Endpoints
from harness.model.search import Found
from harness.outputs import Format, exit_code, render
from harness.report.search_console import lines
from harness.search.ledger import Ledger

FOUND = Found(
    name="BREACH",
    why="nobody can tell",
    detail="it was heard",
    plan="a call, intercept",
    moves=('{do: "intercept"}',),
    stable=True,
    scenario="found/network/found-0.call.yaml",
    recording="captures/run/found-0/call-1",
    seconds=12.0,
    calls=30,
)
UNSTABLE = FOUND.model_copy(update={"stable": False})


def ledger(*told: dict[str, Any]) -> Ledger:
    made = Ledger("seed", Endpoints(), 2)
    for line in told:
        made.hear(line)
    return made


def call(
    violation: str | None = None, unseeing: str | None = None, known: tuple[str, ...] = (), **moves: tuple[int, int]
) -> dict[str, Any]:
    told = {name: list(counts) for name, counts in moves.items()}
    said = {"violation": violation, "unseeing": unseeing, "known": list(known)}
    return {"call": {"plan": "a plan", "moves": told, "outcome": "SECURE", **said}}


def found(one: Found) -> dict[str, Any]:
    return {"found": one.model_dump(mode="json")}


def test_calls_and_moves_are_added_up() -> None:
    document = ledger(call(), call(flip=(2, 1)), call(flip=(1, 0), drop=(1, 1)), call(flip=(1, 0))).document()
    assert (document.calls, document.attacked, document.violations) == (4, 2, 0)
    assert {name: (one.tried, one.effective) for name, one in document.moves.items()} == {
        "drop": (1, 1),
        "flip": (4, 1),
    }
    assert document.outcomes == {"SECURE": 4}
    assert document.not_checked == ("wireshark",)


def test_what_is_known_of_a_stack_is_counted_and_told_and_is_nothing_found() -> None:
    both = call(known=("one-does", "another-does"), swap=(1, 1))
    document = ledger(call(), both, call(known=("one-does",))).document()
    assert document.known == {"another-does": 1, "one-does": 2}
    assert "KNOWN       2 calls: one-does (harness/deviations.yaml)" in lines(document)
    assert exit_code(document) == 0


def test_a_searcher_says_when_it_has_ended_and_nothing_else_is_understood() -> None:
    assert ledger().hear({"ended": True})
    assert not ledger().hear(call())
    with pytest.raises(ValueError, match="no such line"):
        ledger().hear({"song": 1})


def test_only_what_came_again_is_enough() -> None:
    assert ledger(found(FOUND)).confirmed
    assert not ledger(found(UNSTABLE)).confirmed


def test_calls_that_could_not_be_looked_at_are_counted_by_reason_with_the_first_plan() -> None:
    document = ledger(call(unseeing="dark"), call(), call(unseeing="dark"), call(unseeing="fog")).document()
    assert [(one.why, one.calls) for one in document.unseen] == [("dark", 2), ("fog", 1)]


def test_of_attacks_left_out_for_one_reason_the_first_is_kept() -> None:
    told = ({"untried": {"plan": plan, "why": "no restart"}} for plan in ("flip, and others", "drop, and others"))
    assert [one.plan for one in ledger(*told).document().untried] == ["flip, and others"]


UNTRIED = {"untried": {"plan": "an ordinary call", "why": "alice is a bare page"}}


def test_what_the_endpoints_cannot_make_is_told_once_with_the_reason_and_fails_nothing() -> None:
    made = ledger(UNTRIED, UNTRIED, call(flip=(1, 1)))
    assert [(one.plan, one.why) for one in made.document().untried] == [("an ordinary call", "alice is a bare page")]
    assert shown(made).count("NOT TRIED   an ordinary call: alice is a bare page") == 1
    assert exit_code(made.document()) == 0


def broken() -> Ledger:
    made = ledger(call())
    made.broke("ended with code 1: no memory")
    return made


def interrupted() -> Ledger:
    made = ledger(found(FOUND))
    made.interrupted = True
    return made


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (ledger(call(), call(flip=(1, 1))), 0),
        (ledger(call(), call(flip=(2, 0))), 5),
        (ledger(call(), found(FOUND)), 1),
        (ledger(call(), found(UNSTABLE)), 1),
        (ledger(call(unseeing="dark"), found(FOUND)), 1),
        (ledger(call(unseeing="dark")), 3),
        (ledger(call(violation="BREACH")), 3),
        (broken(), 3),
        (ledger(), 5),
        (interrupted(), 130),
    ],
    ids=[
        "nothing",
        "no attack",
        "found",
        "found once",
        "found half blind",
        "blind",
        "no time left",
        "broken",
        "no call",
        "stopped",
    ],
)
def test_what_a_search_came_to_as_an_exit_code(made: Ledger, code: int) -> None:
    assert exit_code(made.document()) == code


def shown(made: Ledger) -> str:
    return "\n".join(lines(made.document()))


def test_a_finding_is_shown_with_its_moves_and_how_to_see_it_again() -> None:
    text = shown(ledger(call(violation="BREACH", intercept=(1, 1)), found(FOUND)))
    for words in (
        "FOUND",
        "BREACH: nobody can tell",
        '- {do: "intercept"}',
        f"harness run {FOUND.scenario}",
        "1 found",
    ):
        assert words in text
    assert "did not come again" in shown(ledger(found(UNSTABLE)))


def test_nothing_found_says_how_hard_it_was_looked_for() -> None:
    text = shown(ledger(call(flip=(2, 1)), call()))
    assert "nothing found in 2 calls, 1 of them under attack" in text
    assert "flip                    2       1" in text
    assert "not checked wireshark" in text


def test_a_search_that_attacked_nobody_says_so() -> None:
    words = "NOT TRIED   no attack happened in any call"
    assert words in shown(ledger(call(), call(flip=(1, 0))))
    assert words not in shown(ledger(call(), call(flip=(1, 1))))
    assert words not in shown(ledger(call(violation="BREACH"), found(FOUND)))


def test_more_time_is_advised_only_where_it_would_help() -> None:
    assert "give more --seconds" in shown(ledger(call()))
    for text in (shown(ledger(call(unseeing="dark"))), shown(broken())):
        assert "no attack happened in any call" in text
        assert "--seconds" not in text


def test_a_finding_without_room_is_shown_with_its_moves_and_what_was_not_kept() -> None:
    lost = FOUND.model_copy(update={"scenario": "", "recording": "", "unwritten": ("found/x: No space left",)})
    made = ledger(call(violation="BREACH", intercept=(1, 1)), found(lost))
    text = shown(made)
    assert '- {do: "intercept"}' in text
    assert "NOT KEPT  found/x: No space left" in text
    assert "harness run" not in text
    assert exit_code(made.document()) == 1


def test_blindness_and_breakage_are_shown() -> None:
    assert "NOT SEEN    1 calls: dark" in shown(ledger(call(unseeing="dark")))
    assert "BROKEN      a searcher ended with code 1: no memory" in shown(broken())
    assert "no time to say more" in shown(ledger(call(violation="BREACH")))


def test_what_others_wrote_draws_nothing_on_the_screen() -> None:
    hostile = FOUND.model_copy(update={"detail": "a\x1b[31m\u202eb"})
    text = shown(ledger(found(hostile)))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_search_is_had_as_json_only() -> None:
    document = ledger(call()).document()
    assert '"calls": 1' in render(Format.JSON, document, tuple)
    with pytest.raises(ValueError, match="json"):
        render(Format.HTML, document, tuple)
