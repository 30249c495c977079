"""What a program need not tell of its call is known from here; what it tells is its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from harness.codes import teams20
from harness.endpoints.account import Account
from harness.endpoints.endpoint import EndpointSetup
from harness.markers import chat
from harness.model.base import Party
from harness.model.datagram import Address
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import EndpointStatement, Failure, Indicator, Screen
from tests.unit.model.outlined import outlined

OWN, PEER = outlined(b"own certificate"), outlined(b"peer's certificate")
CERTIFICATES: dict[str, JsonValue] = {"local_certificate": OWN.hex(), "presented_certificate": PEER.hex()}
LOCKED = Screen(indicator=Indicator.LOCK, code="1" * 20, peer="Bob")
EMPTY = Screen(indicator=Indicator.NONE, code=None, peer="Bob")
LOST = Failure(reason=Reason.CONNECTION_LOST, detail="it is gone")


class NoTap:
    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("a datagram")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        raise AssertionError("a socket")


def account(party: Party = Party.ALICE, mode: str = Mode.E2EE) -> Account:
    known = Account(
        EndpointSetup(
            party=party,
            peer_name="Bob",
            media=(),
            markers={},
            address="127.9.0.1",
            advertise=None,
            tap=NoTap(),
            keylog=lambda line: None,
        )
    )
    known.software = "client/1"
    if party is Party.BOB:
        says(known, SignalKind.INVITE)
        known.picked_up()
    says(known, SignalKind.ACCEPT, mode)
    return known


def says(known: Account, kind: SignalKind, body: str = "") -> None:
    known.told(SignalMessage(kind=kind, sender=Party.ALICE, body=body))


def stated(known: Account, shown: Screen | None, said: dict[str, Any] | None = None) -> EndpointStatement:
    return EndpointStatement.model_validate_json(json.dumps(known.statement(shown, said or {}, {})))


def test_a_program_that_says_nothing_has_a_statement_all_the_same() -> None:
    known = account()
    known.came_up(LOCKED)
    statement = stated(known, LOCKED)
    assert (statement.connected, statement.failure, statement.screen) == (True, None, LOCKED)
    assert [moment.screen for moment in statement.screens] == [LOCKED]
    assert (statement.software, statement.packets_told) == ("client/1", False)


def test_each_screen_that_was_looked_at_is_kept_once() -> None:
    known = account()
    changed = LOCKED.model_copy(update={"code": "2" * 20})
    for screen in (LOCKED, LOCKED, changed):
        known.came_up(screen)
    assert [moment.screen for moment in stated(known, changed).screens] == [LOCKED, changed]


def test_a_call_that_was_up_and_failed_has_the_last_screen_before_and_an_empty_one_after() -> None:
    known = account()
    known.came_up(LOCKED)
    known.failed(LOST)
    known.failed(Failure(reason=Reason.REMOTE_HUNG_UP, detail="an echo"))
    statement = stated(known, EMPTY)
    assert (statement.failure, statement.screen) == (LOST, LOCKED)
    assert [moment.screen for moment in statement.screens] == [LOCKED, EMPTY]


def test_a_call_that_never_came_up_has_the_screen_that_is_shown() -> None:
    known = account()
    known.failed(LOST)
    statement = stated(known, EMPTY)
    assert (statement.connected, statement.screens, statement.screen) == (False, (), EMPTY)


def test_what_a_program_tells_itself_goes_before_what_is_known() -> None:
    known = account()
    known.came_up(LOCKED)
    told = {"connected": False, "failure": LOST.model_dump(mode="json"), "screens": [], "packets": {"rtp_sent": 3}}
    statement = stated(known, EMPTY, told)
    assert (statement.connected, statement.failure, statement.screens, statement.screen) == (False, LOST, (), EMPTY)
    assert (statement.packets.rtp_sent, statement.packets_told) == (3, True)


@pytest.mark.parametrize("name", ["party", "role", "software", "screen", "screen_told", "packets_told", "heard"])
def test_what_is_not_the_programs_to_tell_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"speak of '{name}'"):
        account().statement(EMPTY, {name: "x"}, {"heard": {}})


def test_for_a_program_without_a_screen_the_reference_clients_is_made_from_its_certificates() -> None:
    thumbprints = teams20.thumbprint(OWN), teams20.thumbprint(PEER)
    for party, code in (
        (Party.ALICE, teams20.code(*thumbprints)),
        (Party.BOB, teams20.code(*thumbprints[::-1])),
    ):
        known = account(party)
        before = stated(known, None, CERTIFICATES)
        assert (before.screen, before.screen_told) == (EMPTY, True)
        known.came_up(None)
        statement = stated(known, None, CERTIFICATES)
        assert statement.screen == Screen(indicator=Indicator.LOCK, code=code, peer="Bob")
        assert statement.screen_told


def test_the_screen_of_a_program_without_one_was_there_when_the_call_came_up() -> None:
    known = account()
    known.came_up(None)
    known.failed(LOST)
    statement = stated(known, LOCKED)
    assert [moment.screen for moment in statement.screens] == [LOCKED, EMPTY]
    assert statement.screens[0].time <= statement.screens[1].time
    assert statement.screen == LOCKED


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"local_certificate": OWN.hex()},
        CERTIFICATES | {"presented_certificate": None},
        CERTIFICATES | {"local_certificate": PEER.hex()},
    ],
)
def test_nobody_knows_what_is_shown_for_certificates_of_which_no_code_can_be_made(said: dict[str, Any]) -> None:
    known = account()
    known.came_up(None)
    statement = stated(known, None, said)
    assert (statement.screen, statement.screen_told) == (EMPTY, False)
    known.failed(LOST)
    assert not stated(known, None, said).screen_told


def test_a_call_that_never_came_up_has_no_code_to_show() -> None:
    known = account()
    known.failed(LOST)
    statement = stated(known, None)
    assert (statement.screen, statement.screen_told) == (EMPTY, True)


def test_a_screen_of_its_own_is_what_it_is_without_certificates() -> None:
    known = account()
    known.came_up(EMPTY)
    statement = stated(known, EMPTY)
    assert (statement.screen, statement.screen_told) == (EMPTY, True)


@pytest.mark.parametrize("name", CERTIFICATES)
@pytest.mark.parametrize("text", ["no hex", "30", "3000", "-----BEGIN CERTIFICATE-----"])
def test_no_code_is_made_of_what_is_no_certificate_and_it_does_not_fit(text: str, name: str) -> None:
    known, said = account(), CERTIFICATES | {name: text}
    known.came_up(None)
    with pytest.raises(ValidationError, match=rf"{name}\n.*it is not the hex of a DER certificate"):
        stated(known, None, said)
    fields = known.statement(None, said, {})
    assert (fields["screen"], fields["screen_told"]) == (EMPTY.model_dump(mode="json"), False)


def test_a_plain_shield_needs_no_code() -> None:
    known = account(mode=Mode.SERVICE)
    known.came_up(None)
    known.peer_name = "Robert"
    statement = stated(known, None, CERTIFICATES)
    assert statement.screen == Screen(indicator=Indicator.PLAIN, code=None, peer="Robert")
    assert statement.screen_told


def test_a_call_that_failed_before_anybody_looked_was_up_until_then() -> None:
    known = account()
    known.failed(LOST)
    known.came_up(LOCKED)
    statement = stated(known, EMPTY)
    times = [moment.time for moment in statement.screens]
    assert [moment.screen for moment in statement.screens] == [LOCKED, EMPTY]
    assert times == sorted(times)


@pytest.mark.parametrize("party", Party)
def test_an_acceptance_in_the_middle_of_a_call_changes_no_lock(party: Party) -> None:
    known = account(party)
    known.came_up(None)
    says(known, SignalKind.ACCEPT, Mode.SERVICE)
    assert stated(known, None, CERTIFICATES).screen.indicator is Indicator.LOCK


def test_the_service_accepts_for_no_callee() -> None:
    known = Account(replace(account()._setup, party=Party.BOB))
    says(known, SignalKind.INVITE)
    says(known, SignalKind.ACCEPT, Mode.SERVICE)
    known.picked_up()
    says(known, SignalKind.ACCEPT, Mode.E2EE)
    known.came_up(None)
    assert stated(known, None, CERTIFICATES).screen.indicator is Indicator.LOCK


def test_the_line_of_chat_that_it_was_told_last_is_known_by_its_marker() -> None:
    known = account()
    assert known.read is None
    for body in (f"Hello {chat.token(7)}", f"Hello {chat.token(8)}", "no marker"):
        says(known, SignalKind.CHAT, body)
    assert known.read == 8
