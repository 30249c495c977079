"""VP8 from RTP (RFC 7741): payload descriptors, frames, and what a frame says of itself (RFC 6386 section 9.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ..rtp import RtpHeader

_KEY_FRAME_START: Final = b"\x9d\x01\x2a"
_LARGEST_FRAME: Final = 1024 * 1024
"""Bytes; a larger one is left out, so that a sender cannot fill the memory."""


class FrameTag(NamedTuple):
    """The first three bytes of a frame. `first_partition`: bytes of it, behind the frame's header."""

    key_frame: bool
    version: int
    shown: bool
    first_partition: int


def depayload(payload: bytes) -> tuple[bool, bytes]:
    """Whether a frame begins, and the data behind the descriptor (section 4.2). ValueError when that is cut off."""
    if not payload:
        raise ValueError("a VP8 payload is empty")
    begins = payload[0] & 0x1F == 0x10
    data = payload[_descriptor_length(payload) :]
    if not data:
        raise ValueError(f"a VP8 payload of {len(payload)} bytes ends with its descriptor")
    return begins, data


def _descriptor_length(payload: bytes) -> int:
    if not payload[0] & 0x80:
        return 1
    extension = payload[1] if len(payload) > 1 else 0
    length = 2
    if extension & 0x80:
        long_picture_id = len(payload) > length and payload[length] & 0x80
        length += 2 if long_picture_id else 1
    if extension & 0x40:
        length += 1
    if extension & 0x30:
        length += 1
    return length


class FrameAssembly:
    """Puts frames together from packets in order of sequence number.

    A frame goes from the packet that begins it, without a gap, to the one with the marker bit (section 4.1). One that
    lacks a packet is left out; `incomplete` counts those whose beginning was there.
    """

    def __init__(self) -> None:
        self.incomplete = 0
        self._found = bytearray()
        self._expected: int | None = None

    def add(self, header: RtpHeader, payload: bytes) -> bytes | None:
        """The frame that this packet completes. ValueError as from `depayload`."""
        begins, data = depayload(payload)
        if begins:
            self.incomplete += bool(self._found)
            self._found.clear()
        elif header.sequence != self._expected or len(self._found) > _LARGEST_FRAME:
            return None
        self._found += data
        self._expected = (header.sequence + 1) & 0xFFFF
        if not header.marker:
            return None
        frame = bytes(self._found)
        self._found.clear()
        self._expected = None
        return frame


def frames(packets: Iterable[tuple[RtpHeader, bytes]]) -> Iterator[bytes]:
    """The complete frames of one stream, from (header, payload) in order of sequence number.

    Packets of one timestamp are one frame. Usually it is one; several when forged packets share its timestamp: all are
    tried rather than one believed.
    """
    by_timestamp: dict[int, list[tuple[RtpHeader, bytes]]] = {}
    for header, payload in packets:
        by_timestamp.setdefault(header.timestamp, []).append((header, payload))
    for parts in by_timestamp.values():
        assembly = FrameAssembly()
        for header, payload in parts:
            try:
                frame = assembly.add(header, payload)
            except ValueError:
                continue
            if frame is not None:
                yield frame


def frame_tag(frame: bytes) -> FrameTag:
    """The tag that every frame begins with; ValueError when the frame is shorter."""
    if len(frame) < 3:
        raise ValueError(f"a VP8 frame of {len(frame)} bytes is shorter than its tag")
    tag = int.from_bytes(frame[:3], "little")
    return FrameTag(not tag & 1, tag >> 1 & 7, bool(tag & 0x10), tag >> 5)


def key_frame_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height when `frame` begins like a key frame, else None."""
    if len(frame) < 10 or frame[0] & 0x01 or frame[3:6] != _KEY_FRAME_START:
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF
