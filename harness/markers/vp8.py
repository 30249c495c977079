"""Pictures from VP8 frames.

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

from ..wire.rtp_payload.vp8 import key_frame_size

MAX_FRAMES: Final = 30
"""Given to the decoder from one stream."""
MAX_PIXELS: Final = 1920 * 1088


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
