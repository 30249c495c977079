"""TURN ChannelData, messages inside messages, framing in TCP, and what is no message of a call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.model.byte_label import ByteLabel
from harness.vantage.window import NONE, Leg, Transport, Window
from harness.wire.demux import classify

from .messages import account, found, labelled, labels_of, rtp, stun, window

CHANNEL, PADDING = (ByteLabel.TURN_FRAMING, "ChannelData"), (ByteLabel.PADDING, "ChannelData")
MEDIA = rtp(bytes(21))
INSIDE = {(ByteLabel.RTP_HEADER, ""): 12, (ByteLabel.RTP_PAYLOAD, "not shown to be encrypted"): 21}


def channel(content: bytes, behind: bytes = b"", length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return b"\x40\x01" + size.to_bytes(2, "big") + content + behind


def carrying(outer: bytes, at: int, content: bytes) -> Window:
    """A window in which the message of the first row carries `content` at its byte `at`, on a leg of its own."""
    one = window(outer)
    legs = replace(one.legs, found=[*one.legs.found, Leg(0, 1, Transport.UDP, outer=0)])
    rows = {
        "depth": [0, 1],
        "inner": [1, NONE],
        "leg": [0, 1],
        "offset": [one.offset[0], one.offset[0] + at],
        "length": [len(outer), len(content)],
        "klass": [classify(outer), classify(content)],
    }
    same = ("frame", "time", "source", "destination", "outward", "transport", "framing", "missing", "place")
    columns = {name: getattr(one, name)[[0, 0]] for name in same}
    columns |= {name: np.array(values, getattr(one, name).dtype) for name, values in rows.items()}
    return replace(one, legs=legs, **columns)


def test_a_channel_is_framing_and_what_it_carries_speaks_for_itself() -> None:
    made = account(carrying(channel(MEDIA, bytes(3)), 4, MEDIA))
    assert labelled(made) == {CHANNEL: 4, PADDING: 3, **INSIDE}
    assert made.oddities() == ()


def test_an_indication_is_framing_too() -> None:
    peer = (0x0012, bytes(8))
    made = account(carrying(stun(peer, (0x0013, MEDIA), method=0x0016), 20 + 12 + 4, MEDIA))
    assert labelled(made) == INSIDE | {
        (ByteLabel.STUN_HEADER, ""): 8,
        (ByteLabel.STUN_TRANSACTION_ID, ""): 12,
        (ByteLabel.STUN_ATTRIBUTE, "type and length"): 8,
        (ByteLabel.STUN_ATTRIBUTE, "XOR-PEER-ADDRESS"): 8,
        (ByteLabel.PADDING, "STUN attribute"): 3,
    }
    assert made.oddities() == ()


def test_a_carried_leg_counts_for_the_leg_that_carries_it() -> None:
    one = carrying(channel(MEDIA), 4, MEDIA)
    totals = account(one).totals()
    assert list(totals.legs) == [0]
    assert sum(row.bytes for row in totals.legs[0]) == int(one.frames.length.sum())


def test_what_a_carrier_says_wrongly_of_its_content_is_still_counted_once() -> None:
    broken = bytearray(stun((0x0012, bytes(8)), (0x0013, MEDIA)))
    broken[4] ^= 1
    one = carrying(bytes(broken), 20 + 12 + 4, MEDIA)
    made = account(one)
    assert made.totals().bytes == int(one.frames.length.sum())
    [oddity] = made.oddities()
    assert oddity.bytes == len(broken) - len(MEDIA)


def test_the_length_in_front_of_messages_in_tcp_is_framing() -> None:
    one = window(b"\0\x21" + MEDIA)
    framed = replace(one, offset=one.offset + 2, length=one.length - 2, framing=one.framing + 2)
    made = account(replace(framed, klass=np.array([classify(MEDIA)], np.uint8)))
    assert labelled(made) == {(ByteLabel.STREAM_FRAMING, "RFC 4571"): 2, **INSIDE}


def test_what_is_hidden_is_found() -> None:
    assert found(channel(b"a secret")) == [("unknown-bytes", 8, "ChannelData that holds no message", (1,))]
    assert found(channel(b"", b"four")) == [("trailing-bytes", 4, "behind ChannelData", (1,))]
    too_long = channel(b"a secret", length=9)
    assert found(too_long) == [("unknown-bytes", 8, "ChannelData longer than what carries it", (1,))]


def test_a_datagram_of_no_protocol_is_unknown_as_a_whole() -> None:
    assert labels_of(b"what", b"\xc0uic") == {(ByteLabel.UNKNOWN, "no protocol of a call"): 8}


def test_a_message_that_is_cut_off_early_is_not_blamed() -> None:
    made = account(window(MEDIA, cut=30))
    assert labelled(made) == {(ByteLabel.UNKNOWN, "cut off by the capture before it says what it is"): 3}
