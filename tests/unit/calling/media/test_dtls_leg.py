"""A leg whose device has no SDES: DTLS ends at the service, which opens nothing for whom no description names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.adversaries.dtls import Bend, BentClient
from harness.calling.media.session import Session
from harness.markers.recover import recover
from harness.wire.certificate import fresh_identity
from harness.wire.sdp import Sdp

from .browser import PROTOCOL, BrowserDevice, described, legs, ordinary_call, renew
from .device import OPUS, Device, rtp

ALICE, BOB = 0xA11CE, 0xB0B
NULL_80 = 0x0005
"""SRTP_NULL_HMAC_SHA1_80 (RFC 5764 section 4.1.2)."""


def browser(name: str = "alice") -> BrowserDevice:
    return BrowserDevice(name, "127.0.9.1" if name == "alice" else "127.0.9.2")


def client(name: str = "bob") -> Device:
    return Device(name, "127.0.9.1" if name == "alice" else "127.0.9.2")


def heard(session: Session, speaker: Device, listener: Device, marker: int) -> set[int | None]:
    """Which markers a device gets when the other one speaks for a second."""
    for number in range(1, 51):
        listener.receive(session.datagram(speaker.leg, speaker.sound(marker, number), speaker.address))
    return {one.marker for one in recover(listener.heard)}


@pytest.mark.parametrize(
    ("caller", "callee"),
    [(browser("alice"), client("bob")), (client("alice"), browser("bob")), (browser("alice"), browser("bob"))],
    ids=["browser calls", "browser is called", "two browsers"],
)
def test_whatever_each_leg_is_keyed_with_both_hear_each_other(caller: Device, callee: Device) -> None:
    session = ordinary_call(caller, callee)
    assert heard(session, caller, callee, ALICE) == {ALICE}
    assert heard(session, callee, caller, BOB) == {BOB}
    assert not (caller.refused or callee.refused)


def test_each_device_is_described_to_in_its_own_way_and_told_nothing_of_the_others_transport() -> None:
    alice, bob = browser("alice"), client("bob")
    session = described(alice, bob)
    offer = str(session.legs["alice"].description)
    answer, passed = alice.told, bob.told
    assert {one.protocol for one in passed.media()} == {"RTP/SAVPF"}
    assert len(passed.cryptos()) == 1
    assert passed.fingerprints() == () == passed.setups()
    assert {one.protocol for one in answer.media()} == {PROTOCOL}
    assert answer.cryptos() == ()
    assert [value for _, value in answer.setups()] == ["passive"]
    (named,) = answer.fingerprints()
    for secret in (alice.identity.thumbprint.hex(":").upper(), alice.fragment, alice.password):
        assert secret in offer
        assert secret not in str(passed)
    assert named.value not in offer
    assert named.value not in str(passed)


def test_an_offer_of_the_service_lets_the_device_begin_and_names_no_sources() -> None:
    alice, bob = client("alice"), browser("bob")
    described(alice, bob)
    assert [value for _, value in bob.told.setups()] == ["actpass"]
    assert bob.told.values("ssrc") == ()
    assert bob.told.values("mid") == ((0, "0"), (1, "1"))


def test_the_service_has_another_certificate_on_each_leg() -> None:
    alice, bob = browser("alice"), browser("bob")
    described(alice, bob)
    named = {one.value for device in (alice, bob) for one in device.told.fingerprints()}
    own = {device.identity.thumbprint.hex(":").upper() for device in (alice, bob)}
    assert len(named | own) == 4


def test_a_handshake_that_comes_before_the_answer_waits_for_it() -> None:
    """The callee's browser begins as soon as it has the offer; whose certificate it is, its answer says."""
    alice, bob = client("alice"), browser("bob")
    session = legs(alice, bob)
    bob.take(session.passed_offer(alice.description(), "alice", "bob"))
    bob.check_path(session)
    (hello,) = bob.end.start()
    assert list(session.datagram("bob", hello, bob.address)) == []
    bob.setup = "active"
    session.passed_answer(bob.description(), "bob", "alice")
    assert list(session.datagram("bob", hello, bob.address)), "and then it is answered when it comes again"


def test_what_is_lost_of_the_handshake_is_sent_again_while_the_clock_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = browser("alice")
    session = described(alice, client("bob"))
    alice.check_path(session)
    assert not session.speaks
    (hello,) = alice.end.start()
    flight = [send.data for send in session.datagram("alice", hello, alice.address)]
    assert flight
    assert session.speaks, "somebody must come back to it"
    leg = session.legs["alice"]
    monkeypatch.setattr("harness.wire.dtls_end.DtlsEnd.expire", lambda self: ["again"])
    assert leg.expired() == [("again", alice.address)]


def test_a_restart_of_ice_goes_on_with_the_association() -> None:
    alice, bob = browser("alice"), browser("bob")
    session = ordinary_call(alice, bob)
    before = alice.told.fingerprints(), bob.told.fingerprints()
    places = alice.far, bob.far
    alice.restart()
    bob.restart()
    renew(session, alice, bob)
    assert (alice.told.fingerprints(), bob.told.fingerprints()) == before
    assert alice.far != places[0]
    assert bob.far != places[1]
    for one in (alice, bob):
        one.check_path(session)
    assert heard(session, alice, bob, ALICE) == {ALICE}
    assert heard(session, bob, alice, BOB) == {BOB}


def test_either_side_may_offer_again() -> None:
    alice, bob = browser("alice"), browser("bob")
    session = ordinary_call(alice, bob)
    renew(session, bob, alice)
    assert [value for _, value in bob.told.setups()] == ["passive"]
    assert [value for _, value in alice.told.setups()] == ["actpass"]
    assert heard(session, alice, bob, ALICE) == {ALICE}


