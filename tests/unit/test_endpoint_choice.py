"""Who uses which software, as the command line says it; a command is words for the system, never for a shell."""

from __future__ import annotations

import sys

import pytest

from harness.catalogue import asked_for, load, place
from harness.endpoint_choice import choose, concerned, parse_endpoints, parse_programs, with_endpoints
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.scenario import Family, Scenario
from harness.selection import selection_of

PYTHON = sys.executable
HEALTHY = (EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS)


def test_who_is_not_named_is_not_chosen() -> None:
    assert parse_endpoints(()) == {}
    assert parse_endpoints(("bob=null-cipher",)) == {Party.BOB: EndpointKind.NULL_CIPHER}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("carol=aiortc",), "use alice=ENDPOINT or bob=ENDPOINT"),
        (("alice",), "use alice=ENDPOINT or bob=ENDPOINT"),
        (("alice=null-cypher",), "did you mean 'null-cipher'"),
        (("alice=aiortc", "alice=clear"), "alice is named twice"),
    ],
)
def test_endpoints_that_nobody_knows_are_refused(texts: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_endpoints(texts)


def test_a_command_is_split_into_words_and_nothing_in_it_is_evaluated() -> None:
    text = f"bob='{PYTHON}' -c 'print(1); $HOME' $(id) `id` a\\ b ; rm * > x"
    words = (PYTHON, "-c", "print(1); $HOME", "$(id)", "`id`", "a b", ";", "rm", "*", ">", "x")
    assert parse_programs((text,)) == {Party.BOB: words}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bob=", "the command is missing"),
        ("bob='", "No closing quotation"),
        ("bob=no-such-program-anywhere x", "there is no program 'no-such-program-anywhere'"),
        ("carol=python3", "use alice=PROGRAM or bob=PROGRAM"),
    ],
)
def test_what_is_no_command_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_programs((text,))


def test_to_name_a_command_is_to_choose_a_program() -> None:
    kinds, programs = choose(("alice=aiortc-process",), (f"bob={PYTHON} x.py",))
    assert kinds == {Party.ALICE: EndpointKind.AIORTC_PROCESS, Party.BOB: EndpointKind.PROGRAM}
    assert programs == {Party.BOB: (PYTHON, "x.py")}
    with pytest.raises(ValueError, match="bob is to be 'aiortc', which is no program"):
        choose(("bob=aiortc",), (f"bob={PYTHON}",))


def scenario(scenarios: tuple[Scenario, ...], name: str) -> Scenario:
    return next(one for one in scenarios if one.id == name)


def test_only_the_healthy_client_is_replaced_and_no_specimen_is_touched() -> None:
    every = load()
    changed = with_endpoints(every, {Party.BOB: EndpointKind.PROGRAM})
    assert [one.id for one in changed] == [one.id for one in every]
    for before, after in zip(every, changed, strict=True):
        healthy = before.endpoints.bob in HEALTHY and before.family is not Family.SPECIMENS
        assert (after.endpoints.bob is EndpointKind.PROGRAM) == healthy
        assert after.endpoints.alice is before.endpoints.alice
        assert after.model_copy(update={"endpoints": before.endpoints}) == before


def test_the_healthy_client_is_replaced_in_a_process_of_its_own_too_and_where_it_runs_is_the_scenarios_to_say() -> None:
    apart = scenario(load(), "namespaces-fingerprint-swap")
    assert apart.endpoints.bob is EndpointKind.AIORTC_PROCESS
    for kind, placed in ((EndpointKind.FIREFOX, EndpointKind.FIREFOX), (EndpointKind.AIORTC, apart.endpoints.bob)):
        (changed,) = with_endpoints([apart], {Party.BOB: kind})
        assert changed.endpoints.bob is placed


def test_a_scenario_that_names_other_software_says_nothing_of_what_was_chosen() -> None:
    every = load()
    page, plain = scenario(every, "chromium-fingerprint-appended"), scenario(every, "fingerprint-swap")
    assert page.endpoints.bob not in HEALTHY
    assert not concerned(page, {Party.BOB: EndpointKind.PROGRAM})
    assert concerned(page, {Party.BOB: page.endpoints.bob})
    assert concerned(page, {})
    assert concerned(plain, {Party.BOB: EndpointKind.PROGRAM})


def test_a_scenario_is_asked_for_by_its_id_or_its_file_and_not_by_where_it_lies() -> None:
    every = load()
    one = scenario(every, "fingerprint-swap")
    assert asked_for(every, ["fingerprint-swap"]) == {one.id}
    assert asked_for(every, [one.family, "fingerprint-s*"]) == frozenset()
    assert selection_of([str(place(one))], {"root": None}).asked == {one.id}
    assert selection_of([str(place(one).parent)], {"root": None}).asked == frozenset()
