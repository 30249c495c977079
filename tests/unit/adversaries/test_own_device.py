"""A device of the adversary's own: what it says of itself, whom it answers, and from where."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import pytest

from harness.adversaries.machine import (
    Command,
    Learned,
    OwnSocketOpened,
    PathDatagram,
    SendOffPath,
    StrangerDatagram,
    WriteDown,
)
from harness.adversaries.own_device import CHECKED, OwnDevice
from harness.model.base import Party
from harness.wire import stun
from harness.wire.certificate import fresh_identity
from harness.wire.sdp import Candidate, Fingerprint, Sdp
from harness.wire.stun_writer import written

from .descriptions import OFFER, attributes
from .transcript import ALICE, BOB, NOW, deeds, only, rtp

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}
OWN, HOME, ELSEWHERE = ("127.1.0.9", 9000), ("127.1.0.2", 4000), ("127.1.0.2", 4001)


def device(*parties: Party) -> OwnDevice:
    one = OwnDevice(IDENTITIES, parties)
    for event in (OwnSocketOpened(OWN, NOW), Learned(BOB, HOME, NOW), Learned(BOB, ELSEWHERE, NOW)):
        assert list(one.handle(event)) == []
    return one


def with_ice(sdp: str) -> Sdp:
    parsed = Sdp.parse(sdp)
    for media in parsed.media():
        parsed = parsed.insert("a=ice-ufrag:alice", media.level).insert("a=ice-pwd:the password of alice", media.level)
    return parsed


def described(one: OwnDevice) -> str:
    return str(one.described(with_ice(OFFER), BOB))


def arrives(one: OwnDevice, data: bytes, source: tuple[str, int] = HOME) -> list[Command]:
    return list(one.handle(StrangerDatagram(source, data, NOW)))


def check(body: str, password: str | None = None) -> bytes:
    """A connectivity check of somebody who has read this description."""
    name, known = attributes(body, "ice-ufrag")[0], attributes(body, "ice-pwd")[0]
    key = (known if password is None else password).encode()
    return written(stun.Method.BINDING, stun.StunClass.REQUEST, bytes(12), [("USERNAME", f"{name}:bob".encode())], key)


def test_it_describes_itself_with_the_media_of_another_one() -> None:
    body = described(device(BOB))
    assert "a=ice-lite" in body.splitlines()
    assert {Candidate.parse(one).port for one in attributes(body, "candidate")} == {OWN[1]}
    assert len(attributes(body, "candidate")) == 2
    assert attributes(body, "fingerprint")[0] == str(Fingerprint.of(IDENTITIES[BOB].der))
    assert "the password of alice" not in body
    assert len(set(attributes(body, "ice-pwd"))) == 1
    assert [media.text if hasattr(media, "text") else media.kind for media in Sdp.parse(body).media()]


def test_each_party_is_told_a_password_of_its_own_and_another_certificate() -> None:
    one = device(*Party)
    bodies = [str(one.described(with_ice(OFFER), party)) for party in Party]
    for name in ("ice-pwd", "ice-ufrag", "fingerprint"):
        first, second = (set(attributes(body, name)) for body in bodies)
        assert not first & second


def test_without_an_address_it_cannot_be_described() -> None:
    with pytest.raises(LookupError, match="no address"):
        OwnDevice(IDENTITIES, (BOB,)).described(with_ice(OFFER), BOB)


def test_a_check_under_its_password_is_answered_to_where_it_came_from() -> None:
    one = device(BOB)
    commands = arrives(one, check(described(one)), ELSEWHERE)
    (sent,) = only(commands, SendOffPath)
    assert (sent.to, sent.at) == (BOB, ELSEWHERE)
    assert stun.parse(sent.data).klass is stun.StunClass.SUCCESS
    assert deeds(commands) == {f"{CHECKED}-bob": 1}


def test_a_check_under_another_password_is_refused_and_is_no_deed() -> None:
    one = device(BOB)
    commands = arrives(one, check(described(one), "a guess"))
    (sent,) = only(commands, SendOffPath)
    assert stun.parse(sent.data).klass is stun.StunClass.ERROR
    assert deeds(commands) == {}


def test_a_check_that_is_for_somebody_else_gets_no_answer_at_all() -> None:
    other = described(device(BOB))
    assert arrives(device(BOB), check(other)) == []


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x16\xfe\xfd", rtp(1), b"hello", bytes(2_000)])
def test_nothing_that_a_party_sends_brings_it_down(data: bytes) -> None:
    assert not only(arrives(device(BOB), data), WriteDown)


@pytest.mark.parametrize(("parties", "source"), [((BOB,), ("127.9.9.9", 1)), ((ALICE,), HOME)])
def test_who_is_not_in_the_call_with_it_gets_no_answer(parties: Collection[Party], source: tuple[str, int]) -> None:
    one = device(BOB)
    body = described(one)
    other = device(*parties)
    assert arrives(other, check(body), source) == []


def test_of_the_path_it_knows_nothing() -> None:
    assert list(device(BOB).handle(PathDatagram(ALICE, rtp(1), NOW))) == []
