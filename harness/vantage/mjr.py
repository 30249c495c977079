"""Janus's recording of one stream (.mjr): RTP packets in clear, as its plugins had them.

The text `MJR00002`, a JSON object with its length in front (two bytes, network order) that says what it is, and then
for each packet the text `MEET`, milliseconds since the first one (four bytes), its length (two bytes) and itself
(record.c of Janus). Of a stream without a packet there is the first text only.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .capture import CaptureError

MAGIC: Final = b"MJR00002"
MOST_BYTES: Final = 1 << 28
"""Of one recording: hours of sound."""

_PACKET: Final = b"MEET"
_LENGTH: Final = struct.Struct(">H")
_HEAD: Final = struct.Struct(">4sIH")
_SMALLEST_RTP: Final = 12
_MICROSECONDS: Final = 1e6
_LATEST: Final = 1 << 63
_MILLISECONDS: Final = 1e3


@dataclass(frozen=True)
class Recorded:
    """`codec` as Janus names it, "" without a packet. `packets`: seconds since the epoch, and the RTP packet."""

    codec: str
    packets: tuple[tuple[float, bytes], ...]


def read_mjr(path: Path) -> Recorded:
    """CaptureError for what is no such recording, is cut short, or too large."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise CaptureError(path, MOST_BYTES, "too large", f"a recording has more than {MOST_BYTES} bytes")
    if not data.startswith(MAGIC):
        raise CaptureError(path, 0, "no recording", "no recording of Janus begins like this")
    if len(data) == len(MAGIC):
        return Recorded("", ())
    at, codec, began = _described(path, data)
    packets = []
    while at < len(data):
        if len(data) - at < _HEAD.size:
            raise CaptureError(path, at, "cut short", "the recording ends before a packet begins")
        mark, milliseconds, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if mark != _PACKET or length < _SMALLEST_RTP or len(data) - at < length:
            raise CaptureError(path, at - _HEAD.size, "damaged", "here should be a whole RTP packet")
        packets.append((began + milliseconds / _MILLISECONDS, data[at : at + length]))
        at += length
    return Recorded(codec, tuple(packets))


def _described(path: Path, data: bytes) -> tuple[int, str, float]:
    """Where the packets begin, the codec, and when the first packet was written."""
    at = len(MAGIC) + _LENGTH.size
    length = _LENGTH.unpack_from(data, len(MAGIC))[0] if len(data) >= at else len(data)
    try:
        said = json.loads(data[at : at + length])
        codec, began = said["c"], said["u"]
        if len(data) - at < length or not isinstance(codec, str) or type(began) is not int or not 0 <= began < _LATEST:
            raise ValueError("what it is, is not said")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CaptureError(path, len(MAGIC), "damaged", f"its description cannot be read: {error}") from error
    return at + length, codec, began / _MICROSECONDS
