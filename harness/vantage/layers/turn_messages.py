"""What ChannelData and indications carry, for many rows at once (RFC 8656 sections 11 and 12)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...wire.stun import HEADER, MAGIC_COOKIE
from ..gather import load
from ..window import Bytes, Flags, Ints
from .flows import endpoint_name
from .key_cache import Word
from .rows import Rows

CHANNEL: Final = 0
SEND: Final = 0x0016
DATA: Final = 0x0017

MOST_ATTRIBUTES: Final = 32
"""Attributes of an indication that are looked at; it has two, and a few that a server may ignore."""

_PEER_ADDRESS: Final = 0x0012
_CONTENT: Final = 0x0013
_CHANNEL_HEADER: Final = 4
_MOST_PADDING: Final = 3

_TAG: Final = np.dtype([("kind", ">u2"), ("length", ">u2")])
_STUN: Final = np.dtype([("kind", ">u2"), ("length", ">u2"), ("cookie", ">u4"), ("transaction", ">u4", (3,))])
_ADDRESS: Final = np.dtype([("family", ">u2"), ("port", ">u2"), ("host", ">u4", (4,))])
_SIZE_OF_FAMILY: Final = {1: 8, 2: 20}


@dataclass(frozen=True, eq=False)
class Carried:
    """Messages inside of rows. `kind`: CHANNEL, SEND or DATA; `row`: the place of the row that carries it.

    `family`: 1 for a peer with an IPv4 address, 2 for IPv6, 0 for a channel. `port`: the peer's, or the number of the
    channel. `host`: the peer's address as two rows of words, that of IPv4 in the second.
    """

    row: NDArray[np.intp]
    kind: Ints
    offset: Ints
    length: Ints
    missing: Ints
    family: Ints
    port: Ints
    host: Word

    def __len__(self) -> int:
        return len(self.row)

    def peer(self, place: int) -> tuple[int, int, str | None]:
        """Kind, number of the channel, and the name of the peer where it is not a channel."""
        kind, port = int(self.kind[place]), int(self.port[place])
        if kind == CHANNEL:
            return kind, port, None
        upper, lower = self.host[:, place].tolist()
        host = lower.to_bytes(4) if self.family[place] == 1 else upper.to_bytes(8) + lower.to_bytes(8)
        return kind, 0, endpoint_name(host, port)

    def with_others(self, others: Carried) -> Carried:
        """Both, in the order of their rows."""
        if not len(self):
            return others
        order = np.argsort(np.concatenate((self.row, others.row)), kind="stable")
        pairs = ((getattr(self, one.name), getattr(others, one.name)) for one in fields(self))
        return Carried(*(np.concatenate(pair, axis=-1)[..., order] for pair in pairs))


def channel_data(data: Bytes, rows: Rows, places: NDArray[np.intp]) -> tuple[Carried, NDArray[np.intp]]:
    """What these rows carry, if they are ChannelData with at most its padding behind, and those that are not."""
    at, length = rows.offset[places], rows.length[places]
    tag = load(data, at, _TAG)
    size = tag["length"].astype(np.int64)
    behind = length + rows.missing[places] - _CHANNEL_HEADER - size
    sound = (behind >= 0) & (behind <= _MOST_PADDING)
    misfits = places[:0]
    if not sound.all():
        misfits, places, tag, size = places[~sound], places[sound], tag[sound], size[sound]
        at, length = at[sound], length[sound]
    held = np.minimum(size, length - _CHANNEL_HEADER)
    zeros = np.zeros(len(places), np.int64)
    words = np.zeros((2, len(places)), np.uint64)
    number = tag["kind"].astype(np.int64)
    return Carried(places, zeros, at + _CHANNEL_HEADER, held, size - held, zeros, number, words), misfits


def indications(data: Bytes, rows: Rows, places: NDArray[np.intp]) -> tuple[Carried, NDArray[np.intp]]:
    """What these rows, which begin like Send and Data indications, carry, and those in which nothing was found."""
    at = rows.offset[places]
    end = at + rows.length[places]
    header = load(data, at, _STUN)
    stop = at + HEADER + header["length"].astype(np.int64)
    sound = (header["cookie"] == MAGIC_COOKIE) & (stop <= end + rows.missing[places])
    peer, peer_size, content, content_size = _attributes(data, at + HEADER, np.minimum(stop, end))
    address = load(data, np.maximum(peer, 0), _ADDRESS)
    family = (address["family"] & 0xFF).astype(np.int64)
    sound &= (peer >= 0) & (content >= 0)
    sound &= ((family == 1) & (peer_size == _SIZE_OF_FAMILY[1])) | ((family == 2) & (peer_size == _SIZE_OF_FAMILY[2]))
    sound &= (content + content_size <= stop) & (peer + peer_size <= end)
    chosen = np.flatnonzero(sound)
    held = np.minimum(content_size, end - content)[chosen]
    address = address[chosen]
    found = Carried(
        row=places[chosen],
        kind=header["kind"][chosen].astype(np.int64),
        offset=content[chosen],
        length=held,
        missing=content_size[chosen] - held,
        family=family[chosen],
        port=address["port"].astype(np.int64) ^ (MAGIC_COOKIE >> 16),
        host=_hosts(address["host"], header["transaction"][chosen], family[chosen] == 1),
    )
    return found, places[~sound]


def _hosts(xored: NDArray[np.uint32], transaction: NDArray[np.uint32], short: Flags) -> Word:
    """Addresses as they are meant (RFC 8489 section 14.2)."""
    word = xored.T.astype(np.uint64)
    mask = transaction.T.astype(np.uint64)
    first = word[0] ^ np.uint64(MAGIC_COOKIE)
    half = np.uint64(32)
    upper = first << half | (word[1] ^ mask[0])
    lower = (word[2] ^ mask[1]) << half | (word[3] ^ mask[2])
    return np.stack((np.where(short, np.uint64(0), upper), np.where(short, first, lower)))


def _attributes(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Where the values of XOR-PEER-ADDRESS and DATA begin, -1 if nowhere, and their sizes; of several, the first."""
    count = len(at)
    found = {kind: (np.full(count, -1, np.int64), np.zeros(count, np.int64)) for kind in (_PEER_ADDRESS, _CONTENT)}
    at = at.copy()
    for _ in range(MOST_ATTRIBUTES):
        active = np.flatnonzero(at + _TAG.itemsize <= end)
        if not len(active):
            break
        value = at[active] + _TAG.itemsize
        tag = load(data, value - _TAG.itemsize, _TAG)
        kind, size = tag["kind"], tag["length"].astype(np.int64)
        for wanted, (places, sizes) in found.items():
            here = (kind == wanted) & (places[active] < 0)
            places[active[here]], sizes[active[here]] = value[here], size[here]
        at[active] = value + size + (-size & 3)
    return (*found[_PEER_ADDRESS], *found[_CONTENT])
