"""CRC-32C against published values."""

from __future__ import annotations

import pytest

from harness.wire.crc32c import crc32c


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        (bytes(32), "aa36918a"),
        (b"\xff" * 32, "43aba862"),
        (bytes(range(32)), "4e79dd46"),
        (bytes(range(31, -1, -1)), "5cdb3f11"),
    ],
)
def test_the_examples_of_rfc_3720_appendix_b_4(data: bytes, sent: str) -> None:
    assert crc32c(data).to_bytes(4, "little").hex() == sent
