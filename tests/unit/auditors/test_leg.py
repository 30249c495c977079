"""One leg by itself: directions, handshakes pair by pair, keys, and what looks clear."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from harness.auditors.authenticity import Fate
from harness.auditors.leg import Leg
from harness.wire.demux import PacketClass
from tests.unit.wire.openssl_pair import shake_hands

from .packets import opus, rtp
from .stage import ALICE, BOB, OF_ALICE, OF_BOB, OF_MALLORY, Stage, clear_call, honest_call


def leg(stage: Stage) -> Leg:
    found = stage.case().leg(ALICE)
    assert found is not None
    return found


def test_frames_count_from_one_and_keep_their_direction_and_bytes() -> None:
    stage = Stage()
    stage.on_leg(ALICE, True, opus(1))
    stage.on_leg(ALICE, False, opus(2))
    first, second = leg(stage).datagrams
    assert (first.frame, first.outward, first.klass, first.data) == (1, True, PacketClass.SRTP, opus(1))
    assert (second.frame, second.outward, second.data) == (2, False, opus(2))
    assert first.pair == second.pair


def test_both_ends_derive_the_keys_that_openssl_exports() -> None:
    stage = honest_call(packets=0)
    (keys,) = leg(stage).keys
    assert keys.outward.key_and_salt == stage.keys[ALICE, True]
    assert keys.inward.key_and_salt == stage.keys[ALICE, False]
    (of_bob,) = stage.case().legs[1].keys
    assert of_bob.outward == keys.inward
    assert of_bob.master_secret == keys.master_secret


def test_two_handshakes_on_one_leg_give_two_keys() -> None:
    stage = honest_call(packets=0)
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    found = leg(stage)
    assert [one.certificates_far for one in found.associations] == [(OF_BOB.der,), (OF_MALLORY.der,)]
    assert len({keys.master_secret for keys in found.keys}) == 2


def test_two_handshakes_at_once_are_told_apart_by_their_addresses() -> None:
    with_bob, with_mallory = Stage(), Stage()
    with_bob.handshake(ALICE, shake_hands(OF_BOB, OF_ALICE))
    with_mallory.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage = Stage()
    for of_bob, of_mallory in zip(with_bob.wire[ALICE], with_mallory.wire[ALICE], strict=True):
        stage.on_leg(ALICE, of_bob.outward, of_bob.data)
        stage.on_leg(ALICE, of_mallory.outward, of_mallory.data, far=2)
    stage.keylogs[ALICE] = with_bob.keylogs[ALICE] | with_mallory.keylogs[ALICE]
    found = leg(stage)
    assert found.presented_certificates == (OF_BOB.der, OF_MALLORY.der)
    assert [one.outward.key_and_salt for one in found.keys] == [
        with_bob.keys[ALICE, True],
        with_mallory.keys[ALICE, True],
    ]


def test_a_handshake_without_its_key_or_with_half_of_it_seen_gives_none() -> None:
    stage = honest_call(packets=0)
    del stage.wire[ALICE][5:]
    assert len(leg(stage).associations) == 1
    assert leg(stage).keys == ()
    stage = honest_call(packets=0)
    for keylog in stage.keylogs.values():
        keylog.clear()
    assert leg(stage).keys == ()


def test_a_secret_of_the_wrong_size_gives_no_key() -> None:
    stage = honest_call(packets=0)
    stage.keylogs[ALICE] = dict.fromkeys(stage.keylogs[ALICE], b"short")
    assert leg(stage).keys == ()


def test_media_without_keys_has_no_fate() -> None:
    media = leg(clear_call(packets=3)).outward
    assert len(media.packets) == 3
    assert media.fates == ()
    assert media.frames(Fate.FAILED) == ()
    assert media.genuine == 0


@pytest.mark.parametrize("seed", range(20))
def test_ciphertext_never_looks_clear(seed: int) -> None:
    stage = honest_call(packets=0)
    source = random.Random(seed)
    for number in range(500):
        stage.on_leg(ALICE, True, rtp(number, source.randbytes(80)))
    stage.keylogs[ALICE].clear()
    assert leg(stage).clear == ()


def test_one_packet_without_any_handshake_is_clear_whatever_it_holds() -> None:
    stage = Stage()
    stage.on_leg(ALICE, True, rtp(1, random.Random(1).randbytes(80)))
    (evidence,) = leg(stage).clear
    assert "1 media packet left alice without a finished DTLS handshake" in evidence
    stage = Stage()
    stage.on_leg(ALICE, False, opus(1))
    assert leg(stage).clear == ()


def test_a_strangers_handshake_does_not_make_a_party_secure() -> None:
    stage = clear_call(packets=3)
    for outward, data in shake_hands(OF_BOB, OF_MALLORY).seen_by(client_is_near=False):
        if not outward:
            stage.on_leg(ALICE, False, data)
    found = leg(stage)
    assert found.associations
    assert not found.secured
    assert "without a finished DTLS handshake" in found.clear[0]
    assert leg(honest_call(packets=0)).secured


def test_media_that_repeats_its_first_byte_looks_clear_from_the_thirteenth_packet_on() -> None:
    for packets, looks_clear in ((12, False), (13, True)):
        stage = honest_call(packets=0)
        stage.keylogs[ALICE].clear()
        for number in range(packets):
            stage.on_leg(ALICE, True, opus(number))
        assert bool(leg(stage).clear) is looks_clear


def test_packets_without_payload_or_header_are_passed_over() -> None:
    stage = honest_call(packets=0)
    stage.keylogs[ALICE].clear()
    for number in range(40):
        stage.on_leg(ALICE, True, rtp(number, b""))
        stage.on_leg(ALICE, True, b"\xbf" + rtp(number, b"")[1:])
    assert leg(stage).clear == ()


def test_only_what_leaves_in_the_first_seconds_is_searched() -> None:
    stage = Stage()
    stage.on_leg(ALICE, False, opus(0))
    stage.on_leg(ALICE, True, opus(1))
    stage.now += 1.0
    stage.on_leg(ALICE, True, opus(2))
    stage.now += 1.0
    stage.on_leg(ALICE, True, opus(3))
    assert leg(stage).first_media(1.5) == [opus(1), opus(2)]
    assert leg(Stage()).first_media(1.5) == []


def test_a_party_without_a_recorded_leg_has_none() -> None:
    case = honest_call().case()
    assert type(case)(**{**vars(case), "tables": {}}).leg(BOB) is None


def test_a_handshake_may_be_among_the_packets_that_a_capture_lacks() -> None:
    stage = Stage()
    stage.on_leg(ALICE, True, rtp(1, random.Random(1).randbytes(80)))
    case = stage.case()
    assert case.leg(ALICE) is not None
    lossy = tuple(one.model_copy(update={"sockets": one.sockets + 4}) for one in case.recording.vantages)
    case = replace(case, recording=case.recording.model_copy(update={"vantages": lossy}))
    found = case.leg(ALICE)
    assert found is not None
    assert found.clear == ()
