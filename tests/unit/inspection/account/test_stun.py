"""STUN messages: every attribute by its name, and nothing hidden in or behind one."""

from __future__ import annotations

import pytest
from aioice import stun as aioice
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account.stun import MOST_ATTRIBUTES
from harness.model.byte_label import ByteLabel, Nature
from harness.wire import stun as wire

from ...wire.test_stun import VECTORS
from .messages import Labelled, account, found, labelled, labels_of, stun, window

HEADER = {(ByteLabel.STUN_HEADER, ""): 8, (ByteLabel.STUN_TRANSACTION_ID, ""): 12}
HEAD = (ByteLabel.STUN_ATTRIBUTE, "type and length")
PADDING = (ByteLabel.PADDING, "STUN attribute")

FINGERPRINT = (0x8028, b"crc!")
CONTROLLING = (0x802A, bytes(8))


def connectivity_check() -> bytes:
    """A binding request as aioice sends it."""
    message = aioice.Message(aioice.Method.BINDING, aioice.Class.REQUEST, transaction_id=b"transaction!")
    message.attributes["USERNAME"] = "abcd:efghi"
    message.attributes["PRIORITY"] = 0x6E0001FF
    message.attributes["ICE-CONTROLLING"] = 1 << 63
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(b"password of the other side")
    message.add_fingerprint()
    return bytes(message)


def test_a_connectivity_check_is_explained_to_the_last_byte() -> None:
    assert labels_of(connectivity_check()) == HEADER | {
        HEAD: 6 * 4,
        (ByteLabel.STUN_ATTRIBUTE, "USERNAME"): 10,
        PADDING: 2,
        (ByteLabel.STUN_ATTRIBUTE, "PRIORITY"): 4,
        (ByteLabel.STUN_RANDOM, "ICE-CONTROLLING"): 8,
        (ByteLabel.STUN_INTEGRITY, "MESSAGE-INTEGRITY"): 20,
        (ByteLabel.STUN_ATTRIBUTE, "FINGERPRINT"): 4,
    }
    assert found(connectivity_check()) == []


def test_the_published_messages_are_explained_to_the_last_byte() -> None:
    assert found(*VECTORS) == []
    made = labels_of(*VECTORS)
    assert made[ByteLabel.STUN_INTEGRITY, "MESSAGE-INTEGRITY"] == 60
    assert made[ByteLabel.STUN_ATTRIBUTE, "SOFTWARE"] == 16 + 11 + 11
    # USERNAME has nine bytes and three of padding, SOFTWARE eleven and one, twice.
    assert made[PADDING] == 3 + 1 + 1


def by_the_parser(data: bytes) -> Labelled:
    """What `wire.stun` reads of a well-formed message, counted."""
    sums: Labelled = dict(HEADER)
    for code, value in wire.parse(data).attributes:
        name = wire.ATTRIBUTES[code]
        label = next(
            label
            for label in (
                ByteLabel.STUN_INTEGRITY,
                ByteLabel.STUN_RANDOM,
                ByteLabel.STUN_KEYING,
                ByteLabel.STUN_ATTRIBUTE,
            )
            if name in NOT_CLEAR.get(label, (name,))
        )
        for key, size in ((HEAD, 4), ((label, name), len(value)), (PADDING, -len(value) % 4)):
            sums[key] = sums.get(key, 0) + size
    return {key: size for key, size in sums.items() if size}


NOT_CLEAR = {
    ByteLabel.STUN_INTEGRITY: ("MESSAGE-INTEGRITY", "MESSAGE-INTEGRITY-SHA256", "GOOG-MESSAGE-INTEGRITY-32"),
    ByteLabel.STUN_RANDOM: (
        *("NONCE", "USERHASH", "RESERVATION-TOKEN", "MOBILITY-TICKET"),
        *("ICE-CONTROLLED", "ICE-CONTROLLING", "GOOG-LAST-ICE-CHECK-RECEIVED"),
    ),
    ByteLabel.STUN_KEYING: ("META-DTLS-IN-STUN",),
}

SIZES = {
    **dict.fromkeys(("USERNAME", "SOFTWARE", "REALM", "NONCE"), range(65)),
    **dict.fromkeys(("PRIORITY", "LIFETIME", "GOOG-NETWORK-INFO"), (4,)),
    **dict.fromkeys(("XOR-MAPPED-ADDRESS", "XOR-PEER-ADDRESS"), (8, 20)),
    **dict.fromkeys(("ICE-CONTROLLED", "ICE-CONTROLLING", "RESERVATION-TOKEN"), (8,)),
    **{"USE-CANDIDATE": (0,), "EVEN-PORT": (1,), "MESSAGE-INTEGRITY": (20,), "META-DTLS-IN-STUN": range(200)},
}
ATTRIBUTES = st.sampled_from(sorted(SIZES)).flatmap(
    lambda name: st.sampled_from(SIZES[name]).flatmap(
        lambda size: st.tuples(st.just(wire._CODES[name]), st.binary(min_size=size, max_size=size))
    )
)


