"""RTP packets: clear headers at once, payload and tag when it is known how the stream is protected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account import ByteAccount, Sealing
from harness.inspection.stream_key import StreamKey
from harness.model.byte_label import ByteLabel, Nature
from harness.wire import rtp as wire
from harness.wire.srtp import PROFILES

from .messages import Labelled, account, found, labelled, labels_of, rtp, window

HEADER, SOURCES = (ByteLabel.RTP_HEADER, ""), (ByteLabel.RTP_HEADER, "contributing sources")
CLEAR, UNPROVED = (ByteLabel.RTP_PAYLOAD, ""), (ByteLabel.RTP_PAYLOAD, "not shown to be encrypted")
CIPHERTEXT, TAG = (ByteLabel.SRTP_CIPHERTEXT, ""), (ByteLabel.SRTP_TAG, "")
SHA1_80, GCM = PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"], PROFILES["SRTP_AEAD_AES_128_GCM"]


def sealed(made: ByteAccount, sealing: Sealing) -> Labelled:
    return labelled(made, lambda _: sealing)


def test_what_nothing_is_known_of_counts_as_clear() -> None:
    made = account(window(rtp(bytes(50)), rtp(bytes(70), sources=2)))
    assert labelled(made) == {HEADER: 24, SOURCES: 8, UNPROVED: 120}
    assert UNPROVED[0].nature is Nature.CLEAR


@pytest.mark.parametrize(
    ("sealing", "expected"),
    [
        (Sealing(True, SHA1_80), {CIPHERTEXT: 80 - 20, TAG: 20}),
        (Sealing(True, GCM), {CIPHERTEXT: 80 - 32, TAG: 32}),
        (Sealing(True, None), {CIPHERTEXT: 80}),
        (Sealing(False, PROFILES["SRTP_NULL_HMAC_SHA1_32"]), {CLEAR: 80 - 8, TAG: 8}),
        (Sealing(False, None), {CLEAR: 80}),
        (Sealing(None, SHA1_80), {UNPROVED: 80 - 20, TAG: 20}),
    ],
)
def test_the_profile_says_how_much_of_a_packet_is_tag(sealing: Sealing, expected: Labelled) -> None:
    made = account(window(rtp(bytes(50)), rtp(bytes(30))))
    assert sealed(made, sealing) == {HEADER: 24, **expected}


def test_a_packet_shorter_than_a_tag_is_all_tag() -> None:
    made = account(window(rtp(bytes(9)), rtp(bytes(10)), rtp(bytes(11)), rtp(b"")))
    assert sealed(made, Sealing(True, SHA1_80)) == {HEADER: 48, CIPHERTEXT: 1, TAG: 29}


@pytest.mark.parametrize(("cut", "tag"), [(0, 10), (4, 6), (10, 0), (30, 0)])
def test_a_tag_that_the_capture_cut_off_is_not_counted(cut: int, tag: int) -> None:
    made = account(window(rtp(bytes(50)), cut=cut))
    assert sealed(made, Sealing(True, SHA1_80)).get(TAG, 0) == tag
    assert sum(labelled(made).values()) == 62 - cut


def test_each_stream_is_sealed_in_its_own_way() -> None:
    made = account(window(rtp(bytes(50), ssrc=1)), window(rtp(bytes(60), ssrc=2)))

    def sealing(key: StreamKey) -> Sealing:
        assert (key.leg, key.outward) == (0, True)
        return Sealing(True, SHA1_80) if key.ssrc == 1 else Sealing(False)

    assert labelled(made, sealing) == {HEADER: 24, CIPHERTEXT: 40, TAG: 10, CLEAR: 60}


def test_padding_is_told_apart_only_where_its_length_can_be_read() -> None:
    padded = bytearray(rtp(bytes(39) + b"\6"))
    padded[0] |= 0x20
    too_much = bytearray(rtp(bytes(39) + b"\x29"))
    too_much[0] |= 0x20
    made = account(window(bytes(padded), bytes(too_much)))
    assert sealed(made, Sealing(False)) == {HEADER: 24, CLEAR: 74, (ByteLabel.PADDING, "RTP"): 6}
    assert sealed(made, Sealing(True)) == {HEADER: 24, CIPHERTEXT: 80}


def test_a_header_that_does_not_fit_is_a_finding_unless_the_capture_cut_it_off() -> None:
    packet = rtp(b"", sources=15)
    assert found(packet[:30]) == [("unknown-bytes", 18, "RTP header that does not fit into its packet", (1,))]
    cut = account(window(packet, cut=10))
    assert cut.oddities() == ()
    assert labelled(cut) == {HEADER: 12, (ByteLabel.RTP_HEADER, "cut off by the capture"): 50}


PACKETS = st.builds(
    rtp,
    st.binary(max_size=40),
    st.none()
    | st.tuples(st.just(0xBEDE), st.lists(st.binary(max_size=16), max_size=4).map(lambda bodies: elements(bodies))),
    st.integers(0, 15),
)


def elements(bodies: list[bytes]) -> bytes:
    """The bodies as elements 1, 2 … in the one-byte form, which cannot hold an empty one."""
    return b"".join(bytes([(n + 1) << 4 | len(body) - 1]) + body for n, body in enumerate(bodies) if body)


@settings(deadline=None)
@given(st.lists(PACKETS, min_size=1, max_size=6))
def test_columns_and_parser_agree_on_every_packet(packets: list[bytes]) -> None:
    headers = [wire.parse(packet) for packet in packets]
    made = labels_of(*packets)
    assert made.get(HEADER) == 12 * len(packets)
    assert made.get(SOURCES, 0) == sum(4 * len(header.csrcs) for header in headers)
    assert made.get(UNPROVED, 0) == sum(
        len(packet) - header.header_length for packet, header in zip(packets, headers, strict=True)
    )
    extended = [header for header in headers if header.extension_profile is not None]
    extensions = {key: size for key, size in made.items() if key not in (HEADER, SOURCES, UNPROVED)}
    assert sum(extensions.values()) == sum(4 + len(header.extension) for header in extended)


def test_senders_beyond_the_bound_are_counted_together_and_named() -> None:
    made = ByteAccount(most_streams=2)
    made.add(window(*(rtp(bytes(20), ssrc=ssrc) for ssrc in range(4))))
    assert labelled(made, lambda _: Sealing(True)) == {HEADER: 48, CIPHERTEXT: 40, UNPROVED: 40}
    [finding] = made.findings(str)
    assert finding.reason.value == "limit-reached"
    assert "more than 2 senders" in finding.detail


def test_directions_are_different_senders() -> None:
    one = window(rtp(bytes(20)), rtp(bytes(30)))
    made = account(replace(one, outward=np.array([True, False])))
    assert labelled(made, lambda key: Sealing(key.outward)) == {HEADER: 24, CIPHERTEXT: 20, CLEAR: 30}
