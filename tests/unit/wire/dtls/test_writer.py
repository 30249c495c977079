"""What is written is what the readers of this room read, and OpenSSL's own messages come out byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.dtls import (
    HandshakeReader,
    HandshakeType,
    Record,
    parse_alerts,
    parse_certificates,
    parse_client_hello,
    parse_server_hello,
    records,
)
from harness.wire.dtls import writer as write

from ..openssl_pair import identity, shake_hands

PAIR = shake_hands(identity("alice"), identity("bob"))
DATAGRAMS = [datagram for _, datagram in PAIR.datagrams]
MESSAGES = {message.type: message for datagram in DATAGRAMS for message in HandshakeReader().feed(datagram)}


@given(st.sampled_from([20, 21, 22, 23, 24, 26]), st.binary(), st.integers(0, 2**48 - 1), st.integers(0, 65535))
def test_a_record_is_read_as_it_was_written(kind: int, fragment: bytes, sequence: int, epoch: int) -> None:
    (one,) = records(write.record(kind, fragment, sequence, epoch))
    assert (one.content_type, one.fragment, one.sequence, one.epoch) == (kind, fragment, sequence, epoch)
    assert one.version == write.DTLS12


def again(one: Record) -> bytes:
    return write.record(one.content_type, one.fragment, one.sequence, one.epoch, one.version)


def test_openssls_records_are_written_again_byte_by_byte() -> None:
    for datagram in DATAGRAMS:
        assert b"".join(again(one) for one in records(datagram)) == datagram


def test_openssls_hellos_are_written_again_byte_by_byte() -> None:
    offered = MESSAGES[HandshakeType.CLIENT_HELLO].body
    hello = parse_client_hello(offered)
    assert write.client_hello(hello.random, hello.suites, hello.extensions, version=hello.legacy_version) == offered
    chosen = MESSAGES[HandshakeType.SERVER_HELLO].body
    answer = parse_server_hello(chosen)
    same = write.server_hello(
        answer.random, answer.suite, answer.extensions, version=answer.version, session_id=answer.session_id
    )
    assert same == chosen


def test_openssls_certificate_is_written_again_byte_by_byte() -> None:
    body = MESSAGES[HandshakeType.CERTIFICATE].body
    assert write.certificates(parse_certificates(body)) == body


def test_session_id_and_cookie_have_their_places() -> None:
    body = write.client_hello(bytes(32), [0xC02B], (), session_id=b"session", cookie=b"cookie")
    hello = parse_client_hello(body)
    assert (hello.session_id, hello.cookie) == (b"session", b"cookie")


def test_a_message_in_parts_is_put_together() -> None:
    body = bytes(range(100))
    parts = [write.handshake_fragment(1, 3, 100, at, body[at : at + 40]) for at in (0, 40, 80)]
    reader = HandshakeReader()
    *nothing, messages = [reader.feed(write.record(22, part, number)) for number, part in enumerate(parts)]
    assert nothing == [(), ()]
    assert [(one.type, one.message_seq, one.body) for one in messages] == [(1, 3, body)]
    assert not reader.overlapped


def test_use_srtp_is_read_as_it_was_written() -> None:
    body = write.client_hello(bytes(32), [0xC02B], (write.use_srtp([7, 1], b"mki"),))
    hello = parse_client_hello(body)
    assert (hello.srtp_profiles, hello.srtp_mki) == ((7, 1), b"mki")


def test_an_alert_is_read_as_it_was_written() -> None:
    (one,) = parse_alerts(write.alert(2, 40), from_near=True)
    assert (one.level, one.description) == ("fatal", "handshake_failure")


def test_a_vector_that_does_not_fit_its_length_is_refused() -> None:
    with pytest.raises(OverflowError):
        write.vector(1, bytes(256))
