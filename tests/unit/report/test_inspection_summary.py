"""The gravest thing comes first, and a call is never said to be safe because something else was not looked at."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model.finding import Severity
from harness.model.inspection import CallVerdict, Inspection, Protection, Standing
from harness.outputs import exit_code
from harness.report.inspection_summary import call_title, headline, protections

from .inspection_sample import call, capture, finding, inspection, stream

ALARM, UNCLEAR = finding(Severity.ALARM), finding(Severity.INCONCLUSIVE)
INTERCEPTED, NOT_INTERCEPTED, CANNOT_TELL = (call(verdict) for verdict in CallVerdict)
EMPTY = capture(packets=0)


@pytest.mark.parametrize(
    ("changes", "standing", "code", "words"),
    [
        ({}, Standing.QUIET, 0, "The call was not intercepted"),
        ({"calls": ()}, Standing.QUIET, 0, "Nothing alarming; whether a call was intercepted cannot be told"),
        ({"calls": (CANNOT_TELL,)}, Standing.QUIET, 0, "Nothing alarming; whether a call was intercepted cannot be"),
        ({"calls": (INTERCEPTED,)}, Standing.ALARM, 1, "The call was intercepted"),
        ({"calls": (INTERCEPTED, NOT_INTERCEPTED)}, Standing.ALARM, 1, "1 of 2 calls was intercepted"),
        ({"calls": (INTERCEPTED,) * 2, "findings": (ALARM,)}, Standing.ALARM, 1, "2 of 2 calls were intercepted"),
        ({"findings": (ALARM, UNCLEAR)}, Standing.ALARM, 1, "1 alarm"),
        ({"findings": (ALARM, ALARM), "captures": (EMPTY,)}, Standing.ALARM, 1, "2 alarms"),
        ({"findings": (UNCLEAR,)}, Standing.INCONCLUSIVE, 3, "Not everything could be looked at: 1 inconclusive"),
        ({"findings": (finding(Severity.NOTICE),)}, Standing.QUIET, 0, "The call was not intercepted"),
        ({"captures": (EMPTY,), "calls": (CANNOT_TELL,), "findings": (UNCLEAR,)}, Standing.EMPTY, 5, "There is no"),
        (
            {"captures": (capture(packets=0, problems=("cut off",)),), "findings": (UNCLEAR,)},
            Standing.INCONCLUSIVE,
            3,
            "Not everything could be looked at",
        ),
    ],
)  # fmt: skip
def test_the_headline_and_the_exit_code_say_the_same(
    changes: dict[str, Any], standing: Standing, code: int, words: str
) -> None:
    document = inspection(**changes)
    assert (document.standing, exit_code(document)) == (standing, code)
    assert headline(document).startswith(words)


def test_every_kind_of_protection_is_counted_also_those_that_nobody_has() -> None:
    document: Inspection = inspection(
        streams=(stream(), stream(), stream(protection=Protection.PLAINTEXT), stream(protection=Protection.UNKNOWN))
    )
    assert protections(document) == {
        Protection.AUTHENTICATED: 2,
        Protection.FAILED: 0,
        Protection.PLAINTEXT: 1,
        Protection.CIPHERTEXT: 0,
        Protection.UNKNOWN: 1,
    }


def test_the_title_of_a_call_names_its_captures() -> None:
    assert call_title(INTERCEPTED) == "intercepted (alice.pcapng, bob.pcapng)"
