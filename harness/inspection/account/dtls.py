"""Bytes of DTLS records (RFC 6347, RFC 9147), and of handshake messages in clear: the k-th of all rows in one step."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.window import Bytes, Flags, Ints, Window
from ...wire.demux import PacketClass
from ...wire.dtls.handshake import HandshakeType
from ...wire.dtls.record import MAX_FRAGMENT, RECORD_HEADER, ContentType
from .ledger import Ledger
from .walk import Walk, joined

MOST_RECORDS: Final = 64
"""Records of one datagram that are looked at; a flight of a handshake has about ten."""

MOST_MESSAGES: Final = 16
"""Handshake messages of one record that are looked at."""

_CLASSIC_HEADER: Final = np.dtype(
    [("content", "u1"), ("major", "u1"), ("minor", "u1"), ("epoch", ">u2"), ("sequence", "u1", 6), ("size", ">u2")]
)
_FRAGMENT_HEADER: Final = 12
_LONGEST_UNIFIED_HEADER: Final = 5
_LEAST_CIPHERTEXT: Final = 16
"""Bytes that any DTLS 1.3 ciphertext has (RFC 9147 section 4.2.3)."""

_CLEAR_SIZES: Final = {
    ContentType.CHANGE_CIPHER_SPEC: ("change cipher spec", 1, 1),
    ContentType.ALERT: ("alert", 2, 2),
    # A list of record numbers, 16 bytes each, behind its length (RFC 9147 section 7).
    ContentType.ACK: ("ack", 2, 2 + 16 * 64),
}
"""What a record in clear may hold beside handshake messages, with the least and the most bytes."""


class DtlsBytes:
    """Labels every byte of the DTLS rows. A handshake message in clear has its type as its detail."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._header = ledger.kind(ByteLabel.DTLS_HEADER)
        self._ciphertext = ledger.kind(ByteLabel.DTLS_CIPHERTEXT)
        # A detail of its own: on a leg whose handshakes are all of older versions, nobody honest sends it.
        self._unified_ciphertext = ledger.kind(ByteLabel.DTLS_CIPHERTEXT, "DTLS 1.3")
        self._malformed = ledger.kind(ByteLabel.UNKNOWN, "DTLS record that is malformed")
        self._unexpected = ledger.kind(ByteLabel.UNKNOWN, "DTLS record in clear that no handshake has")
        self._no_message = ledger.kind(ByteLabel.UNKNOWN, "no message, in a DTLS handshake record")
        self._many_records = ledger.kind(ByteLabel.UNKNOWN, f"DTLS records behind the first {MOST_RECORDS}")
        self._many_messages = ledger.kind(
            ByteLabel.UNKNOWN, f"DTLS handshake messages behind the first {MOST_MESSAGES}"
        )
        self._behind = ledger.kind(ByteLabel.TRAILING, "behind the last DTLS record")
        self._clear = np.zeros(256, np.int64)
        self._least, self._most = np.ones(256, np.int64), np.zeros(256, np.int64)
        for content, (name, least, most) in _CLEAR_SIZES.items():
            self._clear[content] = ledger.kind(ByteLabel.DTLS_CLEAR, name)
            self._least[content], self._most[content] = least, most
        self._message_kind = np.full(256, -1, np.int64)
        for one in HandshakeType:
            self._message_kind[one] = ledger.kind(ByteLabel.DTLS_HANDSHAKE, one.name.lower().replace("_", " "))

    def add(self, window: Window, line: Ints) -> None:
        """Label the DTLS rows of a window; `line` has the ledger's line of each of its rows."""
        data, rows = window.data, window.rows(PacketClass.DTLS)
        if len(rows):
            walk = self._record(data, Walk.over(window, rows, line), self._malformed)
            self._ledger.through(
                walk, lambda walk: self._record(data, walk, self._behind), MOST_RECORDS - 1, self._many_records
            )

    def _record(self, data: Bytes, walk: Walk, otherwise: int) -> Walk:
        """One record of each datagram; left are the datagrams that go on behind it.

        `otherwise`: the kind of what is no record at all.
        """
        unified = data[walk.at] >> 5 == 1
        if not unified.any():
            return self._classic(data, walk, otherwise)
        classic = self._classic(data, walk.only(~unified), otherwise)
        return joined(classic, self._unified(data, walk.only(unified), otherwise))

    def _classic(self, data: Bytes, walk: Walk, otherwise: int) -> Walk:
        """Records with the header of DTLS 1.2, which is also the one of DTLS 1.3 in clear."""
        walk = self._ledger.with_room(walk, RECORD_HEADER, self._header, otherwise)
        head = load(data, walk.at, _CLASSIC_HEADER)
        content, size = head["content"].astype(np.int64), head["size"].astype(np.int64)
        real: Flags = (
            (head["major"] == 0xFE) & (content >= ContentType.CHANGE_CIPHER_SPEC) & (content <= ContentType.ACK)
        )
        epoch = head["epoch"].astype(np.int64)
        walk, (content, epoch, size) = self._ledger.keep(walk, real, otherwise, content, epoch, size)
        stop = walk.at + RECORD_HEADER + size
        with_id = content == ContentType.TLS12_CID
        if with_id.any():
            # A connection id of a length that only the peers know stands before the length (RFC 9146 section 4).
            size, stop = np.where(with_id, 0, size), np.where(with_id, walk.full, stop)
        sound: Flags = (stop <= walk.full) & (size <= MAX_FRAGMENT)
        walk, (content, epoch, stop) = self._ledger.keep(walk, sound, self._malformed, content, epoch, stop)
        self._ledger.label(walk, self._header, walk.at + RECORD_HEADER)
        self._content(data, walk.moved(walk.at + RECORD_HEADER), content, epoch, stop)
        return walk.moved(stop).only(stop < walk.end)

    def _content(self, data: Bytes, walk: Walk, content: Ints, epoch: Ints, stop: Ints) -> None:
        """What records hold: ciphertext as soon as there are keys, which begins with epoch 1."""
        secret = epoch > 0
        self._ledger.label(walk.only(secret), self._ciphertext, stop[secret])
        if secret.all():
            return
        handshake = ~secret & (content == ContentType.HANDSHAKE)
        self._ledger.through(
            walk.only(handshake).until(stop[handshake]),
            lambda walk: self._message(data, walk),
            MOST_MESSAGES,
            self._many_messages,
        )
        rest = ~secret & ~handshake
        walk, content, stop = walk.only(rest), content[rest], stop[rest]
        size = stop - walk.at
        usual = (size >= self._least[content]) & (size <= self._most[content])
        self._ledger.label(walk.only(usual), self._clear[content[usual]], stop[usual])
        self._ledger.suspect(walk.only(~usual), self._unexpected, stop[~usual])

    def _message(self, data: Bytes, walk: Walk) -> Walk:
        """One handshake message, or fragment of one, of each record; left are the records that have another one."""
        walk = self._ledger.with_room(walk, _FRAGMENT_HEADER, self._header, self._no_message)
        kind, length = self._message_kind[data[walk.at]], _number24(data, walk.at + 1)
        offset, size = _number24(data, walk.at + 6), _number24(data, walk.at + 9)
        stop = walk.at + _FRAGMENT_HEADER + size
        good: Flags = (kind >= 0) & (offset + size <= length) & (stop <= walk.full)
        walk, (kind, stop) = self._ledger.keep(walk, good, self._no_message, kind, stop)
        self._ledger.label(walk, kind, stop)
        return walk.moved(stop).only(stop < walk.end)

    def _unified(self, data: Bytes, walk: Walk, otherwise: int) -> Walk:
        """Records of DTLS 1.3 ciphertext (RFC 9147 section 4, figure 3).

        A connection id has a length that only the peers know: what follows the first byte then counts as ciphertext.
        """
        walk = self._ledger.with_room(walk, _LONGEST_UNIFIED_HEADER, self._header, otherwise)
        first = data[walk.at].astype(np.int64)
        with_id, has_length = (first & 0x10) > 0, (first & 0x14) == 0x04
        sequence = np.where(first & 0x08, 3, 2)
        header = np.where(with_id, 1, sequence + 2 * has_length)
        body = walk.at + header
        stop = np.where(has_length, body + load(data, walk.at + sequence, ">u2"), walk.full)
        size = stop - body
        sound: Flags = (stop <= walk.full) & (size <= MAX_FRAGMENT) & (size >= _LEAST_CIPHERTEXT)
        walk, (body, stop) = self._ledger.keep(walk, sound, self._malformed, body, stop)
        self._ledger.label(walk, self._header, body)
        self._ledger.label(walk.moved(body), self._unified_ciphertext, stop)
        return walk.moved(stop).only(stop < walk.end)


def _number24(data: Bytes, at: Ints) -> Ints:
    """The three-byte numbers at these places, which are not the first byte of the data."""
    return load(data, at - 1, ">u4").astype(np.int64) & 0xFF_FFFF
