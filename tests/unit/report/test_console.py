"""A run on a terminal, and where there is none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import pytest

from harness.model.verdict import Outcome, Result, Status
from harness.report.console import show, wants_colour

from .sample import ALICE, BOB, blocked, code, detected, document, not_run, result


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Ascii(io.TextIOWrapper):
    def __init__(self, tty: bool) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("ascii")


def shown(
    results: Iterable[Result], *, width: int = 130, environ: dict[str, str] | None = None, tty: bool = False
) -> str:
    stream = Terminal() if tty else io.StringIO()
    show(document(results), stream, environ or {}, width)
    return stream.getvalue()


def row(text: str, scenario: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(scenario))


def test_without_a_terminal_each_scenario_is_one_plain_line() -> None:
    text = shown([result("honest-call"), detected("fingerprint-swap"), blocked("hash-md5")])
    assert "\x1b" not in text
    assert row(text, "honest-call").split() == [
        *("honest-call", "SECURE", "SECURE", "AS_EXPECTED"),
        *grouped(code("honest-call")),
        "equal",
        *grouped(code("honest-call")),
        "no",
    ]
    assert row(text, "fingerprint-swap").split()[4:] == [
        *grouped(code("fingerprint-swap alice")),
        "differ",
        *grouped(code("fingerprint-swap bob")),
        "yes",
    ]
    assert row(text, "hash-md5").split()[4:] == ["no", "code", "no"]


def grouped(digits: str) -> list[str]:
    return [digits[0:5], digits[5:10], digits[10:15], digits[15:20]]


def test_a_code_on_one_screen_names_the_screen() -> None:
    assert f"{' '.join(grouped(code('x')))} on bob's screen only" in shown([result("a", codes={BOB: code("x")})])


def test_what_is_not_as_expected_is_followed_by_its_reason() -> None:
    text = shown(
        [
            result("fine", because="the reason of a green one"),
            result("bad", status=Status.UNEXPECTED, because="BREACH where SECURE was expected"),
            not_run("late", "interrupted before it ended"),
        ]
    )
    assert "UNEXPECTED  bad: BREACH where SECURE was expected" in text
    assert "NOT_RUN  late: interrupted before it ended" in text
    assert "the reason of a green one" not in text


def test_the_counts_are_always_there_also_when_they_are_zero() -> None:
    text = shown([result("a"), detected("b")])
    assert "status: AS_EXPECTED 2, NOT_RUN 0" in text
    assert "outcome: SECURE 1, DETECTED 1" in text
    assert "not checked: 0" in text
    assert "self-test: not run" in text


def test_the_counts_tell_what_was_left_out() -> None:
    text = shown([result("a", not_checked=("wireshark",)), not_run("b", "no")])
    assert "not checked: 1 (wireshark in 1 scenario)" in text
    assert "status: AS_EXPECTED 1, NOT_RUN 1" in text


@pytest.mark.parametrize("width", [40, 72, 80, 120, 130])
def test_on_a_terminal_the_same_facts_stand_in_colour(width: int) -> None:
    one = detected(
        "a-scenario-with-a-long-name[bob=chromium]", expected=Outcome.FALSE_ALARM, status=Status.INCONCLUSIVE
    )
    text = shown([one], width=width, tty=True)
    assert "\x1b[33mINCONCLUSIVE" in text
    for word in ("FALSE_ALARM", "DETECTED", "differ", "NOT_RUN 0"):
        assert word in text
    for party in (ALICE, BOB):
        assert " ".join(grouped(one.codes[party])) in text, "a code must stay on one line"
    table = re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n\n")[0]
    assert max(len(line) for line in table.splitlines()) <= max(width, 72)


@pytest.mark.parametrize(
    ("stream", "environ", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": "0"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(stream: io.StringIO, environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(stream, environ) is wanted


def test_no_color_means_no_escape_at_all() -> None:
    assert "\x1b" not in shown([detected()], environ={"NO_COLOR": "1"}, tty=True)


@pytest.mark.parametrize("tty", [True, False])
def test_a_name_can_neither_colour_the_screen_nor_start_a_line(tty: bool) -> None:
    text = shown([result("a\x1b[2J\nb\u202e", status=Status.ERROR, because="[bold]x[/bold]\x07")], width=200, tty=tty)
    assert "a<U+001B>[2J<U+000A>b<U+202E>" in text
    assert "[bold]x[/bold]<U+0007>" in text
    assert "\x1b[2J" not in text


@pytest.mark.parametrize("tty", [True, False])
def test_a_stream_of_few_letters_gets_escapes_instead_of_an_error(tty: bool) -> None:
    stream = Ascii(tty)
    show(document([result("zoë", status=Status.ERROR, because="王")]), stream, {}, 130)
    assert "zo\\xeb  " in stream.text()
    assert "\\u738b" in stream.text()
