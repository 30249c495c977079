"""Misuse without keys: what libsrtp encrypts with one fault planted is found, and an ordinary call is not accused."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pylibsrtp
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.misuse import MisuseFollower, Surroundings
from harness.inspection.stream_key import StreamKey
from harness.model.finding import Reason
from tests.unit.inspection.windows import Capture, Sent
from tests.unit.wire.openssl_pair import identity, shake_hands

from .traffic import (
    ALICE,
    BOB,
    GCM_KEY,
    OTHER_KEY,
    SSRC,
    around,
    found,
    plain,
    reasons,
    secured,
    sent,
    session,
    voice,
    watched,
)

GCM = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
GCM_NAME = "SRTP_AEAD_AES_128_GCM"


# What must be found.


def test_a_sender_that_starts_again_under_its_key_reuses_its_keystream() -> None:
    first = secured(plain(200, first=1000))
    again = secured(plain(200, first=1000, timestamp=7_000_000, seed=2))
    misuse = watched(sent([*first, *again]))
    assert (Reason.TWO_TIME_PAD, "alarm") in reasons(misuse)
    assert (Reason.SEQUENCE_RESTARTED, "notice") in reasons(misuse)
    (reuse,) = misuse.reuses
    assert reuse.reused == 200
    assert reuse.examples[0][1:] == (1, 201)
    assert reuse.test.one_keystream


def test_it_is_found_over_windows_too() -> None:
    first = sent(secured(plain(150)))
    again = sent(secured(plain(150, timestamp=7_000_000, seed=2)), start=3.0)
    misuse = watched(first[:70], first[70:], again[:10], again[10:])
    assert misuse.reuses[0].reused == 150
    assert [(jump.frame_before, jump.frame) for jump in misuse.jumps[0].jumps] == [(150, 151)]


def test_under_gcm_it_is_a_nonce_reused() -> None:
    first = secured(plain(100), session(GCM_KEY, GCM))
    again = secured(plain(100, timestamp=7_000_000, seed=2), session(GCM_KEY, GCM))
    assert (Reason.NONCE_REUSED, "alarm") in reasons(watched(sent([*first, *again])), around(GCM_NAME))


def test_one_key_in_both_directions_is_found_when_both_ends_have_one_ssrc() -> None:
    near = sent(secured(plain(120)))
    far = sent(secured(plain(120, timestamp=99, seed=2)), start=0.01, back=True)
    mixed = sorted([*near, *far], key=lambda one: one.time)
    assert reasons(watched(mixed)) == [(Reason.KEY_IN_BOTH_DIRECTIONS, "alarm")]


def test_a_rollover_counter_that_stands_still_is_found_without_keys() -> None:
    """Two packets with one sequence number, a full turn apart, share a keystream if the counter did not step."""
    turn = plain(65_536 + 300)
    ordinary = secured(turn)
    stuck = [*secured(turn[:65_536]), *secured(turn[65_536:])]
    assert reasons(watched(sent(ordinary))) == []
    assert reasons(watched(sent(stuck))) == [(Reason.ROLLOVER_RESET, "alarm")]


def test_a_dtls_record_number_used_twice_is_found() -> None:
    hello = [Sent(0, *((ALICE, BOB) if near else (BOB, ALICE)), data) for near, data in handshake()]
    records = [Sent(1, ALICE, BOB, record(7, bytes(range(40)))), Sent(2, ALICE, BOB, record(7, bytes(range(8, 48))))]
    assert reasons(watched([*hello, *records])) == [(Reason.RECORD_SEQUENCE_REUSED, "alarm")]


def test_an_explicit_nonce_used_twice_is_found() -> None:
    nonce = b"\x01\x02\x03\x04\x05\x06\x07\x08"
    records = [Sent(1, ALICE, BOB, record(7, nonce + bytes(40))), Sent(2, ALICE, BOB, record(8, nonce + bytes(41)))]
    gcm = around(suite="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    assert reasons(watched(records), gcm) == [(Reason.NONCE_REUSED, "alarm")]


def test_srtcp_under_an_index_used_before_is_found() -> None:
    def reports(seed: int) -> list[bytes]:
        random, sender = Random(seed), session()
        header = bytes([0x80, 200, 0, 6]) + SSRC.to_bytes(4, "big")
        return [sender.protect_rtcp(header + random.randbytes(20)) for _ in range(20)]

    misuse = watched(sent([*reports(1), *reports(2)]))
    assert misuse.reuses[0].reused == 20
    assert (Reason.TWO_TIME_PAD, "notice") in reasons(misuse)


# What must not be called misuse.


def handshake() -> list[tuple[bool, bytes]]:
    return shake_hands(identity("alice"), identity("bob")).datagrams


def record(sequence: int, fragment: bytes, epoch: int = 1) -> bytes:
    head = b"\x17\xfe\xfd" + epoch.to_bytes(2, "big") + sequence.to_bytes(6, "big")
    return head + len(fragment).to_bytes(2, "big") + fragment


def test_an_ordinary_call_is_quiet() -> None:
    media = sent(secured(plain(400, first=65_400)))
    back = sent(secured(plain(400, ssrc=77, seed=2), session(OTHER_KEY)), back=True)
    hello = [Sent(-1, *((ALICE, BOB) if near else (BOB, ALICE)), data) for near, data in handshake()]
    assert reasons(watched([*hello, *sorted([*media, *back], key=lambda one: one.time)])) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 65_535), st.integers(1, 30))
def test_reordering_loss_and_duplicates_are_quiet(seed: int, first: int, spread: int) -> None:
    random = Random(seed)
    packets = [packet for packet in secured(plain(300, first)) if random.random() > 0.05]
    packets += random.choices(packets, k=30)
    late = {id(packet): int.from_bytes(packet[2:4], "big") - first & 0xFFFF for packet in packets}
    packets.sort(key=lambda packet: late[id(packet)] + random.uniform(0, spread))
    cut = random.randrange(len(packets))
    datagrams = sent(packets)
    assert reasons(watched(datagrams[:cut], datagrams[cut:])) == []


def stamped(time: int) -> bytes:
    """One packet, with a send time in an extension that a retransmission brings up to date."""
    packet = plain(6, first=5)[5]
    return b"\x90" + packet[1:12] + b"\xbe\xde\0\1\x32" + time.to_bytes(3, "big") + packet[12:]


def test_a_retransmission_with_a_new_header_extension_is_no_two_time_pad() -> None:
    misuse = watched(sent(secured([stamped(1), stamped(2), stamped(3)])))
    assert misuse.reuses[0].resent == 2
    assert reasons(misuse) == []


def test_but_under_gcm_it_gives_away_the_authentication_key() -> None:
    misuse = watched(sent(secured([stamped(1), stamped(2)], session(GCM_KEY, GCM))))
    assert reasons(misuse, around(GCM_NAME)) == [(Reason.NONCE_REUSED, "notice")]


def test_a_new_key_may_start_again() -> None:
    """After a new handshake the same SSRC may count from the beginning: the keystream is another one."""
    first, again = secured(plain(100)), secured(plain(100, timestamp=9, seed=2), session(OTHER_KEY))
    hello = [Sent(2, *((ALICE, BOB) if near else (BOB, ALICE)), data) for near, data in handshake()]
    assert reasons(watched([*sent(first), *hello, *sent(again, start=3)])) == []
    assert reasons(watched([*sent(first), *hello], sent(again, start=3))) == []


def test_an_ssrc_may_change_and_retransmissions_have_one_of_their_own() -> None:
    media = secured([*plain(100, first=10), *plain(100, first=10, ssrc=5, seed=2), *plain(100, first=10, ssrc=6)])
    assert reasons(watched(sent(media))) == []


def test_a_forged_packet_is_a_suspicion_only() -> None:
    media = secured(plain(100))
    forged = media[50][:12] + Random(1).randbytes(len(media[50]) - 12)
    misuse = watched(sent([*media[:60], forged, *media[60:]]))
    (finding,) = found(misuse)
    assert (finding.reason, finding.severity.value) == (Reason.TWO_TIME_PAD, "notice")
    assert "suspected" in finding.detail


def test_a_packet_with_a_flipped_bit_is_an_altered_copy() -> None:
    media = secured(plain(20))
    flipped = media[10][:13] + bytes([media[10][13] ^ 1]) + media[10][14:]
    misuse = watched(sent([*media, flipped]))
    assert (misuse.reuses[0].altered, misuse.reuses[0].reused) == (1, 0)
    assert reasons(misuse) == []


def test_a_block_that_is_replayed_is_no_restart() -> None:
    media = secured(plain(400))
    assert reasons(watched(sent([*media, *media[50:150], *secured(plain(401))[400:]]))) == []


def test_a_long_pause_explains_a_jump() -> None:
    before, after = secured(plain(100)), secured(plain(100, first=5_000))
    assert reasons(watched([*sent(before), *sent(after, start=100.0)])) == []
    assert reasons(watched([*sent(before), *sent(after, start=2.0)])) == [(Reason.SEQUENCE_RESTARTED, "notice")]


def test_one_ssrc_in_both_directions_under_two_keys_is_quiet() -> None:
    near, far = sent(secured(plain(200))), sent(secured(plain(200, seed=2), session(OTHER_KEY)), 0.01, back=True)
    assert reasons(watched(sorted([*near, *far], key=lambda one: one.time))) == []


def test_packets_that_are_reflected_are_no_second_sender() -> None:
    media = secured(plain(200))
    assert reasons(watched([*sent(media), *sent(media, 5.0, back=True)])) == []


def test_plain_media_has_no_keystream() -> None:
    misuse = watched(sent([*plain(100), *plain(100, timestamp=5, seed=2)]))
    clear = Surroundings(lambda leg: "leg", plain=frozenset({StreamKey(0, True, SSRC)}))
    assert (Reason.TWO_TIME_PAD, "alarm") in reasons(misuse)
    assert reasons(misuse, clear) == []


def test_a_capture_that_cuts_packets_off_is_quiet() -> None:
    """Two different packets with one index, of each 14 bytes of ciphertext captured: behind them lie no zeros."""
    first, again = secured(plain(200)), secured(plain(200, timestamp=9, seed=2), session(OTHER_KEY))
    whole = Capture().window(sent([*first, *again]))
    cut = replace(whole, length=np.full(400, 26), missing=whole.length - 26)
    follower = MisuseFollower()
    follower.add(cut)
    assert all(finding.severity.value == "notice" for finding in found(follower.result()))


def test_retransmitted_dtls_is_quiet() -> None:
    data = handshake()
    twice = [*data[:3], *data[:3], *data[3:], data[-1]]
    assert reasons(watched([Sent(0, *((ALICE, BOB) if near else (BOB, ALICE)), one) for near, one in twice])) == []


# Limits and hostile input.


def test_more_streams_than_tables_are_counted_and_named() -> None:
    flood = [packet for ssrc in range(40) for packet in plain(3, ssrc=ssrc)]
    misuse = watched(sent(flood))
    assert misuse.limits.unwatched == (40 - 24) * 3
    assert (Reason.LIMIT_REACHED, "inconclusive") in reasons(misuse)


def test_an_idle_stream_gives_its_table_away_and_keeps_what_was_found() -> None:
    reused = sent(secured([*plain(10), *plain(10, timestamp=5, seed=2)]))
    others = [Sent(100, ALICE, BOB, packet) for ssrc in range(24) for packet in plain(2, ssrc=ssrc)]
    misuse = watched(reused, others)
    assert misuse.limits.unwatched == 0
    assert misuse.reuses[0].reused == 10


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=0, max_size=80), max_size=20), st.integers(0, 20))
def test_no_bytes_break_it(payloads: list[bytes], cut: int) -> None:
    shaped = [bytes([first]) + payload for payload in payloads for first in (0x80, 0x90, 22, 63)]
    datagrams = [Sent(0, ALICE, BOB, payload) for payload in shaped]
    found(watched(datagrams[:cut], datagrams[cut:]))


def test_secrets_are_not_needed_and_windows_may_be_empty() -> None:
    follower, capture = MisuseFollower(), Capture()
    follower.add(capture.window([]))
    assert found(follower.result()) == ()


def test_the_test_for_a_keystream_rests_on_what_media_has_in_common() -> None:
    """The first byte of Opus, its TOC, is what the test sees: if an encoder changed it, the test would lose power."""
    firsts = [payload[0] for payload in voice(2)]
    assert max(map(firsts.count, firsts)) > 0.5 * len(firsts)
