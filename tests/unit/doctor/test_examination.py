"""Everything is looked at once, and what is missing is shown with its cost and its cure."""

from __future__ import annotations

import re
from importlib import metadata

from harness.doctor.examination import examine, render
from harness.doctor.part import Part, State


def test_the_environment_of_these_tests_is_fit_to_make_calls() -> None:
    parts = examine()
    assert [one for one in parts if one.required and not one.usable] == []
    assert {one.name: one.version for one in parts}["aiortc"] == metadata.version("aiortc")


def test_each_part_says_what_it_is_for_and_how_to_get_it() -> None:
    parts = examine()
    assert all(one.needed_for and one.how_to_install for one in parts)
    assert len({one.name for one in parts}) == len(parts)


def test_a_fit_part_has_nothing_to_complain_of() -> None:
    assert all(one.detail == "" for one in examine() if one.usable)


def test_what_cannot_be_used_is_shown_with_its_cost_and_its_cure() -> None:
    found = Part("git", State.INSTALLED, "2.39.5", "x", "y", False)
    missing = Part("tshark", State.MISSING, None, "a second opinion", "apt-get install tshark", False)
    broken = Part("av", State.BROKEN, "18.1.0", "media", "pip install av", True, "no module")
    assert render([found, missing, broken]).splitlines() == [
        "installed  git           2.39.5",
        "missing    tshark        -",
        "           needed for a second opinion",
        "           to get it: apt-get install tshark",
        "broken     av            18.1.0",
        "           no module",
        "           required for media",
        "           to get it: pip install av",
    ]


def test_nothing_of_the_terminal_gets_into_the_table() -> None:
    assert re.search(r"[\x00-\x09\x0b-\x1f]", render(examine())) is None
