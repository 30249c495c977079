"""The door to libsrtp: packets unprotected where they lie, and receivers led to where the sender is."""

from __future__ import annotations

import importlib.metadata

import numpy as np
import pytest
from pylibsrtp import Policy

from harness.inspection.authentication.libsrtp import _PROFILES, OK, Receiver, supports
from harness.inspection.authentication.workspace import NOT_RUN, Workspace

from .speakers import CM, GCM, LIBSRTP, SSRC, Speaker, rtp


def space_of(*packets: bytes, between: int = 3) -> Workspace:
    """Packets at odd places, with other bytes between them."""
    source = np.frombuffer(b"".join(b"\xee" * between + packet for packet in packets), np.uint8)
    lengths = np.array([len(packet) for packet in packets], np.int64)
    offsets = np.cumsum(lengths + between) - lengths
    space = Workspace(bytearray(Workspace.room(len(source), 8)), len(source), 8)
    space.load(source, offsets, lengths)
    return space


def row(space: Workspace, place: int) -> bytes:
    start = int(space.offsets[place])
    return space.data[start : start + int(space.lengths[place])].tobytes()


@pytest.mark.parametrize("profile", LIBSRTP)
def test_packets_are_decrypted_where_they_lie(profile: str) -> None:
    speaker = Speaker(profile)
    space = space_of(*(speaker.say(index) for index in range(3)))
    Receiver(profile, speaker.key, SSRC).unprotect(space, range(3), 0, rtcp=False)
    assert space.codes[:3].tolist() == [OK] * 3
    assert [row(space, place) for place in range(3)] == [rtp(index) for index in range(3)]
    assert space.data[:3].tobytes() == b"\xee" * 3


def test_a_failure_is_a_number_and_the_bytes_can_be_had_back() -> None:
    speaker = Speaker(GCM)
    good, bad = speaker.say(1), speaker.say(2)[:-1] + b"!"
    space = space_of(good, bad)
    receiver = Receiver(GCM, speaker.key, SSRC)
    receiver.unprotect(space, [1, 0], 0, rtcp=False)
    assert space.codes[0] == OK
    assert space.codes[1] not in (OK, NOT_RUN)
    space.restore([0, 1])
    assert [row(space, place) for place in (0, 1)] == [good, bad]
    assert space.codes[:2].tolist() == [NOT_RUN] * 2


@pytest.mark.parametrize("index", [40_000, 65_536, 90_000, 64 << 16 | 5])
def test_a_receiver_is_led_to_any_index(index: int) -> None:
    speaker = Speaker(CM)
    packets = [speaker.say(index), speaker.say(index + 1), speaker.say(index - 1000)]
    space = space_of(*packets)
    Receiver(CM, speaker.key, SSRC).unprotect(space, range(3), index, rtcp=False)
    assert space.codes[:3].tolist() == [OK] * 3
    space.restore([0, 1, 2])
    Receiver(CM, speaker.key, SSRC).unprotect(space, range(3), 0, rtcp=False)
    assert (space.codes[0] == OK) == (index < 65_536)


def test_libsrtp_numbers_its_profiles_as_we_believe() -> None:
    assert [name for name in _PROFILES if not supports(name)] == []
    assert not supports("SRTP_NULL_HMAC_SHA1_32")
    assert _PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"] == Policy.SRTP_PROFILE_AES128_CM_SHA1_80


def test_the_private_door_is_that_of_the_version_we_know() -> None:
    required = importlib.metadata.requires("call-interception-harness") or []
    assert "pylibsrtp==1.0.0" in required
