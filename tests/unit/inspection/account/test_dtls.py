"""DTLS datagrams: every record, and every handshake message in clear, and nothing beside them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account.dtls import MOST_MESSAGES, MOST_RECORDS
from harness.model.byte_label import ByteLabel
from harness.wire.dtls import ContentType, records

from .messages import Labelled, account, found, handshake, labelled, labels_of, record, window

HEADER, CIPHERTEXT = (ByteLabel.DTLS_HEADER, ""), (ByteLabel.DTLS_CIPHERTEXT, "")
CIPHERTEXT_13 = (ByteLabel.DTLS_CIPHERTEXT, "DTLS 1.3")
CLIENT_HELLO, CERTIFICATE = (ByteLabel.DTLS_HANDSHAKE, "client hello"), (ByteLabel.DTLS_HANDSHAKE, "certificate")

LAST_FLIGHT = record(22, handshake(16, bytes(66))) + record(20, b"\1") + record(22, bytes(40), epoch=1)


def test_a_flight_is_explained_record_by_record() -> None:
    assert labels_of(LAST_FLIGHT) == {
        HEADER: 3 * 13,
        (ByteLabel.DTLS_HANDSHAKE, "client key exchange"): 12 + 66,
        (ByteLabel.DTLS_CLEAR, "change cipher spec"): 1,
        CIPHERTEXT: 40,
    }
    assert found(LAST_FLIGHT) == []


def test_several_messages_may_share_a_record_and_a_message_may_have_several() -> None:
    first, second = handshake(11, bytes(100), length=150), handshake(11, bytes(50), offset=100, length=150)
    datagram = record(22, handshake(2, bytes(70)) + first) + record(22, second + handshake(14, b""))
    assert labels_of(datagram) == {
        HEADER: 26,
        (ByteLabel.DTLS_HANDSHAKE, "server hello"): 82,
        CERTIFICATE: 12 + 100 + 12 + 50,
        (ByteLabel.DTLS_HANDSHAKE, "server hello done"): 12,
    }


UNIFIED = {
    "short, to the end": (b"\x21" + b"\1" + bytes(20), 2),
    "long sequence number, to the end": (b"\x29" + b"\0\1" + bytes(20), 3),
    "with length": (b"\x25" + b"\1" + b"\0\x14" + bytes(20), 4),
    "long sequence number, with length": (b"\x2d" + b"\0\1" + b"\0\x14" + bytes(20), 5),
    "with connection id": (b"\x3d" + bytes(24), 1),
}


@pytest.mark.parametrize("name", UNIFIED)
def test_the_headers_of_dtls_1_3_are_as_long_as_their_first_byte_says(name: str) -> None:
    datagram, header = UNIFIED[name]
    assert labels_of(datagram) == {HEADER: header, CIPHERTEXT_13: len(datagram) - header}


def test_dtls_1_3_may_follow_a_record_in_clear() -> None:
    unified = UNIFIED["with length"][0]
    datagram = record(22, handshake(2, bytes(70))) + unified + unified
    assert labels_of(datagram) == {
        HEADER: 13 + 4 + 4,
        (ByteLabel.DTLS_HANDSHAKE, "server hello"): 82,
        CIPHERTEXT_13: 40,
    }


BODIES = st.binary(max_size=60)
RECORDS = st.one_of(
    st.builds(lambda body: record(22, handshake(1, body)), BODIES),
    st.builds(lambda body, epoch: record(23, body, epoch), BODIES, st.integers(1, 65535)),
    st.just(record(20, b"\1")),
    st.just(record(21, b"\2\x28")),
    st.just(UNIFIED["with length"][0]),
)


def by_the_parser(datagram: bytes) -> Labelled:
    """What `wire.dtls` reads of a well-formed datagram, counted."""
    sums: Labelled = {}
    names = {20: (ByteLabel.DTLS_CLEAR, "change cipher spec"), 21: (ByteLabel.DTLS_CLEAR, "alert"), 22: CLIENT_HELLO}
    for one in records(datagram):
        secret = CIPHERTEXT_13 if one.content_type == ContentType.UNIFIED else CIPHERTEXT
        key = secret if one.encrypted else names[one.content_type]
        sums[key] = sums.get(key, 0) + len(one.fragment)
    sums[HEADER] = len(datagram) - sum(sums.values())
    return sums


@settings(deadline=None)
@given(st.lists(st.lists(RECORDS, min_size=1, max_size=5).map(b"".join), min_size=1, max_size=6))
def test_columns_and_parser_agree_on_every_record(datagrams: list[bytes]) -> None:
    expected: Labelled = {}
    for one in datagrams:
        for key, size in by_the_parser(one).items():
            expected[key] = expected.get(key, 0) + size
    assert labels_of(*datagrams) == {key: size for key, size in expected.items() if size}


UNEXPECTED, MALFORMED = "DTLS record in clear that no handshake has", "DTLS record that is malformed"
NO_MESSAGE = "no message, in a DTLS handshake record"


@pytest.mark.parametrize(
    ("datagram", "size", "what"),
    [
        (record(23, b"in clear"), 8, UNEXPECTED),
        (record(24, b"heartbeat"), 9, UNEXPECTED),
        (record(21, b"alert!"), 6, UNEXPECTED),
        (record(25, b"0123456789"), 10, UNEXPECTED),
        (record(22, handshake(99, b"key")), 15, NO_MESSAGE),
        (record(22, handshake(14, b"") + b"key"), 3, NO_MESSAGE),
        (record(22, handshake(1, b"key", 2, 4)), 15, NO_MESSAGE),
        (record(22, b"0123456789")[:-1], 22, MALFORMED),
        (record(22, b"0123456789", version=0x0303), 23, MALFORMED),
        (b"\x25" + b"\1" + b"\0\x0f" + bytes(15), 19, MALFORMED),
        (b"\x25" + b"\1" + b"\0\x15" + bytes(20), 24, MALFORMED),
    ],
)
def test_what_is_hidden_is_found(datagram: bytes, size: int, what: str) -> None:
    assert found(datagram) == [("unknown-bytes", size, what, (1,))]


@pytest.mark.parametrize("behind", [b"hidden", b"longer than a header"])
def test_what_is_behind_the_last_record_is_found(behind: bytes) -> None:
    assert found(LAST_FLIGHT, LAST_FLIGHT + behind) == [
        ("trailing-bytes", len(behind), "behind the last DTLS record", (2,))
    ]


def test_countless_records_and_messages_are_read_up_to_a_bound() -> None:
    alert, done = record(21, b"\2\x28"), handshake(14, b"")
    assert found(alert * MOST_RECORDS, record(22, done * MOST_MESSAGES)) == []
    many = f"DTLS records behind the first {MOST_RECORDS}"
    assert found(alert * 4000) == [("unknown-bytes", 15 * (4000 - MOST_RECORDS), many, (1,))]
    many = f"DTLS handshake messages behind the first {MOST_MESSAGES}"
    assert found(record(22, done * 1000)) == [("unknown-bytes", 12 * (1000 - MOST_MESSAGES), many, (1,))]


def test_a_connection_id_of_dtls_1_2_makes_the_rest_ciphertext() -> None:
    datagram = record(25, bytes(30), epoch=1)
    assert labels_of(datagram) == {HEADER: 13, CIPHERTEXT: 30}


@pytest.mark.parametrize("cut", range(1, len(LAST_FLIGHT) - 13))
def test_what_the_capture_cut_off_is_no_finding(cut: int) -> None:
    made = account(window(LAST_FLIGHT, cut=cut))
    assert made.oddities() == ()
    assert sum(labelled(made).values()) == len(LAST_FLIGHT) - cut
