"""The interceptor between two DTLS ends in memory: two handshakes, and clear media between them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pylibsrtp import Error

from harness.adversaries.dtls_mitm import DtlsMitm, How, Plan
from harness.adversaries.machine import Command, Deliver, Forward, Learned, PathDatagram, StartTimer, TimerFired
from harness.model.base import Party, Role
from harness.model.recording import SignalMessage
from harness.wire.certificate import Identity, fresh_identity
from harness.wire.sdp import Fingerprint

from .descriptions import ANSWER, OFFER, SHA256, SHA512, attributes
from .dtls_peer import AES_CM, DtlsPeer, talk
from .transcript import (
    ALICE,
    BINDING_REQUEST,
    BOB,
    NOW,
    answer,
    deeds,
    feed,
    forwarded,
    hangup,
    offer,
    only,
    rtcp,
    rtp,
    signal,
    written,
)

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}


def mitm(*swap: Role) -> DtlsMitm:
    return DtlsMitm(Plan(frozenset(swap)), IDENTITIES)


@dataclass
class Call:
    """Two peers with the interceptor between them; `commands` is all that it said during the handshakes."""

    machine: DtlsMitm
    peers: dict[Party, DtlsPeer]
    commands: list[Command]


def call(client: Party = BOB, **peers: DtlsPeer) -> Call:
    """A call whose handshakes are over."""
    both = {party: peers.get(party) or DtlsPeer(client=party is client) for party in Party}
    machine = mitm()
    return Call(machine, both, talk(machine, both, client, [both[client].hello()]))


def sent(machine: DtlsMitm, sender: Party, packet: bytes) -> tuple[bytes, list[Command]]:
    """What arrives at the other party, and everything the machine did."""
    commands = feed(machine, sender, packet)
    ((to, arrived),) = forwarded(commands)
    assert to is sender.peer
    return arrived, commands


# DTLS


@pytest.mark.parametrize("client", Party)
def test_both_handshakes_end_and_each_party_sees_its_own_false_certificate(client: Party) -> None:
    made = call(client)
    assert all(peer.done for peer in made.peers.values())
    for party, peer in made.peers.items():
        assert peer.presented() == IDENTITIES[party].der
    assert IDENTITIES[ALICE].der != IDENTITIES[BOB].der


@pytest.mark.parametrize("client", Party)
def test_what_was_done_is_counted_once(client: Party) -> None:
    assert deeds(call(client).commands) == {
        "certificate-presented": 2,
        "certificate-presented-to-alice": 1,
        "certificate-presented-to-bob": 1,
        "dtls-ended-alice": 1,
        "dtls-ended-bob": 1,
    }


def test_a_client_hello_starts_the_handshake_with_the_other_side_at_once() -> None:
    machine = mitm()
    hello = DtlsPeer(client=True).hello()

    first, *answers = forwarded(feed(machine, BOB, hello))

    assert first[0] is ALICE
    assert first[1][13] == 1, "a ClientHello (RFC 6347 section 4.3.2)"
    assert first[1] != hello
    assert [to for to, _ in answers] == [BOB] * len(answers)
    assert answers[0][1][13] == 2, "a ServerHello"


def test_each_leg_has_a_timer_while_it_waits_for_an_answer() -> None:
    timers = only(feed(mitm(), BOB, DtlsPeer(client=True).hello()), StartTimer)
    assert {timer.token for timer in timers} == {"alice 0", "bob 0"}
    assert all(0 < timer.seconds <= 1 for timer in timers), "RFC 6347 section 4.2.4.1: one second"


def test_a_timer_that_fires_too_early_is_started_again_and_nothing_is_repeated() -> None:
    machine = mitm()
    feed(machine, BOB, DtlsPeer(client=True).hello())
    commands = list(machine.handle(TimerFired("alice 0", NOW)))
    assert [type(command) for command in commands] == [StartTimer]


def test_a_timer_of_a_finished_handshake_is_of_no_consequence() -> None:
    assert list(call().machine.handle(TimerFired("bob 0", NOW))) == []


def test_an_rsa_certificate_is_taken() -> None:
    key = rsa.generate_private_key(65537, 2048)
    made = call(alice=DtlsPeer(client=False, key=key))
    assert made.peers[ALICE].done


def test_a_certificate_longer_than_a_datagram_is_taken() -> None:
    made = call(alice=DtlsPeer(client=False, names=150))
    assert made.peers[ALICE].done


def test_a_party_that_refuses_the_certificate_with_an_alert_was_presented_with_it() -> None:
    made = call(bob=DtlsPeer(client=True, accept=False))
    assert not made.peers[BOB].done
    counted = deeds(made.commands)
    assert counted["certificate-presented-to-bob"] == 1
    assert "dtls-ended-bob" not in counted


def test_a_party_that_breaks_off_for_another_reason_was_not() -> None:
    machine = mitm()
    feed(machine, BOB, DtlsPeer(client=True).hello())
    handshake_failure = bytes.fromhex("15fefd000000000000000100020228")
    commands = feed(machine, BOB, handshake_failure)
    assert deeds(commands) == {}
    assert forwarded(commands) == []


@pytest.mark.parametrize("party", Party)
def test_the_end_of_one_association_ends_the_other(party: Party) -> None:
    made = call()
    talk(made.machine, made.peers, party, made.peers[party].close())
    assert made.peers[party.peer].ended


def test_application_data_is_passed_on() -> None:
    made = call()
    talk(made.machine, made.peers, BOB, made.peers[BOB].say(b"over the data channel"))
    assert made.peers[ALICE].received == [b"over the data channel"]


@pytest.mark.parametrize(
    "stray",
    [
        pytest.param(bytes.fromhex("16fefd000000000000000000010e"), id="ServerHelloDone"),
        pytest.param(bytes.fromhex("16fefd0001000000000000000101"), id="ciphertext that looks like a ClientHello"),
        pytest.param(bytes.fromhex("17fefd000000000000000000010101"), id="application data"),
        pytest.param(bytes.fromhex("16fefd00000000000000000000"), id="nothing in it"),
    ],
)
def test_dtls_that_is_no_client_hello_begins_nothing(stray: bytes) -> None:
    assert feed(mitm(), BOB, stray) == []


def test_everything_that_is_not_dtls_or_media_passes_untouched() -> None:
    for data in (BINDING_REQUEST, b"\x40\x00\x00\x04abcd", b""):
        assert feed(mitm(), ALICE, data) == [Forward(BOB, data)]


# media


@pytest.mark.parametrize("client", Party)
@pytest.mark.parametrize("sender", Party)
def test_rtp_arrives_decryptable_and_was_written_down(client: Party, sender: Party) -> None:
    made = call(client)
    outbound, _ = made.peers[sender].sessions()
    _, inbound = made.peers[sender.peer].sessions()
    for number in (65_534, 65_535, 0, 1):
        sealed = outbound.protect(rtp(number))
        arrived, commands = sent(made.machine, sender, sealed)
        assert written(commands) == [(sender, rtp(number))]
        assert arrived != sealed
        assert inbound.unprotect(arrived) == rtp(number)
        assert deeds(commands) == {f"rtp-decrypted-from-{sender}": 1}


@pytest.mark.parametrize("client", Party)
@pytest.mark.parametrize("sender", Party)
def test_rtcp_arrives_decryptable_and_was_written_down(client: Party, sender: Party) -> None:
    made = call(client)
    outbound, _ = made.peers[sender].sessions()
    _, inbound = made.peers[sender.peer].sessions()
    arrived, commands = sent(made.machine, sender, outbound.protect_rtcp(rtcp()))
    assert written(commands) == [(sender, rtcp())]
    assert inbound.unprotect_rtcp(arrived) == rtcp()
    assert deeds(commands) == {f"rtcp-decrypted-from-{sender}": 1}


def test_every_source_of_a_party_passes() -> None:
    made = call()
    outbound, _ = made.peers[ALICE].sessions()
    _, inbound = made.peers[BOB].sessions()
    for ssrc in (1, 2, 3):
        arrived, _ = sent(made.machine, ALICE, outbound.protect(rtp(1, ssrc=ssrc)))
        assert inbound.unprotect(arrived) == rtp(1, ssrc=ssrc)


def test_the_two_parties_share_no_key() -> None:
    made = call()
    outbound, _ = made.peers[ALICE].sessions()
    _, inbound = made.peers[BOB].sessions()
    with pytest.raises(Error):
        inbound.unprotect(outbound.protect(rtp(1)))


def test_the_legs_may_have_agreed_on_different_profiles() -> None:
    made = call(alice=DtlsPeer(client=False, profile=AES_CM))
    outbound, _ = made.peers[ALICE].sessions()
    _, inbound = made.peers[BOB].sessions()
    arrived, _ = sent(made.machine, ALICE, outbound.protect(rtp(1)))
    assert inbound.unprotect(arrived) == rtp(1)


def test_a_leg_without_an_srtp_profile_carries_no_media() -> None:
    made = call(bob=DtlsPeer(client=True, profile=None))
    assert made.peers[BOB].done
    assert "dtls-ended-bob" not in deeds(made.commands)
    assert forwarded(feed(made.machine, BOB, rtp(1))) == []


def test_forged_and_repeated_packets_are_neither_written_down_nor_passed_on() -> None:
    made = call()
    outbound, _ = made.peers[BOB].sessions()
    sealed = outbound.protect(rtp(1))
    feed(made.machine, BOB, sealed)
    for packet in (sealed, rtp(2) + b"\0" * 16, rtp(3, b"x" * 3000)):
        commands = feed(made.machine, BOB, packet)
        assert forwarded(commands) == written(commands) == []
        assert deeds(commands) == {"packets-not-opened-from-bob": 1}


def test_media_before_the_own_keys_waits_for_them() -> None:
    """Alice's last flight is overtaken by her first media packet."""
    peers = {party: DtlsPeer(client=party is BOB) for party in Party}
    machine = mitm()
    late: list[bytes] = []
    reluctant = _KeepsLastFlight(peers[ALICE], late)
    talk(machine, {ALICE: reluctant, BOB: peers[BOB]}, BOB, [peers[BOB].hello()])
    outbound, _ = peers[ALICE].sessions()

    assert feed(machine, ALICE, outbound.protect(rtp(1))) == []
    (datagram,) = late
    commands = feed(machine, ALICE, datagram)

    assert written(commands) == [(ALICE, rtp(1))]
    _, inbound = peers[BOB].sessions()
    assert inbound.unprotect(forwarded(commands)[-1][1]) == rtp(1)


