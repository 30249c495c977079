"""Takes in the ciphertext of a capture window by window, and tells which streams do not look like noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import NONE, Ints, Window
from ...wire.demux import PacketClass
from ...wire.rtp import parse
from ..plaintext.rest import Rest
from ..stream_key import StreamKey
from ..stream_rows import Places, by_sender, directions
from .battery import LEVEL, Statistics, judge
from .records import sealed
from .sample import Sample

MOST_STREAMS: Final = 512
"""Streams sampled in one capture: 48 MiB."""
DTLS: Final = NONE
"""Stands for the SSRC in the key of what DTLS sealed one way on one leg."""

_TAIL: Final = 20
"""Bytes at a payload's end that are not looked at: up to sixteen of a tag, and four that name the master key, which
are in clear (RFC 3711 section 3.1). Under the NULL cipher a tag is the only noise there is."""

Packets = Iterator[tuple[int, bytes, int]]
"""Sequence number, ciphertext to be looked at, and length on the wire of all of it."""


class Randomness:
    """A follower: `add` every window in order, then ask for the `result`, once, at the end."""

    def __init__(self) -> None:
        self._samples: dict[StreamKey, Sample] = {}
        self._media, self._records = Rest(), Rest()
        self._refused = 0

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Sample what is due in this window; `rtp` are its RTP columns, when somebody has read them already."""
        rtp = rtp_columns(window) if rtp is None else rtp
        self._take(window, rtp.row, directions(window, rtp.row), rtp.ssrc, self._media, _payload)
        rows = window.rows(PacketClass.DTLS)
        none = np.zeros(len(rows), np.int64)
        self._take(window, rows, directions(window, rows), none, self._records, _sealed)

    def _take(
        self, window: Window, rows: Places, owners: Ints, ssrcs: Ints, rest: Rest, read: Callable[[bytes], Packets]
    ) -> None:
        awake = np.flatnonzero(rest.awake(owners << 32 | ssrcs))
        groups = by_sender(owners[awake], ssrcs[awake])
        for number, key in enumerate(groups.streams()):
            resting = (key.leg << 1 | key.outward) << 32 | key.ssrc
            if resting in rest:
                continue
            named = key if rest is self._media else key._replace(ssrc=DTLS)
            places = groups.places(number)
            sample = self._sample(named, len(places))
            if sample is not None and _fill(sample, window, rows[awake[places]], read):
                rest.add(resting)

    def _sample(self, key: StreamKey, packets: int) -> Sample | None:
        if key not in self._samples and len(self._samples) >= MOST_STREAMS:
            self._refused += packets
            return None
        return self._samples.setdefault(key, Sample())

    def result(self, level: float = LEVEL) -> Mapping[StreamKey, Statistics]:
        """What the tests say of each stream; an SSRC of DTLS stands for what DTLS sealed."""
        return judge({key: sample.ciphertext() for key, sample in self._samples.items()}, level)

    @property
    def problems(self) -> tuple[str, ...]:
        """The limits that were reached."""
        if not self._refused:
            return ()
        return (f"{self._refused:,} packets beyond the first {MOST_STREAMS} streams were not tested for randomness",)


def _fill(sample: Sample, window: Window, rows: Places, read: Callable[[bytes], Packets]) -> bool:
    """Whether the sample has enough for now."""
    if sample.full:
        return True
    for row in rows.tolist():
        for number, ciphertext, length in read(window.payload(row)):
            if sample.take(number, ciphertext, length):
                return True
    return False


def _payload(message: bytes) -> Packets:
    """What stands between the header and the tag. Padding stays: under SRTP its length is encrypted."""
    try:
        header = parse(message)
    except ValueError:
        yield 0, b"", 0
    else:
        yield header.sequence, message[header.header_length : -_TAIL], len(message) - header.header_length


def _sealed(message: bytes) -> Packets:
    for record in sealed(message):
        yield record.number, record.ciphertext, len(record.ciphertext)
