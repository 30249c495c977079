"""A name that is not the sender's, and nothing else that is not genuine."""

from __future__ import annotations

import pytest

from harness.adversaries.identity_forgery import IdentityForgery, forged
from harness.adversaries.machine import Deliver
from harness.model.adversary import IdentityForgery as Noun
from harness.model.base import Role
from harness.model.recording import SignalMessage

from .descriptions import ANSWER, OFFER
from .transcript import ALICE, answer, deeds, hangup, offer, only, signal

FROM = {
    Role.CALLER: offer(OFFER).model_copy(update={"name": "Alice"}),
    Role.CALLEE: answer(ANSWER).model_copy(update={"name": "Bob"}),
}


def machine(*towards: Role) -> IdentityForgery:
    return IdentityForgery(Noun(kind="identity-forgery", name="Mallory", towards=towards))


def passed(one: IdentityForgery, message: SignalMessage) -> SignalMessage:
    (command,) = only(signal(one, message), Deliver)
    return command.message


@pytest.mark.parametrize("deceived", Role)
def test_only_the_deceived_reads_the_false_name(deceived: Role) -> None:
    one = machine(deceived)
    for sender, message in FROM.items():
        lied_to = sender.party.peer.role is deceived
        assert passed(one, message) == message.model_copy(update={"name": "Mallory"} if lied_to else {})
        assert deeds(signal(one, message)) == ({forged(deceived): 1} if lied_to else {})
    assert one.required == (forged(deceived),)


def test_a_message_without_a_name_goes_on_as_it_is() -> None:
    assert passed(machine(*Role), hangup(ALICE)) == hangup(ALICE)