def test_media_before_the_other_sides_keys_is_written_down_at_once_and_sent_later() -> None:
    peers = {party: DtlsPeer(client=party is BOB) for party in Party}
    machine = mitm()
    late: list[bytes] = []
    talk(machine, {ALICE: _KeepsLastFlight(peers[ALICE], late), BOB: peers[BOB]}, BOB, [peers[BOB].hello()])
    outbound, _ = peers[BOB].sessions()

    commands = feed(machine, BOB, outbound.protect(rtp(1)))
    assert written(commands) == [(BOB, rtp(1))]
    assert forwarded(commands) == []

    (datagram,) = late
    _, inbound = peers[ALICE].sessions()
    ((to, arrived),) = forwarded(feed(machine, ALICE, datagram))
    assert to is ALICE
    assert inbound.unprotect(arrived) == rtp(1)


def test_only_so_many_packets_wait_and_the_loss_is_counted() -> None:
    machine = mitm()
    counted = [deeds(feed(machine, ALICE, rtp(number))) for number in range(70)]
    assert counted[:64] == [{}] * 64
    assert counted[64:] == [{"packets-dropped": 1}] * 6


class _KeepsLastFlight(DtlsPeer):
    """A server whose ChangeCipherSpec and Finished stay on the way."""

    def __init__(self, peer: DtlsPeer, late: list[bytes]) -> None:
        self._peer = peer
        self._late = late

    def receive(self, datagram: bytes) -> list[bytes]:
        replies = self._peer.receive(datagram)
        if not self._peer.done:
            return replies
        self._late += replies
        return []


