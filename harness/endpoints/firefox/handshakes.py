"""The DTLS handshakes over a party's sockets: which secrets of a browser are theirs, and which certificate it refused.

A browser logs the secrets of all its tabs in one file, and of a certificate that it refuses it tells a page nothing.
"""

from __future__ import annotations

from typing import Final

from ...model.datagram import Address, Tap
from ...wire.dtls.association_reader import associations

MOST: Final = 256
"""Datagrams of DTLS that are kept; an honest call has twenty."""

_BAD_CERTIFICATE: Final = "bad_certificate"


class Handshakes:
    """A tap that keeps the first datagrams of DTLS, and shows everything to `tap`."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._kept: list[tuple[bool, bytes]] = []

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self._tap.seen(outward, local, remote, data, when)
        if data and 20 <= data[0] <= 63 and len(self._kept) < MOST:  # RFC 7983 section 7
            self._kept.append((outward, data))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self._tap.socket_closed(local, counted, dropped)

    def of_these(self, key_log: str) -> list[str]:
        """The lines of a key log that speak of these handshakes."""
        randoms = {one.client_random.hex() for one in associations(self._kept) if one.client_random is not None}
        lines = (line.strip() for line in key_log.splitlines())
        return [line for line in lines if len(words := line.split(" ")) == 3 and words[1] in randoms]

    def refused(self) -> bytes | None:
        """The certificate (DER) that this side said is a bad one; None when it did not, or nobody can read it."""
        for one in reversed(associations(self._kept)):
            said = any(alert.from_near and alert.description == _BAD_CERTIFICATE for alert in one.alerts)
            if said and one.certificates_far:
                return one.certificates_far[0]
        return None
