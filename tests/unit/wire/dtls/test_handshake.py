"""Handshake messages from fragments: split, shuffled, repeated, overlapping, contradicting, and never too many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.dtls import HandshakeMessage, HandshakeReader
from harness.wire.dtls.handshake import MAX_ASSEMBLIES, MAX_MESSAGE

from ..openssl_pair import identity, shake_hands
from .test_record import record

BODY = bytes(range(100))
MESSAGE = HandshakeMessage(11, 2, BODY)


@dataclass(frozen=True)
class Part:
    """The bytes `start` to `end` of a message."""

    message: HandshakeMessage
    start: int
    end: int


def fragment(message: HandshakeMessage, start: int = 0, end: int | None = None) -> bytes:
    """RFC 6347 section 4.2.2."""
    body = message.body[start:end]
    lengths = (len(message.body).to_bytes(3, "big"), message.message_seq.to_bytes(2, "big"))
    return bytes([message.type]) + b"".join(lengths) + start.to_bytes(3, "big") + len(body).to_bytes(3, "big") + body


def test_a_whole_message() -> None:
    assert HandshakeReader().feed(record(22, fragment(MESSAGE))) == (MESSAGE,)


def test_the_longest_message() -> None:
    longest = HandshakeMessage(11, 0, bytes(MAX_MESSAGE))
    reader = HandshakeReader()
    read = [reader.feed(record(22, fragment(longest, at, at + 16_000))) for at in range(0, MAX_MESSAGE, 16_000)]
    assert read == [(), (), (), (), (longest,)]


def test_a_message_in_three_datagrams_out_of_order() -> None:
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE, 60))) == ()
    assert reader.feed(record(22, fragment(MESSAGE, 0, 30))) == ()
    assert reader.feed(record(22, fragment(MESSAGE, 30, 60))) == (MESSAGE,)


def test_a_flight_of_messages_in_one_record_and_in_several() -> None:
    hello, done = HandshakeMessage(2, 1, b"hello"), HandshakeMessage(14, 3, b"")
    one_record = record(22, fragment(hello) + fragment(MESSAGE) + fragment(done))
    three_records = record(22, fragment(hello)) + record(22, fragment(MESSAGE)) + record(22, fragment(done))
    for flight in (one_record, three_records):
        assert HandshakeReader().feed(flight) == (hello, MESSAGE, done)


def test_a_retransmission_is_reported_once_however_it_is_cut() -> None:
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE))) == (MESSAGE,)
    assert reader.feed(record(22, fragment(MESSAGE))) == ()
    assert reader.feed(record(22, fragment(MESSAGE, 0, 55) + fragment(MESSAGE, 40))) == ()
    assert reader.problems == []


def test_overlapping_fragments_that_agree_are_put_together() -> None:
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE, 0, 70))) == ()
    assert reader.feed(record(22, fragment(MESSAGE, 30))) == (MESSAGE,)


def test_a_forged_fragment_cannot_hide_the_real_message() -> None:
    forged = HandshakeMessage(11, 2, b"X" * 100)
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(forged, 0, 60))) == ()
    assert reader.feed(record(22, fragment(MESSAGE, 0, 50))) == ()
    assert MESSAGE in reader.feed(record(22, fragment(MESSAGE, 40)))


def test_two_messages_with_one_number_are_both_reported() -> None:
    other = HandshakeMessage(11, 2, BODY[::-1])
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE)) + record(22, fragment(other))) == (MESSAGE, other)


def test_after_a_restart_an_equal_message_is_a_new_one_but_an_equal_client_hello_is_not() -> None:
    hello = HandshakeMessage(1, 0, b"hello")
    reader = HandshakeReader()
    reader.feed(record(22, fragment(hello) + fragment(MESSAGE)))
    reader.restart()
    assert reader.feed(record(22, fragment(hello) + fragment(MESSAGE))) == (MESSAGE,)


def test_encrypted_and_other_records_are_passed_over() -> None:
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE), epoch=1) + record(23, fragment(MESSAGE))) == ()
    assert reader.problems == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (fragment(MESSAGE)[:11], "at byte 17 is cut off in its header"),
        (fragment(MESSAGE)[:-1], "at byte 17 is cut off in its body"),
        (b"\x0b" + bytes.fromhex("000004 0002 000002 000003 616263"), "reaches behind the end of its message"),
        (b"\x0b" + (MAX_MESSAGE + 1).to_bytes(3, "big") + bytes(8), "says 65537 bytes, more than 65536"),
    ],
)
def test_a_malformed_fragment_is_a_problem_and_what_came_before_still_counts(bad: bytes, fault: str) -> None:
    good = HandshakeMessage(2, 1, b"hello")
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(good) + bad)) == (good,)
    (problem,) = reader.problems
    assert fault in problem


def test_a_malformed_record_is_a_problem_and_what_came_before_still_counts() -> None:
    reader = HandshakeReader()
    assert reader.feed(record(22, fragment(MESSAGE)) + b"junk") == (MESSAGE,)
    (problem,) = reader.problems
    assert "record at byte" in problem


def test_a_flood_of_unfinished_messages_is_forgotten_and_reported() -> None:
    reader = HandshakeReader()
    for number in range(MAX_ASSEMBLIES + 1):
        reader.feed(record(22, fragment(HandshakeMessage(11, number, BODY), 0, 10)))
    (problem,) = reader.problems
    assert "an unfinished one was given up" in problem
    assert reader.feed(record(22, fragment(HandshakeMessage(11, 0, BODY), 10))) == ()
    assert reader.feed(record(22, fragment(HandshakeMessage(11, MAX_ASSEMBLIES, BODY), 10))) != ()


def test_openssl_cuts_a_certificate_and_we_put_it_together() -> None:
    alice, bob = identity("alice" * 12), identity("bob")
    pair = shake_hands(alice, bob, mtu=260)
    reader = HandshakeReader()
    messages = [message for mine, datagram in pair.datagrams if mine for message in reader.feed(datagram)]
    # ClientHello twice only with a cookie; Certificate, ClientKeyExchange, CertificateVerify (RFC 6347 figure 1).
    assert [message.type for message in messages] == [1, 11, 16, 15]
    assert alice.der in messages[1].body
    assert reader.problems == []


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[HandshakeMessage], list[Part]]:
    """Messages, and parts that cover each of them, in any order and with repetitions."""
    bodies = draw(st.lists(st.binary(max_size=40), min_size=1, max_size=4))
    messages = [HandshakeMessage(11 + number % 2, number, body) for number, body in enumerate(bodies)]
    parts = []
    for message in messages:
        size = len(message.body)
        cuts = sorted({0, size, *draw(st.lists(st.integers(0, size), max_size=4))})
        parts += [Part(message, a, b) for a, b in pairwise(cuts)] or [Part(message, 0, 0)]
        edges = st.tuples(st.integers(0, size), st.integers(0, size)).map(sorted)
        parts += [Part(message, a, b) for a, b in draw(st.lists(edges, max_size=3))]
    return messages, draw(st.permutations(parts))


@given(deliveries())
def test_however_messages_are_cut_and_shuffled_each_comes_out_once(
    delivery: tuple[list[HandshakeMessage], list[Part]],
) -> None:
    messages, parts = delivery
    reader = HandshakeReader()
    out = [
        message for part in parts for message in reader.feed(record(22, fragment(part.message, part.start, part.end)))
    ]
    assert sorted(out, key=lambda message: message.message_seq) == messages
    assert reader.problems == []


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_whatever_comes_the_reader_never_raises(tails: list[bytes]) -> None:
    reader = HandshakeReader()
    for tail in tails:
        reader.feed(tail)
        reader.feed(record(22, tail))
        reader.feed(record(22, fragment(MESSAGE)[:12] + tail))


def test_what_a_reader_holds_is_counted_and_can_be_given_back() -> None:
    reader = HandshakeReader()
    assert reader.held == 0
    reader.feed(record(22, fragment(MESSAGE, 0, 1)))
    assert reader.held >= len(BODY)
    reader.forget()
    assert reader.held == 0
    assert reader.problems == ["1 unfinished handshake messages were given up to stay within the memory"]
    assert reader.feed(record(22, fragment(MESSAGE, 1))) == ()
