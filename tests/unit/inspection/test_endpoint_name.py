"""Names of endpoints against what a person types."""

from __future__ import annotations

import pytest

from harness.inspection.endpoint_name import host_of, is_at


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("192.0.2.1:5000", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]:5000", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("other endpoints", "other endpoints"),
    ],
)
def test_the_host_of_an_endpoint(endpoint: str, host: str) -> None:
    assert host_of(endpoint) == host


@pytest.mark.parametrize(
    ("endpoint", "address", "there"),
    [
        ("192.0.2.1:5000", "192.0.2.1", True),
        ("192.0.2.1:5000", "192.0.2.1:5000", True),
        ("192.0.2.1:5000", "192.0.2.1:5001", False),
        ("192.0.2.1:5000", "192.0.2.11", False),
        ("[2001:db8::1]:5000", "2001:DB8:0::1", True),
        ("[2001:db8::1]:5000", "[2001:db8::1]", True),
        ("[2001:db8::1]:5000", "[2001:DB8::1]:5000", True),
        ("[2001:db8::1]:5000", "[2001:db8::1]:5001", False),
        ("192.0.2.1:5000", "alice.example", False),
        ("192.0.2.1:5000", "", False),
        ("relayed by 198.51.100.5:3478 for 192.0.2.1:5000", "192.0.2.1", True),
        ("relayed by 198.51.100.5:3478 for 192.0.2.1:5000", "192.0.2.1:5001", False),
        ("relayed by 198.51.100.5:3478 for 192.0.2.1:5000", "198.51.100.5", False),
    ],
)
def test_an_endpoint_is_at_an_address(endpoint: str, address: str, there: bool) -> None:
    assert is_at(endpoint, address) is there
