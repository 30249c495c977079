"""An exception of the library becomes one sentence, even when it has no text of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.endpoints.aiortc_door.watcher import described


def fails_an_assertion() -> None:
    fingerprints: list[str] = []
    assert len(fingerprints), ""


def finds_no_number() -> None:
    int("x")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (fails_an_assertion, ("AssertionError", "len(fingerprints)", "in fails_an_assertion")),
        (finds_no_number, ("ValueError: invalid literal", "int(", "in finds_no_number")),
    ],
)
def test_it_says_what_and_where(step: Callable[[], None], words: tuple[str, ...]) -> None:
    with pytest.raises((AssertionError, ValueError)) as raised:
        step()
    sentence = described(raised.value)
    assert "\n" not in sentence
    for word in words:
        assert word in sentence
