"""Extensions by IANA's names, and the numbers that mean nothing."""

from __future__ import annotations

import pytest

from harness.wire import dtls
from harness.wire.dtls.extension import is_grease


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "server_name"),
        (14, "use_srtp"),  # RFC 5764 section 9
        (23, "extended_master_secret"),  # RFC 7627 section 7
        (51, "key_share"),  # RFC 8446 section 11
        (65281, "renegotiation_info"),  # RFC 5746 section 3.2
        (12345, "extension 12345"),
        (0x2A2A, "GREASE 0x2A2A"),
    ],
)
def test_names(code: int, name: str) -> None:
    assert dtls.extension_name(code) == name


def test_the_sixteen_grease_values_and_no_other() -> None:
    assert [code for code in range(65536) if is_grease(code)] == [0x0A0A + 0x1010 * step for step in range(16)]


def test_no_name_is_given_twice() -> None:
    assert len(set(dtls.EXTENSIONS.values())) == len(dtls.EXTENSIONS)
