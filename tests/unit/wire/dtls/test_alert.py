"""Alerts in clear."""

from __future__ import annotations

import pytest
from scapy.layers.tls.record import _tls_alert_description as scapys_descriptions

from harness.wire.dtls import Alert, parse_alerts


def test_alerts_have_names() -> None:
    assert parse_alerts(bytes.fromhex("0228 0100"), from_near=True) == (
        Alert(from_near=True, level="fatal", description="handshake_failure"),
        Alert(from_near=True, level="warning", description="close_notify"),
    )


def test_scapy_knows_the_same_descriptions() -> None:
    read = {code: parse_alerts(bytes([2, code]), from_near=True)[0].description for code in range(256)}
    named = {code: name for code, name in read.items() if not name.startswith("alert ")}
    assert named == {code: name.removesuffix("_RESERVED") for code, name in scapys_descriptions.items()}


def test_unknown_numbers_are_shown_as_numbers() -> None:
    assert parse_alerts(b"\x07\xc8", from_near=False) == (Alert(False, "level 7", "alert 200"),)


@pytest.mark.parametrize("fragment", [b"", b"\x02", b"\x02\x28\x01"])
def test_half_an_alert_is_refused(fragment: bytes) -> None:
    with pytest.raises(ValueError, match=f"of {len(fragment)} bytes does not hold whole alerts"):
        parse_alerts(fragment, from_near=True)
