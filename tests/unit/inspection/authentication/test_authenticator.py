"""Every packet is proved, or it is said why not: replays, forgeries, jumps, late beginnings, keys from elsewhere."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.authentication import Authenticator, Fate, Plain, SenderProof, Why, authenticator, key_search
from harness.inspection.authentication.replays import SIZE
from harness.inspection.keys import KeyedSender
from harness.inspection.stream_key import StreamKey
from tests.unit.inspection.windows import Capture, Sent

from .speakers import (
    CM,
    GCM,
    LIBSRTP,
    NULL,
    SSRC,
    Speaker,
    flipped,
    inward,
    key_of,
    outward,
    proofs,
    report,
    rtp,
)


def only(found: tuple[SenderProof, ...]) -> SenderProof:
    (one,) = found
    return one


@pytest.mark.parametrize("profile", LIBSRTP)
def test_a_call_with_known_keys_is_authentic_packet_by_packet(profile: str) -> None:
    speaker = Speaker(profile)
    sent = outward(*(speaker.say(index) for index in range(1, 90)), *(speaker.report(one) for one in range(3)))
    fate = Fate.CLEAR if profile == NULL else Fate.AUTHENTICATED

    proof = only(proofs([speaker.keyed()], sent[:40], sent[40:]))

    assert proof.key == StreamKey(0, True, SSRC)
    assert (proof.rtp, proof.rtcp) == ({fate: 89}, {fate: 3})
    assert (proof.profile, proof.origin, proof.keys) == (profile, "test", 1)
    assert (proof.first_index, proof.last_index, proof.rollover_counter) == (1, 89, 0)
    assert proof.failures == ()


@pytest.mark.parametrize("profile", [CM, GCM])
@pytest.mark.parametrize("kind", ["SRTP", "SRTCP"])
def test_no_bit_of_a_packet_can_be_changed(profile: str, kind: str) -> None:
    speaker = Speaker(profile)
    before, packet = speaker.say(1), speaker.say(2, b"x") if kind == "SRTP" else speaker.report(1)
    # The first two bytes decide what a packet is at all, and its SSRC whose it is.
    clear = range(64, 96) if kind == "SRTP" else range(32, 64)
    bits = [bit for bit in range(16, 8 * len(packet)) if bit not in clear]

    proof = only(proofs([speaker.keyed()], outward(before, *(flipped(packet, bit) for bit in bits), packet)))

    assert proof.count(Fate.FAILED) == len(bits)
    assert proof.count(Fate.AUTHENTICATED) == 2
    assert proof.whys == {Why.WRONG_TAG: len(bits)}
    assert [one.frame for one in proof.failures] == list(range(2, 2 + min(100, len(bits))))
    assert proof.failures_left_out == max(0, len(bits) - 100)


def test_a_failure_says_what_was_tried() -> None:
    speaker = Speaker()
    packets = [speaker.say(0x2_0001), speaker.say(0x2_0002), speaker.report(1)]
    forged = [packet[:-1] + bytes([packet[-1] ^ 1]) for packet in packets[1:]]

    proof = only(proofs([speaker.keyed()], outward(packets[0], *forged, packets[0][:20])))

    assert [(one.frame, one.words) for one in proof.failures] == [
        (2, "its tag is wrong under rollover counters 2, 3, 1 and 0"),
        (4, "20 bytes are too short for a header and a tag"),
        (3, "its tag is wrong"),
    ]


def test_a_replay_names_the_frame_that_it_repeats_and_a_forgery_is_no_replay() -> None:
    speaker = Speaker()
    packets = [speaker.say(index) for index in range(5)]
    forged = packets[3][:-1] + bytes([packets[3][-1] ^ 1])

    proof = only(proofs([speaker.keyed()], outward(*packets, packets[3], forged), outward(packets[1])))

    assert proof.rtp == {Fate.AUTHENTICATED: 5, Fate.REPLAYED: 2, Fate.FAILED: 1}
    assert [(one.frame, one.words) for one in proof.failures] == [
        (6, "a replay of frame 4"),
        (7, "its tag is wrong under rollover counters 0 and 1"),
        (8, "a replay of frame 2"),
    ]


def test_other_bytes_under_a_used_index_are_told_from_a_replay() -> None:
    speaker = Speaker()
    sent = outward(speaker.say(7), speaker.say(8), speaker.say(7, b"something else"))
    proof = only(proofs([speaker.keyed()], sent))
    assert proof.rtp == {Fate.AUTHENTICATED: 2, Fate.REUSED: 1}
    assert proof.failures[0].words == "its index 7 was that of frame 1, other bytes"


def test_a_sender_that_counts_again_is_authentic_and_old() -> None:
    speaker, again = Speaker(), Speaker()
    sent = outward(speaker.say(50_000), *(again.say(index) for index in range(3)))
    proof = only(proofs([speaker.keyed()], sent))
    assert proof.rtp == {Fate.AUTHENTICATED: 1, Fate.OLD: 3}
    assert proof.failures[0].words == "its index 0 is too old: 50000 was reached"


def test_the_sequence_number_wraps_and_wraps() -> None:
    speaker = Speaker()
    indexes = list(range(65_000, 300_000, 9_973))
    proof = only(proofs([speaker.keyed()], outward(*map(speaker.say, indexes))))
    assert proof.rtp == {Fate.AUTHENTICATED: len(indexes)}
    assert proof.rollover_counter == 4
    assert proof.last_index == indexes[-1]


@pytest.mark.parametrize("profile", [CM, GCM])
def test_a_capture_may_begin_in_the_middle_of_a_call(profile: str) -> None:
    speaker = Speaker(profile)
    start = 37 << 16 | 0xFFF0
    proof = only(proofs([speaker.keyed()], outward(*(speaker.say(start + step) for step in range(60)))))
    assert proof.rtp == {Fate.AUTHENTICATED: 60}
    assert (proof.first_index, proof.rollover_counter) == (start, 38)


def test_srtcp_may_give_the_key_away_before_srtp_tells_where_the_call_is() -> None:
    speaker = Speaker()
    media = [speaker.say(5 << 16 | step) for step in range(20)]
    proof = only(proofs([speaker.keyed()], outward(speaker.report(1)), outward(*media)))
    assert (proof.rtp, proof.rtcp) == ({Fate.AUTHENTICATED: 20}, {Fate.AUTHENTICATED: 1})


def test_a_loss_of_more_than_half_a_cycle_is_bridged() -> None:
    speaker = Speaker()
    indexes = [*range(100), *range(60_000, 60_100), *range(130_000, 130_100)]
    proof = only(proofs([speaker.keyed()], outward(*map(speaker.say, indexes))))
    assert proof.rtp == {Fate.AUTHENTICATED: 300}
    assert proof.last_index == 130_099


def test_whoever_jumps_without_end_is_followed_all_the_same() -> None:
    speaker = Speaker()
    indexes = [step * 60_000 for step in range(60)]
    proof = only(proofs([speaker.keyed()], outward(*map(speaker.say, indexes))))
    assert proof.rtp == {Fate.AUTHENTICATED: 60}


STEPS = st.lists(
    st.one_of(st.integers(1, 3), st.integers(-1200, 40), st.integers(20_000, 65_000), st.just(0)), max_size=60
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from([CM, GCM]), st.data())
def test_whatever_the_order_each_packet_has_the_fate_that_it_deserves(
    steps: list[int], profile: str, data: st.DataObject
) -> None:
    speaker = Speaker(profile)
    made: dict[int, bytes] = {}
    sent: list[bytes] = []
    expected = dict.fromkeys(Fate, 0)
    highest, place = -1, 5_000
    for index in accumulate(steps, lambda before, step: max(4_000, before + step), initial=5_000):
        place = max(place, index)
        if index < place - 1500:
            continue
        packet = made.setdefault(index, b"") or speaker.say(index)
        broken = data.draw(st.integers(0, 5)) == 0 and highest >= 0
        if broken:
            fate = Fate.FAILED
            packet = flipped(packet, data.draw(st.integers(8 * 12, 8 * len(packet) - 1)))
        elif index <= highest - SIZE:
            fate = Fate.OLD
        else:
            fate = Fate.REPLAYED if made[index] else Fate.AUTHENTICATED
            made[index], highest = packet, max(highest, index)
        sent.append(packet)
        expected[fate] += 1
    cut = data.draw(st.integers(0, len(sent)))

    proof = only(proofs([speaker.keyed()], outward(*sent[:cut]), outward(*sent[cut:])))

    assert proof.rtp == {fate: count for fate, count in expected.items() if count}


def test_keys_that_fit_nobody_leave_a_stream_unknown_and_their_own_leg_failed() -> None:
    speaker, stranger = Speaker(), Speaker(CM, key_of(CM, 2))
    sent = outward(*(speaker.say(index) for index in range(30)))

    elsewhere = only(proofs([stranger.keyed(leg=None)], sent))
    assert elsewhere.rtp == {Fate.UNKNOWN: 30}
    assert set(elsewhere.whys) == {Why.NO_KEY_FITS, Why.NOT_TRIED}
    assert elsewhere.failures == ()

    here = only(proofs([stranger.keyed()], sent))
    assert here.rtp == {Fate.FAILED: 30}
    assert here.failures[0].words == "no key was given that fits"
    assert only(proofs([], sent)).rtp == {Fate.UNKNOWN: 30}


def test_both_directions_may_have_the_same_ssrc() -> None:
    alice, bob = Speaker(), Speaker(CM, key_of(CM, 2))
    sent = [*outward(alice.say(1), alice.say(2)), *inward(bob.say(1), bob.say(2), bob.report(1))]
    both = proofs([alice.keyed(), bob.keyed(outward=False)], sent)
    assert [(one.key.outward, one.packets, one.count(Fate.AUTHENTICATED)) for one in both] == [
        (True, 2, 2),
        (False, 3, 3),
    ]


def test_a_key_of_another_leg_or_capture_is_found() -> None:
    speaker, others = Speaker(), [Speaker(CM, key_of(CM, number)).keyed(leg=None) for number in range(2, 6)]
    away = [Sent(0.0, "192.0.2.9:1", "192.0.2.8:2", speaker.say(index)) for index in range(9)]
    found = proofs([*others, speaker.keyed(leg=7)], outward(rtp(1, bytes(20), 9)), away)
    assert [(one.key.leg, one.count(Fate.AUTHENTICATED)) for one in found] == [(0, 0), (1, 9)]


def test_a_key_may_come_while_the_capture_is_read() -> None:
    speaker, keys = Speaker(), [Speaker(CM, key_of(CM, 2)).keyed(leg=None)]
    capture = Capture()
    with Authenticator(keys) as follower:
        follower.add(capture.window(outward(*(speaker.say(index) for index in range(8)))))
        keys.append(speaker.keyed())
        follower.add(capture.window(outward(*(speaker.say(index) for index in range(8, 20)))))
        proof = only(follower.result())
    assert proof.rtp == {Fate.UNKNOWN: 8, Fate.AUTHENTICATED: 12}


def test_a_sender_may_take_a_new_key_and_stragglers_come_under_the_old_one() -> None:
    first, second = Speaker(), Speaker(GCM)
    before, after = [first.say(index) for index in range(40)], [second.say(index) for index in range(30, 70)]
    sent = outward(*before[:39], after[0], before[39], *after[1:])
    proof = only(proofs([first.keyed(), second.keyed()], sent))
    assert proof.rtp == {Fate.AUTHENTICATED: 80}
    assert (proof.keys, proof.profile) == (2, GCM)


def test_srtcp_that_says_it_is_not_encrypted_is_clear() -> None:
    speaker, plain = Speaker(), Speaker(NULL, key_of(CM))
    proof = only(proofs([speaker.keyed()], outward(speaker.report(1), plain.report(2), plain.report(3))))
    assert proof.rtcp == {Fate.AUTHENTICATED: 1, Fate.REUSED: 1, Fate.CLEAR: 1}


def test_packets_with_a_master_key_identifier_and_of_profiles_that_libsrtp_lacks_are_opened_too() -> None:
    speaker, short = Speaker(), Speaker(NULL)
    identified = KeyedSender(CM, speaker.key, "a=crypto", 0, True, b"\x00\x01")
    with_mki = [packet[:-10] + b"\x00\x01" + packet[-10:] for packet in map(speaker.say, range(65_530, 65_550))]
    proof = only(proofs([identified], outward(*with_mki[:9], with_mki[3], *with_mki[9:])))
    assert proof.rtp == {Fate.AUTHENTICATED: 20, Fate.REPLAYED: 1}

    unusual = KeyedSender("SRTP_NULL_HMAC_SHA1_32", short.key, "test", 0, True)
    proof = only(proofs([unusual], outward(*(short.say(index)[:-6] for index in range(20)))))
    assert proof.rtp == {Fate.CLEAR: 20}


def test_a_packet_that_the_capture_cut_off_is_unknown() -> None:
    speaker = Speaker()
    capture = Capture()
    whole = capture.window(outward(speaker.say(1), speaker.say(2)[:15], speaker.say(3)))
    missing = np.array([0, 9, 0])
    cut = type(whole)(**{**vars(whole), "missing": missing})
    with Authenticator([speaker.keyed()]) as follower:
        follower.add(cut)
        proof = only(follower.result())
    assert proof.rtp == {Fate.AUTHENTICATED: 2, Fate.UNKNOWN: 1}
    assert proof.whys == {Why.CUT_OFF: 1}


def test_what_was_said_comes_out_in_order_and_only_what_is_authentic() -> None:
    speaker, said = Speaker(), [b"one", b"two", b"three", b"four"]
    packets = [speaker.say(0x1_FFFE + number, word) for number, word in enumerate(said)]
    sent = outward(packets[0], packets[1], packets[1], flipped(packets[2], 100), packets[2], packets[3])
    heard: list[tuple[int, bytes]] = []

    def listen(plain: Plain) -> None:
        heard.extend(
            (int(plain.window.frame[row]), plain.packet(place)) for place, row in enumerate(plain.rows.tolist())
        )
        assert plain.stream == StreamKey(0, True, SSRC)
        assert plain.index.tolist() == [0x1_FFFE, 0x1_FFFF, 0x2_0000, 0x2_0001]

    with Authenticator([speaker.keyed()], listen) as follower:
        follower.add(Capture().window(sent))

    assert heard == [
        (frame, rtp(0x1_FFFE + number, word))
        for number, (frame, word) in enumerate(zip((1, 2, 5, 6), said, strict=True))
    ]


def test_control_packets_come_out_too() -> None:
    speaker = Speaker(GCM)
    heard: list[bytes] = []
    with Authenticator([speaker.keyed()], lambda plain: heard.append(plain.packet(0))) as follower:
        follower.add(Capture().window(outward(speaker.report(5))))
    assert heard == [report(5)]


def test_each_packet_is_judged_by_row_with_the_number_of_its_key() -> None:
    alice, bob = Speaker(), Speaker(CM, key_of(CM, 2), ssrc=7)
    sent = [*outward(alice.say(3)), *inward(bob.say(9)), *outward(alice.say(4), flipped(alice.say(5), 99), rtp(1))]
    candidates = [alice.keyed(), alice.keyed(leg=None), bob.keyed(outward=False)]
    with Authenticator(candidates) as follower:
        judged = follower.add(Capture().window([*sent, *outward(alice.report(1))]))
    rows = zip(judged.row.tolist(), judged.fate.tolist(), judged.index.tolist(), judged.key.tolist(), strict=True)
    by_row = {row: (Fate(fate), index if key >= 0 else None, key) for row, fate, index, key in rows}
    assert by_row == {
        0: (Fate.AUTHENTICATED, 3, 0),
        1: (Fate.AUTHENTICATED, 9, 1),
        2: (Fate.AUTHENTICATED, 4, 0),
        3: (Fate.FAILED, None, -1),
        4: (Fate.FAILED, None, -1),
        5: (Fate.AUTHENTICATED, 1, 0),
    }


def test_a_window_without_media_is_judged_in_no_time() -> None:
    with Authenticator([Speaker().keyed()]) as follower:
        assert len(follower.add(Capture().window(outward(bytes(30)))).row) == 0
        assert follower.result() == ()


def test_what_no_sender_can_have_made_fails_and_breaks_nothing() -> None:
    speaker = Speaker()
    junk = [b"\x80" * 12, b"\x9f\x60" + rtp(1)[2:], b"\x80\xc9\x00\x01" + rtp(1)[8:12], b"\xbf\x60" + bytes(2000)]
    found = proofs([speaker.keyed()], outward(speaker.say(1), *junk, speaker.say(2)))
    assert sum(one.count(Fate.FAILED) for one in found) == len(junk)
    assert sum(one.count(Fate.AUTHENTICATED) for one in found) == 2


def test_senders_beyond_the_limit_are_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticator, "MAX_SENDERS", 2)
    speaker = Speaker()
    sent = outward(rtp(1, bytes(20), 1), speaker.say(1), rtp(1, bytes(20), 2), rtp(2, bytes(20), 2), speaker.say(2))
    with Authenticator([speaker.keyed()]) as follower:
        follower.add(Capture().window(sent))
        assert follower.not_followed == 2
        assert len(follower.result()) == 2
        assert follower.limits == ("2 packets of more than 2 senders were not authenticated",)


def test_a_search_without_end_is_given_up_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_search, "EFFORT", 100)
    speaker = Speaker()
    with Authenticator([speaker.keyed(leg=None)]) as follower:
        follower.add(Capture().window(outward(*(rtp(1, bytes(30), ssrc) for ssrc in range(9)), speaker.say(1))))
        assert "given up" in follower.limits[0]
        assert follower.result()[-1].rtp == {Fate.UNKNOWN: 1}


def test_a_key_does_not_show_itself() -> None:
    secret = b"do not tell anybody, 30 bytes!"
    assert "tell" not in repr(KeyedSender(CM, secret, "test"))
