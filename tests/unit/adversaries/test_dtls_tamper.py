"""Tampering with the genuine handshake, as a transcript: what goes to whom, and when."""

from __future__ import annotations

import pytest

from harness.adversaries.dtls_tamper import TAMPERED, DtlsTamper
from harness.adversaries.machine import CallUp, Deed, Deliver, Forward
from harness.model.adversary import DtlsTampering
from harness.model.base import Role
from harness.wire.dtls import ContentType, records

from .descriptions import OFFER
from .dtls.test_rewriting import FLIGHT, HELLO
from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, offer, rtp, signal

IN_FLIGHT = [
    (DtlsTampering.VERSION_ROLLBACK, Role.CALLER),
    (DtlsTampering.EMS_STRIPPED, Role.CALLER),
    (DtlsTampering.EMS_STRIPPED, Role.CALLEE),
    (DtlsTampering.FRAGMENTS_OVERLAP, Role.CALLEE),
    (DtlsTampering.FRAGMENTS_CONTRADICT, Role.CALLEE),
]
BEFORE = [DtlsTampering.ALERT_BEFORE, DtlsTampering.CLOSE_BEFORE]
AFTER = [DtlsTampering.ALERT_AFTER, DtlsTampering.CLOSE_AFTER]


@pytest.mark.parametrize(("tampering", "role"), IN_FLIGHT)
def test_the_message_that_is_meant_arrives_changed_and_all_else_as_it_was(tampering: DtlsTampering, role: Role) -> None:
    machine = DtlsTamper(tampering, role)
    said = {BOB: HELLO, ALICE: FLIGHT}
    target = role.party
    commands = feed(machine, target.peer, said[target.peer])
    ((to, arrived),) = forwarded(commands)
    assert to is target
    assert arrived != said[target.peer]
    assert deeds(commands) == {TAMPERED: 1}
    assert feed(machine, target, said[target]) == [Forward(target.peer, said[target])]


@pytest.mark.parametrize("role", Role)
def test_each_datagram_towards_the_target_is_sent_twice(role: Role) -> None:
    machine = DtlsTamper(DtlsTampering.FLIGHTS_REPLAYED, role)
    sender = role.party.peer
    assert feed(machine, sender, HELLO) == [Forward(role.party, HELLO), Forward(role.party, HELLO), Deed(TAMPERED)]
    assert feed(machine, role.party, HELLO) == [Forward(sender, HELLO)]


@pytest.mark.parametrize("tampering", BEFORE)
def test_an_alert_follows_the_first_datagram_to_the_server_once(tampering: DtlsTampering) -> None:
    machine = DtlsTamper(tampering, Role.CALLER)
    hello, alert = forwarded(feed(machine, BOB, HELLO))
    assert hello == (ALICE, HELLO)
    assert alert[0] is ALICE
    (record,) = records(alert[1])
    assert (record.content_type, record.epoch, record.sequence) == (ContentType.ALERT, 0, 1)
    assert feed(machine, BOB, HELLO) == [Forward(ALICE, HELLO)]


@pytest.mark.parametrize(
    ("tampering", "body"),
    [(DtlsTampering.ALERT_BEFORE, b"\x02\x28"), (DtlsTampering.CLOSE_BEFORE, b"\x01\x00")],
)
def test_the_client_is_answered_with_an_alert_before_the_server_can_speak(
    tampering: DtlsTampering, body: bytes
) -> None:
    commands = feed(DtlsTamper(tampering, Role.CALLEE), BOB, HELLO)
    assert [to for to, _ in forwarded(commands)] == [ALICE, BOB]
    (record,) = records(forwarded(commands)[1][1])
    assert (record.fragment, record.sequence) == (body, 0)
    assert deeds(commands) == {TAMPERED: 1}


@pytest.mark.parametrize("tampering", AFTER)
def test_a_late_alert_waits_until_the_call_is_up(tampering: DtlsTampering) -> None:
    machine = DtlsTamper(tampering, Role.CALLEE)
    assert feed(machine, BOB, HELLO) == [Forward(ALICE, HELLO)]
    assert feed(machine, ALICE, FLIGHT) == [Forward(BOB, FLIGHT)]
    commands = list(machine.handle(CallUp(NOW)))
    ((to, datagram),) = forwarded(commands)
    (record,) = records(datagram)
    assert to is BOB
    assert (record.content_type, record.epoch) == (ContentType.ALERT, 0)
    assert deeds(commands) == {TAMPERED: 1}


@pytest.mark.parametrize("tampering", DtlsTampering)
def test_connectivity_checks_media_and_signalling_pass(tampering: DtlsTampering) -> None:
    machine = DtlsTamper(tampering, Role.CALLER)
    for packet in (BINDING_REQUEST, rtp(1)):
        assert feed(machine, BOB, packet) == [Forward(ALICE, packet)]
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]


@pytest.mark.parametrize("tampering", sorted(set(DtlsTampering) - set(AFTER)))
def test_that_the_call_is_up_means_nothing_to_the_others(tampering: DtlsTampering) -> None:
    assert list(DtlsTamper(tampering, Role.CALLER).handle(CallUp(NOW))) == []