# signalling


def fingerprints_of(identity: Identity) -> list[str]:
    """The two lines that `descriptions` has in each of its two sections, for another certificate."""
    lines = [
        f"{name} {_colons(hashlib.new(name.replace('-', ''), identity.der).digest())}"
        for name in ("sha-256", "sha-512")
    ]
    return lines * 2


def _colons(digest: bytes) -> str:
    return ":".join(f"{octet:02X}" for octet in digest)


@pytest.mark.parametrize(
    ("role", "message", "receiver"),
    [(Role.CALLER, offer(OFFER), BOB), (Role.CALLEE, answer(ANSWER), ALICE)],
)
def test_a_swap_names_the_certificate_that_the_receiver_will_be_shown(
    role: Role, message: SignalMessage, receiver: Party
) -> None:
    delivered, deed = signal(mitm(role), message)
    assert isinstance(delivered, Deliver)
    assert attributes(delivered.message.body, "fingerprint") == fingerprints_of(IDENTITIES[receiver])
    assert deeds([deed]) == {f"fingerprint-replaced-{role}": 1}


def test_a_swap_changes_nothing_but_the_fingerprints() -> None:
    delivered, _ = signal(mitm(Role.CALLER), offer(OFFER))
    assert isinstance(delivered, Deliver)
    before, after = OFFER.split("\r\n"), delivered.message.body.split("\r\n")
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 4
    assert all(line.startswith("a=fingerprint:") for line in changed)


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        ((), offer(OFFER)),
        ((), answer(ANSWER)),
        ((Role.CALLEE,), offer(OFFER)),
        ((Role.CALLER,), answer(ANSWER)),
        ((Role.CALLER, Role.CALLEE), hangup(ALICE)),
        ((Role.CALLER,), offer("v=0\r\n")),
        ((Role.CALLER,), offer("v=0\r\na=fingerprint:sha-999 AA:BB\r\n")),
    ],
)
def test_everything_else_is_delivered_as_it_is_and_is_no_deed(swap: tuple[Role, ...], message: SignalMessage) -> None:
    assert signal(mitm(*swap), message) == [Deliver(message)]


