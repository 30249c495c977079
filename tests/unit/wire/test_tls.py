"""A stream of TLS is read to its last byte, and where it stops being TLS is named."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.tls import MAX_FRAGMENT, TlsContent, read_stream

HELLO = bytes.fromhex("1603010004") + bytes(4)
DATA = bytes.fromhex("1703030005") + b"\xaa\xbb\xcc\xdd\xee"


def test_records_are_found_where_they_lie() -> None:
    stream = read_stream(HELLO + DATA + DATA)
    assert stream.sound and stream.rest == 29
    assert [(one.content, one.at, one.start, one.end) for one in stream.records] == [
        (TlsContent.HANDSHAKE, 0, 5, 9),
        (TlsContent.APPLICATION_DATA, 9, 14, 19),
        (TlsContent.APPLICATION_DATA, 19, 24, 29),
    ]
    assert stream.bytes_of(TlsContent.APPLICATION_DATA) == 10


def test_what_openssl_says_first_is_a_handshake() -> None:
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="call.test")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    stream = read_stream(outgoing.read())
    assert stream.sound and {one.content for one in stream.records} == {TlsContent.HANDSHAKE}


@pytest.mark.parametrize(
    ("data", "rest", "problem"),
    [
        (b"GET / HTTP/1.1\r\n", 0, "byte 0 begins no record: there is no content type 71"),
        (DATA, 0, "the stream begins with APPLICATION_DATA, not with a handshake"),
        (HELLO + b"chat in clear", 9, "byte 9 begins no record: there is no content type 99"),
        (
            HELLO + bytes.fromhex("17feff0005") + bytes(5),
            9,
            "the record at byte 9 has version 0xFEFF, which is not TLS",
        ),
        (HELLO + bytes.fromhex("170303ffff"), 9, f"the record at byte 9 says 65535 bytes, more than {MAX_FRAGMENT}"),
    ],
)
def test_what_is_no_tls_is_named_with_its_byte(data: bytes, rest: int, problem: str) -> None:
    stream = read_stream(data)
    assert (stream.sound, stream.rest, stream.problem) == (False, rest, problem)


@pytest.mark.parametrize("kept", range(1, len(DATA)))
def test_a_last_record_that_is_cut_off_is_left_out(kept: int) -> None:
    stream = read_stream(HELLO + DATA[:kept])
    assert stream.sound and stream.rest == len(HELLO) and len(stream.records) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_what_was_read_is_whole(data: bytes) -> None:
    stream = read_stream(data)
    edges = [0, *(one.end for one in stream.records)]
    assert [one.at for one in stream.records] == edges[:-1] and edges[-1] == stream.rest
    assert stream.sound or stream.rest < len(data)
