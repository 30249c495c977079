"""From the pre-master secret to the keys of records, against OpenSSL's key log and its own records."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from harness.wire.dtls import ContentType, HandshakeReader, HandshakeType, Record, records
from harness.wire.dtls.secrets import (
    CLIENT_FINISHED,
    SERVER_FINISHED,
    RecordKeys,
    master_secret,
    record_keys,
    verify_data,
)
from harness.wire.dtls.writer import handshake
from harness.wire.keylog import parse_keylog
from harness.wire.srtp import prf_tls12

from ..openssl_pair import identity, shake_hands

PAIR = shake_hands(identity("alice"), identity("bob"))
((CLIENT_RANDOM, MASTER),) = parse_keylog("\n".join(PAIR.keylog)).items()
SERVER_RANDOM = PAIR.server.server_random() or b""
CLIENT_KEYS, SERVER_KEYS = record_keys(MASTER, CLIENT_RANDOM, SERVER_RANDOM)


def finished(from_client: bool) -> Record:
    """The record with a side's Finished."""
    found = [
        record
        for sender, datagram in PAIR.datagrams
        if sender is from_client
        for record in records(datagram)
        if record.epoch and record.content_type is ContentType.HANDSHAKE
    ]
    return found[0]


def opened(keys: RecordKeys, record: Record) -> bytes:
    return keys.open(record.content_type, record.version, record.epoch, record.sequence, record.fragment)


def transcript(*kinds: HandshakeType, but: bool = False) -> bytes:
    """Messages in clear of these kinds (or of all others), in the order in which they were said."""
    readers = {side: HandshakeReader() for side in (True, False)}
    said = [message for side, datagram in PAIR.datagrams for message in readers[side].feed(datagram)]
    return b"".join(handshake(one.type, one.message_seq, one.body) for one in said if (one.type in kinds) is not but)


def test_openssls_finished_is_opened_and_covers_what_was_said() -> None:
    of_client = opened(CLIENT_KEYS, finished(from_client=True))
    before = transcript(HandshakeType.NEW_SESSION_TICKET, but=True)
    assert of_client[12:] == verify_data(MASTER, CLIENT_FINISHED, before)
    of_server = opened(SERVER_KEYS, finished(from_client=False))
    ticket = transcript(HandshakeType.NEW_SESSION_TICKET)
    assert of_server[12:] == verify_data(MASTER, SERVER_FINISHED, before + of_client + ticket)


def test_keys_of_the_other_direction_open_nothing() -> None:
    with pytest.raises(InvalidTag):
        opened(SERVER_KEYS, finished(from_client=True))


@pytest.mark.parametrize("fragment", [b"", bytes(7), bytes(23), bytes(24), bytes(60)])
def test_what_was_not_sealed_is_refused_whatever_its_length(fragment: bytes) -> None:
    with pytest.raises(InvalidTag):
        CLIENT_KEYS.open(22, 0xFEFD, 1, 0, fragment)


def test_a_record_is_sealed_for_its_place_only() -> None:
    sealed = CLIENT_KEYS.seal(23, 0xFEFD, 1, 5, b"content")
    assert CLIENT_KEYS.open(23, 0xFEFD, 1, 5, sealed) == b"content"
    for kind, epoch, sequence in ((22, 1, 5), (23, 2, 5), (23, 1, 6)):
        with pytest.raises(InvalidTag):
            CLIENT_KEYS.open(kind, 0xFEFD, epoch, sequence, sealed)


def test_the_old_master_secret_depends_on_both_randoms() -> None:
    """RFC 5246 section 8.1 in its own words; against OpenSSL it is held where a handshake is decrypted."""
    premaster, client, server = b"p" * 48, b"c" * 32, b"s" * 32
    assert master_secret(premaster, client, server) == prf_tls12(premaster, b"master secret", client + server, 48)
    assert master_secret(premaster, client, server) != master_secret(premaster, server, client)
