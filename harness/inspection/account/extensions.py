"""Bytes of RTP header extensions, element by element (RFC 8285), and of those that are encrypted whole (RFC 9335)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.rtp_columns import RtpColumns
from ...vantage.window import Bytes, Flags, Ints, Window
from .ledger import Ledger
from .walk import Walk, joined

ONE_BYTE: Final = 0xBEDE
TWO_BYTE: Final = 0x1000
"""The profile without its last four bits, which are the application's."""

CRYPTEX: Final = (0xC0DE, 0xC2DE)

MOST_ELEMENTS: Final = 256
"""Elements of one extension that are looked at, padding bytes among them; there are no more ids than that."""

_PROFILE_AND_LENGTH: Final = 4
_MOST_ALIKE: Final = 64
"""Bytes of the longest extension that is compared as a whole with others."""

_LAYOUTS: Final = 16
"""Arrangements of elements that are looked for in one window before each extension is read by itself."""

_WORTH_IT: Final = 32


class ExtensionBytes:
    """Labels header extensions. An element, its id and length included, is a kind of its own for each id."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._head = ledger.kind(ByteLabel.RTP_EXTENSION, "profile and length")
        self._padding = ledger.kind(ByteLabel.PADDING, "RTP header extension")
        self._cryptex = ledger.kind(ByteLabel.RTP_EXTENSION_CIPHERTEXT, "cryptex")
        self._foreign = ledger.kind(ByteLabel.UNKNOWN, "RTP header extension of an unknown form")
        self._malformed = ledger.kind(ByteLabel.UNKNOWN, "RTP header extension from a malformed element on")
        self._too_many = ledger.kind(ByteLabel.UNKNOWN, f"RTP header extension behind {MOST_ELEMENTS} elements")
        self._elements = np.array([self._padding, *(self._element(ident) for ident in range(1, 256))], np.int64)
        # By the first byte of an element in the one-byte form: id and length less one. The ids 0, which is padding
        # when all eight bits are zero, and 15 end the extension (RFC 8285 section 4.2).
        byte = np.arange(256)
        self._size = np.where(byte == 0, 1, 2 + (byte & 0x0F))
        reserved = (byte >> 4 == 15) | (byte >> 4 == 0) & (byte > 0)
        self._kind = np.where(reserved, -1, self._elements[byte >> 4])

    def _element(self, ident: int) -> int:
        return self._ledger.kind(ByteLabel.RTP_EXTENSION, f"id {ident}", ident)

    def add(self, window: Window, rtp: RtpColumns, line: Ints) -> None:
        """Label the extensions of these packets, each of which has one; `line`: the ledger's, for each packet."""
        data, at, end = window.data, rtp.extension_at, rtp.extension_at + rtp.extension_length
        self._ledger.post(line, self._head, _PROFILE_AND_LENGTH)
        nowhere = np.zeros(len(at), np.int64)
        walk = Walk(line, window.frame[rtp.row], at, end, end, nowhere, nowhere, whole=True)
        one_byte = rtp.extension == ONE_BYTE
        self._one_byte(data, walk.only(one_byte & (at < end)))
        if one_byte.all():
            return
        two_byte = rtp.extension & 0xFFF0 == TWO_BYTE
        self._two_byte(data, walk.only(two_byte & (at < end)))
        encrypted = np.isin(rtp.extension, CRYPTEX)
        self._ledger.label(walk.only(encrypted), self._cryptex, end[encrypted])
        foreign = ~(one_byte | two_byte | encrypted)
        self._ledger.suspect(walk.only(foreign), self._foreign, end[foreign])

    def _one_byte(self, data: Bytes, walk: Walk) -> None:
        def step(walk: Walk) -> Walk:
            first = data[walk.at]
            return self._elements_up_to(walk, self._kind[first], walk.at + self._size[first])

        self._ledger.through(self._alike(data, walk), step, MOST_ELEMENTS, self._too_many)

    def _two_byte(self, data: Bytes, walk: Walk) -> None:
        def step(walk: Walk) -> Walk:
            head = load(data, walk.at, ">u2").astype(np.int64)
            ident = head >> 8
            stop = walk.at + np.where(ident == 0, 1, 2 + (head & 0xFF))
            return self._elements_up_to(walk, self._elements[ident], stop)

        self._ledger.through(walk, step, MOST_ELEMENTS, self._too_many)

    def _elements_up_to(self, walk: Walk, kind: Ints, stop: Ints) -> Walk:
        """One element of each extension; left are the extensions that have another one."""
        good: Flags = (kind >= 0) & (stop <= walk.full)
        walk, (kind, stop) = self._ledger.keep(walk, good, self._malformed, kind, stop)
        self._ledger.label(walk, kind, stop)
        return walk.moved(stop).only(stop < walk.full)

    def _alike(self, data: Bytes, walk: Walk) -> Walk:
        """Label extensions that have the same elements in the same places, as those of one stream mostly have.

        Where one is arranged like another is told by comparing the first bytes of all elements at once. Left are
        extensions of rare arrangements, and malformed ones.
        """
        left = walk.only(np.zeros(len(walk), np.bool_))
        for _ in range(_LAYOUTS):
            if len(walk) < _WORTH_IT:
                break
            body = data[walk.at[0] : walk.full[0]]
            layout = self._layout(body.tobytes()) if len(body) <= _MOST_ALIKE else []
            same = walk.full - walk.at == len(body)
            if layout:
                same[same] = _equal_at(data, walk.at[same], body, np.cumsum([0, *(size for _, size in layout[:-1])]))
                self._ledger.post_each(walk.line[same], layout)
            else:
                left = joined(left, walk.only(same))
            walk = walk.only(~same)
        return joined(left, walk)

    def _layout(self, body: bytes) -> list[tuple[int, int]]:
        """(kind, size) of each element of an extension in the one-byte form; empty when it is malformed."""
        elements, at = [], 0
        while at < len(body):
            kind, size = int(self._kind[body[at]]), int(self._size[body[at]])
            at += size
            if kind < 0 or at > len(body):
                return []
            elements.append((kind, size))
        return elements


def _equal_at(data: Bytes, at: Ints, model: Bytes, places: NDArray[np.int64]) -> Flags:
    """Which of the extensions beginning at `at` have the bytes that `model` has in these places of it."""
    mask = np.zeros(len(model), np.uint8)
    mask[places] = 0xFF
    words = load(data, at, f"V{len(model)}").view("<u4").reshape(len(at), -1)
    wanted, told = (model & mask).view("<u4"), mask.view("<u4")
    equal = np.ones(len(at), np.bool_)
    for number in np.flatnonzero(told).tolist():
        equal &= words[:, number] & told[number] == wanted[number]
    return equal
