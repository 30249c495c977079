"""Hits are put together where they are alike, and bounded where they are not."""

from __future__ import annotations

import numpy as np

from harness.inspection.search.anchors import Form
from harness.inspection.search.hit import MOST_LISTED, Hit, Spot, Tally
from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.spelling import Spelling

PATTERNS = [Pattern(name, PatternKind.MASTER, b"12345678") for name in ("alice", "bob")]
FORMS = [Form(number, Spelling.RAW, np.zeros(8, np.uint8)) for number in range(2)]
SPOT = Spot(0, "one SRTP message")


def test_the_first_of_what_is_alike_is_shown_and_the_others_counted() -> None:
    tally = Tally(PATTERNS)
    for frame in (7, 9, 8):
        tally.add(FORMS[1], 0, SPOT, (frame,), 42)
    assert tally.hits() == (Hit("bob", PatternKind.MASTER, Spelling.RAW, 0, SPOT, (7,), 42, 3),)


def test_another_key_spelling_or_spot_is_another_hit() -> None:
    tally = Tally(PATTERNS)
    tally.add(FORMS[0], 0, SPOT, (1,), 0)
    tally.add(FORMS[0], 1, SPOT, (1,), 0)
    tally.add(Form(0, Spelling.REVERSED, FORMS[0].text), 0, SPOT, (1,), 0)
    tally.add(FORMS[0], 0, SPOT._replace(leg=1), (1,), 0)
    assert [hit.count for hit in tally.hits()] == [1, 1, 1, 1]
    assert tally.unlisted == 0


def test_the_limit_is_one_for_each_pattern() -> None:
    tally = Tally(PATTERNS)
    for leg in range(MOST_LISTED + 5):
        tally.add(FORMS[0], 0, SPOT._replace(leg=leg), (1,), 0)
    tally.add(FORMS[0], 0, SPOT, (2,), 0)
    tally.add(FORMS[1], 0, SPOT, (3,), 0)
    assert [hit.pattern for hit in tally.hits()] == ["alice"] * MOST_LISTED + ["bob"]
    assert tally.hits()[0].count == 2
    assert tally.unlisted == 5
