"""Handshake messages in clear said otherwise on their way: a datagram in, a datagram out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ...wire.dtls import (
    ClientHello,
    ContentType,
    HandshakeMessage,
    HandshakeReader,
    HandshakeType,
    Record,
    iter_records,
    parse_client_hello,
    parse_server_hello,
)
from ...wire.dtls import writer as write
from ...wire.dtls.hello import EXTENDED_MASTER_SECRET, Extensions

Change = Callable[[Record, HandshakeMessage], bytes | None]
"""What shall stand in the place of a record that holds this whole message; None to leave it."""

_FURTHER: Final = 32
"""How far ahead of the others an added record is numbered: inside every replay window, and used by no handshake."""


def rewritten(datagram: bytes, change: Change) -> bytes:
    """The datagram with every record changed that the change concerns; what cannot be read is left as it is."""
    parts = []
    at = 0
    with suppress(ValueError):
        for record in iter_records(datagram):
            whole = _written(record)
            new = None if record.encrypted else _changed(record, change)
            parts.append(datagram[at : at + len(whole)] if new is None else new)
            at += len(whole)
    return b"".join(parts) + datagram[at:]


def rolled_back(record: Record, message: HandshakeMessage) -> bytes | None:
    """A ClientHello that can do no more than DTLS 1.0."""
    return _client_hello(record, message, lambda hello: replace(hello, legacy_version=write.DTLS10))


def without_extended_master_secret(record: Record, message: HandshakeMessage) -> bytes | None:
    """A ClientHello, or a ServerHello, that does not know RFC 7627."""
    if message.type == HandshakeType.SERVER_HELLO:
        return _server_hello_without(EXTENDED_MASTER_SECRET, record, message)

    def stripped(hello: ClientHello) -> ClientHello:
        return replace(hello, extensions=_without(EXTENDED_MASTER_SECRET, hello.extensions))

    return _client_hello(record, message, stripped)


def overlapping(record: Record, message: HandshakeMessage) -> bytes | None:
    """A ServerKeyExchange in two fragments that share its middle and agree on it."""
    return _in_two(record, message, lambda part: part, lambda part: part)


def contradicting(record: Record, message: HandshakeMessage) -> bytes | None:
    """The same, but the two disagree on their middle, and each is wrong where it stands alone.

    So whichever a receiver believes, what it puts together is not what the server signed.
    """
    return _in_two(record, message, _inverted, lambda part: part[:-1] + _inverted(part[-1:]))


def _changed(record: Record, change: Change) -> bytes | None:
    if record.content_type is not ContentType.HANDSHAKE:
        return None
    messages = HandshakeReader().read(record)
    return change(record, messages[0]) if len(messages) == 1 else None


def _client_hello(
    record: Record, message: HandshakeMessage, change: Callable[[ClientHello], ClientHello]
) -> bytes | None:
    if message.type != HandshakeType.CLIENT_HELLO:
        return None
    new = change(parse_client_hello(message.body))
    body = write.client_hello(
        new.random,
        new.suites,
        new.extensions,
        version=new.legacy_version,
        session_id=new.session_id,
        cookie=new.cookie,
    )
    return _written(replace(record, fragment=write.handshake(message.type, message.message_seq, body)))


def _server_hello_without(extension: int, record: Record, message: HandshakeMessage) -> bytes | None:
    hello = parse_server_hello(message.body)
    extensions = _without(extension, hello.extensions)
    if extensions == hello.extensions:
        return None
    body = write.server_hello(hello.random, hello.suite, extensions, version=hello.version, session_id=hello.session_id)
    return _written(replace(record, fragment=write.handshake(message.type, message.message_seq, body)))


def _without(extension: int, extensions: Extensions) -> Extensions:
    return tuple(one for one in extensions if one[0] != extension)


def _in_two(
    record: Record, message: HandshakeMessage, first: Callable[[bytes], bytes], second: Callable[[bytes], bytes]
) -> bytes | None:
    """Two records in the place of one: the first two thirds of a ServerKeyExchange, and the last two."""
    if message.type != HandshakeType.SERVER_KEY_EXCHANGE:
        return None
    body, size = message.body, len(message.body)
    start = size // 3

    def fragment(offset: int, part: bytes) -> bytes:
        return write.handshake_fragment(message.type, message.message_seq, size, offset, part)

    one = replace(record, fragment=fragment(0, first(body[: 2 * start])))
    other = replace(record, sequence=record.sequence + _FURTHER, fragment=fragment(start, second(body[start:])))
    return _written(one) + _written(other)


def _inverted(part: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in part)


def _written(record: Record) -> bytes:
    return write.record(record.content_type, record.fragment, record.sequence, record.epoch, record.version)
