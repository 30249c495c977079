"""The tap that gets the keys afterwards, as a transcript: it forwards, keeps, and tries at the end."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.adversaries.later_keys import TRIED, LaterKeys
from harness.adversaries.machine import Command, Deed, Deliver, Forward, KeyGiven, Stopped
from harness.adversaries.srtp_leg import SrtpLeg
from harness.model.base import Party
from harness.wire.srtp import split_keying_material

from .recorded_handshakes import ECDHE, STATIC_RSA, Recorded, datagrams, recorded
from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, offer, rtcp, rtp, signal, written


def after(one: Recorded, *, keys: bool = True) -> list[Command]:
    """What the machine does at the end of a call with this handshake and some media."""
    machine = LaterKeys()
    commands: list[Command] = []
    for sender, datagram in datagrams(one):
        commands += feed(machine, sender, datagram)
    true = split_keying_material(one.material, "SRTP_AEAD_AES_128_GCM")
    seals = {party: SrtpLeg(true, client=party is BOB) for party in Party}
    for party in Party:
        for clear in (rtp(1), rtp(2), rtcp()):
            sealed = seals[party].seal(clear)
            assert sealed is not None
            commands += feed(machine, party, sealed)
    if keys:
        for party, own in ((ALICE, one.server), (BOB, one.client)):
            pem = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            commands += machine.handle(KeyGiven(party, pem, NOW))
    assert written(commands) == [], "nothing before the end"
    return [*commands, *machine.handle(Stopped(NOW))]


def test_with_an_rsa_exchange_every_packet_of_both_lies_open() -> None:
    commands = after(recorded(STATIC_RSA))
    assert written(commands) == [(party, clear) for party in Party for clear in (rtp(1), rtp(2), rtcp())]
    counted = deeds(commands)
    assert counted["packets-opened-from-alice"] == counted["packets-opened-from-bob"] == 3
    assert set(LaterKeys().required) <= set(counted)


def test_with_an_ephemeral_exchange_all_is_tried_and_nothing_opens() -> None:
    commands = after(recorded(ECDHE))
    passed = [(one.to.peer, one.data) for one in commands if isinstance(one, Forward)]
    assert written(commands) == passed[-6:], "all media as they came"
    assert deeds(commands)[TRIED] == 4
    assert not [name for name in deeds(commands) if name.startswith("packets-opened")]
    assert set(LaterKeys().required) <= set(deeds(commands))


def test_without_the_keys_nothing_was_tried_and_the_attack_did_not_take_place() -> None:
    counted = deeds(after(recorded(STATIC_RSA), keys=False))
    assert set(LaterKeys().required) - set(counted) == {"key-given-of-alice", "key-given-of-bob", TRIED}


def test_everything_is_forwarded_as_it_came() -> None:
    machine = LaterKeys()
    for packet in (BINDING_REQUEST, rtp(1), b"\x16\xfe\xfd junk"):
        assert feed(machine, BOB, packet) == [Forward(ALICE, packet), Deed("datagrams-recorded")]
    assert signal(machine, offer("v=0")) == [Deliver(offer("v=0"))]


def test_a_call_without_a_handshake_leaves_nothing_to_try() -> None:
    machine = LaterKeys()
    feed(machine, BOB, rtp(1))
    assert list(machine.handle(Stopped(NOW))) == []


def test_a_key_does_not_show_itself() -> None:
    assert "secret" not in repr(KeyGiven(ALICE, b"secret", NOW))
