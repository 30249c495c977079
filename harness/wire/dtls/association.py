"""The DTLS associations of one leg: who was client, what was chosen, which certificates were shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from .alert import Alert, parse_alerts
from .handshake import HandshakeMessage, HandshakeReader, HandshakeType
from .hello import ClientHello, ServerHello, parse_certificates, parse_client_hello, parse_server_hello, version_name
from .record import ContentType, Record, iter_records
from .suites import srtp_profile_name, suite_name

MAX_ASSOCIATIONS: Final = 1024
MAX_REMARKS: Final = 100
"""Alerts, and problems, that are kept for one association."""


@dataclass(frozen=True)
class DtlsAssociation:
    """One handshake, as far as it could be read. What was not seen is None, empty or False.

    "Near" is the side that sends outward. `version` ("DTLSv1.2"), `suite_iana` and `srtp_profile` are what the server
    chose; DTLS 1.3 encrypts the profile and the certificates. `certificates_*` are DER, the sender's own first.
    `protected_*` says that the side sent records of an epoch above 0, whoever made them. `problems` are sentences about
    malformed or contradicting input: they belong to the handshake during which they were seen.
    """

    client_is_near: bool | None = None
    version: str | None = None
    suite_iana: str | None = None
    srtp_profile: str | None = None
    client_random: bytes | None = None
    server_random: bytes | None = None
    certificates_near: tuple[bytes, ...] = ()
    certificates_far: tuple[bytes, ...] = ()
    extended_master_secret: bool = False
    resumed: bool = False
    protected_near: bool = False
    protected_far: bool = False
    client_hello: ClientHello | None = None
    server_hello: ServerHello | None = None
    alerts: tuple[Alert, ...] = ()
    problems: tuple[str, ...] = ()


def associations(datagrams: Iterable[tuple[bool, bytes]]) -> tuple[DtlsAssociation, ...]:
    """Every association of a leg, from its datagrams in order, each with True when the near side sent it.

    Datagrams that are not DTLS are passed over. Never raises on malformed input. Any DTLS at all gives at least one
    association. Give the datagrams of one pair of addresses: a handshake with a third address, mixed in, cannot be told
    apart from the peers' own while both are under way.
    """
    leg = _Leg()
    for number, (outward, datagram) in enumerate(datagrams, start=1):
        if datagram and 20 <= datagram[0] <= 63:
            leg.datagram(number, outward, datagram)
    return tuple(leg.found)


class _Leg:
    """Walks through the datagrams of a leg; `_at` is the place in `found` of the association under way."""

    def __init__(self) -> None:
        self.found: list[DtlsAssociation] = []
        self._at = 0
        self._readers = {near: HandshakeReader(self._problem) for near in (True, False)}
        self._place = ""

    def datagram(self, number: int, near: bool, datagram: bytes) -> None:
        self._place = f"datagram {number} from the {'near' if near else 'far'} side"
        if not self.found:
            self.found.append(DtlsAssociation())
        try:
            for record in iter_records(datagram):
                self._record(near, record)
        except ValueError as fault:
            self._problem(str(fault))

    def _record(self, near: bool, record: Record) -> None:
        if record.encrypted:
            self._protected(near)
        elif record.content_type is ContentType.ALERT:
            self._alerts(near, record.fragment)
        else:
            for message in self._readers[near].read(record):
                self._message(near, message)

    def _alerts(self, near: bool, fragment: bytes) -> None:
        try:
            alerts = self._now.alerts + parse_alerts(fragment, near)
        except ValueError as fault:
            self._problem(str(fault))
        else:
            self._change(alerts=alerts[:MAX_REMARKS])

    def _message(self, near: bool, message: HandshakeMessage) -> None:
        try:
            if message.type == HandshakeType.CLIENT_HELLO:
                self._client_hello(near, parse_client_hello(message.body))
            elif message.type == HandshakeType.SERVER_HELLO:
                self._server_hello(near, parse_server_hello(message.body))
            elif message.type == HandshakeType.CERTIFICATE:
                self._certificates(near, parse_certificates(message.body))
        except ValueError as fault:
            self._problem(f"handshake message {message.message_seq}: {fault}")

    def _client_hello(self, near: bool, hello: ClientHello) -> None:
        # A cookie or a HelloRetryRequest makes the client say hello again, with the random it had.
        again = (
            at for at, old in enumerate(self.found) if (old.client_is_near, old.client_random) == (near, hello.random)
        )
        at = next(again, None)
        if at is None and not self._begin():
            return
        self._at = len(self.found) - 1 if at is None else at
        self._change(client_is_near=near, client_random=hello.random, client_hello=hello)

    def _begin(self) -> bool:
        """Make room for another handshake; alerts and problems from before the first one count as its own."""
        if replace(self._now, alerts=(), problems=()) == DtlsAssociation():
            return True
        if len(self.found) == MAX_ASSOCIATIONS:
            self._problem(f"more than {MAX_ASSOCIATIONS} handshakes: this one was not read")
            return False
        self.found.append(DtlsAssociation())
        for reader in self._readers.values():
            reader.restart()
        return True

    def _server_hello(self, near: bool, hello: ServerHello) -> None:
        if hello.retry:
            return
        # When both sides say ClientHello, the ServerHello answers the other side's.
        answered = [at for at, old in enumerate(self.found) if old.client_is_near is not near]
        again = [at for at in answered if self.found[at].server_hello == hello]
        if not answered:
            raise ValueError("the ServerHello comes from the side that is the client")
        self._at = (again or answered)[-1]
        now = self._now
        if now.server_hello not in (None, hello):
            raise ValueError("a second, different ServerHello in one handshake")
        offered = now.client_hello.session_id if now.client_hello else b""
        self._change(
            client_is_near=not near,
            version=version_name(hello.version),
            suite_iana=suite_name(hello.suite),
            srtp_profile=None if hello.srtp_profile is None else srtp_profile_name(hello.srtp_profile),
            server_random=hello.random,
            server_hello=hello,
            extended_master_secret=hello.extended_master_secret,
            # Only a resumed session has the id that the client asked for (RFC 5246 section 7.4.1.3); DTLS 1.3 echoes
            # it always (RFC 8446 section 4.1.3).
            resumed=bool(offered) and offered == hello.session_id and version_name(hello.version) != "DTLSv1.3",
        )

    def _certificates(self, near: bool, chain: tuple[bytes, ...]) -> None:
        known = self._now.certificates_near if near else self._now.certificates_far
        if known and known != chain:
            raise ValueError("a second, different Certificate message from one side in one handshake")
        if near:
            self._change(certificates_near=chain)
        else:
            self._change(certificates_far=chain)

    def _protected(self, near: bool) -> None:
        if near:
            self._change(protected_near=True)
        else:
            self._change(protected_far=True)

    @property
    def _now(self) -> DtlsAssociation:
        return self.found[self._at]

    def _change(self, **fields: Any) -> None:
        self.found[self._at] = replace(self._now, **fields)

    def _problem(self, sentence: str) -> None:
        problems = self._now.problems
        if len(problems) < MAX_REMARKS:
            self._change(problems=(*problems, f"{self._place}: {sentence}"))
