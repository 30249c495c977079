"""Own fingerprints beside the genuine ones: the attack is made when somebody is shown ours, or refuses to read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.adversaries.beside import TRIED, Beside
from harness.adversaries.dtls_mitm import DtlsMitm, Plan
from harness.adversaries.interception import PRESENTED
from harness.adversaries.machine import Deed, TimerFired
from harness.model.base import Party, Role
from harness.model.recording import SignalMessage
from harness.wire.certificate import fresh_identity

from .descriptions import ANSWER, OFFER
from .transcript import ALICE, BOB, NOW, answer, deeds, hangup, offer, signal

BOTH = frozenset(Role)
REFUSED = "sdp-rejected"


def beside(*swap: Role) -> DtlsMitm:
    identities = {party: fresh_identity(datetime.now(UTC)) for party in Party}
    return DtlsMitm(Plan(frozenset(swap), how="after"), identities)


def tried(machine: DtlsMitm, *messages: SignalMessage) -> int:
    return deeds(command for message in messages for command in signal(machine, message))[TRIED]


def refusal(party: Party, why: str = REFUSED) -> SignalMessage:
    return hangup(party).model_copy(update={"body": why})


def test_it_is_what_must_have_happened() -> None:
    assert beside(*Role).required == (TRIED,)


def test_a_callee_that_refuses_the_offer_has_been_tried_though_no_answer_came_back() -> None:
    assert tried(beside(*Role), offer(OFFER), refusal(BOB)) == 1


def test_a_caller_that_refuses_the_answer_has_been_tried_though_nobody_was_shown_a_certificate() -> None:
    assert tried(beside(*Role), offer(OFFER), answer(ANSWER), refusal(ALICE)) == 1


@pytest.mark.parametrize(
    "messages",
    [
        [offer(OFFER), answer(ANSWER)],
        [offer(OFFER), refusal(ALICE)],
        [offer("v=0\r\n"), refusal(BOB)],
        [refusal(BOB)],
        [offer(OFFER), refusal(BOB, "media-failed")],
    ],
    ids=["nobody refuses", "she was told nothing", "nothing was added", "before there is an offer", "of the network"],
)
def test_nothing_else_in_the_signalling_is_a_trial(messages: list[SignalMessage]) -> None:
    assert tried(beside(*Role), *messages) == 0


def test_a_refusal_counts_only_where_the_lines_were() -> None:
    assert tried(beside(Role.CALLER), offer(OFFER), answer(ANSWER), refusal(ALICE)) == 0


def test_where_nobody_refuses_the_certificate_and_the_lines_of_both_are_needed_and_counted_once() -> None:
    watched, event = Beside(BOTH), TimerFired("alice 0", NOW)
    steps = [Deed("fingerprint-replaced-caller"), Deed(PRESENTED), Deed("fingerprint-replaced-callee"), Deed(PRESENTED)]
    assert [deeds(watched.seen(event, [step]))[TRIED] for step in steps] == [0, 0, 1, 0]
