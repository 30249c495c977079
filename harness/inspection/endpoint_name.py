"""Names of endpoints, "192.0.2.1:5000" or "[2001:db8::1]:5000", compared with what a person types."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address


def host_of(endpoint: str) -> str:
    """The address in front of the port: "192.0.2.1", "2001:db8::1". What has no port is all host."""
    if endpoint.startswith("["):
        return endpoint[1:].partition("]")[0]
    host, colon, port = endpoint.rpartition(":")
    return host if colon and port.isdigit() and ":" not in host else endpoint


def is_at(endpoint: str, address: str) -> bool:
    """Whether an endpoint is at this address: a host, or a host and port, in any spelling of an IP address.

    An end that a relay lends ("relayed by 198.51.100.5:3478 for 192.0.2.1:5000") is where its user is.
    """
    endpoint = endpoint.rpartition(" for ")[2]
    if host_of(address) == address.strip("[]"):
        return _canonical(host_of(endpoint)) == _canonical(address.strip("[]"))
    same_port = endpoint.rpartition(":")[2] == address.rpartition(":")[2]
    return same_port and _canonical(host_of(endpoint)) == _canonical(host_of(address))


def _canonical(host: str) -> str:
    with suppress(ValueError):
        return str(ip_address(host))
    return host
