"""The columns of a Window, out of the rows of each depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..window import NONE, Frames, Ints, Window
from .flows import Flows, is_outward, leg_of
from .rows import Rows, joined
from .sheet import Sheet
from .tunnels import Level


def merged(sheet: Sheet, levels: Sequence[Level], flows: Flows, last_time: float) -> Window:
    """One window of all levels, ordered by frame and then by depth. `last_time` is for rows without a frame."""
    frames = replace(sheet.frames, direction=sheet.direction)  # some links tell it, where the capture does not
    rows, klass, depth, inner = _in_order(levels)
    leg = leg_of(rows.flow)
    if flows.lumped is not None:
        sheet.problem("a message of a leg beyond those that are told apart", rows.frame[leg == flows.lumped])
    source, destination = flows.ends(rows.flow)
    return Window(
        frames=frames,
        frame_bytes=sheet.frame_bytes(),
        data=sheet.data,
        endpoints=flows.endpoints,
        legs=flows.legs,
        frame=rows.frame + frames.first,
        time=frames.time[rows.frame] if len(frames) else np.full(len(rows), last_time),
        source=source,
        destination=destination,
        leg=leg,
        outward=is_outward(rows.flow),
        transport=rows.transport,
        depth=depth,
        inner=inner,
        offset=rows.offset,
        length=rows.length,
        framing=rows.framing,
        missing=rows.missing,
        klass=klass,
        place=_places(frames, rows),
    )


def _in_order(levels: Sequence[Level]) -> tuple[Rows, NDArray[np.uint8], NDArray[np.uint8], Ints]:
    sizes = [len(level.rows) for level in levels]
    inner = np.full(sum(sizes), NONE, np.int64)
    if len(levels) == 1:
        return levels[0].rows, levels[0].klass, np.zeros(len(inner), np.uint8), inner
    rows = joined([level.rows for level in levels])
    depth = np.repeat(np.arange(len(levels), dtype=np.uint8), sizes)
    order = np.argsort(rows.frame * len(levels) + depth, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    begin = 0
    for above, level in zip(sizes, levels[1:], strict=False):
        inner[place[begin + level.carrier]] = place[begin + above : begin + above + len(level.rows)]
        begin += above
    klass = np.concatenate([level.klass for level in levels])
    return rows.only(order), klass[order], depth[order], inner


def _places(frames: Frames, rows: Rows) -> Ints:
    if not len(frames):
        return np.full(len(rows), NONE, np.int64)
    place = (frames.place - frames.offset)[rows.frame] + rows.offset
    if rows.made.any():
        place[rows.made] = NONE
    return place
