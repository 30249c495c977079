"""A finding is signed, bounded, and safe to print."""

from __future__ import annotations

import pytest

from harness.model.finding import Reason, Severity
from harness.model.voice import MAX_DETAIL, Voice, counted, quoted


def test_a_voice_signs_what_it_says() -> None:
    voice = Voice("codes")
    said = [
        say(Reason.CODES_DIFFER, "call", "so it is")
        for say in (voice.fact, voice.notice, voice.alarm, voice.inconclusive)
    ]
    assert [one.severity for one in said] == [
        Severity.FACT,
        Severity.NOTICE,
        Severity.ALARM,
        Severity.INCONCLUSIVE,
    ]
    assert {(one.auditor, one.reason, one.vantage, one.detail) for one in said} == {
        ("codes", Reason.CODES_DIFFER, "call", "so it is")
    }


def test_nobody_raises_an_alarm_that_is_not_listed_as_one() -> None:
    with pytest.raises(ValueError, match="codes-equal is no alarm"):
        Voice("codes").alarm(Reason.CODES_EQUAL, "call", "so it is")


def test_a_detail_has_its_limit() -> None:
    assert len(Voice("codes").fact(Reason.CODES_DIFFER, "call", "x" * 5000).detail) == MAX_DETAIL


def test_what_a_stranger_said_is_quoted_cut_and_escaped() -> None:
    assert quoted("Bob") == "'Bob'"
    assert quoted("\x1b[31m\u202e\n").isprintable()
    assert len(quoted("y" * 10_000)) < 100


def test_one_packet_is_no_plural() -> None:
    assert [counted(number, "packet") for number in (0, 1, 2)] == ["0 packets", "1 packet", "2 packets"]
