"""Where the lines of a chat are found again."""

from __future__ import annotations

from harness.auditors.chat import audit
from harness.markers.chat import token
from harness.model.finding import Reason, Severity
from harness.model.recording import SignalKind

from .answers import raised
from .stage import ALICE, BOB, Stage, honest_call

OF_ALICE, OF_BOB = token(0xA11CE), token(0xB0B)


def chatting() -> Stage:
    stage = honest_call().course()
    stage.say(ALICE, SignalKind.CHAT, f"Can you hear me? {OF_ALICE}")
    stage.say(BOB, SignalKind.CHAT, f"Yes. {OF_BOB}")
    stage.service_log = b"0.001 alice chat 40 characters\n"
    return stage


def test_a_call_without_a_word_says_so() -> None:
    (found,) = audit(honest_call().course().case())
    assert (found.reason, found.severity) == (Reason.NO_CHAT, Severity.FACT)


def test_that_the_service_can_read_it_is_noticed_of_each_and_is_no_alarm() -> None:
    findings = audit(chatting().case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.CHAT_READ_BY_SERVICE, Severity.NOTICE)] * 2


def test_what_lies_on_the_disk_of_the_service_is_an_alarm() -> None:
    stage = chatting()
    stage.service_log = f"0.001 bob chat: Yes. {OF_BOB}\n".encode()
    findings = audit(stage.case())
    assert raised(findings) == {Reason.CHAT_ON_DISK}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["service"]


def test_a_marker_of_nobody_in_this_call_is_none_of_its_lines() -> None:
    stage = chatting()
    stage.service_log = token(0xCAFE).encode()
    assert raised(audit(stage.case())) == set()


def test_what_goes_over_the_wire_is_an_alarm_where_it_was_seen() -> None:
    stage = chatting()
    stage.on_leg(ALICE, True, b"\x16\xfe\xfd" + OF_ALICE.encode())
    findings = audit(stage.case())
    assert raised(findings) == {Reason.MARKER_ON_WIRE}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["alice-bob"]


def test_without_the_log_of_the_service_nothing_is_said_of_its_disk() -> None:
    stage = chatting()
    stage.service_log = None
    assert raised(audit(stage.case())) == set()
