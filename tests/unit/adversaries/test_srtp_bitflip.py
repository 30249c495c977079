"""One bit in every n-th SRTP packet, in the part that was asked for."""

from __future__ import annotations

import pytest
from pylibsrtp import Error, Policy, Session

from harness.adversaries.srtp_bitflip import SrtpBitflip
from harness.model.adversary import SrtpPart
from harness.wire.demux import PacketClass, classify

from .transcript import ALICE, BINDING_REQUEST, BOB, deeds, feed, forwarded, rtcp, rtp

KEY = bytes(range(30))
MID = b"\x10\x30\x00\x00"
"""One element of one byte, and padding."""
GCM_KEY = bytes(range(44))
PROFILES = {
    Policy.SRTP_PROFILE_AES128_CM_SHA1_80: KEY,
    Policy.SRTP_PROFILE_AEAD_AES_256_GCM: GCM_KEY,
}


def session(profile: int, ssrc_type: int) -> Session:
    return Session(Policy(PROFILES[profile], ssrc_type, srtp_profile=profile))


def difference(one: bytes, other: bytes) -> list[int]:
    """The bytes in which two packets of the same length differ."""
    assert len(one) == len(other)
    return [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("part", "places"), [("header", range(4, 8)), ("payload", range(12, 52)), ("tag", range(52, 68))]
)
def test_one_bit_of_that_part_is_flipped(profile: int, part: str, places: range) -> None:
    packet = session(profile, Policy.SSRC_ANY_OUTBOUND).protect(rtp(1))
    machine = SrtpBitflip(SrtpPart(part), every=1)

    ((to, hit),) = forwarded(feed(machine, ALICE, packet))

    assert to is BOB
    (place,) = difference(packet, hit)
    assert place in places
    assert (packet[place] ^ hit[place]).bit_count() == 1
    assert classify(hit) is PacketClass.SRTP


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("part", SrtpPart)
def test_the_receiver_finds_it_a_forgery_and_not_a_replay(profile: int, part: SrtpPart) -> None:
    sender = session(profile, Policy.SSRC_ANY_OUTBOUND)
    receiver = session(profile, Policy.SSRC_ANY_INBOUND)
    machine = SrtpBitflip(part, every=2)
    (_, first), (_, second) = (
        forwarded(feed(machine, BOB, sender.protect(rtp(number, extension=MID))))[0] for number in (1, 2)
    )

    assert receiver.unprotect(first) == rtp(1, extension=MID)
    with pytest.raises(Error, match="authentication failure"):
        receiver.unprotect(second)


@pytest.mark.parametrize(
    ("part", "places"),
    [("payload-type", {1}), ("sequence", {2}), ("ssrc", {11}), ("extension", {17})],
)
def test_a_field_of_the_header_is_hit_where_it_is(part: str, places: set[int]) -> None:
    packet = rtp(1, extension=MID)
    ((_, hit),) = forwarded(feed(SrtpBitflip(SrtpPart(part), every=1), ALICE, packet))
    assert set(difference(packet, hit)) == places


def test_a_byte_of_the_payload_is_missing_or_the_tag_is() -> None:
    packet = rtp(1, bytes(range(60)))
    ((_, short),) = forwarded(feed(SrtpBitflip(SrtpPart.TRUNCATED, every=1), ALICE, packet))
    ((_, bare),) = forwarded(feed(SrtpBitflip(SrtpPart.TAG_REMOVED, every=1), ALICE, packet))
    assert short == packet[:-17] + packet[-16:]
    assert bare == packet[:-16]


def test_every_third_packet_of_each_direction() -> None:
    machine = SrtpBitflip(SrtpPart.TAG, every=3)
    hit = [
        (sender, number)
        for number in range(1, 7)
        for sender in (ALICE, BOB)
        if deeds(feed(machine, sender, rtp(number, extension=MID)))
    ]
    assert hit == [(ALICE, 3), (BOB, 3), (ALICE, 6), (BOB, 6)]


@pytest.mark.parametrize("data", [BINDING_REQUEST, rtcp(), b"\x16\xfe\xfd" + b"\0" * 20])
def test_what_is_not_srtp_is_left_alone(data: bytes) -> None:
    commands = feed(SrtpBitflip(SrtpPart.TAG, every=1), ALICE, data)
    assert forwarded(commands) == [(BOB, data)]
    assert deeds(commands) == {}


@pytest.mark.parametrize(
    ("part", "packet"),
    [
        pytest.param("payload", rtp(1, b"x" * 16), id="only a tag follows the header"),
        pytest.param("tag", rtp(1, b""), id="nothing follows the header"),
        pytest.param("header", b"\x8f" + rtp(1)[1:30], id="contributing sources are missing"),
        pytest.param("extension", rtp(1), id="it has no extension"),
        pytest.param("truncated", rtp(1, b"x" * 16), id="no payload to cut"),
        pytest.param("tag-removed", rtp(1, b"x" * 16), id="nothing would be left"),
    ],
)
def test_a_packet_without_that_part_passes_and_is_not_counted(part: str, packet: bytes) -> None:
    commands = feed(SrtpBitflip(SrtpPart(part), every=1), ALICE, packet)
    assert forwarded(commands) == [(BOB, packet)]
    assert deeds(commands) == {}


def test_the_payload_begins_behind_the_header_extension() -> None:
    extended = bytes([0x90]) + rtp(1, b"")[1:] + bytes.fromhex("bede0001 10aa0000") + b"x" * 40
    ((_, hit),) = forwarded(feed(SrtpBitflip(SrtpPart.PAYLOAD, every=1), ALICE, extended))
    assert difference(extended, hit) == [20]


def test_each_flip_is_a_deed() -> None:
    machine = SrtpBitflip(SrtpPart.TAG, every=1)
    assert deeds(feed(machine, ALICE, rtp(1))) == {"packets-flipped": 1}
    assert machine.required == ("packets-flipped",)
