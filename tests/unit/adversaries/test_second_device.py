"""Another device answers: when, in whose name, and what becomes of the genuine descriptions."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.adversaries.machine import CallUp, Deliver, Learned, Machine, OwnSocketOpened, SendSignal
from harness.adversaries.second_device import ANSWERED, DESCRIBED, LateDevice, OtherDevice
from harness.model.base import Party
from harness.model.recording import SignalKind
from harness.wire.certificate import fresh_identity
from harness.wire.sdp import Fingerprint

from .descriptions import ANSWER, OFFER, attributes
from .transcript import ALICE, BOB, NOW, answer, deeds, feed, forwarded, hangup, offer, only, rtp, signal

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}


def placed(machine: Machine) -> Machine:
    for party in Party:
        list(machine.handle(Learned(party, (f"127.1.0.{1 + list(Party).index(party)}", 4000), NOW)))
    list(machine.handle(OwnSocketOpened(("127.1.0.9", 9000), NOW)))
    return machine


def fingerprint(body: str) -> str:
    return attributes(body, "fingerprint")[0]


def test_a_late_device_waits_until_the_genuine_answer_has_arrived_and_the_call_is_up() -> None:
    machine = placed(LateDevice(IDENTITIES))
    assert only(signal(machine, offer(OFFER)), Deliver)[0].message.body == OFFER
    commands = signal(machine, answer(ANSWER))
    assert only(commands, Deliver)[0].message.body == ANSWER
    assert only(commands, SendSignal) == []
    accepted, answered = only(list(machine.handle(CallUp(NOW))), SendSignal)
    assert (accepted.to, accepted.message.kind, accepted.message.body) == (ALICE, SignalKind.ACCEPT, "e2ee")
    assert (answered.to, answered.message.kind, answered.message.sender) == (ALICE, SignalKind.ANSWER, BOB)
    assert fingerprint(answered.message.body) == str(Fingerprint.of(IDENTITIES[ALICE].der))


def test_it_has_happened_when_it_answered() -> None:
    machine = placed(LateDevice(IDENTITIES))
    assert deeds(machine.handle(CallUp(NOW))) == {}
    signal(machine, answer(ANSWER))
    assert deeds(machine.handle(CallUp(NOW))) == {ANSWERED: 1}
    assert machine.required == (ANSWERED,)


def test_in_the_place_of_both_each_is_told_of_the_device_alone() -> None:
    machine = placed(OtherDevice(IDENTITIES))
    for message, to in ((offer(OFFER), BOB), (answer(ANSWER), ALICE)):
        commands = signal(machine, message)
        (delivered,) = only(commands, Deliver)
        assert (delivered.message.kind, delivered.message.sender) == (message.kind, message.sender)
        assert fingerprint(delivered.message.body) == str(Fingerprint.of(IDENTITIES[to].der))
        assert {one.split()[5] for one in attributes(delivered.message.body, "candidate")} == {"9000"}
        assert deeds(commands) == {f"{DESCRIBED}-{to}": 1}


def test_everything_else_passes() -> None:
    for machine in (placed(OtherDevice(IDENTITIES)), placed(LateDevice(IDENTITIES))):
        assert only(signal(machine, hangup(BOB)), Deliver)
        assert forwarded(feed(machine, ALICE, rtp(1))) == [(BOB, rtp(1))]
