"""One payload type of one stream: which codec it is, and the file that it becomes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Protocol

from ...wire.rtp import RtpHeader
from ...wire.rtp_payload.codec import STATIC_PAYLOAD_TYPES, VP8, Codec, Kind, codec_named
from ..plaintext.recognition import recognised
from ..plaintext.sample import Sample
from ..stream_key import StreamKey
from .jitter import InOrder
from .output import Output
from .picture import H264File, Vp8File
from .sound import SoundFile

_ENOUGH_TO_TELL: Final = 50
"""Packets kept to tell by their content what nobody explained."""
_MOST_KEPT: Final = 128 * 1024
"""Bytes of them."""


@dataclass(frozen=True, slots=True)
class RecoveredStream:
    """What one payload type of one stream gave. `file` is a name in the folder, None when nothing could be written.

    `packets` were there, `lost` are missing between them. `begins`: when its first packet was captured. `seconds`: of
    sound in the file, or from the first frame to the last. `problems` are sentences, and say how often.
    """

    key: StreamKey
    payload_type: int
    codec: str | None
    kind: Kind | None
    file: str | None
    begins: float
    packets: int
    lost: int
    seconds: float
    frames: int
    problems: tuple[str, ...]


class MediaFile(Protocol):
    """What a track writes into; made when the codec is known, on disk from the first thing that decodes."""

    file: str | None
    problems: Counter[str]
    frames: int

    @property
    def seconds(self) -> float: ...

    def add(self, timestamp: int, header: RtpHeader, payload: bytes) -> None: ...

    def close(self) -> None: ...


class Track:
    """Takes the packets of one payload type in order. `encoding` is what the SDP says of it, None when it says nothing.

    The codec is the SDP's, or the static one, or the one that the first 50 packets show.
    """

    def __init__(self, key: StreamKey, payload_type: int, encoding: str | None, output: Output, name: str) -> None:
        self._key, self._payload_type, self._encoding = key, payload_type, encoding
        self._output, self._name = output, name
        self._kept: list[InOrder] = []
        self._kept_bytes = 0
        self._asked = False
        self._codec: Codec | None = None
        self._file: MediaFile | None = None
        self._begins = float("nan")
        self._packets = self._lost = 0
        self._timestamp: int | None = None
        named = STATIC_PAYLOAD_TYPES.get(payload_type) if encoding is None else codec_named(encoding)
        if encoding is not None or named is not None:
            self._settle(named)

    def add(self, packet: InOrder) -> None:
        """One packet in its turn."""
        if not self._packets:
            self._begins = packet.time
        self._packets += 1
        self._lost += packet.lost
        if self._asked:
            self._write(packet)
            return
        self._kept.append(packet)
        self._kept_bytes += len(packet.payload)
        if len(self._kept) == _ENOUGH_TO_TELL or self._kept_bytes > _MOST_KEPT:
            self._ask()

    def finish(self, problems: tuple[str, ...]) -> RecoveredStream:
        """Close the file. `problems` are those of the whole stream, told with this track's own."""
        if not self._asked:
            self._ask()
        own: tuple[str, ...] = ()
        if self._file is None:
            own = (self._why_nothing(),)
        else:
            self._file.close()
            own = tuple(f"{count:,} {what}" for what, count in self._file.problems.items())
        return RecoveredStream(
            key=self._key,
            payload_type=self._payload_type,
            codec=self._codec.name if self._codec else None,
            kind=self._codec.kind if self._codec else None,
            file=self._file.file if self._file else None,
            begins=self._begins,
            packets=self._packets,
            lost=self._lost,
            seconds=self._file.seconds if self._file else 0.0,
            frames=self._file.frames if self._file else 0,
            problems=own + problems,
        )

    def _ask(self) -> None:
        kept, self._kept = self._kept, []
        self._settle(recognised([Sample.of(packet.header, packet.payload) for packet in kept]))
        for packet in kept:
            self._write(packet)

    def _settle(self, codec: Codec | None) -> None:
        self._asked, self._codec = True, codec
        if codec is None:
            return
        name = f"{self._name}-{codec.name.lower()}"
        if codec.kind is Kind.AUDIO:
            self._file = SoundFile(codec, self._output, name)
        else:
            self._file = Vp8File(self._output, name) if codec is VP8 else H264File(self._output, name)

    def _write(self, packet: InOrder) -> None:
        if self._file is None:
            return
        now = packet.header.timestamp
        before = now if self._timestamp is None else self._timestamp
        # The nearest number to the last one, so that a wrap of 32 bits goes on (RFC 3550 section 5.1).
        self._timestamp = before + ((now - before + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000)
        self._file.add(self._timestamp, packet.header, packet.payload)

    def _why_nothing(self) -> str:
        if self._encoding is not None:
            return f"payload type {self._payload_type} is {self._encoding[:40]!r}, which is not recovered"
        return f"the codec of payload type {self._payload_type} could not be told from {self._packets:,} packets"
