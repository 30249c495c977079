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

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Bytes, Flags
from .spelling import INFORMATION, Spelling

MAX_FORM: Final = 32
"""Elements of the longest form: 16 bytes in hexadecimal, or as nibbles."""

_STRIDE: Final = 4
"""Places from one that is looked at to the next. The shortest secret has seven steps: a word of four, four times."""
_FACTORS: Final = (np.uint32(2_654_435_761), np.uint32(2_246_822_519))
"""Of two multiplicative hashes (Knuth, The Art of Computer Programming, volume 3, section 6.4), used in turn."""
_SPARE_BITS: Final = 5
"""The tables have 32 times as many entries as there are words, so few places pass by accident."""
_LEAST_BITS: Final = 12
_CHUNK: Final = 1 << 17
"""Elements of a haystack that are searched at a time, so that everything about them stays in the cache."""

Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of one piece of a pattern; `pattern` is its number."""

    pattern: int
    spelling: Spelling
    text: Bytes = field(repr=False)


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
        self._known: dict[int, list[tuple[Form, int]]] = {}
        for form, place, word in _anchors(forms, self._words_of):
            self._known.setdefault(word, []).append((form, place))
        bits = max(len(self._known).bit_length() + _SPARE_BITS, _LEAST_BITS)
        self._shift = np.uint32(32 - bits)
        words = np.array(list(self._known), np.uint32)
        self._tables = [np.zeros(1 << bits, np.bool_) for _ in _FACTORS]
        for table, factor in zip(self._tables, _FACTORS, strict=True):
            table[self._hash(words, factor)] = True
        self.forms = len(forms)
        self.searched = 0
        """Elements of haystacks so far."""
        size = 4 if nibbles else 8
        self.accidents = sum(2.0 ** (8 - len(one.text) * INFORMATION.get(one.spelling, size)) for one in forms)
        """Matches by accident to be expected at each place of a haystack that is random in the form's alphabet."""

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
        for at, word in zip((_STRIDE * places).tolist(), words[places].tolist(), strict=True):
            for form, place in self._known.get(word, ()):
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
    whole = steps.shape[-1] // _STRIDE * _STRIDE
    words: Words = np.ascontiguousarray(steps[..., :whole]).view("<u4")
    return words


def _nibble_words(elements: Bytes) -> Words:
    """Eight steps at every fourth place of the last axis, as one number each; a step of nibbles has four bits."""
    steps = elements[..., 2:] ^ elements[..., :-2]
    whole = steps.shape[-1] // _STRIDE * _STRIDE
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


def _anchors(forms: Sequence[Form], words_of: Callable[[Bytes], Words]) -> Iterator[tuple[Form, int, int]]:
    """For each form and each of four neighbouring places a word that tells most, and where in the form it is."""
    for length in sorted({len(form.text) for form in forms}):
        alike = [form for form in forms if len(form.text) == length]
        rows = np.stack([form.text for form in alike])
        for shift in range(_STRIDE):
            words = words_of(rows[:, shift:])
            best = _variety(words).argmax(axis=1)
            chosen = words[np.arange(len(alike)), best]
            for form, place, word in zip(alike, best.tolist(), chosen.tolist(), strict=True):
                yield form, shift + _STRIDE * place, word


def _variety(words: Words) -> NDArray[np.intp]:
    """How many different bytes each word has, zero not counted: no change is what haystacks are full of."""
    ordered = np.sort(words[..., None].view(np.uint8), axis=-1)
    different: NDArray[np.intp] = (ordered[..., 1:] != ordered[..., :-1]).sum(axis=-1) + (ordered[..., 0] != 0)
    return different
