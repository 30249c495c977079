"""Blocks of several payloads in one packet (RFC 2198), in which browsers send video when they protect it by FEC."""

from __future__ import annotations

from typing import Final

_MORE: Final = 0x80
_HEADER: Final = 4
"""Bytes that say what an earlier block is; what the last one is, one byte says."""


def last_block(payload: bytes) -> tuple[int, bytes]:
    """Payload type and data of the last block, which is the packet's own (section 3). ValueError when it is cut off."""
    at, earlier = 0, 0
    while at < len(payload) and payload[at] & _MORE:
        header = payload[at : at + _HEADER]
        if len(header) < _HEADER:
            break
        earlier += int.from_bytes(header[2:], "big") & 0x03FF
        at += _HEADER
    data = payload[at + 1 + earlier :]
    if at >= len(payload) or payload[at] & _MORE or not data:
        raise ValueError(f"a payload of {len(payload)} bytes ends before its last block")
    return payload[at], data
