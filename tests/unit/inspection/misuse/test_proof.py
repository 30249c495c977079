"""Misuse where keys are held: only authentic packets count, and their true index says what no estimate can."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from harness.inspection.misuse import REFUSED, KeyPair, Proof, key_findings
from harness.model.finding import Reason
from tests.unit.inspection.windows import Sent

from .traffic import OTHER_KEY, SSRC, plain, reasons, secured, sent, session, watched


def proof(indexes: Sequence[int], keys: Sequence[int] | int = 1) -> Proof:
    column = np.full(len(indexes), keys) if isinstance(keys, int) else np.array(keys)
    return Proof(column.astype(np.int64), np.array(indexes, np.int64))


def test_a_proven_reuse_is_an_alarm_even_when_the_plaintexts_are_random() -> None:
    random = Random(1)
    sender = session()
    first = plain(1)[0][:12]
    twice = [sender.protect(first[:4] + bytes([0, 0, 0, at]) + first[8:] + random.randbytes(80)) for at in (1, 2)]
    assert reasons(watched(sent(twice))) == [(Reason.TWO_TIME_PAD, "notice")]
    assert reasons(watched(sent(twice), proofs=[proof([0, 0])])) == [(Reason.TWO_TIME_PAD, "alarm")]


def test_a_forged_packet_is_not_counted() -> None:
    media = secured(plain(30))
    forged = media[9][:12] + Random(1).randbytes(len(media[9]) - 12)
    keys = [1] * 30 + [REFUSED]
    misuse = watched(sent([*media, forged]), proofs=[proof([*range(30), 9], keys)])
    assert reasons(misuse) == []
    assert misuse.limits.refused == 1


def test_a_rollover_counter_that_did_not_step_is_an_alarm() -> None:
    around_the_turn = plain(100, first=65_500)
    stuck = [*secured(around_the_turn[:36]), *secured(around_the_turn[36:])]
    indexes = [*range(65_500, 65_536), *range(64)]
    assert reasons(watched(sent(stuck), proofs=[proof(indexes)])) == [(Reason.ROLLOVER_RESET, "alarm")]
    stepped = proof(range(65_500, 65_600))
    assert reasons(watched(sent(secured(around_the_turn)), proofs=[stepped])) == []


def test_a_proven_restart_is_an_alarm() -> None:
    media = sent([*secured(plain(200, first=30_000)), *secured(plain(200, first=100, timestamp=5))])
    indexes = [*range(30_000, 30_200), *range(100, 300)]
    assert reasons(watched(media, proofs=[proof(indexes)])) == [(Reason.SEQUENCE_RESTARTED, "alarm")]


def test_a_new_key_makes_old_indexes_new() -> None:
    media = sent([*secured(plain(50)), *secured(plain(50, timestamp=5, seed=2), session(OTHER_KEY))])
    indexes = [*range(50), *range(50)]
    assert reasons(watched(media, proofs=[proof(indexes, [1] * 50 + [2] * 50)])) == []


def test_one_key_in_both_directions_is_seen_although_the_ssrcs_differ() -> None:
    media = [*sent(secured(plain(20))), *sent(secured(plain(20, ssrc=9)), back=True)]
    indexes = [*range(20), *range(20)]
    assert reasons(watched(media, proofs=[proof(indexes)])) == [(Reason.KEY_IN_BOTH_DIRECTIONS, "alarm")]
    assert reasons(watched(media, proofs=[proof(indexes, [1] * 20 + [2] * 20)])) == []


def test_a_reflected_packet_is_no_second_sender() -> None:
    media = secured(plain(20))
    misuse = watched([*sent(media), *sent(media, back=True)], proofs=[proof([*range(20)] * 2)])
    assert reasons(misuse) == []


def test_two_media_sections_with_one_ssrc_on_two_legs_under_one_key() -> None:
    """Without BUNDLE each section has its own ports; one key for both makes one keystream of two."""
    video = [one._replace(source="192.0.2.1:5002") for one in sent(secured(plain(60, timestamp=3, seed=2)))]
    misuse = watched([*sent(secured(plain(60))), *video], proofs=[proof([*range(60)] * 2)])
    (reuse,) = misuse.reuses
    assert (reuse.reused, reuse.crossed, reuse.test.one_keystream) == (60, 60, True)


def test_a_proof_must_speak_of_every_row() -> None:
    with pytest.raises(ValueError, match="for each row"):
        Proof(np.zeros(3, np.int64), np.zeros(2, np.int64))


def test_the_same_master_key_for_both_directions() -> None:
    good, bad = KeyPair("leg 0", "monday", b"a" * 30, b"b" * 30), KeyPair("leg 1", "tuesday", b"c" * 30, b"c" * 30)
    (finding,) = key_findings([good, bad])
    assert (finding.reason, finding.vantage) == (Reason.KEY_IN_BOTH_DIRECTIONS, "leg 1")
    assert "cccc" not in f"{bad!r}{finding.detail}"


def test_a_master_key_of_another_call() -> None:
    monday, same = KeyPair("leg 0", "monday", b"a" * 30, b"b" * 30), KeyPair("leg 2", "monday", b"b" * 30, b"a" * 30)
    tuesday = KeyPair("leg 1", "tuesday", b"a" * 30, b"d" * 30)
    assert key_findings([monday, same]) == ()
    (finding,) = key_findings([monday, tuesday])
    assert finding.reason is Reason.RANDOM_PREDICTABLE


def test_srtcp_counts_under_keys_too() -> None:
    header = bytes([0x80, 200, 0, 6]) + SSRC.to_bytes(4, "big")
    datagrams = [session().protect_rtcp(header + bytes([at]) * 20) for at in (1, 200)]
    media = [Sent(0, "192.0.2.1:1", "192.0.2.2:2", one) for one in datagrams]
    assert reasons(watched(media, proofs=[proof([1, 1])])) == [(Reason.TWO_TIME_PAD, "alarm")]
