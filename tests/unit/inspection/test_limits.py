"""What was not looked at is said, and what would make it possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.inspection.inspect import inspect
from harness.inspection.limits import limits
from harness.inspection.options import Options
from harness.inspection.search.search import LIMIT

from .inspecting import inspected, with_keys
from .made_calls import MadeCall, made_call, write


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call(count=5)


def test_without_means_everything_that_was_not_done_is_named(call: MadeCall, tmp_path: Path) -> None:
    words = inspected(tmp_path, call.sent).not_checked
    assert [one.partition(":")[0] for one in words] == [
        "packets were not authenticated",
        "no second opinion",
        "interception",
    ]


def test_with_keys_packets_are_no_longer_among_it(call: MadeCall, tmp_path: Path) -> None:
    assert not any("authenticated" in one for one in with_keys(tmp_path, call).not_checked)


def test_a_capture_without_media_has_no_packets_to_authenticate(call: MadeCall, tmp_path: Path) -> None:
    document = inspected(tmp_path, [one for one in call.sent if one.time < 5])
    assert not any("authenticated" in one for one in document.not_checked)


def test_with_both_sides_interception_is_looked_at(call: MadeCall, tmp_path: Path) -> None:
    paths = [write(tmp_path / name, call.sent) for name in ("a.pcapng", "b.pcapng")]
    assert not any(one.startswith("interception") for one in inspect(paths, Options()).not_checked)


def test_nothing_recovered_is_said_and_media_recovered_is_not(call: MadeCall, tmp_path: Path) -> None:
    sentence = "no media was recovered"
    without = inspected(tmp_path, call.sent, recover=tmp_path / "without")
    assert any(one.startswith(sentence) for one in without.not_checked)
    opened = with_keys(tmp_path, call, recover=tmp_path / "with")
    assert not any(one.startswith(sentence) for one in opened.not_checked)


def test_every_inspection_says_what_no_inspection_can_see() -> None:
    assert any("never confirm" in one for one in limits())
    assert any(LIMIT in one for one in limits())
