"""The recorder: everything goes on, and a copy stays."""

from __future__ import annotations

from harness.adversaries.machine import Deed, Deliver, Forward, WriteDown
from harness.adversaries.recorder import Recorder

from .transcript import ALICE, BINDING_REQUEST, BOB, answer, feed, rtp, signal


def test_it_keeps_each_datagram_with_its_sender() -> None:
    recorder = Recorder()
    assert feed(recorder, ALICE, BINDING_REQUEST) == [
        Forward(BOB, BINDING_REQUEST),
        WriteDown(ALICE, BINDING_REQUEST),
        Deed("datagrams-recorded"),
    ]
    assert feed(recorder, BOB, rtp(7)) == [Forward(ALICE, rtp(7)), WriteDown(BOB, rtp(7)), Deed("datagrams-recorded")]


def test_it_leaves_the_signalling_alone() -> None:
    assert signal(Recorder(), answer("v=0")) == [Deliver(answer("v=0"))]


def test_it_has_recorded_only_when_it_wrote_something_down() -> None:
    assert Recorder().required == ("datagrams-recorded",)
