"""Which packets a holder of the keys made: each byte counts, and a packet counts once."""

from __future__ import annotations

import os

import pytest
from pylibsrtp import Policy, Session

from harness.auditors.authenticity import Fate, MediaPacket, SendingKey, fates, repeatable
from harness.wire.demux import classify
from harness.wire.srtp import PROFILES

from .packets import NULL_CIPHER, opus, receiver_report, rtp, sender

LIBSRTP = {
    "SRTP_AES128_CM_HMAC_SHA1_80": 1,
    "SRTP_AES128_CM_HMAC_SHA1_32": 2,
    "SRTP_NULL_HMAC_SHA1_80": 5,
    "SRTP_AEAD_AES_128_GCM": 7,
    "SRTP_AEAD_AES_256_GCM": 8,
}
CM = "SRTP_AES128_CM_HMAC_SHA1_80"


def key_for(profile: str) -> SendingKey:
    return SendingKey(profile, os.urandom(PROFILES[profile].key + PROFILES[profile].salt))


def judged(key: SendingKey, *wire: bytes) -> list[Fate]:
    packets = [MediaPacket(frame, classify(data), data) for frame, data in enumerate(wire, start=1)]
    return list(fates(packets, [key]))


def protected(key: SendingKey, *plain: bytes) -> list[bytes]:
    session = sender(key.key_and_salt, LIBSRTP[key.profile])
    return [_protect(session, packet) for packet in plain]


def _protect(session: Session, packet: bytes) -> bytes:
    return session.protect_rtcp(packet) if packet[1] == 201 else session.protect(packet)


@pytest.mark.parametrize("profile", [name for name in PROFILES if "NULL" not in name])
def test_under_every_profile_a_sender_is_known_by_its_packets(profile: str) -> None:
    key = key_for(profile)
    wire = protected(key, opus(65535), opus(65536), receiver_report(1), rtp(65537, b""))
    assert judged(key, *wire) == [Fate.AUTHENTIC] * 4
    assert judged(key_for(profile), *wire) == [Fate.FAILED] * 4


@pytest.mark.parametrize("packet", [opus(1), receiver_report(1)], ids=["SRTP", "SRTCP"])
def test_no_byte_can_be_changed(packet: bytes) -> None:
    key = key_for(CM)
    (wire,) = protected(key, packet)
    for at in range(len(wire)):
        changed = wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1 :]
        assert judged(key, changed) == [Fate.FAILED], f"byte {at}"
    assert judged(key, wire[:-1]) == [Fate.FAILED]


def test_a_packet_is_genuine_once_at_any_distance() -> None:
    key = key_for(CM)
    wire = protected(key, *(opus(n) for n in range(3000)), *(receiver_report(n) for n in range(300)))
    again = judged(key, *wire, wire[0], wire[2999], wire[3000], wire[3000])
    assert again == [Fate.AUTHENTIC] * 3300 + [Fate.REPEATED] * 4


def test_a_forgery_with_the_index_of_a_genuine_packet_is_no_replay() -> None:
    key = key_for(CM)
    (wire,) = protected(key, opus(1))
    assert judged(key, wire, wire[:-1] + bytes([wire[-1] ^ 1])) == [Fate.AUTHENTIC, Fate.FAILED]


def test_a_forgery_repeated_stays_a_forgery() -> None:
    key = key_for(CM)
    assert judged(key, opus(1), opus(1)) == [Fate.FAILED] * 2


def test_a_negotiated_null_cipher_is_clear() -> None:
    key = key_for("SRTP_NULL_HMAC_SHA1_80")
    assert judged(key, *protected(key, opus(1), receiver_report(1))) == [Fate.CLEAR] * 2


def test_a_header_extension_is_in_clear_by_right() -> None:
    key = key_for(CM)
    header = bytes([0x90]) + opus(1)[1:12] + bytes([0xBE, 0xDE, 0, 1]) + b"\x10\x55\x00\x00"
    assert judged(key, *protected(key, header)) == [Fate.AUTHENTIC]
    assert judged(key, *protected(key, header + opus(1)[12:])) == [Fate.AUTHENTIC]


