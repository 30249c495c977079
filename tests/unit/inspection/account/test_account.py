"""The account as a whole: every byte once, whatever the bytes are and however they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account import ByteAccount, Sealing
from harness.model.byte_label import ByteLabel, Nature
from harness.vantage.rtp_columns import rtp_columns
from harness.vantage.window import NONE, Leg, Legs, Transport
from harness.wire.srtp import PROFILES

from ..windows import UNDER_UDP, Capture, Sent
from .messages import FAR, NEAR, Labelled, account, handshake, labelled, record, rtp, sent, stun, window

SEALINGS = (
    Sealing(),
    Sealing(False),
    Sealing(True),
    *(Sealing(True, profile) for profile in PROFILES.values()),
)

WELL_FORMED = (
    stun((0x0006, b"abc:def"), (0x8022, b"name"), (0x802A, bytes(8)), (0x0008, bytes(20)), (0x8028, bytes(4))),
    stun((0x0012, bytes(8)), (0x0013, rtp(bytes(10))), method=0x0016),
    record(22, handshake(1, bytes(30)) + handshake(11, bytes(20))) + record(20, b"\1") + record(23, bytes(30), epoch=1),
    b"\x2d\0\1\0\x14" + bytes(20) + b"\x21\1" + bytes(20),
    rtp(bytes(40), (0xBEDE, b"\x10\x80\x32abc\x51zz"), sources=2),
    rtp(bytes(40), (0x1000, b"\1\1x\0\7\3xyz")),
    bytes([0x81, 201, 0, 7]) + bytes(40),
    b"\x40\1\0\x08" + bytes(9),
    b"\x10\0\0\1ZRTPssrc\x50\x5a\0\3HelloACK" + bytes(4),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A well-formed message of which some bytes are changed, cut off or added."""
    message = bytearray(draw(st.sampled_from(WELL_FORMED)))
    for _ in range(draw(st.integers(0, 4))):
        message[draw(st.integers(0, len(message) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        del message[draw(st.integers(0, len(message))) :]
    return bytes(message) + draw(st.binary(max_size=20))


PAYLOADS = st.lists(st.sampled_from(WELL_FORMED) | damaged() | st.binary(max_size=200), max_size=12)


@settings(deadline=None)
@given(PAYLOADS, st.integers(0, 60), st.sampled_from(SEALINGS))
def test_every_byte_has_exactly_one_label(payloads: list[bytes], cut: int, sealing: Sealing) -> None:
    whole, short = window(*payloads), window(*payloads, cut=cut)
    made = account(whole, short)
    totals = made.totals(lambda _: sealing, file=100, unread=20)
    assert totals.bytes == int(whole.frames.length.sum() + short.frames.length.sum()) + 120
    assert all(row.bytes > 0 for row in totals.overall)
    assert sum(len(one) for one in payloads) + UNDER_UDP * len(payloads) == int(whole.frames.length.sum())


@settings(deadline=None)
@given(PAYLOADS, st.integers(0, 60))
def test_a_message_is_read_alike_among_others_and_alone(payloads: list[bytes], cut: int) -> None:
    together = labelled(account(window(*payloads, cut=cut)))
    alone: Counter[tuple[ByteLabel, str]] = Counter()
    for one in payloads:
        alone.update(labelled(account(window(one, cut=cut))))
    assert together == alone


@settings(deadline=None)
@given(PAYLOADS, st.integers(0, 12))
def test_it_does_not_matter_where_a_window_ends(payloads: list[bytes], border: int) -> None:
    capture = Capture()
    split = account(capture.window(sent(payloads[:border])), capture.window(sent(payloads[border:])))
    at_once = account(window(*payloads))
    assert split.totals() == at_once.totals()
    assert split.oddities() == at_once.oddities()


def test_totals_are_told_leg_by_leg_with_their_natures() -> None:
    third = "192.0.2.3:7000"
    made = account(
        Capture().window([Sent(0, NEAR, FAR, rtp(bytes(30))), Sent(1, third, FAR, record(23, bytes(9), epoch=1))])
    )
    totals = made.totals(lambda _: Sealing(True, PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"]), file=24)
    told = {leg: [(row.label.value, row.nature.value, row.bytes) for row in rows] for leg, rows in totals.legs.items()}
    layers = [("link", "clear", 14), ("network", "clear", 20), ("transport", "clear", 8)]
    assert told == {
        NONE: [("file", "clear", 24)],
        0: [
            *layers,
            ("rtp-header", "clear", 12),
            ("srtp-ciphertext", "ciphertext", 20),
            ("srtp-tag", "random", 10),
        ],
        1: [*layers, ("dtls-header", "clear", 13), ("dtls-ciphertext", "ciphertext", 9)],
    }
    assert {row.label: row.bytes for row in totals.overall}[ByteLabel.LINK] == 28


def test_a_stray_label_would_have_been_called_clear() -> None:
    assert {label for label in ByteLabel if label.nature is Nature.CIPHERTEXT} == {
        ByteLabel.DTLS_CIPHERTEXT,
        ByteLabel.RTP_EXTENSION_CIPHERTEXT,
        ByteLabel.SRTP_CIPHERTEXT,
        ByteLabel.SRTCP_CIPHERTEXT,
    }
    assert all(label.nature is Nature.CLEAR for label in (ByteLabel.UNKNOWN, ByteLabel.TRAILING, ByteLabel.UNREAD))


def test_rtp_columns_may_come_from_somebody_who_has_read_them_already() -> None:
    one = window(rtp(bytes(30)), record(23, bytes(9), epoch=1))
    made = ByteAccount()
    made.add(one, rtp_columns(one))
    assert made.totals() == account(one).totals()


def test_a_finding_names_the_leg_on_which_it_was_seen() -> None:
    made = account(window(rtp(bytes(30)), b"what", b"is this"))
    [finding] = made.findings({0: "near to far"}.__getitem__)
    assert (finding.auditor, finding.severity.value, finding.vantage) == ("byte-account", "notice", "near to far")
    assert finding.detail == ("11 bytes of no known meaning: no protocol of a call at 2 places, first in frames 2, 3")


def test_pieces_of_a_datagram_whose_leg_was_not_known_yet_are_not_missed_on_it() -> None:
    one = window(rtp(bytes(30)))
    layers = replace(one.frame_bytes, leg=np.array([NONE], np.int32))
    assert account(replace(one, frame_bytes=layers)).oddities() == ()


@pytest.mark.parametrize("legs", [3, 5000])
def test_more_legs_than_are_told_apart_are_counted_and_named(legs: int) -> None:
    one = window(*[rtp(bytes(20))] * legs)
    places = np.arange(legs, dtype=np.int32)
    apart = replace(
        one,
        legs=Legs([Leg(0, 1, Transport.UDP)] * legs),
        leg=places,
        frame_bytes=replace(one.frame_bytes, leg=places),
    )
    made = ByteAccount(most_legs=2)
    made.add(apart)
    assert made.totals().bytes == int(one.frames.length.sum())
    [finding] = made.findings(str)
    assert finding.reason.value == "limit-reached"
    assert finding.detail == f"the bytes of {legs - 2} leg{'s' if legs > 3 else ''} are counted together, as of no leg"


def test_carriers_in_a_circle_do_not_hang() -> None:
    one = window(rtp(bytes(30)))
    circle = replace(one, legs=Legs([Leg(0, 1, Transport.UDP, outer=1), Leg(0, 1, Transport.UDP, outer=0)]))
    assert account(circle).totals().bytes == int(one.frames.length.sum())


def test_an_empty_window_changes_nothing() -> None:
    made = account(Capture().window([]))
    assert made.totals().legs == {}
    assert made.findings(str) == ()
    empty: Labelled = {}
    assert labelled(made) == empty
