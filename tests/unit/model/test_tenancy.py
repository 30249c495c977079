"""What a scenario sets at the service: one thing a step, and nothing after the call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from harness.model.base import Party
from harness.model.scenario import Scenario
from harness.model.tenancy import Person, Tenancy, TenantStep
from harness.model.tenant import ClientKind

KNOWN = {"id": "one", "family": "control", "title": "One", "why": "A test", "expect": {"outcome": "SECURE"}}

MITM = {"kind": "dtls-mitm", "position": ["signalling", "path"]}


def scenario(**parts: Any) -> Scenario:
    return Scenario.model_validate_json(json.dumps({**KNOWN, "tenant": {}, **parts}))


def test_without_a_word_both_may_encrypt_have_turned_it_on_and_call_with_desktops() -> None:
    tenancy = Tenancy()
    assert [step.toggle for step in tenancy.set] == [None, Party.ALICE, Party.BOB]
    assert "DisabledUserOverride" in str(tenancy.set[0].cmdlet)
    assert all(tenancy.device(party).kind is ClientKind.WINDOWS for party in Party)


def test_of_two_organisations_each_allows_it_and_bob_is_of_the_other() -> None:
    tenancy = Tenancy(organisations=2)
    assert {step.at for step in tenancy.set if step.cmdlet is not None} == set(Party)
    assert tenancy.users == {Party.ALICE: "alice@contoso.example", Party.BOB: "bob@fabrikam.example"}
    assert Tenancy().users[Party.BOB] == "bob@contoso.example"


@pytest.mark.parametrize(
    "parts",
    [
        {"tenant": {"organisations": 2, "files": [{"by": "alice"}]}},
        {"tenant": {"organisations": 2, "presence": {"bob": "away"}}},
        {"tenant": {"organisations": 2}, "call": {"chat": [{"text": "hello"}]}},
    ],
)
def test_between_two_organisations_there_are_calls_only(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="between two organisations there are calls"):
        scenario(**parts)


@pytest.mark.parametrize(
    "step", [{}, {"on": True}, {"cmdlet": "x", "toggle": "bob"}, {"group": "a", "recording": True}]
)
def test_a_step_is_exactly_one_thing(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one of them"):
        TenantStep.model_validate_json(json.dumps(step))


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"service": "chat-logged"}, "no other service"),
        ({"call": {"earlier": 1}}, "no earlier"),
        ({"adversary": {"kind": "sdp-rewrite", "position": ["signalling"], "rewrite": "rtcp-mux-off"}}, "it can swap"),
        ({"adversary": MITM | {"swap": ["caller", "callee"], "agree_first": 4}}, "it can swap"),
        ({"adversary": MITM | {"swap": ["caller", "callee"]}, "call": {"mode": "service"}}, "path, and nowhere else"),
        ({"tenant": {"later": [{"after": 9, "toggle": "bob"}]}}, "after the end of the call"),
    ],
)
def test_what_the_real_service_cannot_do_is_refused(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        scenario(**parts)


def test_a_path_in_somebodys_hands_is_possible_and_so_is_a_service_that_swaps_fingerprints() -> None:
    assert scenario(adversary={"kind": "dtls-mitm", "position": ["path"]}).tenant == Tenancy()
    assert scenario(adversary=MITM | {"swap": ["caller"]}).tenant == Tenancy()


def test_a_service_that_is_wrong_about_tenants_needs_one() -> None:
    assert scenario(service="precedence-wrong").service == "precedence-wrong"
    with pytest.raises(ValidationError, match="say what is set there"):
        scenario(service="precedence-wrong", tenant=None)


@pytest.mark.parametrize("names", [("tablet", "tablet"), ("alice",), ("bob",), ("admin",)])
def test_a_further_device_has_a_name_of_its_own(names: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="a name of its own"):
        Tenancy(people=tuple(Person(name=name) for name in names))
