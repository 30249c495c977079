"""Reads the DTLS associations of one leg, datagram by datagram."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from .alert import parse_alerts
from .association import DtlsAssociation, SeenMessage
from .group import group_name, key_exchange_group
from .handshake import HandshakeMessage, HandshakeReader, HandshakeType
from .hello import ClientHello, ServerHello, parse_certificates, parse_client_hello, parse_server_hello, version_name
from .record import ContentType, Record, iter_records
from .suites import srtp_profile_name, suite_name

MAX_ASSOCIATIONS: Final = 1024
MAX_REMARKS: Final = 100
"""Alerts, and problems, that are kept for one association."""

_ASSOCIATION: Final = 2048
_REMARK: Final = 200
"""Bytes of memory, about, of an association without its messages, and of a problem."""

_HANDSHAKE_EPOCH: Final = 2
"""The epoch of DTLS 1.3 under which handshake messages are encrypted (RFC 9147 section 6.1)."""

_KEPT: Final = frozenset({HandshakeType.CLIENT_KEY_EXCHANGE, HandshakeType.CERTIFICATE_VERIFY})
"""Messages of which only the digest is of use."""


def associations(datagrams: Iterable[tuple[bool, bytes]]) -> tuple[DtlsAssociation, ...]:
    """Every association of a leg, from its datagrams in order, each with True when the near side sent it.

    Datagrams that are not DTLS are passed over. Never raises on malformed input. Any DTLS at all gives at least one
    association. Give the datagrams of one pair of addresses: a handshake with a third address, mixed in, cannot be told
    apart from the peers' own while both are under way.
    """
    reader = AssociationReader()
    for number, (outward, datagram) in enumerate(datagrams, start=1):
        if datagram and 20 <= datagram[0] <= 63:
            reader.datagram(number, outward, datagram)
    return tuple(reader.found)


class AssociationReader:
    """Walks through the DTLS datagrams of a leg; `_at` is the place in `found` of the association under way.

    `unit` is what the numbers count, "datagram" or "frame". Give every datagram to `datagram`, or those whose records
    are all protected to `protected`, which is cheap.
    """

    def __init__(self, unit: str = "datagram") -> None:
        self.found: list[DtlsAssociation] = []
        self._unit = unit
        self._at = 0
        self._readers = {near: HandshakeReader(self._problem) for near in (True, False)}
        self._number = 0
        self._near = True
        self._kept = 0
        self._lengths: dict[tuple[int, bool], int] = {}
        self._numbers: dict[tuple[int, bool], dict[int, bytes]] = {}
        self._keyed: dict[int, bytes] = {}

    @property
    def held(self) -> int:
        """Bytes of memory that all this takes, about."""
        return self._kept + sum(reader.held for reader in self._readers.values())

    def forget(self) -> None:
        """Give back the memory of messages that are not complete; what was found stays."""
        for reader in self._readers.values():
            reader.forget()
        self._kept -= sum(map(len, self._keyed.values()))
        self._keyed.clear()

    def datagram(self, number: int, near: bool, datagram: bytes) -> None:
        """Take in a datagram whose first byte is DTLS's (RFC 7983)."""
        self._begin_datagram(number, near)
        try:
            for record in iter_records(datagram):
                self._record(near, record)
        except ValueError as fault:
            self._problem(str(fault))

    def protected(self, number: int, near: bool, finishing: bool) -> None:
        """Take in a datagram of which only this is of interest: its records are protected, and one of them, when
        `finishing`, belongs to a handshake."""
        self._begin_datagram(number, near)
        self._protected(near, finishing)

    def _begin_datagram(self, number: int, near: bool) -> None:
        self._number, self._near = number, near
        if not self.found:
            self._append()

    def _append(self) -> None:
        self.found.append(DtlsAssociation(first=self._number))
        self._kept += _ASSOCIATION

    def _record(self, near: bool, record: Record) -> None:
        if record.encrypted:
            self._protected(near, belongs_to_handshake(record))
            if record.content_type is ContentType.HANDSHAKE:
                self._finishing(near, record)
        elif record.content_type is ContentType.ALERT:
            self._alerts(near, record.fragment)
        else:
            for message in self._readers[near].read(record):
                self._message(near, message)
            if record.content_type is ContentType.HANDSHAKE:
                self._note_transport(near, record)

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
                self._client_hello(near, parse_client_hello(message.body), message)
            elif message.type == HandshakeType.SERVER_HELLO:
                self._server_hello(near, parse_server_hello(message.body), message)
            elif message.type == HandshakeType.CERTIFICATE:
                self._certificates(near, parse_certificates(message.body), message)
            elif message.type == HandshakeType.SERVER_KEY_EXCHANGE:
                self._server_key_exchange(near, message)
            elif message.type in _KEPT:
                self._remember(near, message)
        except ValueError as fault:
            self._problem(f"handshake message {message.message_seq}: {fault}")

    def _client_hello(self, near: bool, hello: ClientHello, message: HandshakeMessage) -> None:
        # A cookie or a HelloRetryRequest makes the client say hello again, with the random it had.
        again = (
            at for at, old in enumerate(self.found) if (old.client_is_near, old.client_random) == (near, hello.random)
        )
        at = next(again, None)
        if at is None and not self._begin():
            return
        self._at = len(self.found) - 1 if at is None else at
        if self._now.server_hello is None:  # else the server answered the hello that is known
            self._change(client_is_near=near, client_random=hello.random, client_hello=hello)
            self._remember(near, message)

    def _begin(self) -> bool:
        """Make room for another handshake; alerts and problems from before the first one count as its own."""
        if replace(self._now, alerts=(), problems=()) == DtlsAssociation():
            return True
        if len(self.found) == MAX_ASSOCIATIONS:
            self._problem(f"more than {MAX_ASSOCIATIONS} handshakes: this one was not read")
            return False
        self._append()
        for reader in self._readers.values():
            reader.restart()
        return True

    def _server_hello(self, near: bool, hello: ServerHello, message: HandshakeMessage) -> None:
        if hello.retry:
            return
        # When both sides say ClientHello, the ServerHello answers the other side's.
        answered = [at for at, old in enumerate(self.found) if old.client_is_near is not near]
        again = [at for at in answered if self.found[at].server_hello == hello]
        if not answered:
            raise ValueError("the ServerHello comes from the side that is the client")
        self._at = (again or answered)[-1]
        self._remember(near, message)
        offered = self._now.client_hello.session_id if self._now.client_hello else b""
        self._change(
            client_is_near=not near,
            version=version_name(hello.version),
            suite_iana=suite_name(hello.suite),
            group=self._now.group if hello.key_share is None else group_name(hello.key_share),
            srtp_profile=None if hello.srtp_profile is None else srtp_profile_name(hello.srtp_profile),
            srtp_mki=hello.srtp_mki,
            server_random=hello.random,
            server_hello=hello,
            extended_master_secret=hello.extended_master_secret,
            # Only a resumed session has the id that the client asked for (RFC 5246 section 7.4.1.3); DTLS 1.3 echoes
            # it always (RFC 8446 section 4.1.3).
            resumed=bool(offered) and offered == hello.session_id and version_name(hello.version) != "DTLSv1.3",
        )
        if (body := self._keyed.pop(self._at, None)) is not None:
            self._kept -= len(body)
            self._change(group=key_exchange_group(suite_name(hello.suite), body))

    def _certificates(self, near: bool, chain: tuple[bytes, ...], message: HandshakeMessage) -> None:
        self._remember(near, message)
        if near:
            self._change(certificates_near=chain)
        else:
            self._change(certificates_far=chain)

    def _server_key_exchange(self, near: bool, message: HandshakeMessage) -> None:
        if self._now.client_is_near is near:
            raise ValueError("the ServerKeyExchange comes from the side that is the client")
        self._remember(near, message)
        if self._now.suite_iana is not None:
            self._change(group=key_exchange_group(self._now.suite_iana, message.body))
        elif self._at not in self._keyed:
            # What it says hangs on the suite, and datagrams overtake each other: it waits for the ServerHello.
            self._kept += len(message.body)
            self._keyed[self._at] = message.body

    def _remember(self, near: bool, message: HandshakeMessage) -> None:
        """Keep a message's digest. ValueError for one that contradicts an earlier one; a ClientHello may change."""
        seen = SeenMessage(message.type, near, len(message.body), sha256(message.body).digest())
        same_kind = [one for one in self._now.messages if (one.type, one.from_near) == (seen.type, near)]
        if same_kind == [seen]:
            return
        if same_kind and message.type != HandshakeType.CLIENT_HELLO:
            self._change(contradicted=True)
            kind = HandshakeType(message.type).name
            raise ValueError(f"a second, different {kind} message from one side in one handshake")
        self._kept += seen.length - sum(one.length for one in same_kind)
        self._change(messages=(*(one for one in self._now.messages if one not in same_kind), seen))

    def _protected(self, near: bool, finishing: bool) -> None:
        if near:
            self._change(protected_near=True, finished_near=finishing or self._now.finished_near)
        else:
            self._change(protected_far=True, finished_far=finishing or self._now.finished_far)

    def _note_transport(self, near: bool, record: Record) -> None:
        """How a handshake record in clear came: again, or in fragments that overlap."""
        numbers = self._numbers.setdefault((self._at, near), {})
        digest = sha256(record.fragment).digest()
        replayed = numbers.get(record.sequence) == digest
        if len(numbers) < MAX_REMARKS:
            self._kept += 0 if record.sequence in numbers else _REMARK
            numbers.setdefault(record.sequence, digest)
        if replayed or self._readers[near].overlapped:
            self._change(
                replayed=replayed or self._now.replayed,
                fragments_overlap=self._readers[near].overlapped or self._now.fragments_overlap,
            )
            self._readers[near].overlapped = False

    def _finishing(self, near: bool, record: Record) -> None:
        """A handshake record under keys. The first of a side is its Finished, and a repetition is as long."""
        first = self._lengths.setdefault((self._at, near), len(record.fragment))
        tried = record.epoch > 1 or len(record.fragment) != first
        highest = max(record.epoch, self._now.epoch_near if near else self._now.epoch_far)
        self._change(
            renegotiation_tried=tried or self._now.renegotiation_tried,
            **{"epoch_near" if near else "epoch_far": highest},
        )

    @property
    def _now(self) -> DtlsAssociation:
        return self.found[self._at]

    def _change(self, **fields: Any) -> None:
        self.found[self._at] = replace(self._now, last=self._number, **fields)

    def _problem(self, sentence: str) -> None:
        problems = self._now.problems
        if len(problems) < MAX_REMARKS:
            self._kept += _REMARK
            side = "near" if self._near else "far"
            self._change(problems=(*problems, f"{self._unit} {self._number} from the {side} side: {sentence}"))


def belongs_to_handshake(record: Record) -> bool:
    """Whether a protected record carries the end of a handshake, as far as its outside tells."""
    if record.content_type is ContentType.UNIFIED:
        return record.epoch == _HANDSHAKE_EPOCH
    return record.content_type is ContentType.HANDSHAKE
