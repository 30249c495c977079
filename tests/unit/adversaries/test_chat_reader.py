"""What the service reads of a chat it keeps with its writer, and passes on unchanged."""

from __future__ import annotations

from harness.adversaries.chat_reader import READ, ChatReader
from harness.adversaries.machine import Deliver
from harness.model.recording import SignalKind, SignalMessage

from .descriptions import OFFER
from .transcript import BOB, deeds, offer, only, signal, written


def test_a_line_is_written_down_and_goes_on() -> None:
    line = SignalMessage(kind=SignalKind.CHAT, sender=BOB, body="Grüße, hm1-…")
    commands = signal(ChatReader(), line)
    assert only(commands, Deliver) == [Deliver(line)]
    assert written(commands) == [(BOB, line.body.encode())]
    assert deeds(commands) == {READ: 1}


def test_descriptions_are_none_of_its_business() -> None:
    commands = signal(ChatReader(), offer(OFFER))
    assert only(commands, Deliver)[0].message.body == OFFER
    assert written(commands) == []
