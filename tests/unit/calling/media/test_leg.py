"""A leg: what a device describes and sends, and what the service makes of it."""

from __future__ import annotations

import pytest

from harness.calling.media.agreement import MOST_STREAMS
from harness.calling.media.leg import Leg
from harness.calling.media.session import Session
from harness.wire import stun
from harness.wire.sdes import parse
from harness.wire.sdp import Sdp

from .device import OPUS, Device, call, rtp

SERVICE = ("127.0.9.100", 50_000)


def crypto(sdp: str) -> str:
    ((_, value),) = Sdp.parse(sdp).cryptos()
    return value


def test_the_service_describes_its_own_address_key_and_credentials_and_the_devices_codecs() -> None:
    device, leg = Device("alice", "127.0.9.1"), Leg(SERVICE)
    offer = device.description()
    leg.read(offer)
    other = Leg(("127.0.9.100", 50_001))
    written = other.written(Sdp.parse(offer))
    told = Sdp.parse(written)
    assert {one.port for one in told.media()} == {50_001}
    assert {(one.address, one.port) for _, one in told.candidates()} == {("127.0.9.100", 50_001)}
    assert told.values("ice-lite") == ((None, ""),)
    assert [value for _, value in told.values("rtpmap")] == ["opus/48000/2".join(["96 ", ""]), "97 VP8/90000"]
    assert told.values("ssrc") == Sdp.parse(offer).values("ssrc")
    for secret in (device.password, device.fragment, parse_key(offer), "127.0.9.1 "):
        assert secret not in written, "nothing of one leg's transport is told on another"


def parse_key(sdp: str) -> str:
    return crypto(sdp).partition("inline:")[2]


def test_an_answer_takes_the_offers_tag_and_suite_with_a_key_of_its_own() -> None:
    device, leg = Device("alice", "127.0.9.1"), Leg(SERVICE)
    offer = device.description()
    leg.read(offer)
    theirs, ours = parse(crypto(offer)), parse(crypto(leg.written(Sdp.parse(offer))))
    assert (ours.tag, ours.suite) == (theirs.tag, theirs.suite)
    assert ours.keys != theirs.keys


def test_each_leg_of_a_call_has_keys_and_credentials_of_its_own() -> None:
    _, devices = call("alice", "bob")
    seen = [devices[name].exchange.keys for name in devices]
    assert len({key.key_and_salt for pair in seen for key in pair}) == 4
    assert devices["alice"].far != devices["bob"].far


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda sdp: sdp.remove("crypto"), "no media key"),
        (lambda sdp: sdp.with_protocol("UDP/TLS/RTP/SAVPF"), "the profile"),
        (lambda sdp: sdp.replace("crypto", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"), "no media key"),
        (lambda sdp: sdp.rewrite(lambda line: () if line.text.startswith("o=") else (line.text,)), "origin"),
    ],
)
def test_a_description_that_is_of_no_use_changes_nothing(change: object, why: str) -> None:
    device, leg = Device("alice", "127.0.9.1"), Leg(SERVICE)
    good = device.description()
    key = parse_key(good)
    with pytest.raises(ValueError, match=why) as refused:
        leg.read(str(change(Sdp.parse(good))))  # type: ignore[operator]
    assert key not in str(refused.value)
    assert leg.description is None
    assert leg.read(good) is False


def test_a_description_that_came_before_is_not_taken_again() -> None:
    device, leg = Device("alice", "127.0.9.1"), Leg(SERVICE)
    first = device.description()
    leg.read(first)
    with pytest.raises(ValueError, match="version"):
        leg.read(first)


def test_media_count_only_from_where_a_check_was_signed() -> None:
    session, devices = call("alice", "bob")
    alice = devices["alice"]
    packet = alice.sound(1, 1)
    assert list(session.datagram("alice", packet, ("127.0.9.66", 4))) == []
    assert session.legs["alice"].counts["strangers"] == 1
    assert [send.leg for send in session.datagram("alice", packet, alice.address)] == ["bob"]


