"""The forms that are looked for, by the words of them that tell most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Bytes
from .spelling import Spelling

STRIDE: Final = 4
"""Places from one that is looked at to the next. The shortest secret has seven steps: a word of four, four times."""

Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of one piece of a pattern; `pattern` is its number."""

    pattern: int
    spelling: Spelling
    text: Bytes = field(repr=False)


class Anchors:
    """For each form and each of four neighbouring places a word that tells most. `words`: all of them, in order.

    `words_of` gives the words at every fourth place of the last axis.
    """

    def __init__(self, forms: Sequence[Form], words_of: Callable[[Bytes], Words]) -> None:
        self._forms = forms
        found = list(_anchors(forms, words_of)) or [(np.zeros(0, np.uint32), np.zeros(0, int), np.zeros(0, int))]
        words, numbers, places = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(words, kind="stable")
        self.words, self._numbers, self._places = words[order], numbers[order], places[order]

    def of(self, words: Words) -> Iterator[list[tuple[Form, int]]]:
        """For each of these words the forms whose anchor it is, each with the word's place in it."""
        begins, ends = (np.searchsorted(self.words, words, side).tolist() for side in ("left", "right"))
        for begin, end in zip(begins, ends, strict=True):
            numbers, places = self._numbers[begin:end].tolist(), self._places[begin:end].tolist()
            yield [(self._forms[number], place) for number, place in zip(numbers, places, strict=True)]


def _anchors(
    forms: Sequence[Form], words_of: Callable[[Bytes], Words]
) -> Iterator[tuple[Words, NDArray[np.intp], NDArray[np.intp]]]:
    """Words, the numbers of their forms, and their places in them; forms of one length at a time."""
    lengths = np.array([len(form.text) for form in forms], np.intp)
    for length in np.unique(lengths).tolist():
        alike = np.flatnonzero(lengths == length)
        rows = np.stack([forms[number].text for number in alike.tolist()])
        for shift in range(STRIDE):
            words = words_of(rows[:, shift:])
            best = _variety(words).argmax(axis=1)
            yield words[np.arange(len(alike)), best], alike, shift + STRIDE * best


def _variety(words: Words) -> NDArray[np.intp]:
    """How many different bytes each word has, zero not counted: no change is what haystacks are full of."""
    ordered = np.sort(words[..., None].view(np.uint8), axis=-1)
    different: NDArray[np.intp] = (ordered[..., 1:] != ordered[..., :-1]).sum(axis=-1) + (ordered[..., 0] != 0)
    return different
