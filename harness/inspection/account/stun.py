"""Bytes of STUN messages (RFC 8489), attribute by attribute: the k-th attribute of all messages in one step."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.window import Bytes, Flags, Ints, Window
from ...wire.demux import PacketClass
from ...wire.stun import HEADER, MAGIC_COOKIE
from ...wire.stun_attributes import REGISTERED
from .ledger import Ledger
from .walk import Walk

MOST_ATTRIBUTES: Final = 64
"""Attributes of one message that are looked at; what calls send has about ten."""

_HEADER: Final = np.dtype([("type", ">u2"), ("size", ">u2"), ("cookie", ">u4")])
_DATA: Final = 0x0013
_FINGERPRINT: Final = 0x8028

_LABELS: Final = {
    "MESSAGE-INTEGRITY": ByteLabel.STUN_INTEGRITY,
    "MESSAGE-INTEGRITY-SHA256": ByteLabel.STUN_INTEGRITY,
    "GOOG-MESSAGE-INTEGRITY-32": ByteLabel.STUN_INTEGRITY,
    "NONCE": ByteLabel.STUN_RANDOM,
    "USERHASH": ByteLabel.STUN_RANDOM,
    "RESERVATION-TOKEN": ByteLabel.STUN_RANDOM,
    "MOBILITY-TICKET": ByteLabel.STUN_RANDOM,
    "ICE-CONTROLLED": ByteLabel.STUN_RANDOM,
    "ICE-CONTROLLING": ByteLabel.STUN_RANDOM,
    "GOOG-LAST-ICE-CHECK-RECEIVED": ByteLabel.STUN_RANDOM,
    "META-DTLS-IN-STUN": ByteLabel.STUN_KEYING,
}
"""Attributes whose value is not simply clear."""


class StunBytes:
    """Labels every byte of the STUN rows. An attribute's value has the attribute's name as its detail."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # By the type of an attribute its place in the other tables, which stay small; 0 for what is not registered.
        self._place = np.zeros(1 << 16, np.uint8)
        self._place[list(REGISTERED)] = np.arange(1, len(REGISTERED) + 1)
        attributes = REGISTERED.values()
        self._least = np.array([1, *(one.least for one in attributes)], np.int64)
        self._most = np.array([0, *(one.most for one in attributes)], np.int64)
        kinds = [ledger.kind(_LABELS.get(one.name, ByteLabel.STUN_ATTRIBUTE), one.name) for one in attributes]
        self._kind = np.array([0, *kinds], np.int64)
        self._header = ledger.kind(ByteLabel.STUN_HEADER)
        self._transaction = ledger.kind(ByteLabel.STUN_TRANSACTION_ID)
        self._head = ledger.kind(ByteLabel.STUN_ATTRIBUTE, "type and length")
        self._padding = ledger.kind(ByteLabel.PADDING, "STUN attribute")
        self._no_stun = ledger.kind(ByteLabel.UNKNOWN, "not STUN, though it begins like it")
        self._unregistered = ledger.kind(ByteLabel.UNKNOWN, "STUN attribute of an unknown type")
        self._missized = ledger.kind(ByteLabel.UNKNOWN, "STUN attribute of a size that its type does not have")
        self._overlong = ledger.kind(ByteLabel.UNKNOWN, "STUN attribute longer than its message")
        self._too_many = ledger.kind(ByteLabel.UNKNOWN, f"STUN attributes behind the first {MOST_ATTRIBUTES}")
        self._unread = ledger.kind(ByteLabel.UNKNOWN, "TURN DATA that is no message")
        self._behind = ledger.kind(ByteLabel.TRAILING, "behind a STUN message")
        self._behind_last = ledger.kind(ByteLabel.TRAILING, "behind the FINGERPRINT of a STUN message")

    def add(self, window: Window, line: Ints) -> None:
        """Label the STUN rows of a window; `line` has the ledger's line of each of its rows."""
        rows = window.rows(PacketClass.STUN)
        if len(rows):
            data = window.data
            walk = self._open(data, Walk.over(window, rows, line))
            self._ledger.through(walk, lambda walk: self._step(data, walk), MOST_ATTRIBUTES, self._too_many)

    def _open(self, data: Bytes, walk: Walk) -> Walk:
        """The headers, and what is behind the messages; left are messages that stand in front of attributes."""
        head = load(data, walk.at, _HEADER)
        size = head["size"].astype(np.int64)
        stop = walk.at + HEADER + size
        sound: Flags = (head["cookie"] == MAGIC_COOKIE) & (stop <= walk.full) & (size % 4 == 0)
        walk, (stop,) = self._ledger.keep(walk, sound, self._no_stun, stop)
        self._ledger.label(walk, self._header, walk.at + 8)
        self._ledger.label(walk.moved(walk.at + 8), self._transaction, walk.at + HEADER)
        self._ledger.suspect(walk.moved(stop), self._behind, walk.full)
        walk = walk.moved(walk.at + HEADER).until(stop)
        return walk.only(walk.at < walk.end)

    def _step(self, data: Bytes, walk: Walk) -> Walk:
        """One attribute of each message; left are the messages that have another one."""
        walk = self._ledger.with_room(walk, 4, self._head, self._overlong)
        head = load(data, walk.at, ">u4").astype(np.int64)
        code, size = head >> 16, head & 0xFFFF
        stop = walk.at + 4 + size
        fits = stop <= walk.full
        place = self._place[code]
        good: Flags = fits & (size >= self._least[place]) & (size <= self._most[place])
        after = stop + (-size & 3)
        if not fits.all():
            after = np.where(fits, after, walk.full)
        if good.all():
            self._attributes(walk, place, stop, after)
        else:
            self._attributes(walk.only(good), place[good], stop[good], after[good])
            why = np.where(place == 0, self._unregistered, np.where(fits, self._missized, self._overlong))[~good]
            self._ledger.suspect(walk.only(~good), why, after[~good])
        after = self._end_at_fingerprint(walk, code, after)
        return walk.moved(after).only(after < walk.end)

    def _attributes(self, walk: Walk, place: NDArray[np.uint8], stop: Ints, after: Ints) -> None:
        """Label well-formed attributes: type and length, value up to `stop`, padding up to `after`."""
        self._ledger.label(walk, self._head, walk.at + 4)
        value = walk.moved(walk.at + 4)
        data = place == self._place[_DATA]
        if data.any():
            # What is inside and could be read is another row's: these are the bytes that nobody reads.
            content = value.only(data)
            self._ledger.suspect(content, self._unread, stop[data])
            others = ~data
            self._ledger.label(value.only(others), self._kind[place[others]], stop[others])
        else:
            self._ledger.label(value, self._kind[place], stop)
        if (after > stop).any():
            self._ledger.label(walk.moved(stop), self._padding, after)

    def _end_at_fingerprint(self, walk: Walk, code: Ints, after: Ints) -> Ints:
        """Nothing may follow a FINGERPRINT (RFC 8489 section 14.7): what does is no attribute that a receiver reads."""
        last = code == _FINGERPRINT
        if last.any():
            self._ledger.suspect(walk.moved(after).only(last), self._behind_last, walk.full[last])
            after = np.where(last, walk.full, after)
        return after