@settings(deadline=None)
@given(st.lists(st.lists(ATTRIBUTES, max_size=8), min_size=1, max_size=6))
def test_columns_and_parser_agree_on_every_message(messages: list[list[tuple[int, bytes]]]) -> None:
    datagrams = [stun(*attributes) for attributes in messages]
    expected: Labelled = {}
    for one in datagrams:
        for key, size in by_the_parser(one).items():
            expected[key] = expected.get(key, 0) + size
    assert labels_of(*datagrams) == expected


@pytest.mark.parametrize(
    ("message", "reason", "size", "what"),
    [
        (stun((0x7777, b"secret!!"), FINGERPRINT), "unknown-bytes", 12, "STUN attribute of an unknown type"),
        (
            stun((0x0024, b"a long priority.")),
            "unknown-bytes",
            20,
            "STUN attribute of a size that its type does not have",
        ),
        (stun((0x8022, bytes(764))), "unknown-bytes", 768, "STUN attribute of a size that its type does not have"),
        (stun(CONTROLLING, behind=b"hidden"), "trailing-bytes", 6, "behind a STUN message"),
        (stun(FINGERPRINT, CONTROLLING), "trailing-bytes", 12, "behind the FINGERPRINT of a STUN message"),
        (
            stun(FINGERPRINT)[:3] + b"\7" + stun(FINGERPRINT)[4:],
            "unknown-bytes",
            28,
            "not STUN, though it begins like it",
        ),
        (bytes(8) + b"no cookie and no STUN", "unknown-bytes", 29, "not STUN, though it begins like it"),
        (stun((0x0013, b"for whom?")), "unknown-bytes", 9, "TURN DATA that is no message"),
    ],
)
def test_what_is_hidden_is_found(message: bytes, reason: str, size: int, what: str) -> None:
    assert found(message) == [(reason, size, what, (1,))]


def test_an_attribute_that_outgrows_its_message_is_unknown_up_to_the_end() -> None:
    message = bytearray(stun(CONTROLLING, (0x8022, b"name")))
    message[-5] = 5
    assert labels_of(bytes(message)) == HEADER | {
        HEAD: 4,
        (ByteLabel.STUN_RANDOM, "ICE-CONTROLLING"): 8,
        (ByteLabel.UNKNOWN, "STUN attribute longer than its message"): 8,
    }


def test_an_unknown_attribute_does_not_hide_the_ones_behind_it() -> None:
    assert labels_of(stun((0x7777, b"12345"), CONTROLLING)) == HEADER | {
        (ByteLabel.UNKNOWN, "STUN attribute of an unknown type"): 4 + 5 + 3,
        HEAD: 4,
        (ByteLabel.STUN_RANDOM, "ICE-CONTROLLING"): 8,
    }


def test_a_message_of_countless_attributes_is_read_up_to_a_bound() -> None:
    assert found(stun(*[(0x0025, b"")] * MOST_ATTRIBUTES)) == []
    [(reason, size, what, _)] = found(stun(*[(0x0025, b"")] * 5000))
    assert (reason, size, what) == (
        "unknown-bytes",
        4 * (5000 - MOST_ATTRIBUTES),
        f"STUN attributes behind the first {MOST_ATTRIBUTES}",
    )


@pytest.mark.parametrize("cut", range(1, 21))
def test_what_the_capture_cut_off_is_no_finding(cut: int) -> None:
    message = stun(CONTROLLING, (0x8022, b"name"))
    made = account(window(message, cut=cut))
    assert made.oddities() == ()
    assert sum(labelled(made).values()) == len(message) - cut


def test_a_name_is_cut_short_where_the_capture_is() -> None:
    made = labelled(account(window(stun(CONTROLLING, (0x8022, b"name")), cut=3)))
    assert made[ByteLabel.STUN_ATTRIBUTE, "SOFTWARE"] == 1


def test_natures_follow_from_what_an_attribute_is_for() -> None:
    message = stun(CONTROLLING, (0xC070, b"ClientHello"), FINGERPRINT)
    natures = {row.detail: row.nature for row in account(window(message)).totals().overall}
    assert natures["ICE-CONTROLLING"] is Nature.RANDOM
    assert natures["META-DTLS-IN-STUN"] is Nature.KEYING
    assert natures["FINGERPRINT"] is Nature.CLEAR
