"""Header extensions of RTP: every element by its id, and what no element is."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account.extensions import MOST_ELEMENTS
from harness.model.byte_label import ByteLabel, Nature

from .messages import Labelled, account, found, labelled, rtp, window

HEAD = (ByteLabel.RTP_EXTENSION, "profile and length")
PADDING = (ByteLabel.PADDING, "RTP header extension")
MALFORMED = (ByteLabel.UNKNOWN, "RTP header extension from a malformed element on")
LEVEL_AND_TIME = b"\x10\x80\x32abc"
MANY = 40
"""Packets enough for them to be compared with each other instead of being read one by one."""


def extension_of(*packets: bytes) -> Labelled:
    made = labelled(account(window(*packets)))
    return {key: size for key, size in made.items() if key[0] not in (ByteLabel.RTP_HEADER, ByteLabel.RTP_PAYLOAD)}


def element(ident: int) -> tuple[ByteLabel, str]:
    return (ByteLabel.RTP_EXTENSION, f"id {ident}")


@pytest.mark.parametrize("times", [1, MANY])
def test_elements_of_both_forms_are_told_apart(times: int) -> None:
    one_byte = rtp(b"media", (0xBEDE, LEVEL_AND_TIME))
    assert extension_of(*[one_byte] * times) == {
        HEAD: 4 * times,
        element(1): 2 * times,
        element(3): 4 * times,
        PADDING: 2 * times,
    }
    two_byte = rtp(b"media", (0x1005, b"\x10\x00\0\xfe\x03xyz"))
    assert extension_of(*[two_byte] * times) == {
        HEAD: 4 * times,
        element(16): 2 * times,
        element(254): 5 * times,
        PADDING: 1 * times,
    }


def test_a_description_gives_an_id_its_name() -> None:
    made = account(window(rtp(b"media", (0xBEDE, LEVEL_AND_TIME))))
    names = {(0, 1): "urn:ietf:params:rtp-hdrext:ssrc-audio-level", (7, 3): "of another leg"}
    details = {
        row.detail
        for row in made.totals(names=lambda leg, number: names.get((leg, number))).overall
        if row.label is ByteLabel.RTP_EXTENSION
    }
    assert details == {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id 3", "profile and length"}


@pytest.mark.parametrize("profile", [0xC0DE, 0xC2DE])
def test_an_encrypted_extension_is_ciphertext_and_so_are_the_sources_before_it(profile: int) -> None:
    made = labelled(account(window(rtp(b"media", (profile, bytes(8)), sources=1))))
    assert made[ByteLabel.RTP_EXTENSION_CIPHERTEXT, "cryptex"] == 8
    assert made[ByteLabel.RTP_EXTENSION_CIPHERTEXT, "contributing sources"] == 4
    assert ByteLabel.RTP_EXTENSION_CIPHERTEXT.nature is Nature.CIPHERTEXT


@pytest.mark.parametrize(
    ("profile", "body", "size", "what"),
    [
        (0x1234, b"a secret", 8, (ByteLabel.UNKNOWN, "RTP header extension of an unknown form")),
        (0xBEDE, b"\x10\x80\xf0hides", 6, MALFORMED),
        (0xBEDE, b"\x10\x80\x01hides", 6, MALFORMED),
        (0xBEDE, b"\x10\x80\x3fno", 6, MALFORMED),
        (0x1000, b"\1\1x\2\xffaaa", 5, MALFORMED),
        (0x1000, b"\1\5aaaaa\7", 1, MALFORMED),
    ],
    ids=["unknown form", "behind id 15", "id 0 with a length", "too long", "two-byte form, too long", "without length"],
)
def test_what_is_hidden_is_found(profile: int, body: bytes, size: int, what: tuple[ByteLabel, str]) -> None:
    assert found(rtp(b"media", (profile, body))) == [("unknown-bytes", size, what[1], (1,))]


def test_one_hidden_byte_is_found_among_many_packets_that_are_alike() -> None:
    ordinary, odd = (rtp(b"media", (0xBEDE, body)) for body in (LEVEL_AND_TIME, LEVEL_AND_TIME + b"\0\xf0"))
    assert found(*[ordinary] * MANY, odd, *[ordinary] * MANY) == [("unknown-bytes", 1, MALFORMED[1], (MANY + 1,))]


def test_countless_elements_are_read_up_to_a_bound() -> None:
    many = f"RTP header extension behind {MOST_ELEMENTS} elements"
    assert found(rtp(b"media", (0xBEDE, b"\x10x" * MOST_ELEMENTS))) == []
    for profile, element, size in ((0xBEDE, b"\x10x", 2), (0x1000, b"\1\0", 2), (0xBEDE, b"\0", 1)):
        hiding = rtp(b"media", (profile, element * 4000))
        assert found(hiding) == [("unknown-bytes", size * (4000 - MOST_ELEMENTS), many, (1,))]


BODIES = st.one_of(
    st.binary(max_size=80),
    st.lists(st.sampled_from([b"\x10\x80", b"\x32abc", b"\0", b"\x5f" + bytes(16), b"\x91zz"]), max_size=5).map(
        b"".join
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0xBEDE, 0x1000, 0x1234]), BODIES), min_size=1, max_size=6), st.randoms())
def test_comparing_extensions_gives_what_reading_each_gives(bodies: list[tuple[int, bytes]], chance: Random) -> None:
    one_by_one: Labelled = {}
    for body in bodies:
        for key, size in extension_of(rtp(b"media", body)).items():
            one_by_one[key] = one_by_one.get(key, 0) + MANY * size
    packets = [rtp(b"media", body) for body in bodies] * MANY
    chance.shuffle(packets)
    assert extension_of(*packets) == one_by_one