def test_srtcp_without_its_cipher_is_clear_under_the_negotiated_keys() -> None:
    key = key_for(CM)
    wire = _protect(sender(key.key_and_salt, NULL_CIPHER), receiver_report(1))
    assert judged(key, wire) == [Fate.CLEAR]
    assert judged(key, wire[:-1] + b"!") == [Fate.FAILED]


def test_what_no_sender_can_have_made_is_not_authentic() -> None:
    key = key_for(CM)
    assert judged(key, b"\x80" * 12, b"\x80" * 4000, bytes([0xBF]) + b"\x00" * 30) == [Fate.FAILED] * 3


def test_any_of_several_keys_will_do() -> None:
    first, second = key_for(CM), key_for("SRTP_AEAD_AES_256_GCM")
    wire = [*protected(first, opus(1)), *protected(second, opus(2))]
    packets = [MediaPacket(frame, classify(data), data) for frame, data in enumerate(wire, start=1)]
    assert fates(packets, [first, second]) == (Fate.AUTHENTIC, Fate.AUTHENTIC)
    assert fates(packets, [first]) == (Fate.AUTHENTIC, Fate.FAILED)


def test_a_profile_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="ROT13"):
        fates([], [SendingKey("ROT13", bytes(30))])
    with pytest.raises(ValueError, match="SRTP_NULL_HMAC_SHA1_32"):
        fates([], [SendingKey("SRTP_NULL_HMAC_SHA1_32", bytes(30))])
    with pytest.raises(ValueError, match="30 bytes"):
        fates([], [SendingKey(CM, bytes(29))])


def test_libsrtp_numbers_its_profiles_as_this_test_believes() -> None:
    assert LIBSRTP[CM] == Policy.SRTP_PROFILE_AES128_CM_SHA1_80
    assert LIBSRTP["SRTP_AEAD_AES_256_GCM"] == Policy.SRTP_PROFILE_AEAD_AES_256_GCM


def repeats(key: SendingKey, *wire: bytes) -> int:
    return repeatable([MediaPacket(frame, classify(data), data) for frame, data in enumerate(wire, start=1)], [key])


@pytest.mark.parametrize("profile", [name for name in PROFILES if "NULL" not in name])
def test_only_what_comes_after_the_genuine_packet_of_its_number_may_be_refused_as_a_replay(profile: str) -> None:
    key = key_for(profile)
    one, two, report = protected(key, opus(1), opus(2), receiver_report(1))
    forged = two[:-1] + bytes([two[-1] ^ 1])
    assert repeats(key, one, forged, two, report) == 0
    assert repeats(key, one, two, forged, report) == 1
    assert repeats(key, one, two, two, report, report) == 2


def test_what_is_too_far_back_for_the_shortest_list_may_be_refused_as_a_replay() -> None:
    key = key_for(CM)
    wire = protected(key, *(opus(number) for number in range(1, 101)))
    assert repeats(key, *wire[:30], *wire[31:90], wire[30]) == 0
    assert repeats(key, *wire[:30], *wire[31:], wire[30]) == 1


def test_what_is_longer_than_any_packet_may_be_refused_as_a_replay_of_its_number() -> None:
    key = key_for(CM)
    one, report = protected(key, opus(1), receiver_report(1))
    tail = -14  # SRTCP index and tag
    assert repeats(key, one + bytes(3000), report[:8] + bytes(3000) + report[tail:], one, report) == 0
    assert repeats(key, one, report, one + bytes(3000), report[:8] + bytes(3000) + report[tail:]) == 2


def test_under_two_keys_a_packet_that_is_genuine_under_either_is_no_replay() -> None:
    old, new = key_for(CM), key_for(CM)
    wire = [*protected(old, opus(1), opus(2)), *protected(new, opus(1), opus(2))]
    packets = [MediaPacket(frame, classify(data), data) for frame, data in enumerate(wire, start=1)]
    assert repeatable(packets, [old, new]) == 0
    assert repeatable([*packets, packets[0]], [old, new]) == 1