@pytest.mark.parametrize(
    ("swap", "needed"),
    [
        ((), {"certificate-presented"}),
        ((Role.CALLER,), {"fingerprint-replaced-caller", "certificate-presented-to-alice"}),
        ((Role.CALLEE,), {"fingerprint-replaced-callee", "certificate-presented-to-bob"}),
        (
            (Role.CALLEE, Role.CALLER),
            {
                "fingerprint-replaced-caller",
                "fingerprint-replaced-callee",
                "dtls-ended-alice",
                "dtls-ended-bob",
            },
        ),
    ],
)
def test_what_must_have_happened(swap: tuple[Role, ...], needed: set[str]) -> None:
    assert set(mitm(*swap).required) == needed


# beside the genuine fingerprints


@pytest.mark.parametrize(("how", "places"), [("before", [0, 1, 2]), ("after", [1, 2, 3])])
def test_own_fingerprints_stand_beside_each_genuine_one(how: How, places: list[int]) -> None:
    machine = DtlsMitm(Plan(frozenset(Role), how=how, lines=3), IDENTITIES)
    delivered, _ = signal(machine, offer(OFFER))
    assert isinstance(delivered, Deliver)
    first = attributes(delivered.message.body, "fingerprint")[:4]
    genuine = attributes(OFFER, "fingerprint")[0]
    assert [number for number, line in enumerate(first) if line != genuine] == places
    assert first[places[0]] == fingerprints_of(IDENTITIES[BOB])[0]
    assert len(set(first)) == 4


def test_own_fingerprints_may_have_another_hash_function_than_the_genuine_ones() -> None:
    machine = DtlsMitm(Plan(frozenset(Role), how="after", algorithm="sha-512"), IDENTITIES)
    delivered, _ = signal(machine, offer(OFFER))
    assert isinstance(delivered, Deliver)
    genuine, own = attributes(delivered.message.body, "fingerprint")[:2]
    assert genuine == attributes(OFFER, "fingerprint")[0]
    assert own == str(Fingerprint.of(IDENTITIES[BOB].der, "sha-512"))


@pytest.mark.parametrize(("algorithm", "kept"), [("sha-512", SHA256), ("sha-256", SHA512)])
@pytest.mark.parametrize(("how", "place"), [("before", 0), ("after", 1)])
def test_of_the_hash_function_of_its_own_lines_no_genuine_one_is_left(
    algorithm: str, kept: str, how: How, place: int
) -> None:
    machine = DtlsMitm(Plan(frozenset(Role), how=how, algorithm=algorithm), IDENTITIES)
    delivered, _ = signal(machine, offer(OFFER))
    assert isinstance(delivered, Deliver)
    lines = attributes(delivered.message.body, "fingerprint")
    assert len(lines) == 4, "two in each section"
    assert lines[place] == str(Fingerprint.of(IDENTITIES[BOB].der, algorithm))
    assert lines[1 - place].endswith(kept)