def test_what_is_not_authentic_goes_no_further() -> None:
    session, devices = call("alice", "bob")
    alice = devices["alice"]
    packet = alice.sound(1, 1)
    assert list(session.datagram("alice", packet[:-1] + bytes([packet[-1] ^ 1]), alice.address)) == []
    assert list(session.datagram("alice", rtp(OPUS, 1, 1, 1, b"in clear" * 3), alice.address)) == []
    assert session.legs["alice"].counts["not-opened"] == 2
    assert len(list(session.datagram("alice", packet, alice.address))) == 1
    assert list(session.datagram("alice", packet, alice.address)) == [], "a replay"


def test_a_device_gets_no_streams_without_end() -> None:
    session, devices = call("alice", "bob")
    alice = devices["alice"]
    packets = [alice.seal(rtp(OPUS, 1, 1, 1_000 + number, b"\xf8sound")) for number in range(MOST_STREAMS + 5)]
    passed = [len(list(session.datagram("alice", packet, alice.address))) for packet in packets]
    assert passed == [1] * MOST_STREAMS + [0] * 5
    again = alice.seal(rtp(OPUS, 2, 2, 1_000, b"\xf8sound"))
    assert len(list(session.datagram("alice", again, alice.address))) == 1, "a known one goes on"


def test_nothing_is_sent_before_the_device_has_chosen_a_path() -> None:
    session = Session()
    alice, bob = Device("alice", "127.0.9.1"), Device("bob", "127.0.9.2")
    for number, name in enumerate(("alice", "bob")):
        session.open(name, ("127.0.9.100", 50_000 + number))
    bob.take(session.passed_offer(alice.description(), "alice", "bob"))
    alice.take(session.passed_answer(bob.description(), "bob", "alice"))
    session.talk(("alice", "bob"))
    alice.connect(session)
    assert list(session.datagram("alice", alice.sound(1, 1), alice.address)) == []
    (answer,) = session.datagram("bob", bob.check(nominates=False), bob.address)
    assert stun.parse(answer.data).klass is stun.StunClass.SUCCESS
    assert list(session.datagram("alice", alice.sound(1, 2), alice.address)) == []
    bob.connect(session)
    assert [send.to for send in session.datagram("alice", alice.sound(1, 3), alice.address)] == [bob.address]


def test_a_check_with_a_wrong_password_moves_nothing() -> None:
    session, devices = call("alice", "bob")
    bob = devices["bob"]
    (answer,) = session.datagram("bob", bob.check(password="a guess"), ("127.0.9.66", 4))
    assert stun.parse(answer.data).error_code == 401
    sends = list(session.datagram("alice", devices["alice"].sound(1, 1), devices["alice"].address))
    assert [send.to for send in sends] == [bob.address]


def test_a_device_that_moves_is_followed_when_it_signs_for_its_new_place() -> None:
    session, devices = call("alice", "bob")
    bob = devices["bob"]
    bob.address = ("127.0.9.2", 41_000)
    assert list(session.datagram("bob", bob.check(), bob.address))
    sends = list(session.datagram("alice", devices["alice"].sound(1, 1), devices["alice"].address))
    assert [send.to for send in sends] == [bob.address]


def test_a_restart_is_another_connection_on_both_legs_and_the_old_one_serves_until_it_is_up() -> None:
    session, devices = call("alice", "bob")
    alice, bob = devices["alice"], devices["bob"]
    before = (alice.far, bob.far, alice.exchange.keys, bob.exchange.keys)
    old_sound = [alice.sound(1, number) for number in (1, 2)]
    old_address = alice.address
    alice.restart()
    offer = alice.description()
    passed = session.passed_offer(offer, "alice", "bob")
    bob.receive(session.datagram("alice", old_sound[0], old_address))
    assert len(bob.heard) == 1, "the old connection still works while the new one is described"
    bob.restart()
    bob.take(passed)
    alice.take(session.passed_answer(bob.description(), "bob", "alice"))
    alice.connect(session)
    bob.connect(session)
    assert list(session.datagram("alice", old_sound[1], old_address)) == [], "and not a moment longer"
    assert not set(before[2]) & set(alice.exchange.keys)
    assert not set(before[3]) & set(bob.exchange.keys)
    assert (alice.far, bob.far) != before[:2]
    bob.receive(session.datagram("alice", alice.sound(1, 3), alice.address))
    alice.receive(session.datagram("bob", bob.sound(2, 3), bob.address))
    assert (len(bob.heard), len(alice.heard)) == (2, 1)
    assert not (alice.refused or bob.refused)
