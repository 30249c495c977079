"""The page on the protocol names every operation with its fields, every event with its, and the reasons."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from harness.model.ability import Ability
from harness.model.endpoint_events import Event
from harness.model.endpoint_protocol import SPEECH, UNSUPPORTED, Operation
from harness.model.finding import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "endpoint-protocol.md").read_text()
SPOKEN, LACKED = PAGE.partition("## What a program may lack")[::2]
LACKED, _, REST = LACKED.partition("## Media")


def rows(text: str) -> dict[str, str]:
    return {row[1]: row[0] for row in re.finditer(r"^\| `([a-z-]+)` \|.*$", text, re.M)}


ROWS = rows(SPOKEN + REST)


@pytest.mark.parametrize("operation", Operation, ids=str)
def test_each_operation_has_its_row_with_all_that_it_is_given_and_gives(operation: Operation) -> None:
    for noun in SPEECH[operation]:
        for field in noun.model_fields:
            assert f"`{field}`" in ROWS[operation.value]


@pytest.mark.parametrize("event", get_args(Event), ids=lambda one: one.__name__)
def test_each_event_has_its_row(event: type) -> None:
    fields = event.model_fields  # type: ignore[attr-defined]
    row = ROWS[fields["event"].default]
    assert all(f"`{name}`" in row for name in fields if name != "event")


def test_no_row_is_of_anything_else() -> None:
    events = {one.model_fields["event"].default for one in get_args(Event)}
    assert set(ROWS) == {one.value for one in Operation} | events


def test_each_word_for_what_a_program_may_lack_has_its_row() -> None:
    assert set(rows(LACKED)) == {one.value for one in Ability}


def test_the_reasons_are_those_that_a_call_can_fail_for() -> None:
    named = set(re.findall(r"`([a-z-]+)`", PAGE.partition("## Reasons")[2]))
    members = list(Reason)
    ends = members[members.index(Reason.FINGERPRINT_MISMATCH) : members.index(Reason.ENDPOINT_ERROR) + 1]
    assert named - {"failed"} == {one.value for one in ends}
    assert f"`{UNSUPPORTED}`" in PAGE
