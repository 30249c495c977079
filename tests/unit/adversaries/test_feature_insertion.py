"""A feature that nobody granted: announced to both, and brought about by an offer that the callee shall take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.adversaries.feature_insertion import ANNOUNCED, OFFERED, TAKEN, FeatureInsertion
from harness.adversaries.machine import (
    CallUp,
    Command,
    Deliver,
    Learned,
    OwnSocketOpened,
    SendSignal,
    StrangerDatagram,
    WriteDown,
)
from harness.adversaries.mode_lies import KEYS_OFFERED, keyed_offer
from harness.adversaries.sdp_rewrite import sdes_line
from harness.model.base import Party
from harness.model.feature import Feature, FeatureRequest
from harness.model.recording import SignalKind
from harness.wire.certificate import fresh_identity
from harness.wire.sdp import Origin, Sdp

from .descriptions import ANSWER, OFFER, attributes
from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, answer, deeds, feed, offer, only, rtp, signal

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}


def up(holder: Any, feature: Feature = Feature.RECORDING) -> tuple[FeatureInsertion, list[Command]]:
    machine = FeatureInsertion(feature, holder, IDENTITIES, "seed")
    for event in (OwnSocketOpened(("127.1.0.9", 9000), NOW), Learned(BOB, ("127.1.0.2", 4000), NOW)):
        list(machine.handle(event))
    assert only(signal(machine, offer(OFFER)), Deliver)[0].message.body == OFFER
    assert only(signal(machine, answer(ANSWER)), Deliver)[0].message.body == ANSWER
    return machine, list(machine.handle(CallUp(NOW)))


def brought(commands: list[Command]) -> SendSignal:
    (one,) = [one for one in only(commands, SendSignal) if one.message.kind is SignalKind.OFFER]
    assert (one.to, one.message.sender) == (BOB, ALICE)
    return one


@pytest.mark.parametrize("feature", Feature)
def test_both_are_told_that_it_is_on_in_each_others_name(feature: Feature) -> None:
    machine, commands = up("nobody", feature)
    told = {one.to: one.message for one in only(commands, SendSignal)}
    assert {party: message.sender for party, message in told.items()} == {ALICE: BOB, BOB: ALICE}
    assert {FeatureRequest.model_validate_json(one.body) for one in told.values()} == {FeatureRequest(feature=feature)}
    assert deeds(commands) == dict.fromkeys(machine.required, 1) == {ANNOUNCED: 1}


def test_a_bot_is_brought_in_by_keys_of_the_services_own() -> None:
    machine, commands = up("bot")
    assert brought(commands).message == keyed_offer(offer(OFFER), sdes_line("seed"))
    assert deeds(commands) == dict.fromkeys(machine.required, 1) == {ANNOUNCED: 1, KEYS_OFFERED: 1}


def test_a_device_makes_an_offer_of_a_session_of_its_own() -> None:
    machine, commands = up("device")
    body = brought(commands).message.body
    assert Origin.read(body).session != Origin.read(OFFER).session
    assert {one.split()[5] for one in attributes(body, "candidate")} == {"9000"}
    assert {value for _, value in Sdp.parse(body).setups()} == {"actpass"}
    assert deeds(commands) == dict.fromkeys(machine.required, 1) == {ANNOUNCED: 1, OFFERED: 1}


def test_what_the_callee_answers_to_it_goes_no_further_and_the_keys_in_it_are_read() -> None:
    machine, _ = up("bot")
    keyed = str(Sdp.parse(ANSWER).insert(sdes_line("of bob"), 0))
    commands = signal(machine, answer(keyed))
    assert only(commands, Deliver) == []
    assert deeds(commands) == {"keys-read-from-bob": 1, TAKEN: 1}


@pytest.mark.parametrize("holder", ["nobody", "bot"])
def test_without_a_device_nobody_is_there_who_could_answer_a_check(holder: Any) -> None:
    machine, _ = up(holder)
    request = StrangerDatagram(("127.1.0.2", 4000), BINDING_REQUEST, NOW)
    assert list(machine.handle(request)) == []


def test_only_a_bot_listens_on_the_path() -> None:
    assert only(feed(up("bot")[0], BOB, rtp(1)), WriteDown)
    assert not only(feed(up("device")[0], BOB, rtp(1)), WriteDown)
