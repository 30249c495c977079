"""What a program says that it lacks keeps it out of the scenarios that need it, and out of no other."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from harness.abilities import needed, why_beyond
from harness.catalogue import ROOT, load
from harness.model.ability import Ability, ProgramUnderTest
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.scenario import Family, Scenario

CATALOGUE: Final = {one.id: one for one in load(ROOT)}
BOB: Final = Party.BOB


def scenario(adversary: dict[str, Any] | None = None, **call: Any) -> Scenario:
    content = {
        "id": "one",
        "family": "control",
        "title": "T",
        "why": "W",
        "call": {"media": ["audio"], **call},
        "adversary": adversary,
        "expect": {"outcome": "SECURE"},
    }
    return Scenario.model_validate_json(json.dumps(content))


def script(move: dict[str, Any]) -> Scenario:
    return scenario({"kind": "script", "position": ["signalling", "path"], "moves": [move]})


def asks(one: Scenario, party: Party = BOB) -> set[Ability]:
    return set(needed(one, party))


def program(*lacks: Ability) -> ProgramUnderTest:
    return ProgramUnderTest(command=("client",), software="client/1", lacks=frozenset(lacks))


def test_the_reason_names_the_party_the_program_and_what_is_lacking() -> None:
    wanted = scenario(screen=["caller"], chat=[{"text": "Hello"}])
    assert why_beyond(wanted, BOB, program(Ability.SCREEN, Ability.CHAT, Ability.PACKETS)) == (
        "bob is the program 'client/1', which says that it lacks chat, screen"
    )
    assert why_beyond(wanted, BOB, program(Ability.RESTART, Ability.PACKETS)) is None


def test_what_a_program_is_called_cannot_write_over_the_report() -> None:
    named = ProgramUnderTest(command=("client",), software="\x1b[2K" + "x" * 199, lacks=frozenset({Ability.CHAT}))
    why = why_beyond(scenario(chat=[{"text": "Hello"}]), BOB, named)
    assert why is not None
    assert why.isprintable()
    assert len(why) < 200


@pytest.mark.parametrize(
    ("call", "ability"),
    [
        ({"screen": ["callee"]}, Ability.SCREEN),
        ({"chat": [{"text": "Hello", "by": "alice"}]}, Ability.CHAT),
        ({"restart_after": 0.5}, Ability.RESTART),
        ({"mode": "service"}, Ability.ORDINARY_CALLS),
        ({"first_sequence": 65_000}, Ability.FIRST_SEQUENCE),
        ({"replay_window": 64}, Ability.FIRST_SEQUENCE),
    ],
)
def test_a_call_asks_for_what_is_done_in_it(call: dict[str, Any], ability: Ability) -> None:
    assert [asks(scenario(**call), party) for party in Party] == [{ability}, {ability}]


def test_a_plain_call_asks_for_nothing_that_anybody_may_lack() -> None:
    assert asks(scenario(media=["audio", "video"], ring=0.5, code_digits=5, earlier=1)) == set()


@pytest.mark.parametrize(
    "name",
    [
        "srtp-replay",
        "srtp-bitflip[field=tag]",
        "srtcp-tamper[fault=bye]",
        "plaintext-injection[position=off-path]",
        "rtp-bleed",
        "reflection-of-packets",
        "malformed-media[malformation=rtp]",
        "impairment-duplicate",
        "turn-tamper-mix",
        "srtp-transform[towards=callee]",
    ],
)
def test_who_brings_false_packets_is_answered_by_counts_alone(name: str) -> None:
    assert asks(CATALOGUE[name]) == {Ability.PACKETS}


@pytest.mark.parametrize(
    "name",
    [
        "malformed-media[malformation=stun]",
        "impairment-loss",
        "turn-tamper-delay",
        "srtp-transform[towards=caller]",
        "reflection",
        "dtls-junk-records",
    ],
)
def test_what_no_count_is_about_needs_none(name: str) -> None:
    assert asks(CATALOGUE[name]) == set()


def test_whoever_is_told_that_it_is_an_ordinary_call_must_be_able_to_make_one() -> None:
    one_side = CATALOGUE["e2ee-strip-one-side[towards=callee]"]
    assert asks(one_side, Party.BOB) == {Ability.ORDINARY_CALLS}
    assert asks(one_side, Party.ALICE) == set()
    told = script({"do": "tell-mode", "towards": "callee", "mode": "service"})
    assert (asks(told, Party.BOB), asks(told, Party.ALICE)) == ({Ability.ORDINARY_CALLS}, set())


@pytest.mark.parametrize(
    ("move", "counts"),
    [
        ({"do": "replay", "packet": "srtcp", "sender": "alice"}, True),
        ({"do": "flip", "packet": "srtp", "sender": "alice", "octet": 20}, True),
        ({"do": "replay", "packet": "dtls", "sender": "alice"}, False),
        ({"do": "drop", "packet": "srtp", "sender": "alice"}, False),
        ({"do": "inject", "what": "rtp", "to": "bob"}, True),
        ({"do": "inject", "what": "alert", "to": "bob"}, False),
    ],
)
def test_a_scripted_attack_asks_for_what_its_moves_do(move: dict[str, Any], counts: bool) -> None:
    assert asks(script(move)) == ({Ability.PACKETS} if counts else set())


def test_no_word_is_there_that_no_scenario_needs() -> None:
    assert {ability for one in CATALOGUE.values() for ability in needed(one, BOB)} == set(Ability)


@pytest.mark.parametrize(
    "name",
    [
        "fingerprint-swap",
        "fingerprint-swap-one-side[swap=callee]",
        "dtls-mitm-sdp-untouched",
        "fingerprint-many[how=before,lines=1]",
        "reoffer-new-fingerprint",
        "second-device-instead",
        "clienthello-race[towards=callee]",
        "dtls-handshake-faults[flaw=signature-forged,towards=callee]",
        "policy-flip-with-keys",
        "e2ee-forged-lock",
        "honest-call",
    ],
)
def test_whoever_says_that_it_lacks_everything_is_attacked_all_the_same(name: str) -> None:
    assert why_beyond(CATALOGUE[name], BOB, program(*Ability)) is None


def test_an_offer_in_a_running_call_is_to_be_answered_by_the_callee_unless_it_names_other_keys() -> None:
    legal = CATALOGUE["setup-role-reoffer"]
    assert (asks(legal, Party.BOB), asks(legal, Party.ALICE)) == ({Ability.RESTART}, set())


def test_where_the_other_end_gives_nobody_its_keys_this_one_must() -> None:
    assert asks(CATALOGUE["chromium-calls"], Party.BOB) == {Ability.KEYS}
    assert asks(CATALOGUE["chromium-calls"], Party.ALICE) == set()
    assert asks(CATALOGUE["firefox-calls"], Party.BOB) == set()


def test_of_the_attacks_on_keys_only_those_at_a_restart_can_be_lacked() -> None:
    lost = {
        one.id
        for one in CATALOGUE.values()
        if one.family is Family.SIGNALLING
        and one.endpoints.bob in (EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS)
        and asks(one) - {Ability.SCREEN, Ability.CHAT, Ability.KEYS}
    }
    assert lost == {"late-mitm", "late-mitm-refused", "fingerprint-swap-at-restart", "setup-role-reoffer"}
