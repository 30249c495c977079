"""A service that remembers the certificates of earlier calls."""

from __future__ import annotations

from harness.adversaries.certificate_watch import COMPARED, KNOWN, REMEMBERED, CertificateWatch
from harness.adversaries.machine import Deliver, EarlierSignal

from .descriptions import ANSWER, OFFER, SHA256
from .transcript import ALICE, BOB, NOW, answer, deeds, hangup, offer, only, signal, written

FRESH = OFFER.replace(SHA256, SHA256[::-1])


def test_a_certificate_of_an_earlier_call_is_recognised() -> None:
    machine = CertificateWatch()
    remembered = list(machine.handle(EarlierSignal(1, offer(OFFER), NOW)))
    assert deeds(remembered) == {REMEMBERED: 1}
    assert [(sender, data.hex()) for sender, data in written(remembered)] == [(ALICE, SHA256.replace(":", "").lower())]
    commands = signal(machine, answer(ANSWER))
    assert deeds(commands) == {COMPARED: 1, KNOWN: 1}, "the sample's answer names the certificate of its offer"
    assert only(commands, Deliver) == [Deliver(answer(ANSWER))]


def test_a_fresh_one_is_not() -> None:
    machine = CertificateWatch()
    assert deeds(machine.handle(EarlierSignal(1, answer(ANSWER), NOW))) == {REMEMBERED: 1}
    assert deeds(signal(machine, offer(FRESH))) == {COMPARED: 1}


def test_without_a_past_nothing_is_compared_and_everything_passes() -> None:
    machine = CertificateWatch()
    for message in (offer(OFFER), hangup(BOB)):
        assert signal(machine, message) == [Deliver(message)]
