"""VP8 from RTP (RFC 7741): payload descriptor, reassembly of frames, and pictures.

Nothing is decoded before a key frame, which is known by a start code of three bytes (RFC 6386 section 9.1):
ciphertext shows one in about 2**25 packets, so it costs next to nothing and hardly ever meets the decoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from ..wire.rtp import RtpHeader

MAX_FRAMES: Final = 30
"""Given to the decoder from one stream."""
MAX_PIXELS: Final = 1920 * 1088

_START_CODE: Final = b"\x9d\x01\x2a"


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


def frames(packets: Iterable[tuple[RtpHeader, bytes]]) -> Iterator[bytes]:
    """The complete frames of one stream, from (header, payload) in order of sequence number.

    Packets of one timestamp are one frame: from the one that begins it, without a gap, to the one with the marker bit
    (section 4.1). A frame that lacks a packet is left out.
    """
    by_timestamp: dict[int, list[tuple[RtpHeader, bytes]]] = {}
    for header, payload in packets:
        by_timestamp.setdefault(header.timestamp, []).append((header, payload))
    for parts in by_timestamp.values():
        yield from _complete(parts)


def _complete(parts: list[tuple[RtpHeader, bytes]]) -> Iterator[bytes]:
    """Usually one frame; several when forged packets share its timestamp: all are tried rather than one believed."""
    found = bytearray()
    expected: int | None = None
    for header, payload in parts:
        try:
            begins, data = depayload(payload)
        except ValueError:
            continue
        if begins:
            found.clear()
        elif header.sequence != expected:
            continue
        found += data
        expected = (header.sequence + 1) & 0xFFFF
        if header.marker:
            yield bytes(found)
            expected = None


def key_frame_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height when `frame` begins like a key frame (RFC 6386 section 9.1), else None."""
    if len(frame) < 10 or frame[0] & 0x01 or frame[3:6] != _START_CODE:
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def pictures(encoded: Iterable[bytes]) -> Iterator[NDArray[Any]]:
    """The luma planes, shape (height, width), uint8, of at most 30 frames from the first key frame on.

    Frames that do not decode are left out, and so are those of more than 1920 x 1088 pixels.
    """
    decoder: VideoCodecContext | None = None
    given = 0
    for frame in encoded:
        size = key_frame_size(frame)
        if size is not None:
            width, height = size
            decoder = _decoder() if 0 < width * height <= MAX_PIXELS else None
        if decoder is None:
            continue
        yield from _lumas(decoder, frame)
        given += 1
        if given == MAX_FRAMES:
            return


def _decoder() -> VideoCodecContext:
    decoder = VideoCodecContext.create("vp8", "r")
    # A thread for each core costs more than these small pictures.
    decoder.thread_count = 1
    return decoder


def _lumas(decoder: VideoCodecContext, frame: bytes) -> Iterator[NDArray[Any]]:
    try:
        decoded = decoder.decode(av.Packet(frame))
    except av.FFmpegError:
        return
    for image in decoded:
        plane = image.planes[0]
        yield np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
