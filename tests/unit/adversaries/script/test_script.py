"""A script as a whole: what must have happened, what is thrown in, and DTLS ended on both sides."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from harness.adversaries import craft
from harness.adversaries.machine import CallUp, Command, Learned, SendOffPath
from harness.adversaries.script import Script
from harness.model.adversary.base import Position
from harness.model.adversary.script import Forgery
from harness.model.adversary.script import Script as Noun
from harness.model.base import Party
from harness.wire import rtp as rtp_header
from harness.wire import stun
from harness.wire.demux import PacketClass, classify

from ..dtls_peer import DtlsPeer, talk
from ..transcript import (
    ALICE,
    BINDING_REQUEST,
    BOB,
    NOW,
    answer,
    deeds,
    feed,
    forwarded,
    offer,
    only,
    rtp,
    signal,
)
from .scripts import IDENTITIES, move, script

PASSWORD = b"the password of this call"
CHECK = craft.stun(1, b"transaction1", ((6, b"bobs:alic"),))
CLASSES = {
    Forgery.RTP: PacketClass.SRTP,
    Forgery.SENDER_REPORT: PacketClass.SRTCP,
    Forgery.BYE: PacketClass.SRTCP,
    Forgery.ALERT: PacketClass.DTLS,
    Forgery.CHANGE_CIPHER_SPEC: PacketClass.DTLS,
    Forgery.APPLICATION_DATA: PacketClass.DTLS,
    Forgery.BINDING_REQUEST: PacketClass.STUN,
    Forgery.CHECK: PacketClass.STUN,
}


def test_every_move_of_a_script_must_happen() -> None:
    machine = script(move("withhold", towards="caller"), move("drop", packet="stun", sender="bob"))
    assert machine.required == ("move-1-withhold", "move-2-drop")


def test_a_packet_on_the_path_passes_when_no_move_is_about_it() -> None:
    assert forwarded(feed(script(move("withhold", towards="caller")), ALICE, BINDING_REQUEST)) == [
        (BOB, BINDING_REQUEST)
    ]


@pytest.mark.parametrize("what", [one for one in Forgery if one is not Forgery.JUNK])
def test_each_forgery_is_a_packet_of_its_kind(what: Forgery) -> None:
    machine = script(move("inject", what=what, to="bob", when="early"))
    (_, data), *_ = [one for one in forwarded(feed(machine, ALICE, BINDING_REQUEST)) if one[1] != BINDING_REQUEST]
    assert classify(data) is CLASSES[what]


def test_a_forged_packet_continues_the_stream_that_was_seen() -> None:
    machine = script(move("inject", what="rtp", to="bob", count=2))
    feed(machine, ALICE, rtp(7))
    commands = list(machine.handle(CallUp(NOW)))
    forged = [rtp_header.parse(data) for to, data in forwarded(commands) if to is BOB]
    seen = rtp_header.parse(rtp(7))
    assert [(one.ssrc, one.payload_type, one.sequence) for one in forged] == [
        (seen.ssrc, seen.payload_type, 8),
        (seen.ssrc, seen.payload_type, 9),
    ]
    assert deeds(commands) == {"move-1-inject": 2}


def names_in(commands: Iterable[Command]) -> set[str | None]:
    """In the checks that Bob is asked beside Alice's own."""
    forged = [data for to, data in forwarded(commands) if to is BOB and data not in (CHECK, BINDING_REQUEST)]
    assert forged
    assert not any(stun.integrity_holds(one, PASSWORD) for one in forged)
    return {stun.parse(one).username for one in forged}


def test_a_forged_check_has_the_name_that_was_seen_on_the_path() -> None:
    machine = script(move("inject", what="check", to="bob", when="early", count=2))
    assert names_in(feed(machine, ALICE, CHECK)) == {"bobs:alic"}


def test_a_forged_check_has_the_name_that_is_in_the_descriptions_and_else_a_guess() -> None:
    told, untold = (script(move("inject", what="check", to="bob", when="early")) for _ in range(2))
    signal(told, offer("v=0\r\na=ice-ufrag:alic\r\n"))
    signal(told, answer("v=0\r\na=ice-ufrag:bobs\r\n"))
    assert names_in(feed(told, ALICE, BINDING_REQUEST)) == {"bobs:alic"}
    assert names_in(feed(untold, ALICE, BINDING_REQUEST)).isdisjoint({None, "bobs:alic"})


def test_what_is_thrown_in_early_goes_once_as_soon_as_the_path_is_known() -> None:
    machine = script(move("inject", what="alert", to="alice", when="early"))
    assert [to for to, _ in forwarded(feed(machine, ALICE, BINDING_REQUEST))] == [BOB, ALICE]
    assert [to for to, _ in forwarded(feed(machine, ALICE, BINDING_REQUEST))] == [BOB]


def test_off_the_path_it_goes_to_the_party_that_became_known() -> None:
    machine = script(move("inject", what="junk", to="bob", via="off-path", when="early"))
    assert list(machine.handle(Learned(ALICE, ("127.1.0.1", 5000), NOW))) == []
    (sent,) = only(machine.handle(Learned(BOB, ("127.1.0.2", 6000), NOW)), SendOffPath)
    assert sent.to is BOB


def test_nothing_goes_out_on_a_path_that_nobody_has_used() -> None:
    machine = script(move("inject", what="junk", to="bob"))
    assert list(machine.handle(CallUp(NOW))) == []


def intercepted(machine: Script) -> dict[Party, DtlsPeer]:
    peers = {party: DtlsPeer(client=party is BOB) for party in Party}
    commands = talk(machine, peers, BOB, [peers[BOB].hello()])
    assert deeds(commands)["move-1-intercept"] == 2
    return peers


def test_dtls_is_ended_on_both_sides_with_the_certificates_that_a_swap_names() -> None:
    for party, peer in intercepted(script(move("intercept"))).items():
        assert peer.presented() == IDENTITIES[party].der


def test_the_interceptor_of_a_restart_lets_the_first_association_pass() -> None:
    machine = script(move("intercept", association=2))
    hello = DtlsPeer(client=True).hello()
    assert forwarded(feed(machine, BOB, hello)) == [(ALICE, hello)]


@pytest.mark.parametrize(
    ("position", "moves"),
    [
        (Position.PATH, [move("withhold", towards="caller")]),
        (Position.SIGNALLING, [move("drop", packet="stun", sender="bob")]),
        (Position.PATH, [move("inject", what="junk", to="bob", via="off-path")]),
        (Position.PATH, [move("intercept"), move("intercept", association=2)]),
        (Position.PATH, [{"do": "contradict", "packet": "srtp", "sender": "alice"}]),
        (Position.PATH, []),
    ],
)
def test_a_script_that_cannot_be_carried_out_is_refused(position: Position, moves: list[object]) -> None:
    with pytest.raises(ValidationError):
        Noun(kind="script", position=(position,), moves=tuple(moves))  # type: ignore[arg-type]


@pytest.mark.parametrize("fields", [{"how": "replace"}, {"how": "insert"}, {"how": "remove", "text": "a=x"}])
def test_a_text_is_given_where_one_is_written_and_nowhere_else(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        move("change-line", towards="caller", start="a=", **fields)
