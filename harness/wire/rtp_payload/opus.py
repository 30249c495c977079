"""Opus packets (RFC 6716 section 3), one in each RTP payload (RFC 7587): the first byte, the TOC, divides them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RATE: Final = 48_000
"""Of the RTP clock, whatever the sound's own bandwidth (RFC 7587 section 4.1)."""

_SILK_FRAMES: Final = (480, 960, 1920, 2880)
_HYBRID_FRAMES: Final = (480, 960)
_CELT_FRAMES: Final = (120, 240, 480, 960)
_LONGEST_FRAME: Final = 1275
_LONGEST_PACKET: Final = 5760
"""Samples: 120 ms."""


@dataclass(frozen=True, slots=True)
class OpusPacket:
    """`config`: 0 to 31, mode, bandwidth and frame size (section 3.1, table 2); `sizes`: bytes of each frame.

    `samples`: how long the packet sounds, at 48 kHz.
    """

    config: int
    stereo: bool
    sizes: tuple[int, ...]
    samples: int


def parse(packet: bytes) -> OpusPacket:
    """Divide a packet into frames; ValueError when it breaks one of the requirements R1 to R7 (section 3.4)."""
    if not packet:
        raise ValueError("an Opus packet is empty")
    toc = packet[0]
    config = toc >> 3
    divide = (_one_frame, _two_equal_frames, _two_frames, _counted_frames)[toc & 0x03]
    sizes = divide(packet[1:])
    samples = len(sizes) * frame_samples(config)
    if samples > _LONGEST_PACKET:
        raise ValueError(f"an Opus packet of {len(sizes)} frames is longer than 120 ms")
    if max(sizes) > _LONGEST_FRAME:
        raise ValueError(f"an Opus frame of {max(sizes)} bytes is longer than {_LONGEST_FRAME}")
    return OpusPacket(config, bool(toc & 0x04), sizes, samples)


def frame_samples(config: int) -> int:
    """How long each frame of a configuration is, in samples at 48 kHz (section 3.1, table 2)."""
    if config < 12:
        return _SILK_FRAMES[config % 4]
    return _HYBRID_FRAMES[config % 2] if config < 16 else _CELT_FRAMES[config % 4]


def _one_frame(body: bytes) -> tuple[int, ...]:
    return (len(body),)


def _two_equal_frames(body: bytes) -> tuple[int, ...]:
    if len(body) % 2:
        raise ValueError(f"two Opus frames of equal size cannot share {len(body)} bytes")
    return (len(body) // 2,) * 2


def _two_frames(body: bytes) -> tuple[int, ...]:
    first, begin = _size(body, 0)
    if begin + first > len(body):
        raise ValueError(f"an Opus frame of {first} bytes does not fit into {len(body) - begin}")
    return first, len(body) - begin - first


def _counted_frames(body: bytes) -> tuple[int, ...]:
    """Code 3: a count, optional padding, then equal or different sizes (section 3.2.5)."""
    if not body or not body[0] & 0x3F:
        raise ValueError("an Opus packet says that it has no frames")
    count, begin, end = body[0] & 0x3F, 1, len(body)
    if body[0] & 0x40:
        padding, begin = _padding(body)
        end -= padding
    sizes: list[int] = []
    if body[0] & 0x80:
        for _ in range(count - 1):
            size, begin = _size(body, begin)
            sizes.append(size)
        sizes.append(end - begin - sum(sizes))
    elif end >= begin and (end - begin) % count == 0:
        sizes = [(end - begin) // count] * count
    if not sizes or min(sizes) < 0:
        raise ValueError(f"{count} Opus frames do not fit into {len(body)} bytes")
    return tuple(sizes)


def _padding(body: bytes) -> tuple[int, int]:
    """Bytes of padding at the end, and where what follows the padding's length begins."""
    padding, at = 0, 1
    while at < len(body) and body[at] == 255:
        # 255 stands for 254 bytes, and another length follows.
        padding, at = padding + 254, at + 1
    if at >= len(body):
        raise ValueError("the length of an Opus packet's padding is cut off")
    return padding + body[at], at + 1


def _size(body: bytes, at: int) -> tuple[int, int]:
    """A frame size of one or two bytes (section 3.2.1), and where what follows it begins."""
    if at >= len(body) or (body[at] >= 252 and at + 1 >= len(body)):
        raise ValueError("the size of an Opus frame is cut off")
    if body[at] < 252:
        return body[at], at + 1
    return body[at + 1] * 4 + body[at], at + 2