def test_where_no_other_genuine_line_would_be_left_nothing_is_touched() -> None:
    machine = DtlsMitm(Plan(frozenset(Role), how="after", algorithm="sha-256"), IDENTITIES)
    alone = OFFER.replace(f"a=fingerprint:sha-512 {SHA512}\r\n", "")
    (delivered,) = signal(machine, offer(alone))
    assert isinstance(delivered, Deliver)
    assert delivered.message.body == alone


# a restart


def test_before_the_restart_everything_passes_and_then_nothing_does_unopened() -> None:
    machine = DtlsMitm(Plan(frozenset(Role), restart=True), IDENTITIES)
    early, late = {ALICE: ("127.0.0.1", 1), BOB: ("127.0.0.2", 1)}, {ALICE: ("127.0.0.1", 2), BOB: ("127.0.0.2", 2)}
    hello = DtlsPeer(client=True).hello()
    for party, address in early.items():
        machine.handle(Learned(party, address, NOW))
    assert list(machine.handle(PathDatagram(BOB, hello, NOW, early[BOB]))) == [Forward(ALICE, hello)]
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]
    assert signal(machine, answer(ANSWER)) == [Deliver(answer(ANSWER))]
    for party, address in late.items():
        machine.handle(Learned(party, address, NOW))
    delivered, deed = signal(machine, offer(OFFER))
    assert isinstance(delivered, Deliver) and delivered.message != offer(OFFER)
    assert deeds([deed]) == {"fingerprint-replaced-caller": 1}
    assert (ALICE, hello) not in forwarded(machine.handle(PathDatagram(BOB, hello, NOW, late[BOB])))
    assert list(machine.handle(PathDatagram(BOB, rtp(1), NOW, early[BOB]))) == [Forward(ALICE, rtp(1))]


def test_a_stack_that_begins_the_new_association_on_its_old_socket_is_intercepted_there() -> None:
    machine = DtlsMitm(Plan(frozenset(Role), restart=True), IDENTITIES)
    sockets = {ALICE: ("127.0.0.1", 1), BOB: ("127.0.0.2", 1)}
    hello = DtlsPeer(client=True).hello()
    for party, address in sockets.items():
        machine.handle(Learned(party, address, NOW))
    signal(machine, offer(OFFER))
    assert list(machine.handle(PathDatagram(BOB, hello, NOW, sockets[BOB]))) == [Forward(ALICE, hello)]
    signal(machine, offer(OFFER))
    assert list(machine.handle(PathDatagram(BOB, rtp(1), NOW, sockets[BOB]))) == [Forward(ALICE, rtp(1))], "not yet"
    spoken = forwarded(machine.handle(PathDatagram(BOB, hello, NOW, sockets[BOB])))
    assert {to for to, _ in spoken} == {ALICE, BOB} and (ALICE, hello) not in spoken
    assert list(machine.handle(PathDatagram(ALICE, rtp(1), NOW, sockets[ALICE]))) == [], "held until there are keys"


def test_a_stack_that_keeps_its_association_at_the_restart_meets_nobody() -> None:
    """Its packets pass on their new way, unopened, and the attack has been made all the same."""
    machine = DtlsMitm(Plan(frozenset(Role), restart=True), IDENTITIES)
    for port in (1, 2):
        for party, host in ((ALICE, "127.0.0.1"), (BOB, "127.0.0.2")):
            machine.handle(Learned(party, (host, port), NOW))
    for _ in range(2):
        signal(machine, offer(OFFER))
    commands = list(machine.handle(PathDatagram(BOB, rtp(1), NOW, ("127.0.0.2", 2))))
    assert forwarded(commands) == [(ALICE, rtp(1))]
    assert deeds(commands) == {"association-kept-by-bob": 1, "restart-followed-of-bob": 1}
    assert {"restart-followed-of-alice", "restart-followed-of-bob"} <= set(machine.required)


def test_each_restart_is_intercepted_with_handshakes_of_its_own() -> None:
    machine = DtlsMitm(Plan(), IDENTITIES)
    for port in (1, 2):
        for party, host in ((ALICE, "127.0.0.1"), (BOB, "127.0.0.2")):
            machine.handle(Learned(party, (host, port), NOW))
        commands = list(machine.handle(PathDatagram(BOB, DtlsPeer(client=True).hello(), NOW, ("127.0.0.2", port))))
        assert {to for to, _ in forwarded(commands)} == {ALICE, BOB}, "a ServerHello, and a ClientHello of its own"


# codes that agree
