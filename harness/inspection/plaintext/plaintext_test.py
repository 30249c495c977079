"""The plaintext test: takes in the packets of a capture window by window, and tells which streams are in clear.

Never more than a bounded sample is looked at: what is in clear shows itself within ten packets. A stream that is
encrypted a second time inside its codec's own framing looks like that codec here; encrypted as RTP it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from ...vantage.gather import load
from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import Ints, Window
from ...wire import rtp
from ...wire.demux import PacketClass
from ..stream_key import StreamKey
from ..stream_rows import Places, by_sender, directions
from . import rtcp
from .decoded import Decoded, Reading
from .evidence import Evidence
from .rest import Rest
from .runs import Runs
from .sample import Sample

MOST_STREAMS: Final = 1_024
"""Senders of RTP looked at in one capture, and as many of RTCP."""
_ENOUGH: Final = 10
"""Packets; with fewer not even a perfect stream of every codec could be told from chance."""
_MOST_IN_WINDOW: Final = 512
"""Packets of one stream tried in one window; only headers that cannot be read make it more than a run has."""
_MOST_REPORTS: Final = 64
_LONGEST_REPORT: Final = 1_500
"""RTCP datagrams kept of one sender, the first ones, and the bytes that each may have."""
_FEWEST_REPORTS: Final = 2
_RTCP_SSRC_AT: Final = 4


class PlaintextTest:
    """A follower: `add` every window in order, then ask `result` and `rtcp`, once, at the end."""

    def __init__(self) -> None:
        self._streams: dict[StreamKey, Runs] = {}
        self._reports: dict[StreamKey, list[bytes]] = {}
        self._rest = Rest()
        self._refused = 0

    def add(self, window: Window, columns: RtpColumns | None = None) -> None:
        """Look at what is due in this window; `columns` are its RTP headers, when somebody has read them already."""
        columns = rtp_columns(window) if columns is None else columns
        owners = directions(window, columns.row)
        awake = np.flatnonzero(self._rest.awake(owners << 32 | columns.ssrc))
        for key, places in _by_stream(owners[awake], columns.ssrc[awake]):
            self._look(window, key, columns.row[awake[places]])
        rows = window.rows(PacketClass.SRTCP)
        ssrcs = load(window.data, window.offset[rows] + _RTCP_SSRC_AT, ">u4").astype(np.int64)
        for key, places in _by_stream(directions(window, rows), ssrcs):
            self._keep(window, key, rows[places])

    def _look(self, window: Window, key: StreamKey, rows: Places) -> None:
        number = (key.leg << 1 | key.outward) << 32 | key.ssrc
        if number in self._rest or not self._may_follow(self._streams, key, len(rows)):
            return
        runs = self._streams.setdefault(key, Runs())
        for row in rows[:_MOST_IN_WINDOW]:
            data = window.payload(int(row))
            try:
                header = rtp.parse(data)
            except ValueError:
                continue
            # Padding stays: under SRTP its length is encrypted, and in clear it does no harm.
            if runs.take(Sample.of(header, data[header.header_length :])):
                self._rest.add(number)
                return

    def _keep(self, window: Window, key: StreamKey, rows: Places) -> None:
        if not self._may_follow(self._reports, key, len(rows)):
            return
        reports = self._reports.setdefault(key, [])
        whole = rows[(window.missing[rows] == 0) & (window.length[rows] <= _LONGEST_REPORT)]
        reports.extend(window.payload(int(row)) for row in whole[: _MOST_REPORTS - len(reports)])

    def _may_follow(self, followed: Mapping[StreamKey, object], key: StreamKey, packets: int) -> bool:
        if key in followed or len(followed) < MOST_STREAMS:
            return True
        self._refused += packets
        return False

    def result(self) -> Mapping[StreamKey, Decoded]:
        """What each stream of RTP is read as."""
        for runs in self._streams.values():
            runs.judge()
        return {key: _decoded(runs.evidence, runs.sampled, _ENOUGH) for key, runs in self._streams.items()}

    def rtcp(self) -> Mapping[StreamKey, Decoded]:
        """What the RTCP of each sender is read as."""
        return {
            key: _decoded(rtcp.evidence(reports), len(reports), _FEWEST_REPORTS)
            for key, reports in self._reports.items()
        }

    @property
    def problems(self) -> tuple[str, ...]:
        """The limits that were reached."""
        if not self._refused:
            return ()
        return (f"{self._refused:,} packets beyond the first {MOST_STREAMS:,} streams were not tried as media",)


def _by_stream(owners: Ints, ssrcs: Ints) -> Iterator[tuple[StreamKey, Places]]:
    groups = by_sender(owners, ssrcs)
    for number, key in enumerate(groups.streams()):
        yield key, groups.places(number)


def _decoded(evidence: Evidence | None, sampled: int, enough: int) -> Decoded:
    if evidence is not None:
        return Decoded(Reading.PLAINTEXT, evidence.codec, sampled, evidence.chance, evidence.sentence)
    if sampled < enough:
        return Decoded(Reading.TOO_FEW, None, sampled, 1.0, f"{sampled:,} packets are too few to tell")
    return Decoded(Reading.NOTHING_DECODED, None, sampled, 1.0, f"{sampled:,} packets tried: no codec fits them")
