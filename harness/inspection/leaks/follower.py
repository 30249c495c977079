"""Follows what stays readable in encrypted media: header fields, lengths, times, names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import Window
from ..stream_key import StreamKey
from ..stream_rows import by_sender, directions
from .cnames import clear_cnames
from .samples import Element, Packets, StreamSample, columns_at, take

MAX_STREAMS: Final = 128
"""Streams that are sampled; a stream's sample takes half a megabyte."""
CRYPTEX: Final = (0xC0DE, 0xC2DE)
"""Profiles of extensions that are encrypted whole (RFC 9335 section 5.1)."""
MAX_CNAMES: Final = 64
"""Names that are kept of one leg."""


@dataclass(frozen=True, eq=False)
class SampledStream:
    """A sample of one stream: `seen` RTP packets, of which `packets` were looked at."""

    key: StreamKey
    seen: int
    packets: Packets
    elements: tuple[Element, ...]


@dataclass(frozen=True, eq=False)
class OpenMedia:
    """What was collected of a capture.

    `packets` and `cryptex`: RTP packets of each leg that has a sampled stream, and of each leg those whose extensions
    are encrypted (RFC 9335).
    `cnames`: names in clear by leg and SSRC. `beyond`: packets of streams that were not sampled.
    """

    streams: tuple[SampledStream, ...]
    packets: dict[int, int]
    cryptex: dict[int, int]
    cnames: dict[int, tuple[tuple[int, str], ...]]
    beyond: int


class LeakFollower:
    """Takes in windows; `result` gives what was collected."""

    def __init__(self) -> None:
        self._samples: dict[StreamKey, StreamSample] = {}
        self._packets: defaultdict[int, int] = defaultdict(int)
        self._cryptex: defaultdict[int, int] = defaultdict(int)
        self._cnames: defaultdict[int, dict[tuple[int, str], None]] = defaultdict(dict)
        self._beyond = 0

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Take in the next window; `rtp` are its RTP columns, when somebody has read them already."""
        rtp = rtp_columns(window) if rtp is None else rtp
        groups = by_sender(directions(window, rtp.row), rtp.ssrc)
        for key, size, start in zip(groups.streams(), groups.sizes.tolist(), groups.starts.tolist(), strict=True):
            sample = self._sample(key)
            if sample is not None or key.leg in self._packets:
                self._packets[key.leg] += size
            if sample is None:
                self._beyond += size
            elif wanted := sample.wants(size):
                sample.add(*take(window, columns_at(rtp, groups.order[start : start + wanted])))
        hidden = window.leg[rtp.row[np.isin(rtp.extension, CRYPTEX)]]
        for leg, count in zip(*(column.tolist() for column in np.unique(hidden, return_counts=True)), strict=True):
            self._cryptex[leg] += count
        for row, ssrc, name in clear_cnames(window):
            names = self._cnames[int(window.leg[row])]
            if len(names) < MAX_CNAMES:
                names[ssrc, name] = None

    def _sample(self, key: StreamKey) -> StreamSample | None:
        if key not in self._samples and len(self._samples) < MAX_STREAMS:
            self._samples[key] = StreamSample()
        return self._samples.get(key)

    def result(self) -> OpenMedia:
        """What was collected so far."""
        return OpenMedia(
            streams=tuple(
                SampledStream(key, sample.seen, sample.packets(), tuple(sample.elements()))
                for key, sample in self._samples.items()
            ),
            packets=dict(self._packets),
            cryptex=dict(self._cryptex),
            cnames={leg: tuple(names) for leg, names in self._cnames.items()},
            beyond=self._beyond,
        )
