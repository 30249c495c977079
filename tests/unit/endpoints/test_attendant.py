"""What a client does about the words of the service: what it keeps, what its user reads, when the call is over."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from harness.endpoints.attendant import Attendant
from harness.endpoints.rules import CallRules
from harness.markers.chat import token
from harness.model.base import Party, Role
from harness.model.feature import Feature, FeatureRefusal, FeatureRequest
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage


@dataclass
class Owner:
    ends: list[tuple[Reason, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    features: list[FeatureRequest] = field(default_factory=list)

    def give_up(self, reason: Reason, detail: str) -> None:
        self.ends.append((reason, detail))

    def announce(self, notice: str) -> None:
        self.notices.append(notice)

    def switched(self, request: FeatureRequest) -> None:
        self.features.append(request)


def told(kind: SignalKind, body: str = "") -> SignalMessage:
    return SignalMessage(kind=kind, sender=Party.BOB, body=body)


def caller(mode: str | None = "e2ee") -> tuple[Attendant, Owner]:
    owner = Owner()
    attendant = Attendant(CallRules(), Role.CALLER, owner)
    if mode is not None:
        attendant.told(told(SignalKind.ACCEPT, mode))
    return attendant, owner


def test_a_callee_may_describe_itself_when_its_user_has_accepted_and_the_mode_was_told() -> None:
    attendant = Attendant(CallRules(), Role.CALLEE, Owner())
    for message in (SignalKind.INVITE, SignalKind.ACCEPT):
        attendant.told(told(message, "e2ee"))
        assert attendant.mode is None
    assert attendant.too_early == "while it still rings"
    attendant.picked_up()
    assert attendant.mode is None
    attendant.told(told(SignalKind.ACCEPT, "e2ee"))
    assert attendant.mode is Mode.E2EE


@pytest.mark.parametrize("kind", [SignalKind.DECLINE, SignalKind.CANCEL, SignalKind.HANGUP])
def test_an_end_is_an_end_with_its_reason(kind: SignalKind) -> None:
    attendant, owner = caller()
    attendant.told(told(kind, "enough"))
    assert owner.ends == [(Reason.REMOTE_HUNG_UP, "enough")]


def test_a_mode_that_there_is_not_ends_the_call() -> None:
    _, owner = caller("nonsense")
    assert [reason for reason, _ in owner.ends] == [Reason.MODE_UNKNOWN]


REQUEST = FeatureRequest(feature=Feature.RECORDING)


def test_in_an_ordinary_call_a_feature_is_announced_and_done() -> None:
    attendant, owner = caller("service")
    attendant.told(told(SignalKind.FEATURE, REQUEST.model_dump_json()))
    assert (owner.notices, owner.features) == (["Recording: on."], [REQUEST])


@pytest.mark.parametrize("mode", ["e2ee", None])
def test_under_a_lock_or_before_the_call_it_is_announced_as_what_it_is_and_not_done(mode: str | None) -> None:
    attendant, owner = caller(mode)
    attendant.told(told(SignalKind.FEATURE, REQUEST.model_dump_json()))
    assert len(owner.notices) == 1 and "the service says that it is on" in owner.notices[0]
    assert owner.features == []


def test_a_refusal_is_told_to_the_user() -> None:
    attendant, owner = caller()
    refusal = FeatureRefusal(feature=Feature.PARK, detail="no")
    attendant.told(told(SignalKind.FEATURE_REFUSED, refusal.model_dump_json()))
    assert owner.notices == ["Park: not available in an end-to-end encrypted call."]


@pytest.mark.parametrize("kind", [SignalKind.FEATURE, SignalKind.FEATURE_REFUSED])
@pytest.mark.parametrize("body", ["", "recording", "{}", "[" * 50_000])
def test_what_cannot_be_read_is_no_reason_for_anything(kind: SignalKind, body: str) -> None:
    attendant, owner = caller("service")
    attendant.told(told(kind, body))
    assert (owner.notices, owner.features, owner.ends) == ([], [], [])


def test_the_marker_of_the_latest_line_is_remembered_and_a_line_without_one_takes_none_away() -> None:
    attendant, _ = caller()
    for text in (f"one {token(1)}", f"two {token(2)}", "three"):
        attendant.told(told(SignalKind.CHAT, text))
    assert attendant.read == 2


@pytest.mark.parametrize("kind", [SignalKind.RINGING, SignalKind.OFFER, SignalKind.ANSWER])
def test_what_is_for_others_to_act_on_changes_nothing_here(kind: SignalKind) -> None:
    attendant, owner = caller()
    attendant.told(told(kind, "v=0"))
    assert (owner.ends, owner.notices, attendant.mode) == ([], [], Mode.E2EE)
