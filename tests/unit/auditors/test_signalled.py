"""What a description says about certificates: as written, as meant, and whom it vouches for."""

from __future__ import annotations

import pytest

from harness.auditors.authenticity import SendingKey
from harness.auditors.signalled import MOST_KEYS, keys_received, keys_sent, received, sent
from harness.model.recording import SignalKind, SignalMessage
from harness.wire.sdes import CryptoLine
from harness.wire.sdp import Fingerprint

from .stage import (
    ALICE,
    BOB,
    OF_ALICE,
    OF_BOB,
    OF_MALLORY,
    PROFILE,
    SIGNALLED,
    Stage,
    description,
    keyed_description,
)


def lines(*fingerprints: Fingerprint) -> str:
    """A description with two media sections and these fingerprints at their levels."""
    parts = ["v=0"]
    for level in (None, 0, 1):
        parts += [] if level is None else ["m=audio 9 UDP/TLS/RTP/SAVPF 111"]
        parts += [f"a=fingerprint:{one}" for one in fingerprints if one.level == level]
    return "\r\n".join(parts) + "\r\n"


def covers(certificate: bytes, *fingerprints: Fingerprint) -> bool:
    stage = Stage()
    stage.describe(ALICE, lines(*fingerprints))
    (description,) = received(stage.signalling, BOB)
    return description.covers(certificate)


def of(certificate: bytes, algorithm: str = "sha-256", level: int | None = None) -> Fingerprint:
    return Fingerprint.of(certificate, algorithm, level)


def test_a_description_is_read_where_it_left_and_where_it_arrived() -> None:
    stage = Stage()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    stage.describe(BOB, description(OF_BOB))
    (offered,) = sent(stage.signalling, ALICE)
    (arrived,) = received(stage.signalling, BOB)
    assert (offered.kind, arrived.kind) == (SignalKind.OFFER, SignalKind.OFFER)
    assert offered.covers(OF_ALICE.der)
    assert arrived.covers(OF_MALLORY.der)
    assert not arrived.covers(OF_ALICE.der)
    assert [one.kind for one in received(stage.signalling, ALICE)] == [SignalKind.ANSWER]


def test_a_hangup_describes_nothing() -> None:
    stage = Stage()
    stage.describe(ALICE, "v=0")
    hangup = SignalMessage(kind=SignalKind.HANGUP, sender=ALICE, body="bye")
    stage.signalling = [one.model_copy(update={"message": hangup}) for one in stage.signalling]
    assert sent(stage.signalling, ALICE) == received(stage.signalling, BOB) == ()


def test_every_level_and_every_strong_hash_must_vouch() -> None:
    own, foreign = OF_ALICE.der, OF_MALLORY.der
    assert covers(own, of(own))
    assert covers(own, of(own, level=0), of(own, "sha-512", level=1))
    assert covers(own, of(own), of(foreign)), "RFC 8122 section 5: several certificates, one line each"
    assert not covers(own, of(foreign))
    assert not covers(own, of(own), of(foreign, "sha-512"))
    assert not covers(own, of(own, level=0), of(foreign, level=1))
    assert not covers(own, of(foreign), of(own, level=0))


def test_a_weak_or_malformed_line_vouches_for_nothing_and_harms_no_good_one() -> None:
    own = OF_ALICE.der
    malformed = Fingerprint(None, "sha-512", "00:11")
    assert not covers(own)
    assert not covers(own, of(own, "sha-1"))
    assert not covers(own, malformed)
    assert covers(own, of(own), of(OF_MALLORY.der, "sha-1"), malformed)


@pytest.mark.parametrize(
    ("changed", "same_meaning"),
    [
        (lambda value: value.lower(), True),
        (lambda value: value[:-3], False),
        (lambda value: value.replace(":", ""), False),
        (lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"), False),
    ],
    ids=["lower case", "truncated", "no separators", "another digit"],
)
def test_only_the_case_of_a_well_formed_digest_is_without_meaning(changed: object, same_meaning: bool) -> None:
    assert callable(changed)
    line = of(OF_ALICE.der)
    stage = Stage()
    stage.describe(ALICE, lines(line), arrives=lines(Fingerprint(None, line.algorithm, changed(line.value))))
    (before,), (after,) = sent(stage.signalling, ALICE), received(stage.signalling, BOB)
    assert before.written != after.written
    assert (before.meant == after.meant) is same_meaning


def test_the_order_of_the_lines_is_without_meaning_but_their_level_is_not() -> None:
    first, second = of(OF_ALICE.der), of(OF_ALICE.der, "sha-512")
    stage = Stage()
    stage.describe(ALICE, lines(first, second), arrives=lines(second, first))
    assert sent(stage.signalling, ALICE)[0].meant == received(stage.signalling, BOB)[0].meant
    stage.describe(BOB, lines(of(OF_BOB.der)), arrives=lines(of(OF_BOB.der, level=0)))
    assert sent(stage.signalling, BOB)[0].meant != received(stage.signalling, ALICE)[0].meant


def test_two_bodies_that_are_no_description_are_equal_only_when_they_are_the_same() -> None:
    stage = Stage()
    stage.describe(ALICE, "\n" * 5000, arrives="\n" * 5001)
    (before,), (after,) = sent(stage.signalling, ALICE), received(stage.signalling, BOB)
    assert before.meant != after.meant
    assert before.meant == sent(stage.signalling, ALICE)[0].meant
    assert not after.covers(OF_ALICE.der)


def test_media_keys_are_read_where_they_left_and_where_they_arrived() -> None:
    stage = Stage()
    stage.describe(ALICE, keyed_description(ALICE, SIGNALLED[ALICE]), arrives=keyed_description(ALICE, bytes(30)))
    stage.describe(BOB, keyed_description(BOB, SIGNALLED[BOB]))
    assert keys_sent(stage.signalling, ALICE) == (SendingKey(PROFILE, SIGNALLED[ALICE]),)
    assert keys_received(stage.signalling, BOB) == (SendingKey(PROFILE, bytes(30)),)
    assert keys_sent(stage.signalling, BOB) == keys_received(stage.signalling, ALICE)


def test_what_is_no_key_is_passed_over_and_of_many_the_first_ones_count() -> None:
    many = [bytes([number]) * 30 for number in range(2 * MOST_KEYS)]
    lines = "".join(f"a=crypto:{CryptoLine.of(1, 'AES_CM_128_HMAC_SHA1_80', key).written()}\r\n" for key in many)
    stage = Stage()
    stage.describe(ALICE, f"v=0\r\na=crypto:\r\na=crypto:1 ROT13 inline:AAAA\r\n{lines}{lines}")
    stage.describe(BOB, "a=x\n" * 5000)
    assert [one.key_and_salt for one in keys_sent(stage.signalling, ALICE)] == many[:MOST_KEYS]
    assert keys_sent(stage.signalling, BOB) == ()
