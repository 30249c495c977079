"""Bencoding, the notation of rtpengine's control protocol: numbers, bytes, lists, dictionaries, to bytes and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Value = int | bytes | str | Sequence["Value"] | Mapping[str, "Value"]
"""What can be written. What is read has bytes where text was written."""

Read = int | bytes | list["Read"] | dict[bytes, "Read"]
DEEPEST = 32


def written(value: Value) -> bytes:
    """Keys of dictionaries are sorted, as the notation asks."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, Mapping):
        pairs = sorted((key.encode(), content) for key, content in value.items())
        return b"d" + b"".join(written(key) + written(content) for key, content in pairs) + b"e"
    return b"l" + b"".join(written(one) for one in value) + b"e"


def read(data: bytes) -> Read:
    """The one value that these bytes are. ValueError, naming the byte, for anything else, and for longer numbers than
    rtpengine has (22 digits).
    """
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise ValueError(f"something follows at byte {end}")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Read, int]:
    if depth > DEEPEST:
        raise ValueError(f"too deep at byte {at}")
    kind = data[at : at + 1]
    if kind == b"i":
        end = _found(data, b"e", at)
        return _number(data[at + 1 : end], at), end + 1
    if kind in (b"l", b"d"):
        items, at = _items(data, at + 1, depth)
        return (items if kind == b"l" else _dictionary(items, at)), at
    end = _found(data, b":", at)
    size = _number(data[at:end], at)
    if size < 0 or end + 1 + size > len(data):
        raise ValueError(f"a text of {size} bytes at byte {at} goes beyond the end")
    return data[end + 1 : end + 1 + size], end + 1 + size


def _items(data: bytes, at: int, depth: int) -> tuple[list[Read], int]:
    items: list[Read] = []
    while data[at : at + 1] != b"e":
        item, at = _value(data, at, depth + 1)
        items.append(item)
    return items, at + 1


def _dictionary(items: list[Read], at: int) -> dict[bytes, Read]:
    keys = items[::2]
    if len(items) % 2 or not all(isinstance(key, bytes) for key in keys):
        raise ValueError(f"the dictionary that ends at byte {at} is none")
    return {key: value for key, value in zip(keys, items[1::2], strict=True) if isinstance(key, bytes)}


def _found(data: bytes, sign: bytes, at: int) -> int:
    end = data.find(sign, at, at + 24)
    if end < 0:
        raise ValueError(f"nothing that can be read at byte {at}")
    return end


def _number(text: bytes, at: int) -> int:
    digits = text.removeprefix(b"-")
    if not digits.isdigit():
        raise ValueError(f"no number at byte {at}")
    return int(text)
