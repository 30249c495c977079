"""What an interceptor needs of its end of a DTLS association, whoever speaks it: OpenSSL or an engine of our own."""

from __future__ import annotations

from typing import Protocol

from ...wire.srtp import SrtpKeys


class Leg(Protocol):
    """Datagrams in, datagrams out. Each method that can make the association speak returns the datagrams to send."""

    @property
    def client(self) -> bool:
        """Whether the interceptor is the DTLS client here."""

    @property
    def established(self) -> bool:
        """The handshake ended well."""

    @property
    def over(self) -> bool:
        """The association was closed, or broke."""

    @property
    def certificate_presented(self) -> bool:
        """The peer has shown that it has our certificate."""

    def start(self) -> list[bytes]:
        """Speak first, as a client does."""

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take one datagram of the peer."""

    def expire(self) -> list[bytes]:
        """Time has passed: repeat the last flight if it is due."""

    def timeout(self) -> float | None:
        """Seconds until `expire` should be called, None when nothing waits for an answer."""

    def send(self, data: bytes) -> list[bytes]:
        """Protect application data."""

    def close(self) -> list[bytes]:
        """Say close_notify."""

    def take_received(self) -> list[bytes]:
        """The application data that came since the last time."""

    def srtp_keys(self) -> SrtpKeys | None:
        """Keys of the established association; None when no SRTP profile was agreed."""
