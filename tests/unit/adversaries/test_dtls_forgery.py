"""Forged DTLS, read by the parsers of the other room: it is what it says, and what OpenSSL makes of it."""

from __future__ import annotations

import pytest
from OpenSSL import SSL

from harness.adversaries.dtls_forgery import NULL_SUITES, ClientHellos, DtlsJunk
from harness.adversaries.machine import CallUp, TimerFired
from harness.adversaries.volley import TIMER
from harness.adversaries.volleys import dtls_junk
from harness.model import adversary
from harness.model.adversary import DtlsNoise, Position
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import HandshakeReader, parse_alerts, parse_client_hello, records
from tests.unit.wire.openssl_pair import identity

from .transcript import ALICE, BOB, deeds, feed, forwarded


def test_each_client_hello_offers_nothing_that_encrypts_and_differs_from_the_last() -> None:
    maker = ClientHellos("seed")
    datagrams = [maker.packet(ALICE, number) or b"" for number in range(3)]
    assert {classify(datagram) for datagram in datagrams} == {PacketClass.DTLS}
    hellos = [parse_client_hello(HandshakeReader().feed(datagram)[0].body) for datagram in datagrams]
    assert {hello.suites for hello in hellos} == {NULL_SUITES}
    assert len({hello.random for hello in hellos}) == 3


def test_openssl_finds_no_suite_in_common_and_gives_up() -> None:
    context = SSL.Context(SSL.DTLS_METHOD)
    server = identity("server")
    context.use_certificate(server.certificate)
    context.use_privatekey(server.key)
    connection = SSL.Connection(context)
    connection.set_accept_state()
    connection.bio_write(ClientHellos("seed").packet(ALICE, 0) or b"")
    with pytest.raises(SSL.Error, match="no shared cipher"):
        connection.do_handshake()


@pytest.mark.parametrize(
    ("noise", "content_type", "epoch"),
    [
        (DtlsNoise.FATAL_ALERT, 21, 0),
        (DtlsNoise.CLOSE_NOTIFY, 21, 0),
        (DtlsNoise.RECORDS, 23, 1),
        (DtlsNoise.HANDSHAKE, 22, 0),
    ],
)
def test_noise_is_one_record_with_a_number_that_nobody_else_uses(
    noise: DtlsNoise, content_type: int, epoch: int
) -> None:
    maker = DtlsJunk(noise, "seed")
    found = [records(maker.packet(ALICE, number) or b"")[0] for number in range(3)]
    assert {(int(record.content_type), record.epoch) for record in found} == {(content_type, epoch)}
    assert [record.sequence for record in found] == [2**40, 2**40 + 1, 2**40 + 2]


def test_an_alert_is_fatal_or_says_good_bye() -> None:
    said = [
        str(parse_alerts(records(DtlsJunk(noise, "seed").packet(ALICE, 0) or b"")[0].fragment, False)[0])
        for noise in (DtlsNoise.FATAL_ALERT, DtlsNoise.CLOSE_NOTIFY)
    ]
    assert "handshake_failure" in said[0]
    assert "close_notify" in said[1]


def test_on_the_path_noise_stands_in_front_of_each_true_datagram_of_the_set_up() -> None:
    noun = adversary.DtlsJunk(
        kind="dtls-junk", position=(Position.PATH,), noise=DtlsNoise.FATAL_ALERT, during="setup", packets=1
    )
    machine = dtls_junk(noun, "seed")
    hello = ClientHellos("seed").packet(ALICE, 0) or b""
    check = b"\0\1 a check, by which the volley begins, and with one packet ends"
    assert (ALICE, check) not in forwarded(feed(machine, ALICE, check))
    for sender, to in ((ALICE, BOB), (BOB, ALICE)):
        commands = feed(machine, sender, hello)
        (noise_to, noise), passed = forwarded(commands)
        assert (noise_to, passed) == (to, (to, hello))
        assert classify(noise) is PacketClass.DTLS
        assert noise != hello
        assert deeds(commands) == {"packets-injected": 1}
    assert forwarded(feed(machine, ALICE, b"\x80 media")) == [(BOB, b"\x80 media")]
    list(machine.handle(CallUp(0.0)))
    assert forwarded(feed(machine, ALICE, hello)) == [(BOB, hello)]


CHANGE = bytes([20]) + b"\xfe\xfd" + bytes(8) + b"\0\1\1"
UNIFIED = b"\x2e" + bytes(2) + b"\0\x10" + bytes(16)


@pytest.mark.parametrize("keys", [CHANGE, UNIFIED], ids=["dtls-1.2", "dtls-1.3"])
def test_from_the_path_no_noise_comes_to_a_party_behind_its_peers_keys_until_the_call_is_up(keys: bytes) -> None:
    """What a party made of it would hang on time: whether the call counted as up before."""
    noun = adversary.DtlsJunk(
        kind="dtls-junk", position=(Position.PATH,), noise=DtlsNoise.RECORDS, during="setup", packets=200
    )
    machine = dtls_junk(noun, "seed")
    hello = ClientHellos("seed").packet(ALICE, 0) or b""
    (to, _), passed = forwarded(feed(machine, ALICE, hello))[:2]
    assert (to, passed) == (BOB, (BOB, hello))
    (to, noise), passed = forwarded(feed(machine, ALICE, keys))[:2]
    assert (to, passed, classify(noise)) == (BOB, (BOB, keys), PacketClass.DTLS), "before the keys, in front of them"
    assert forwarded(feed(machine, ALICE, hello)) == [(BOB, hello)]
    volley = [forwarded(machine.handle(TimerFired(TIMER, 0.0))) for _ in range(4)]
    assert [to for sent in volley for to, _ in sent] == [ALICE, ALICE], "who has no keys yet still gets some"
    feed(machine, BOB, keys)
    assert [forwarded(machine.handle(TimerFired(TIMER, 0.0))) for _ in range(4)] == [[], [], [], []]


def test_once_the_call_is_up_keys_keep_nothing_away() -> None:
    noun = adversary.DtlsJunk(
        kind="dtls-junk", position=(Position.PATH,), noise=DtlsNoise.RECORDS, during="call", packets=9
    )
    machine = dtls_junk(noun, "seed")
    for party in (ALICE, BOB):
        feed(machine, party, CHANGE)
    began = forwarded(machine.handle(CallUp(0.0)))
    volley = [forwarded(machine.handle(TimerFired(TIMER, 0.0))) for _ in range(3)]
    assert [to for sent in (began, *volley) for to, _ in sent] == [BOB, ALICE, BOB, ALICE]
