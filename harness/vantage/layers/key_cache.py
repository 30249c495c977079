"""Numbers for keys of several words, looked up for a whole column at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..untouched import untouched
from ..window import Ints

Word = NDArray[np.uint64]
"""One 64-bit word of each key of a column; a key has as many words as its cache says."""

_BITS: Final = 16
_SLOTS: Final = 1 << _BITS
_MULTIPLIERS: Final = tuple(
    np.uint64(odd)
    for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
)
_FIRST_ASKED: Final = 64


class KeyCache:
    """Remembers the number of each key in one slot of a table: a key may push out another, which is asked for again.

    Memory does not grow, and columns of keys chosen to collide cost time, never wrong numbers.
    """

    def __init__(self, words: int) -> None:
        self._keys = untouched(words * _SLOTS, np.uint64).reshape(words, _SLOTS)
        # One more than the number: an empty table is all zeros, which costs no memory before it is used.
        self._numbers = untouched(_SLOTS, np.int64)

    def numbers(self, key: Sequence[Word], ask: Callable[[int], int]) -> Ints:
        """The number of each key of a column. `ask` is called with the place of a key that is not remembered.

        It is called in the order of the column, and again for a key that was pushed out: it must know what it said.
        """
        found = self._find(key)
        missed = np.flatnonzero(found < 0)
        asked = _FIRST_ASKED
        while len(missed):
            # Few different keys make up most columns: after the first are known, the others are found in the table.
            some, missed = missed[:asked], missed[asked:]
            found[some] = self._ask(key, some, ask)
            if len(missed):
                found[missed] = self._find([word[missed] for word in key])
                missed = missed[found[missed] < 0]
            asked *= 2
        return found

    def _find(self, key: Sequence[Word]) -> Ints:
        slot = _slots(key)
        found: Ints = self._numbers[slot] - 1
        for table, word in zip(self._keys, key, strict=True):
            same = table[slot] == word
            if not same.all():
                found[~same] = -1
        return found

    def _ask(self, key: Sequence[Word], places: NDArray[np.intp], ask: Callable[[int], int]) -> list[int]:
        said: dict[tuple[int, ...], int] = {}
        numbers = []
        columns = [word[places] for word in key]
        for place, *words in zip(places.tolist(), *(column.tolist() for column in columns), strict=True):
            number = said.get(tuple(words))
            if number is None:
                number = said[tuple(words)] = ask(place)
            numbers.append(number)
        slots = _slots(columns)
        self._numbers[slots] = np.array(numbers) + 1
        for table, column in zip(self._keys, columns, strict=True):
            table[slots] = column
        return numbers


def _slots(key: Sequence[Word]) -> NDArray[np.intp]:
    """The upper bits of a sum of products: they depend on every bit of the key."""
    total = key[0] * _MULTIPLIERS[0]
    for word, multiplier in zip(key[1:], _MULTIPLIERS[1:], strict=False):
        total += word * multiplier
    return (total >> np.uint64(64 - _BITS)).astype(np.intp)
