"""What a screen showed, and since when."""

from __future__ import annotations

from harness.endpoints.screen_history import ScreenHistory
from harness.model.statement import Indicator, Screen

LOCKED = Screen(indicator=Indicator.LOCK, code="1" * 20, peer="Bob")
EMPTY = Screen(indicator=Indicator.NONE, code=None, peer="Bob")


def history(*screens: Screen) -> ScreenHistory:
    told = ScreenHistory()
    for second, screen in enumerate(screens, 1):
        told.shows(screen, second)
    return told


def test_nothing_was_shown_before_the_first_screen() -> None:
    assert (history().moments, history().last) == ((), None)


def test_one_that_is_drawn_again_is_there_since_it_was_drawn_first() -> None:
    other = LOCKED.model_copy(update={"code": "2" * 20})
    told = history(LOCKED, LOCKED, other, LOCKED)
    assert [(one.time, one.screen) for one in told.moments] == [(1, LOCKED), (3, other), (4, LOCKED)]


def test_a_call_that_fails_leaves_an_empty_screen_with_the_name_that_stood_there() -> None:
    told = history(LOCKED)
    told.ends(7)
    assert told.last is not None
    assert (told.last.time, told.last.screen) == (7, EMPTY)


def test_a_call_that_never_had_a_screen_leaves_none() -> None:
    told = history()
    told.ends(7)
    assert told.last is None


def test_a_screen_that_was_empty_before_the_end_has_an_end_all_the_same() -> None:
    """The last moment of a call that failed is its end, by which others count."""
    told = history(LOCKED, EMPTY)
    told.ends(7)
    assert [one.time for one in told.moments] == [1, 2, 7]
