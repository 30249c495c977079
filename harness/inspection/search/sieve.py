"""All patterns in one pass, by the hash of what stands at every fourth place (after Karp and Rabin, 1987).

What is hashed are *steps*: the XOR of two neighbours. XOR with one byte changes every byte and no step, so whoever
looks for the steps of a pattern finds it under all 256 keys at once; the few places that pass are compared with the
true bytes, which tells the key. A byte split into nibbles has two keys in turn, one for each half: there a step spans
two elements.

Every form is known by 32 bits of its steps four times over, once for each of four neighbouring places. So one of the
four is met whatever place the form begins at, and a place costs the same whether there are few patterns or thousands;
an automaton (Aho and Corasick, 1975) looks at every byte, and grows slower as its tables outgrow the caches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Final, NamedTuple

import numpy as np

from ...vantage.window import Bytes, Flags
from .anchors import STRIDE, Anchors, Form, Words
from .spelling import INFORMATION, Spelling

MAX_FORM: Final = 32
"""Elements of the longest form: 16 bytes in hexadecimal, or as nibbles."""

_FACTORS: Final = (np.uint32(2_654_435_761), np.uint32(2_246_822_519))
"""Of two multiplicative hashes (Knuth, The Art of Computer Programming, volume 3, section 6.4), used in turn."""
_SPARE_BITS: Final = 5
"""The tables have 32 times as many entries as there are words, so few places pass by accident."""
_LEAST_BITS: Final = 12
_CHUNK: Final = 1 << 17
"""Elements of a haystack that are searched at a time, so that everything about them stays in the cache."""


class Match(NamedTuple):
    """Where in a haystack a form begins and ends, and the byte it is XORed with (0: with none)."""

    form: Form
    start: int
    end: int
    xor: int


class Sieve:
    """Finds every form in a haystack. `nibbles`: forms and haystacks hold values from 0 to 15."""

    def __init__(self, forms: Sequence[Form], nibbles: bool = False) -> None:
        self._words_of = _nibble_words if nibbles else _byte_words
        self._key_of = _nibble_key if nibbles else _byte_key
        self._anchors = Anchors(forms, self._words_of)
        words = np.unique(self._anchors.words)
        bits = max(len(words).bit_length() + _SPARE_BITS, _LEAST_BITS)
        self._shift = np.uint32(32 - bits)
        self._tables = [np.zeros(1 << bits, np.bool_) for _ in _FACTORS]
        for table, factor in zip(self._tables, _FACTORS, strict=True):
            table[self._hash(words, factor)] = True
        self.forms = len(forms)
        self.searched = 0
        """Elements of haystacks so far."""
        size = 4 if nibbles else 8
        self.accidents = sum(2.0 ** (8 - len(one.text) * INFORMATION.get(one.spelling, size)) for one in forms)
        """Matches by accident to be expected at each place of a haystack that is random in the form's alphabet."""

    def afresh(self) -> Sieve:
        """The same one, through which nothing has gone so far."""
        other = copy(self)
        other.searched = 0
        return other

    def search(self, haystack: Bytes) -> Iterator[Match]:
        """Every occurrence, once each, chunk by chunk."""
        self.searched += len(haystack)
        for start in range(0, len(haystack), _CHUNK):
            chunk = haystack[start : start + _CHUNK + MAX_FORM]
            for match in self._search(chunk):
                # What lies wholly in the overlap is met again in the next chunk.
                if match.start < _CHUNK:
                    yield match._replace(start=start + match.start, end=start + match.end)

    def _search(self, chunk: Bytes) -> Iterator[Match]:
        words = self._words_of(chunk)
        places = np.flatnonzero(self._passing(words, 0))
        places = places[self._passing(words[places], 1)]
        for at, known in zip((STRIDE * places).tolist(), self._anchors.of(words[places]), strict=True):
            for form, place in known:
                start, end = at - place, at - place + len(form.text)
                if start >= 0 and end <= len(chunk) and (xor := self._key_of(form, chunk[start:end])) is not None:
                    yield Match(form, start, end, xor)

    def _passing(self, words: Words, table: int) -> Flags:
        """Whether each word may be one of the known, as one of the tables has it."""
        # No hash is too large for a table; "wrap" spares numpy a copy that it makes to be sure of that.
        passing: Flags = self._tables[table].take(self._hash(words, _FACTORS[table]), mode="wrap")
        return passing

    def _hash(self, words: Words, factor: np.uint32) -> Words:
        hashes = words * factor
        hashes >>= self._shift
        return hashes


def _byte_words(elements: Bytes) -> Words:
    """Four steps at every fourth place of the last axis, as one number each."""
    steps = elements[..., 1:] ^ elements[..., :-1]
    whole = steps.shape[-1] // STRIDE * STRIDE
    words: Words = np.ascontiguousarray(steps[..., :whole]).view("<u4")
    return words


def _nibble_words(elements: Bytes) -> Words:
    """Eight steps at every fourth place of the last axis, as one number each; a step of nibbles has four bits."""
    steps = elements[..., 2:] ^ elements[..., :-2]
    whole = steps.shape[-1] // STRIDE * STRIDE
    fours = np.ascontiguousarray(steps[..., :whole]).view("<u4")
    # Four bytes of which the lower halves count are pushed together: to two bytes with a gap, then to two.
    fours = (fours | fours >> np.uint32(4)) & np.uint32(0x00FF_00FF)
    fours = (fours | fours >> np.uint32(8)) & np.uint32(0xFFFF)
    words: Words = fours[..., :-1] << np.uint32(16) | fours[..., 1:]
    return words


def _byte_key(form: Form, elements: Bytes) -> int | None:
    """The byte that these elements are XORed with if they are the form; None when they are not."""
    keys = elements ^ form.text
    return int(keys[0]) if (keys == keys[0]).all() else None


def _nibble_key(form: Form, elements: Bytes) -> int | None:
    keys = elements ^ form.text
    if (keys[0::2] != keys[0]).any() or (keys[1::2] != keys[1]).any():
        return None
    low_first = form.spelling in (Spelling.NIBBLES_LOW_FIRST, Spelling.NIBBLES_BACKWARDS)
    low, high = keys[:2].tolist() if low_first else keys[1::-1].tolist()
    return int(high) << 4 | int(low)
