"""Every locked feature: where it works, where it is refused, and where a dishonest service tries it by itself.

The table is by hand, and no cell of it may be empty: whoever adds a feature, or takes a scenario away, is told here.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from harness.catalogue import load
from harness.model.adversary import FeatureInsertion
from harness.model.feature import Feature
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.outcome import Outcome
from harness.model.scenario import Family, Scenario

SCENARIOS = {one.id: one for one in load(Path(__file__).parent.parent / "scenarios")}


class Cells(NamedTuple):
    """Scenarios by id. `works` is an ordinary call with `proof`: whose sound must have arrived in which place."""

    works: str
    proof: dict[str, tuple[str, ...]]
    refused: str
    refused_by_the_real_service: str
    behind_their_backs: tuple[str, ...]


def cells(feature: Feature, works: str, **proof: tuple[str, ...]) -> Cells:
    refused = f"feature-refused[features={feature}]"
    behind = (f"feature-insertion[feature={feature}]", *BOTS.get(feature, ()))
    return Cells(works, proof, refused, "tenant-features-refused", behind)


BOTS = {
    one: (f"feature-insertion-bot[feature={one}]",)
    for one in (Feature.CAPTIONS, Feature.TRANSCRIPTION, Feature.RECORDING, Feature.VOICEMAIL)
}
"""What a bot makes that hears the call: the dishonest service tries that as well."""

ALL = {"alice": ("bob", "carol"), "bob": ("alice", "carol"), "carol": ("alice", "bob")}
"""Of three, each hears both of the others."""

TABLE = {
    Feature.CAPTIONS: cells(Feature.CAPTIONS, "service-captions", captions=("alice", "bob")),
    Feature.TRANSCRIPTION: cells(Feature.TRANSCRIPTION, "service-captions", transcription=("alice", "bob")),
    Feature.RECORDING: cells(Feature.RECORDING, "service-recording", recording=("alice", "bob")),
    Feature.TRANSFER: cells(Feature.TRANSFER, "service-transfer", alice=("carol",), carol=("alice",)),
    Feature.CONSULT_TRANSFER: cells(
        Feature.CONSULT_TRANSFER, "service-consult-transfer", alice=("carol",), bob=("carol",), carol=("bob", "alice")
    ),
    Feature.MERGE: cells(Feature.MERGE, "service-merge", **ALL),
    Feature.ADD_PARTICIPANT: cells(Feature.ADD_PARTICIPANT, "service-add-participant", **ALL),
    Feature.PARK: cells(Feature.PARK, "service-park", alice=("tablet",), tablet=("alice",)),
    Feature.COMPANION: cells(Feature.COMPANION, "service-companion", alice=("bob", "tablet"), tablet=("alice",)),
    Feature.VOICEMAIL: cells(Feature.VOICEMAIL, "service-voicemail", voicemail=("alice",)),
    Feature.SIMULTANEOUS_RING: cells(
        Feature.SIMULTANEOUS_RING, "service-simultaneous-ring", alice=("carol",), carol=("alice",)
    ),
}
WHILE_RINGING = {
    Feature.VOICEMAIL: ("service-voicemail-forwarded", "feature-refused-while-ringing"),
    Feature.SIMULTANEOUS_RING: ("service-simultaneous-ring", "feature-refused-while-ringing"),
}
"""Granted and refused before anybody has answered."""


def asked(scenario: Scenario, *, ringing: bool = False) -> set[Feature]:
    return {one.feature for one in scenario.call.features if one.ringing or not ringing}


def test_no_feature_is_missing() -> None:
    assert set(TABLE) == set(Feature)


@pytest.mark.parametrize("feature", Feature)
def test_in_an_ordinary_call_it_works_and_the_media_prove_it(feature: Feature) -> None:
    scenario = SCENARIOS[TABLE[feature].works]
    assert (scenario.family, scenario.call.mode, scenario.adversary) == (Family.CONTROL, Mode.SERVICE, None)
    assert feature in asked(scenario)
    assert scenario.expect.outcome is Outcome.DISCLOSED
    assert {Reason.FEATURE_SWITCHED, Reason.KEYS_IN_SIGNALLING} <= set(scenario.expect.seen)
    assert TABLE[feature].proof
    for place, people in TABLE[feature].proof.items():
        assert people
        assert set(people) <= set(scenario.expect.reached[place])


@pytest.mark.parametrize("feature", Feature)
def test_in_an_encrypted_call_it_is_refused_by_name_and_lock_and_code_stay(feature: Feature) -> None:
    """What was not refused by its name would be an alarm, `feature-not-refused`; and nothing tolerates one here."""
    for name, real in ((TABLE[feature].refused, False), (TABLE[feature].refused_by_the_real_service, True)):
        scenario = SCENARIOS[name]
        assert (scenario.family, scenario.call.mode, scenario.tenant is not None) == (Family.CONTROL, Mode.E2EE, real)
        assert feature in asked(scenario)
        assert (scenario.expect.outcome, scenario.expect.because, scenario.expect.also) == (Outcome.SECURE, (), ())
        assert Reason.FEATURE_REFUSED in scenario.expect.seen


@pytest.mark.parametrize("feature", Feature)
def test_a_dishonest_service_that_tries_it_behind_their_backs_gets_nothing(feature: Feature) -> None:
    for name, holder in zip(TABLE[feature].behind_their_backs, ("device", "bot"), strict=False):
        scenario = SCENARIOS[name]
        assert isinstance(scenario.adversary, FeatureInsertion)
        assert (scenario.adversary.feature, scenario.adversary.holder) == (feature, holder)
        assert scenario.call.mode is Mode.E2EE
        assert scenario.expect.outcome is Outcome.BLOCKED
        assert Reason.FEATURE_INSERTED in scenario.expect.seen
        assert feature not in asked(scenario)


@pytest.mark.parametrize("feature", WHILE_RINGING)
def test_what_can_be_asked_for_while_it_rings_is_granted_and_refused_there_too(feature: Feature) -> None:
    granted, refused = (SCENARIOS[name] for name in WHILE_RINGING[feature])
    assert feature in asked(granted, ringing=True) & asked(refused, ringing=True)
    assert (granted.call.mode, granted.expect.outcome) == (Mode.SERVICE, Outcome.DISCLOSED)
    assert (refused.call.mode, refused.expect.outcome) == (Mode.E2EE, Outcome.SECURE)
    assert granted.tenant is not None is not refused.tenant
