"""Packets sealed by one side are opened by the other; an index is not used twice unless that is asked for."""

from __future__ import annotations

import struct

import pytest

from harness.wire.srtp import PROFILES
from harness.wire.srtp_session import SrtpOpener, SrtpSealer

PROFILE = "SRTP_AES128_CM_HMAC_SHA1_80"
KEY = bytes(range(30))


def rtp(sequence: int, payload: bytes = b"payload") -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 960 * sequence, 0x1234) + payload


RTCP = struct.pack("!BBHIIIIII", 0x80, 200, 6, 0x1234, 0, 0, 0, 1, 7)


@pytest.mark.parametrize("profile", [name for name, one in PROFILES.items() if one.encrypts])
def test_what_is_sealed_is_opened(profile: str) -> None:
    key = bytes(range(PROFILES[profile].key + PROFILES[profile].salt))
    sealer, opener = SrtpSealer(key, profile), SrtpOpener(key, profile)
    for packet in (rtp(1), rtp(2), RTCP):
        sealed = sealer.seal(packet)
        assert sealed is not None
        assert packet[12:] not in sealed
        assert opener.open(sealed) == packet


def test_another_key_opens_nothing() -> None:
    sealed = SrtpSealer(KEY, PROFILE).seal(rtp(1))
    assert sealed is not None
    assert SrtpOpener(KEY[::-1], PROFILE).open(sealed) is None


def test_an_index_is_not_used_twice_for_different_packets() -> None:
    sealer = SrtpSealer(KEY, PROFILE)
    assert sealer.seal(rtp(1, b"one")) is not None
    assert sealer.seal(rtp(1, b"two")) is None, "two packets under one keystream"


def test_who_may_repeat_repeats() -> None:
    sealer = SrtpSealer(KEY, PROFILE, repeats=True)
    assert sealer.seal(rtp(1)) == sealer.seal(rtp(1))


def test_a_replay_is_not_opened() -> None:
    sealed = SrtpSealer(KEY, PROFILE).seal(rtp(1))
    assert sealed is not None
    opener = SrtpOpener(KEY, PROFILE)
    assert opener.open(sealed) == rtp(1)
    assert opener.open(sealed) is None
