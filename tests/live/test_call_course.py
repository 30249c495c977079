"""The course of a call between two clients: who is told what, in which order, and what each does about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from harness.call_course import CallCourse
from harness.calling.signalling import CallingService, Tamper
from harness.endpoints.endpoint import CallFailed
from harness.markers import chat
from harness.model.base import Asset, Party
from harness.model.call import Call as Wish
from harness.model.endpoints import EndpointKind
from harness.model.feature import Feature, FeatureRequest
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import Indicator

from .endpoint_calls import PATIENCE, Call, dial, failed, never_came_up

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

ALICE, BOB = Party.ALICE, Party.BOB
AUDIO = (Asset.AUDIO,)
CHAT = {ALICE: 0xA11CE, BOB: 0xB0B}
LIKE_OURS = [EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS]


@dataclass
class Held:
    """A call that has run its course, and what passed the hops of it."""

    call: Call
    service: CallingService
    up: bool

    def passed(self, hop: str, direction: str) -> list[str]:
        return [one.message.kind.value for one in self.service.entries if (one.hop, one.direction) == (hop, direction)]


async def course(
    tamper: Tamper | None = None,
    *,
    mode: Mode = Mode.E2EE,
    bring: Callable[[CallCourse], None] = lambda _: None,
    kind: EndpointKind = EndpointKind.AIORTC,
    ring: float = 0.0,
    inserted: SignalMessage | None = None,
    **wishes: Any,
) -> Held:
    """A whole call of a moment, through a service that may be in the hands of somebody else.

    `inserted`: what Alice is told in the call's name as soon as it is up.
    """
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(PATIENCE), dial(kind, kind, mode=None, media=AUDIO) as call:
        held = Held(call, CallingService(clock, mode, tamper), False)

        def up() -> None:
            held.up = True
            if inserted is not None:
                one.bring(ALICE, inserted)

        wish = Wish(mode=mode, media=AUDIO, seconds=0.2, ring=ring, setup_seconds=3.0, **wishes)
        one = CallCourse(wish, call.endpoints, held.service, up, {party: chat.token(CHAT[party]) for party in Party})
        asyncio.get_running_loop().call_later(0.05, bring, one)
        await one.run()
    return held


def told(kind: SignalKind, sender: Party, body: str = "") -> SignalMessage:
    return SignalMessage(kind=kind, sender=sender, body=body)


@pytest.mark.parametrize("kind", LIKE_OURS)
async def test_a_call_takes_its_whole_course(kind: EndpointKind) -> None:
    held = await course(kind=kind)
    assert held.up
    assert held.passed("alice", "out") == ["invite", "offer"]
    assert held.passed("bob", "in") == ["invite", "accept", "offer"]
    assert held.passed("bob", "out") == ["ringing", "accept", "answer"]
    assert held.passed("alice", "in") == ["ringing", "accept", "answer"]
    for party in Party:
        assert held.call.statement(party).screen.indicator is Indicator.LOCK
        assert held.call.heard(party) == held.call.sent(party.peer)


@pytest.mark.parametrize("kind", LIKE_OURS)
async def test_both_make_the_kind_of_call_that_the_service_says(kind: EndpointKind) -> None:
    held = await course(mode=Mode.SERVICE, kind=kind)
    assert held.up
    assert {held.call.statement(party).screen.indicator for party in Party} == {Indicator.PLAIN}


async def test_it_rings_until_the_user_accepts_and_nothing_leaves_the_device_before() -> None:
    held = await course(ring=0.3)
    at = {(one.hop, one.message.kind): one.time for one in held.service.entries if one.direction == "out"}
    assert at["bob", SignalKind.ACCEPT] - at["bob", SignalKind.RINGING] >= 0.3
    assert at["alice", SignalKind.OFFER] >= at["bob", SignalKind.ACCEPT]


@pytest.mark.parametrize("kind", LIKE_OURS)
async def test_an_acceptance_that_nobody_gave_brings_no_answer(kind: EndpointKind) -> None:
    """The service tells the caller that her call is accepted while it rings."""
    held = await course(bring=lambda one: one.bring(ALICE, told(SignalKind.ACCEPT, BOB, "e2ee")), ring=5.0, kind=kind)
    assert not held.up
    assert held.passed("bob", "out") == ["ringing", "decline"]
    assert held.call.ledgers[BOB].packets == []
    assert held.call.statement(BOB).addresses == ()
    assert "while it still rings" in never_came_up(held.call, BOB, Reason.DESCRIPTION_BEFORE_ACCEPT).detail
    assert never_came_up(held.call, ALICE, Reason.REMOTE_HUNG_UP).detail == Reason.DESCRIPTION_BEFORE_ACCEPT


async def test_an_acceptance_in_the_callees_own_name_is_not_his() -> None:
    held = await course(bring=lambda one: one.bring(BOB, told(SignalKind.ACCEPT, BOB, "service")), ring=0.3)
    assert held.up
    assert {held.call.statement(party).screen.indicator for party in Party} == {Indicator.LOCK}


async def test_whoever_is_told_different_kinds_of_call_refuse_each_other() -> None:
    async def lie(message: SignalMessage, to: Party | None) -> SignalMessage:
        other = message.kind is SignalKind.ACCEPT and to is None
        return message.model_copy(update={"body": "service"}) if other else message

    held = await course(lie)
    assert not held.up
    assert "the offer was refused" in never_came_up(held.call, BOB, Reason.SDP_REJECTED).detail


@pytest.mark.parametrize("word", ["clear", "", "<b>e2ee</b>"])
async def test_a_kind_of_call_that_there_is_not_ends_it(word: str) -> None:
    async def lie(message: SignalMessage, to: Party | None) -> SignalMessage:
        return message.model_copy(update={"body": word}) if message.kind is SignalKind.ACCEPT else message

    held = await course(lie)
    assert not held.up
    never_came_up(held.call, ALICE, Reason.MODE_UNKNOWN)


async def test_a_second_acceptance_with_another_mode_changes_nothing() -> None:
    def again(one: CallCourse) -> None:
        for party in Party:
            one.bring(party, told(SignalKind.ACCEPT, BOB, "service"))

    held = await course(bring=again)
    assert held.up
    assert held.passed("alice", "out") == ["invite", "offer"]
    assert {held.call.statement(party).failure for party in Party} == {None}


@pytest.mark.parametrize(("kind", "sender"), [(SignalKind.CANCEL, ALICE), (SignalKind.DECLINE, BOB)])
async def test_a_call_that_is_given_up_while_it_rings_is_over_for_who_is_told(kind: SignalKind, sender: Party) -> None:
    held = await course(bring=lambda one: one.bring(sender.peer, told(kind, sender, "enough")), ring=5.0)
    assert not held.up
    assert never_came_up(held.call, sender.peer, Reason.REMOTE_HUNG_UP).detail == "enough"
    assert "accept" not in held.passed("bob", "out")


async def test_a_caller_whom_nobody_answers_gives_up_and_cancels() -> None:
    async def without_acceptance(message: SignalMessage, _: Party | None) -> SignalMessage | None:
        return None if message.kind is SignalKind.ACCEPT else message

    held = await course(without_acceptance)
    assert not held.up
    never_came_up(held.call, ALICE, Reason.NO_ANSWER)
    assert held.passed("alice", "out") == ["invite", "cancel"]
    assert held.call.ledgers[BOB].packets == []


async def test_nobody_describes_himself_in_a_call_that_is_not_accepted() -> None:
    async with dial(mode=None, media=AUDIO) as call:
        with pytest.raises(CallFailed, match="nobody has accepted the call yet"):
            await call.alice.offer()
        assert (await failed(call, ALICE)).reason is Reason.DESCRIPTION_BEFORE_ACCEPT
        with pytest.raises(CallFailed, match="though nobody has called"):
            await call.bob.answer("v=0")
        assert {call.statement(party).addresses for party in Party} == {()}


async def test_an_offer_that_comes_twice_at_once_is_not_answered_twice() -> None:
    async with dial(media=AUDIO) as call:
        offer = await call.alice.offer()
        twice = await asyncio.gather(call.bob.answer(offer), call.bob.answer(offer), return_exceptions=True)
        (refused,) = [one for one in twice if isinstance(one, CallFailed)]
        assert "is known already" in str(refused)


async def test_an_answer_to_nothing_is_refused() -> None:
    async with dial(media=AUDIO) as call:
        with pytest.raises(CallFailed, match="nothing was offered"):
            await call.alice.accept("v=0")


@pytest.mark.parametrize("kind", LIKE_OURS)
async def test_what_is_written_is_read_by_the_other_one(kind: EndpointKind) -> None:
    lines = ({"by": "alice", "text": "Hello"}, {"by": "bob", "text": "Hello yourself"})
    held = await course(kind=kind, chat=lines)
    assert held.up
    for party in Party:
        assert held.call.heard(party)[Asset.CHAT] == f"{CHAT[party.peer]:016x}"
        assert held.passed(party.value, "out")[-1] == "chat"


@pytest.mark.parametrize("kind", LIKE_OURS)
async def test_a_feature_is_refused_under_the_lock_and_the_user_reads_which(kind: EndpointKind) -> None:
    held = await course(kind=kind, features=({"feature": "park", "by": "bob"},))
    screens = {party: held.call.statement(party).screens for party in Party}
    assert held.passed("bob", "in")[-1] == "feature-refused"
    assert [one.screen.notice for one in screens[BOB]] == [
        None,
        "Park: not available in an end-to-end encrypted call.",
    ]
    assert [one.screen.notice for one in screens[ALICE]] == [None]
    for party in Party:
        assert len({one.screen.code for one in screens[party]}) == 1
        assert {one.screen.indicator for one in screens[party]} == {Indicator.LOCK}


async def test_in_an_ordinary_call_both_read_what_is_on() -> None:
    held = await course(mode=Mode.SERVICE, features=("recording",))
    for party in Party:
        assert held.call.statement(party).screen.notice == "Recording: on."


async def test_a_feature_that_the_service_only_claims_to_have_changes_nothing_but_a_notice() -> None:
    body = FeatureRequest(feature=Feature.RECORDING).model_dump_json()
    held = await course(inserted=told(SignalKind.FEATURE, BOB, body))
    shown = held.call.statement(ALICE).screen
    assert shown.indicator is Indicator.LOCK
    assert shown.notice is not None and shown.notice.startswith("Recording: the service says that it is on.")


@pytest.mark.parametrize("body", ["", "{}", "<script>", '{"feature": "applause"}'])
async def test_the_service_cannot_write_on_the_screen(body: str) -> None:
    held = await course(inserted=told(SignalKind.FEATURE, BOB, body))
    assert held.up
    assert held.call.statement(ALICE).screen.notice is None
