"""A genuine datagram in, a forged one out: only what the forger meant is different."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.adversaries.dtls.rewriting import (
    Change,
    contradicting,
    overlapping,
    rewritten,
    rolled_back,
    without_extended_master_secret,
)
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import (
    HandshakeReader,
    HandshakeType,
    associations,
    parse_client_hello,
    parse_server_hello,
    records,
)

from .openssl import OpenSsl

CHANGES: list[Change] = [contradicting, overlapping, rolled_back, without_extended_master_secret]


def hello_and_flight() -> tuple[bytes, bytes]:
    """A ClientHello of OpenSSL, and what OpenSSL answers."""
    client, server = (OpenSsl(fresh_identity(datetime.now(UTC)), client=client) for client in (True, False))
    (hello,) = client.step()
    (flight,) = server.step(hello)
    return hello, flight


HELLO, FLIGHT = hello_and_flight()


def test_a_rolled_back_hello_says_the_same_but_for_its_version() -> None:
    (before,), (after,) = HandshakeReader().feed(HELLO), HandshakeReader().feed(rewritten(HELLO, rolled_back))
    old, new = parse_client_hello(before.body), parse_client_hello(after.body)
    assert (old.legacy_version, new.legacy_version) == (0xFEFD, 0xFEFF)
    assert after.body[2:] == before.body[2:]


def test_a_stripped_hello_lacks_the_extended_master_secret_and_nothing_else() -> None:
    (before,), (after,) = (
        HandshakeReader().feed(one) for one in (HELLO, rewritten(HELLO, without_extended_master_secret))
    )
    old, new = parse_client_hello(before.body), parse_client_hello(after.body)
    assert set(old.extension_names) - set(new.extension_names) == {"extended_master_secret"}
    assert (new.random, new.suites, new.srtp_profiles) == (old.random, old.suites, old.srtp_profiles)


def test_a_stripped_answer_lacks_the_extended_master_secret_and_nothing_else_of_the_flight_is_touched() -> None:
    before, after = (HandshakeReader().feed(one) for one in (FLIGHT, rewritten(FLIGHT, without_extended_master_secret)))
    old, new = parse_server_hello(before[0].body), parse_server_hello(after[0].body)
    assert set(old.extension_names) - set(new.extension_names) == {"extended_master_secret"}
    assert replace(new, extensions=old.extensions, extended_master_secret=True) == old
    assert after[1:] == before[1:]


def test_an_answer_without_it_is_left_as_it_is() -> None:
    once = rewritten(FLIGHT, without_extended_master_secret)
    assert rewritten(once, without_extended_master_secret) == once


def test_overlapping_fragments_that_agree_make_the_message_that_was_there() -> None:
    reader = HandshakeReader()
    assert reader.feed(rewritten(FLIGHT, overlapping)) == HandshakeReader().feed(FLIGHT)
    assert reader.overlapped


def test_fragments_that_contradict_each_other_never_make_the_message_that_was_there() -> None:
    reader = HandshakeReader()
    kinds = [message.type for message in reader.feed(rewritten(FLIGHT, contradicting))]
    assert HandshakeType.SERVER_KEY_EXCHANGE not in kinds
    assert HandshakeType.SERVER_HELLO in kinds
    assert reader.overlapped


def test_whichever_fragment_is_believed_the_result_is_wrong() -> None:
    true = next(one.body for one in HandshakeReader().feed(FLIGHT) if one.type == HandshakeType.SERVER_KEY_EXCHANGE)
    changed = [one.fragment for one in records(rewritten(FLIGHT, contradicting)) if one.fragment[0] == 12]
    first, second = (fragment[12:] for fragment in changed)
    start = len(true) - len(second)
    assert first[:start] != true[:start]
    assert second[len(first) - start :] != true[len(first) :]
    assert first[start:] != second[: len(first) - start]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("junk", [b"", b"\x16\xfe", b"\x16\xfe\xfd" + bytes(9) + b"\x05abc", b"\x17" + bytes(30)])
def test_what_cannot_be_read_passes_as_it_is(change: Change, junk: bytes) -> None:
    assert rewritten(junk, change) == junk


def test_a_change_leaves_messages_of_other_kinds_alone() -> None:
    assert rewritten(FLIGHT, rolled_back) == FLIGHT
    assert rewritten(HELLO, contradicting) == HELLO


def test_an_observer_of_overlapping_fragments_says_so() -> None:
    (one,) = associations([(False, HELLO), (True, rewritten(FLIGHT, overlapping))])
    assert one.fragments_overlap
    assert not one.replayed
