"""Blocks in one packet (RFC 2198): the last one is what the packet is about."""

from __future__ import annotations

import pytest

from harness.wire.rtp_payload.red import last_block


def test_one_block_alone() -> None:
    assert last_block(bytes([96]) + b"a frame") == (96, b"a frame")


def test_what_comes_before_is_passed_over() -> None:
    """A block of five bytes, type 5, 160 ticks earlier, as in the example of section 4."""
    header = bytes([0x80 | 5]) + (160 << 10 | 5).to_bytes(3, "big")
    assert last_block(header + bytes([96]) + b"older" + b"a frame") == (96, b"a frame")
    assert last_block(header * 2 + bytes([96]) + b"older" * 2 + b"a frame") == (96, b"a frame")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        bytes([96]),
        bytes([0x85]),
        bytes([0x85, 0, 0]),
        bytes([0x85, 2, 0x80, 5]),
        bytes([0x85, 2, 0x80, 5, 96]) + b"older",
        bytes([0x85, 2, 0x80, 5, 0x86, 2, 0]),
    ],
)
def test_what_is_cut_off_has_no_last_block(payload: bytes) -> None:
    with pytest.raises(ValueError, match="ends before its last block"):
        last_block(payload)
