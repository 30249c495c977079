"""Packet blocks of pcapng become rows, so far as they hold what they claim; their options say the direction."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..window import Direction, Ints
from . import options
from .blocks import TAIL, PacketBlocks
from .contents import Contents
from .interface import InterfaceTable
from .reader import LARGEST_FRAME
from .rows import Rows
from .stretch import Stretch

_INTERFACE_OF_BLOCK: Final = "the section has not described its interface"
_LONGER: Final = "more bytes were captured than the frame had"


def add_packets(
    stretch: Stretch, blocks: PacketBlocks, table: InterfaceTable, order: str, contents: Contents, rows: Rows
) -> None:
    """Rows for those that fit into their block, problems for the others and for what is odd."""
    fits = (blocks.offset + blocks.captured <= blocks.end - TAIL) & (blocks.captured <= LARGEST_FRAME)
    if not fits.all():
        broken = blocks.only(~fits)
        contents.unread += int((broken.end - broken.begin).sum())
        sentence = f"its captured bytes do not fit into the block, or are more than {LARGEST_FRAME}"
        contents.problems_at(broken.begin + stretch.place, "malformed packet", sentence)
        blocks = blocks.only(fits)
    _name_odd(stretch, blocks, table, contents)
    time = table.time(blocks.row, blocks.ticks)
    time[~blocks.timed] = np.nan
    contents.container += int((blocks.end - blocks.begin - blocks.captured).sum())
    rows.add(
        blocks.offset, blocks.captured, blocks.wire, time, table.link[blocks.row], table.number(blocks.row),
        _directions(stretch, blocks, order, contents),
    )  # fmt: skip


def _name_odd(stretch: Stretch, blocks: PacketBlocks, table: InterfaceTable, contents: Contents) -> None:
    places = blocks.begin + stretch.place
    contents.problems_at(places[blocks.row == table.count], "unknown interface", _INTERFACE_OF_BLOCK)
    contents.problems_at(places[blocks.captured > blocks.wire], "impossible length", _LONGER)


def _directions(stretch: Stretch, blocks: PacketBlocks, order: str, contents: Contents) -> NDArray[np.uint8]:
    """Inbound or outbound where epb_flags say so. Options other than just these flags are read one by one."""
    direction = np.full(len(blocks), Direction.UNKNOWN, np.uint8)
    at = blocks.options
    size = blocks.end - TAIL - at
    # A simple packet has no options; what is behind its bytes is only more padding.
    some = np.flatnonzero((size > 0) & blocks.timed)
    if not len(some):
        return direction
    at, size = at[some], size[some]
    common = _only_flags(stretch, at, size, order)
    flags = np.zeros(len(some), np.int64)
    flags[common] = stretch.words(at[common] + 4, 1, order)[0]
    rare = np.flatnonzero(~common)
    places = blocks.begin[some[rare]] + stretch.place
    read = zip(places.tolist(), at[rare].tolist(), (at + size)[rare].tolist(), strict=True)
    flags[rare] = [_read_options(bytes(stretch.data[begin:end]), place, order, contents) for place, begin, end in read]
    direction[some] = np.where(flags & 3 == 3, Direction.UNKNOWN, flags & 3)  # both bits together mean nothing
    return direction


def _only_flags(stretch: Stretch, at: Ints, size: Ints, order: str) -> NDArray[np.bool_]:
    """Where the options are a single epb_flags, ended or not."""
    code, length = (options.PACKET_FLAGS, 4) if order == "<" else (4, options.PACKET_FLAGS)
    (head,) = stretch.words(at, 1, order)
    alone: NDArray[np.bool_] = (head == (length << 16 | code)) & ((size == 8) | (size == 12))
    ended = np.flatnonzero(alone & (size == 12))
    alone[ended] = stretch.words(at[ended] + 8, 1, order)[0] == 0
    return alone


def _read_options(body: bytes, place: int, order: str, contents: Contents) -> int:
    """Keep the comments of one packet; its flags."""
    read = options.parse(body, order)
    comments, fault = options.texts(read)
    for text in comments:
        contents.comment(text)
    flags = read.first(options.PACKET_FLAGS) or b""
    if flags and len(flags) != 4:
        fault = "the flags of a packet do not have four bytes"
    if fault := read.fault or fault:
        contents.problem(place, "malformed options", fault)
    return int.from_bytes(flags, "little" if order == "<" else "big")
