"""A display: what it shows, what it tells when a code changes, and what it remembers."""

from __future__ import annotations

from harness.endpoints.display import CODE_CHANGED, Display
from harness.model.statement import Indicator, Screen


def test_it_is_empty_before_the_call_and_remembers_nothing_of_that() -> None:
    display = Display("Bob")
    assert display.screen == Screen(indicator=Indicator.NONE, code=None, peer="Bob")
    assert display.history.moments == ()


def test_another_code_is_announced_and_the_same_one_is_not() -> None:
    display = Display("Bob")
    display.show(display.locked("1" * 20))
    display.show(display.locked("1" * 20))
    display.show(display.locked("2" * 20))
    assert [one.screen.notice for one in display.history.moments] == [None, CODE_CHANGED]


def test_a_notice_changes_nothing_else_on_the_screen() -> None:
    display = Display("Bob")
    display.show(display.locked("1" * 20))
    display.announce("Recording: on.")
    assert display.screen == display.locked("1" * 20).model_copy(update={"notice": "Recording: on."})


def test_after_the_end_its_last_screen_is_still_that_of_the_call() -> None:
    display = Display("Bob")
    display.show(display.plain())
    display.close()
    assert display.screen == display.plain()
    assert [one.screen for one in display.history.moments] == [display.plain(), display.empty()]


def test_a_service_that_announces_without_end_fills_no_memory_and_the_last_screen_is_told() -> None:
    display = Display("Bob")
    for number in range(2_000):
        display.announce(str(number))
    assert len(display.history.moments) == 500
    assert display.history.moments[-1].screen == display.screen
    assert [one.time for one in display.history.moments] == sorted(one.time for one in display.history.moments)
