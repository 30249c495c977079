"""Text from a file is hostile to a terminal too."""

from __future__ import annotations

from harness.wording import described, from_debian, quoted, suggestion


def test_control_characters_are_escaped_and_length_is_bounded() -> None:
    assert quoted("\x1b[2J") == r"'\x1b[2J'"
    assert quoted("x" * 40) == f"'{'x' * 40}'"
    assert quoted("x" * 41) == f"'{'x' * 37}...'"


def test_a_near_miss_gets_a_suggestion_and_a_far_one_none() -> None:
    assert suggestion("titel", ["id", "title"]) == "; did you mean 'title'?"
    assert suggestion("zebra", ["id", "title"]) == ""


def test_a_cure_names_make_system_before_the_packages() -> None:
    assert from_debian("coturn", "janus") == "make system, on Debian 12; or apt-get install coturn janus"


def test_values_are_called_by_their_names_in_yaml() -> None:
    values: tuple[object, ...] = (None, True, 3, 1.5, "x", [], [1], {}, {"a": 1})
    assert [described(value) for value in values] == [
        "null",
        "the truth value true",
        "the whole number 3",
        "the number 1.5",
        "the text 'x'",
        "an empty list",
        "a list",
        "an empty mapping",
        "a mapping",
    ]