# hostile devices, and whoever is in their place


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda sdp: sdp.remove("fingerprint"), "fingerprints that count"),
        (lambda sdp: sdp.replace("fingerprint", "sha-1 " + ":".join(["AB"] * 20)), "fingerprints that count"),
        (lambda sdp: sdp.replace("fingerprint", "sha-256 AB:CD"), "fingerprints that count"),
        (lambda sdp: sdp.with_protocol("RTP/SAVPF"), "the profile"),
        (lambda sdp: sdp.with_protocol("RTP/AVP"), "the profile"),
        (lambda sdp: sdp.with_setup("passive"), "who begins DTLS"),
        (lambda sdp: sdp.remove("setup"), "who begins DTLS"),
    ],
)
def test_a_description_that_is_of_no_use_changes_nothing(change: Callable[[Sdp], Sdp], why: str) -> None:
    alice, bob = browser("alice"), client("bob")
    session = legs(alice, bob)
    good = alice.description()
    with pytest.raises(ValueError, match=why):
        session.passed_offer(str(change(Sdp.parse(good))), "alice", "bob")
    assert session.legs["alice"].description is None
    session.passed_offer(good, "alice", "bob")


def test_a_device_keeps_its_certificate_for_the_call() -> None:
    alice, bob = browser("alice"), client("bob")
    session = ordinary_call(alice, bob)
    alice.identity = fresh_identity(datetime.now(UTC))
    with pytest.raises(ValueError, match="another certificate"):
        session.passed_offer(alice.description(), "alice", "bob")
    assert heard(session, alice, bob, ALICE) == {ALICE}


def silent(session: Session, alice: BrowserDevice) -> bool:
    """Whether nothing goes either way on this leg."""
    clear = rtp(OPUS, 1, 1, 1, b"in clear" * 4)
    inward = list(session.datagram("alice", clear, alice.address))
    return inward == [] and session.legs["alice"].sealed(clear) is None


def test_another_certificate_than_the_named_one_is_refused_in_the_handshake() -> None:
    alice, bob = browser("alice"), client("bob")
    session = described(alice, bob)
    alice.show(fresh_identity(datetime.now(UTC)))
    alice.connect(session)
    bob.connect(session)
    session.talk(("alice", "bob"))
    assert alice.end.over
    assert not alice.end.established
    assert silent(session, alice)
    assert "certificate" in (session.legs["alice"].fault or "")


@pytest.mark.parametrize(
    ("bend", "why"),
    [(Bend(srtp_profiles=()), "no way to protect"), (Bend(srtp_profiles=(NULL_80,)), "no way to protect")],
    ids=["no use_srtp", "only NULL ciphers"],
)
def test_without_a_profile_that_encrypts_there_are_no_media(bend: Bend, why: str) -> None:
    alice, bob = browser("alice"), client("bob")
    session = described(alice, bob)
    alice.end = BentClient(alice.identity, bend)
    alice.connect(session)
    bob.connect(session)
    session.talk(("alice", "bob"))
    assert silent(session, alice)
    assert why in (session.legs["alice"].fault or "")
    assert alice.end.over, "the device is told that it is over"


@pytest.mark.parametrize(
    "bend", [Bend(certificate=False), Bend(abbreviated=True)], ids=["no certificate", "a session that never was"]
)
def test_who_shows_no_certificate_gets_no_keys(bend: Bend) -> None:
    alice, bob = browser("alice"), client("bob")
    session = described(alice, bob)
    alice.end = BentClient(alice.identity, bend)
    alice.connect(session)
    bob.connect(session)
    session.talk(("alice", "bob"))
    assert silent(session, alice)


def test_a_stranger_cannot_begin_a_handshake() -> None:
    alice = browser("alice")
    session = described(alice, client("bob"))
    (hello,) = alice.end.start()
    assert list(session.datagram("alice", hello, ("127.0.9.66", 4))) == []
    assert session.legs["alice"].counts["strangers"] == 1


def test_on_a_leg_with_keys_in_the_signalling_nobody_answers_dtls() -> None:
    alice = client("alice")
    session = described(alice, client("bob"))
    alice.connect(session)
    (hello,) = browser("alice").end.start()
    assert list(session.datagram("alice", hello, alice.address)) == []


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(min_size=13, max_size=300), max_size=8), st.integers(20, 63))
def test_junk_from_where_the_device_is_opens_nothing_and_breaks_nothing(junk: list[bytes], first: int) -> None:
    alice, bob = browser("alice"), client("bob")
    session = described(alice, bob)
    alice.check_path(session)
    bob.connect(session)
    session.talk(("alice", "bob"))
    for one in junk:
        list(session.datagram("alice", bytes([first]) + one, alice.address))
    alice.shake_hands(session)
    if session.legs["alice"].fault is None:
        assert heard(session, alice, bob, ALICE) == {ALICE}
    else:
        assert silent(session, alice)


def test_junk_after_the_handshake_does_not_end_it() -> None:
    alice, bob = browser("alice"), client("bob")
    session = ordinary_call(alice, bob)
    fatal = bytes.fromhex("15fefd00000000000900020228")
    for one in (b"\x16\xfe\xfd" + bytes(60), fatal, b"\x17\xfe\xfd" + bytes(range(50))):
        assert list(session.datagram("alice", one, alice.address)) == []
    assert heard(session, alice, bob, ALICE) == {ALICE}


def test_who_says_goodbye_is_not_listened_to_any_more() -> None:
    alice, bob = browser("alice"), client("bob")
    session = ordinary_call(alice, bob)
    packet = alice.sound(ALICE, 1)
    for one in alice.end.close():
        list(session.datagram("alice", one, alice.address))
    assert list(session.datagram("alice", packet, alice.address)) == []
    assert silent(session, alice)
