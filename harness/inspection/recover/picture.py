"""Pictures as they are encoded: VP8 frames in IVF, H.264 NAL units as a byte stream (ITU-T H.264 annex B)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
from av.container import OutputContainer

from ...wire.rtp import RtpHeader
from ...wire.rtp_payload import h264, vp8
from ...wire.rtp_payload.codec import VP8
from .output import BEYOND_LIMIT, Output

_TICK: Final = Fraction(1, VP8.clock)
_START_CODE: Final = b"\x00\x00\x00\x01"
_IVF_HEADER, _IVF_FRAME_HEADER = 32, 12
_UNREADABLE: Final = "packets that cannot be read"


class Vp8File:
    """One stream's IVF file, from the first key frame on: what comes before cannot be decoded by anybody."""

    def __init__(self, output: Output, name: str) -> None:
        self.file: str | None = None
        self.problems: Counter[str] = Counter()
        self.frames = 0
        self._output, self._name = output, name
        self._assembly = vp8.FrameAssembly()
        self._raw: BinaryIO | None = None
        self._container: OutputContainer | None = None
        self._stream: Any = None
        self._first = self._last = 0

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return max(0, self._last - self._first) / VP8.clock

    def add(self, timestamp: int, header: RtpHeader, payload: bytes) -> None:
        """One packet in its turn. `timestamp` is the header's, counted on beyond 32 bits."""
        try:
            frame = self._assembly.add(header, payload)
        except ValueError:
            self.problems[_UNREADABLE] += 1
            return
        if frame is None:
            return
        if self._container is None and not self._open(frame, timestamp):
            self.problems["frames before the first key frame"] += 1
        elif not self._output.take(_IVF_FRAME_HEADER + len(frame)):
            self.problems[BEYOND_LIMIT] += 1
        else:
            self._write(frame, timestamp)

    def close(self) -> None:
        """Finish the file: its header says how many frames it has."""
        if self._assembly.incomplete:
            self.problems["frames that lack a packet"] += self._assembly.incomplete
        if self._container is not None and self._raw is not None:
            self._container.close()
            self._raw.close()

    def _open(self, frame: bytes, timestamp: int) -> bool:
        size = vp8.key_frame_size(frame)
        if size is None or 0 in size or not self._output.take(_IVF_HEADER):
            return False
        self.file, self._raw = self._output.create(self._name, ".ivf")
        self._container = av.open(self._raw, "w", format="ivf")
        self._stream = self._container.add_mux_stream("vp8", rate=VP8.clock, width=size[0], height=size[1])
        self._stream.time_base = _TICK
        self._first, self._last = timestamp, timestamp - 1
        return True

    def _write(self, frame: bytes, timestamp: int) -> None:
        # IVF wants its frames in order of time; a sender's clock that steps back is held still.
        self._last = max(timestamp, self._last + 1)
        packet = av.Packet(frame)
        packet.stream, packet.time_base = self._stream, _TICK
        packet.pts = packet.dts = self._last - self._first
        if self._container is not None:
            self._container.mux_one(packet)
            self.frames += 1


class H264File:
    """One stream's byte stream. Parameter sets that went only through the signalling are not in it, and it says so."""

    def __init__(self, output: Output, name: str) -> None:
        self.file: str | None = None
        self.problems: Counter[str] = Counter()
        self.frames = 0
        self._output, self._name = output, name
        self._units = h264.NalUnits()
        self._raw: BinaryIO | None = None
        self._first: int | None = None
        self._last: int | None = None
        self._parameters = False

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return 0.0 if self._first is None or self._last is None else max(0, self._last - self._first) / VP8.clock

    def add(self, timestamp: int, header: RtpHeader, payload: bytes) -> None:
        """One packet in its turn. `timestamp` is the header's, counted on beyond 32 bits."""
        try:
            units = self._units.add(header, payload)
        except ValueError:
            self.problems[_UNREADABLE] += 1
            return
        for unit in units:
            self._write(unit, timestamp)

    def close(self) -> None:
        """Finish the file."""
        if self._units.incomplete:
            self.problems["NAL units that lack a packet"] += self._units.incomplete
        if self._raw is None:
            return
        if not self._parameters:
            self.problems["streams without a sequence parameter set"] += 1
        self._raw.close()

    def _write(self, unit: bytes, timestamp: int) -> None:
        if not self._output.take(len(_START_CODE) + len(unit)):
            self.problems[BEYOND_LIMIT] += 1
            return
        if self._raw is None:
            self.file, self._raw = self._output.create(self._name, ".h264")
        self._raw.write(_START_CODE + unit)
        kind = h264.nal_type(unit[0])
        self._parameters |= kind == h264.NalType.SPS
        if kind in h264.SLICES and timestamp != self._last:
            self.frames += 1
            self._first = timestamp if self._first is None else self._first
            self._last = timestamp
