"""RTCP packets: a header in clear, and behind it what the profile and the E flag say."""

from __future__ import annotations

import pytest

from harness.inspection.account import Sealing
from harness.model.byte_label import ByteLabel
from harness.wire.srtp import PROFILES, SrtpProfile

from .messages import Labelled, account, labelled, window

HEADER, INDEX = (ByteLabel.RTCP_HEADER, ""), (ByteLabel.SRTCP_INDEX, "")
CIPHERTEXT, TAG = (ByteLabel.SRTCP_CIPHERTEXT, ""), (ByteLabel.SRTCP_TAG, "")
OPEN, CLEAR = (ByteLabel.RTCP, "without the E flag"), (ByteLabel.RTCP, "")
UNPROVED = (ByteLabel.RTCP, "not shown to be encrypted")
SHA1_80, GCM = PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"], PROFILES["SRTP_AEAD_AES_128_GCM"]
SHA1_32 = PROFILES["SRTP_AES128_CM_HMAC_SHA1_32"]

REPORT = bytes([0x80, 200, 0, 6]) + b"ssrc"


def srtcp(body: int, profile: SrtpProfile, encrypted: bool = True) -> bytes:
    """`body` bytes behind the header, then index and tag in the profile's order."""
    index = bytes([0x80 if encrypted else 0, 0, 0, 1])
    tag = b"\x5a" * profile.rtcp_tag
    return REPORT + b"\x5a" * body + (tag + index if profile is GCM else index + tag)


def rows(packets: list[bytes], sealing: Sealing, cut: int = 0) -> Labelled:
    return labelled(account(window(*packets, cut=cut)), lambda _: sealing)


@pytest.mark.parametrize(("profile", "tag"), [(SHA1_80, 10), (SHA1_32, 10), (GCM, 16)], ids=lambda one: str(one))
def test_index_and_tag_are_told_from_ciphertext(profile: SrtpProfile, tag: int) -> None:
    packets = [srtcp(40, profile), srtcp(0, profile)]
    assert rows(packets, Sealing(True, profile)) == {HEADER: 16, CIPHERTEXT: 40, INDEX: 8, TAG: 2 * tag}


@pytest.mark.parametrize("profile", [SHA1_80, GCM], ids=lambda one: one.name)
def test_a_packet_without_the_e_flag_is_in_clear(profile: SrtpProfile) -> None:
    packets = [srtcp(40, profile), srtcp(24, profile, encrypted=False)]
    expected = {HEADER: 16, CIPHERTEXT: 40, OPEN: 24, INDEX: 8, TAG: 2 * profile.rtcp_tag}
    assert rows(packets, Sealing(True, profile)) == expected


def test_without_a_profile_the_rest_is_what_is_known_of_the_stream() -> None:
    packet = REPORT + bytes(52)
    assert rows([packet], Sealing(True)) == {HEADER: 8, CIPHERTEXT: 52}
    assert rows([packet], Sealing(False)) == {HEADER: 8, CLEAR: 52}
    assert rows([packet], Sealing()) == {HEADER: 8, UNPROVED: 52}


def test_a_profile_that_only_authenticates_leaves_everything_in_clear() -> None:
    null = PROFILES["SRTP_NULL_HMAC_SHA1_80"]
    assert rows([srtcp(40, null)], Sealing(False, null)) == {HEADER: 8, CLEAR: 40, INDEX: 4, TAG: 10}


@pytest.mark.parametrize(
    ("profile", "cut", "index", "tag"), [(SHA1_80, 3, 4, 7), (SHA1_80, 12, 2, 0), (GCM, 3, 1, 16), (GCM, 12, 0, 8)]
)
def test_what_the_capture_cut_off_is_not_counted(profile: SrtpProfile, cut: int, index: int, tag: int) -> None:
    made = rows([srtcp(40, profile, encrypted=False)], Sealing(True, profile), cut)
    assert (made.get(INDEX, 0), made.get(TAG, 0)) == (index, tag)
    # The flag may be among the bytes that are missing: nothing then says that the packet is in clear.
    assert made[CIPHERTEXT] == 40
