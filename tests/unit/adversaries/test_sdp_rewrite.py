"""Each rewrite of a description, shown on the lines that it touches."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence

import pytest

from harness.adversaries.machine import Deed, Deliver
from harness.adversaries.sdp_rewrite import SdpRewrite, changes, sdes_line
from harness.model.adversary import Rewrite
from harness.model.base import Role
from harness.model.recording import SignalMessage
from harness.wire.sdp import Sdp

from .descriptions import ANSWER, OFFER, SHA256, SHA512, attributes
from .transcript import ALICE, answer, hangup, offer, signal

BOTH = (Role.CALLER, Role.CALLEE)


def delivered(rewrite: Rewrite, message: SignalMessage, towards: tuple[Role, ...] = BOTH) -> str:
    """The body that arrives, which must be another one and counted."""
    first, deed = signal(SdpRewrite(rewrite, towards, "seed"), message)
    assert isinstance(first, Deliver)
    assert deed == Deed("descriptions-rewritten")
    assert first.message.body != message.body
    return first.message.body


def fingerprints(rewrite: Rewrite) -> list[str]:
    return attributes(delivered(rewrite, offer(OFFER)), "fingerprint")


def lines(body: str, start: str) -> list[str]:
    return [line for line in body.split("\r\n") if line.startswith(start)]


def twice(values: Sequence[str]) -> list[str]:
    """The description has two media sections that look alike."""
    return [*values, *values]


def test_every_rewrite_of_the_model_is_known() -> None:
    assert set(changes("seed")) == set(Rewrite)


@pytest.mark.parametrize("rewrite", Rewrite)
def test_every_rewrite_really_changes_an_answer(rewrite: Rewrite) -> None:
    # No rewrite sets this role, so that none of them finds its work done already.
    delivered(rewrite, answer(ANSWER.replace("a=setup:active", "a=setup:unheard-of\r\na=rtcp-mux")))


# fingerprints


@pytest.mark.parametrize(
    ("rewrite", "expected"),
    [
        (Rewrite.FINGERPRINT_MISSING, []),
        (Rewrite.FINGERPRINT_TRUNCATED, twice([f"sha-256 {SHA256[:-3]}", f"sha-512 {SHA512[:-3]}"])),
        (
            Rewrite.FINGERPRINT_NO_SEPARATORS,
            twice([f"sha-256 {SHA256.replace(':', '')}", f"sha-512 {SHA512.replace(':', '')}"]),
        ),
        (
            Rewrite.FINGERPRINT_ODD_SEPARATORS,
            twice([f"sha-256 {SHA256.replace(':', '-')}", f"sha-512 {SHA512.replace(':', '-')}"]),
        ),
        (Rewrite.FINGERPRINT_LOWER_CASE, twice([f"sha-256 {SHA256.lower()}", f"sha-512 {SHA512.lower()}"])),
        (Rewrite.HASH_SHA1, twice([f"sha-1 {SHA256[: 20 * 3 - 1]}"])),
        (Rewrite.HASH_MD5, twice([f"md5 {SHA256[: 16 * 3 - 1]}"])),
        (Rewrite.HASH_MD2, twice([f"md2 {SHA256[: 16 * 3 - 1]}"])),
        (Rewrite.HASH_UNKNOWN, twice([f"sha-unknown {SHA256}"])),
    ],
)
def test_fingerprint_lines(rewrite: Rewrite, expected: list[str]) -> None:
    assert fingerprints(rewrite) == expected


def test_a_duplicate_has_the_same_algorithm_and_another_value() -> None:
    first, second, third, fourth, *_ = fingerprints(Rewrite.FINGERPRINT_DUPLICATE_ALGORITHM)
    assert (first, third) == (f"sha-256 {SHA256}", f"sha-512 {SHA512}")
    assert second.startswith("sha-256 FF:FE:FD:")
    assert fourth.startswith("sha-512 BF:BE:BD:")
    assert (len(second), len(fourth)) == (len(first), len(third))


def test_a_fingerprint_at_session_level_is_weakened_too() -> None:
    body = f"v=0\r\na=fingerprint:sha-256 {SHA256}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\n"
    assert attributes(delivered(Rewrite.HASH_MD5, offer(body)), "fingerprint") == [f"md5 {SHA256[:47]}"]


# setup


@pytest.mark.parametrize(
    ("rewrite", "message", "told"),
    [
        (Rewrite.SETUP_BOTH_ACTIVE, offer(OFFER), "passive"),
        (Rewrite.SETUP_BOTH_ACTIVE, answer(ANSWER), "passive"),
        (Rewrite.SETUP_BOTH_PASSIVE, offer(OFFER), "active"),
        (Rewrite.SETUP_HOLDCONN, offer(OFFER), "holdconn"),
        (Rewrite.SETUP_HOLDCONN, answer(ANSWER), "holdconn"),
        (Rewrite.SETUP_ANSWER_ACTPASS, answer(ANSWER), "actpass"),
    ],
)
def test_each_receiver_is_told_the_role_of_the_other_side(rewrite: Rewrite, message: SignalMessage, told: str) -> None:
    assert attributes(delivered(rewrite, message), "setup") == [told, told]


def test_what_says_so_already_is_no_deed() -> None:
    machine = SdpRewrite(Rewrite.SETUP_BOTH_PASSIVE, BOTH, "seed")
    assert signal(machine, answer(ANSWER)) == [Deliver(answer(ANSWER))]


def test_actpass_belongs_into_an_offer() -> None:
    passive = offer(OFFER.replace("a=setup:actpass", "a=setup:passive"))
    assert signal(SdpRewrite(Rewrite.SETUP_ANSWER_ACTPASS, BOTH, "seed"), passive) == [Deliver(passive)]


# keys and profiles in the description


def test_an_sdes_key_is_added_to_each_section_and_dtls_stays() -> None:
    body = delivered(Rewrite.SDES_ADDED, offer(OFFER))
    audio, video = attributes(body, "crypto")
    assert audio == video
    tag, suite, key = audio.split(" ")
    assert (tag, suite) == ("1", "AES_CM_128_HMAC_SHA1_80")
    assert len(b64decode(key.removeprefix("inline:"), validate=True)) == 30
    assert [line for line in body.split("\r\n") if not line.startswith("a=crypto:")] == OFFER.split("\r\n")


def test_the_sdes_key_follows_the_seed() -> None:
    assert sdes_line("one") == sdes_line("one") != sdes_line("two")


def test_sdes_instead_of_dtls_leaves_nothing_of_dtls() -> None:
    body = delivered(Rewrite.SDES_INSTEAD_OF_DTLS, offer(OFFER))
    assert attributes(body, "fingerprint") == attributes(body, "setup") == []
    assert len(attributes(body, "crypto")) == 2
    assert lines(body, "m=") == ["m=audio 5000 RTP/SAVPF 96", "m=video 5002 RTP/SAVPF 96"]


def test_the_plain_profile_with_the_fingerprint_left_in_place() -> None:
    body = delivered(Rewrite.PROFILE_RTP_AVP, offer(OFFER))
    assert lines(body, "m=") == ["m=audio 5000 RTP/AVPF 96", "m=video 5002 RTP/AVPF 96"]
    assert attributes(body, "fingerprint") == attributes(OFFER, "fingerprint")


def test_the_plain_profile_without_feedback() -> None:
    body = delivered(Rewrite.PROFILE_RTP_AVP_NO_FEEDBACK, offer(OFFER))
    assert lines(body, "m=") == ["m=audio 5000 RTP/AVP 96", "m=video 5002 RTP/AVP 96"]
    assert attributes(body, "fingerprint") == attributes(OFFER, "fingerprint")


def test_the_plain_profile_without_a_fingerprint() -> None:
    body = delivered(Rewrite.PROFILE_RTP_AVP_NO_FINGERPRINT, offer(OFFER))
    assert lines(body, "m=") == ["m=audio 5000 RTP/AVPF 96", "m=video 5002 RTP/AVPF 96"]
    assert attributes(body, "fingerprint") == []


@pytest.mark.parametrize(("secure", "plain"), [("UDP/TLS/RTP/SAVP", "RTP/AVP"), ("RTP/SAVP", "RTP/AVP")])
def test_a_profile_without_feedback_stays_one(secure: str, plain: str) -> None:
    body = OFFER.replace("UDP/TLS/RTP/SAVPF", secure)
    assert lines(delivered(Rewrite.PROFILE_RTP_AVP, offer(body)), "m=audio") == [f"m=audio 5000 {plain} 96"]


# whose copy


@pytest.mark.parametrize(
    ("towards", "message", "concerned"),
    [
        ((Role.CALLEE,), offer(OFFER), True),
        ((Role.CALLER,), offer(OFFER), False),
        ((Role.CALLER,), answer(ANSWER), True),
        ((Role.CALLEE,), answer(ANSWER), False),
    ],
)
def test_only_the_named_receiver_gets_another_description(
    towards: tuple[Role, ...], message: SignalMessage, concerned: bool
) -> None:
    commands = signal(SdpRewrite(Rewrite.FINGERPRINT_MISSING, towards, "seed"), message)
    assert (commands == [Deliver(message)]) is not concerned
    assert (Deed("descriptions-rewritten") in commands) is concerned


def test_a_hang_up_passes() -> None:
    machine = SdpRewrite(Rewrite.FINGERPRINT_MISSING, BOTH, "seed")
    assert signal(machine, hangup(ALICE)) == [Deliver(hangup(ALICE))]


def test_the_attack_has_happened_when_a_text_changed() -> None:
    assert SdpRewrite(Rewrite.HASH_MD5, BOTH, "seed").required == ("descriptions-rewritten",)


@pytest.mark.parametrize(
    ("rewrite", "foreign"),
    [
        (Rewrite.FINGERPRINT_OTHER_IN_SECOND_MEDIA, [1]),
        (Rewrite.FINGERPRINT_OTHER_AT_SESSION_LEVEL, [None]),
        (Rewrite.FINGERPRINT_OTHER_AT_MEDIA_LEVEL, [0, 1]),
    ],
)
def test_a_description_with_its_fingerprint_at_the_session_level_is_rewritten_as_well(
    rewrite: Rewrite, foreign: list[int | None]
) -> None:
    """Firefox writes its descriptions so."""
    genuine = Sdp.parse(OFFER).fingerprints()[0]
    bare = Sdp.parse(OFFER).remove("fingerprint")
    told = Sdp.parse(delivered(rewrite, offer(str(bare.insert(f"a=fingerprint:{genuine}"))))).fingerprints()
    assert [one.level for one in told if one.digest() != genuine.digest()] == foreign
    assert any(one.digest() == genuine.digest() for one in told)
