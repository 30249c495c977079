"""Recovery: every stream of a capture whose packets are in clear becomes a file that any player opens.

The packets may come from anybody: they are put in order within a bounded window, what does not decode is counted, and
files, streams and bytes have limits that are named when they are reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ...wire import rtp
from ..stream_key import StreamKey
from .jitter import InOrder, JitterWindow
from .output import Output
from .track import RecoveredStream, Track

MOST_BYTES: Final = 2 * 1024**3
"""Written for one capture. A WAV file could not hold twice as much."""
MOST_STREAMS: Final = 64
"""SSRCs of one capture; each keeps a window of packets, and each of its codecs an open file."""
MOST_CODECS: Final = 4
"""Payload types of one SSRC that get a file."""


class Recovery:
    """Takes the packets of all streams of one capture, in clear, as they come, and writes one file per stream.

    `codecs`: what the SDP's rtpmap lines say of payload types, such as {111: "opus/48000/2"}. What it does not name has
    its static meaning (RFC 3551), or is told by its content. ValueError when the folder is not empty; OSError when it
    cannot be written.
    """

    def __init__(self, folder: Path, codecs: Mapping[int, str] | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = min(most_bytes, MOST_BYTES)
        self.folder = folder
        self.folder = folder
        self._output = Output(folder, self._most_bytes)
        self._names = dict(codecs or {})
        self._streams: dict[StreamKey, _Stream] = {}
        self._refused = 0
        self._unreadable = 0

    def packet(self, key: StreamKey, name: str, time: float, data: bytes) -> None:
        """One RTP packet in clear. `name` says which leg, for the file's name; `time` is when it was captured."""
        try:
            header = rtp.parse(data)
            payload = rtp.payload(data, header)
        except ValueError:
            self._unreadable += 1
            return
        stream = self._streams.get(key)
        if stream is None:
            if len(self._streams) == MOST_STREAMS:
                self._refused += 1
                return
            stream = self._streams[key] = _Stream(key, name, self._names, self._output)
        stream.add(time, header, payload)

    def result(self) -> tuple[RecoveredStream, ...]:
        """Finish all files; what became of each stream, in order of its first packet. To be called once, at the end."""
        return tuple(one for stream in self._streams.values() for one in stream.finish())

    @property
    def problems(self) -> tuple[str, ...]:
        """What concerns the whole capture: limits that were reached, packets that were no RTP."""
        told = []
        if self._output.full:
            told.append(f"the limit of {self._most_bytes:,} bytes of recovered media was reached: the rest is missing")
        if self._refused:
            told.append(f"{self._refused:,} packets of more than {MOST_STREAMS} streams were left out")
        if self._unreadable:
            told.append(f"{self._unreadable:,} packets were no RTP, or had impossible padding")
        return tuple(told)


class _Stream:
    """One SSRC: its packets in order, divided by payload type."""

    def __init__(self, key: StreamKey, name: str, names: Mapping[int, str], output: Output) -> None:
        self._key, self._names, self._output = key, names, output
        self._name = f"{name}-{'out' if key.outward else 'in'}-0x{key.ssrc:08x}"
        self._window = JitterWindow()
        self._tracks: dict[int, Track] = {}
        self._left_out = 0

    def add(self, time: float, header: rtp.RtpHeader, payload: bytes) -> None:
        for packet in self._window.add(time, header, payload):
            self._in_turn(packet)

    def finish(self) -> Iterator[RecoveredStream]:
        for packet in self._window.flush():
            self._in_turn(packet)
        problems = self._window.problems()
        if self._left_out:
            problems += (f"{self._left_out:,} packets of more than {MOST_CODECS} payload types were left out",)
        for track in self._tracks.values():
            yield track.finish(problems)
            problems = ()

    def _in_turn(self, packet: InOrder) -> None:
        payload_type = packet.header.payload_type
        track = self._tracks.get(payload_type)
        if track is None:
            if len(self._tracks) == MOST_CODECS:
                self._left_out += 1
                return
            encoding = self._names.get(payload_type)
            track = self._tracks[payload_type] = Track(self._key, payload_type, encoding, self._output, self._name)
        track.add(packet)
