"""Offers in the middle of a call: an ICE restart is a new connection, anything else is not, an old offer is none."""

from __future__ import annotations

import pytest

from harness.endpoints.aiortc import AiortcEndpoint
from harness.endpoints.aiortc_door import CallCertificate
from harness.endpoints.display import CODE_CHANGED
from harness.endpoints.endpoint import CallFailed
from harness.model.base import Asset, Party
from harness.model.finding import Reason
from harness.model.statement import Indicator
from harness.wire.sdp import Origin

from .endpoint_calls import Call, dial

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

AUDIO = (Asset.AUDIO,)


async def up(call: Call) -> None:
    await call.negotiate()
    assert all((await call.connect()).values())


async def up_with_offers(call: Call) -> list[str]:
    """The call is up; what was offered on the way."""
    offers: list[str] = []

    def keep(sdp: str) -> str:
        offers.append(sdp)
        return sdp

    await call.negotiate(offer=keep)
    assert all((await call.connect()).values())
    return offers


async def test_a_restart_gets_a_new_socket_and_keeps_the_code() -> None:
    async with dial(media=AUDIO) as call:
        await up(call)
        before = {party: call.statement(party) for party in Party}
        await up(call)
        await call.talk()
        for party, old in before.items():
            new = call.statement(party)
            assert new.screen == old.screen
            assert new.addresses[0] == old.addresses[0] and len(new.addresses) == 2
            assert new.heard == call.sent(party.peer)
            assert new.failure is None


async def test_both_parties_may_restart_one_after_the_other() -> None:
    async with dial(media=AUDIO) as call:
        await up(call)
        await call.bob.accept(await call.alice.answer(await call.bob.offer()))
        assert all((await call.connect()).values())
        await call.talk()
        assert call.statement(Party.ALICE).failure is call.statement(Party.BOB).failure is None


class _TwoFaced(AiortcEndpoint):
    """Restarts under another certificate than it began the call with, as an interceptor that steps in does."""

    async def offer(self) -> str:
        if self._connected:
            self.certificate = CallCertificate.fresh()
            self.certificate.keylog = self._setup.keylog
        return await super().offer()


async def test_another_certificate_changes_the_code_and_the_user_is_told() -> None:
    async with dial(alice=_TwoFaced, media=AUDIO) as call:
        await up(call)
        first = call.statement(Party.BOB).screen
        await up(call)
        statement = call.statement(Party.BOB)
        assert statement.screen.code != first.code
        assert statement.screen.notice == CODE_CHANGED
        assert statement.screen.indicator is Indicator.LOCK
        assert [moment.screen for moment in statement.screens] == [first, statement.screen]


async def test_an_offer_under_the_same_credentials_begins_nothing() -> None:
    async with dial(media=AUDIO) as call:
        offers = await up_with_offers(call)
        await call.bob.answer(Origin.read(offers[0]).next().written(offers[0]))
        statement = call.statement(Party.BOB)
        assert len(statement.addresses) == 1
        assert len(statement.screens) == 1
        assert statement.failure is None


async def test_an_offer_of_this_call_that_comes_again_is_refused() -> None:
    async with dial(media=AUDIO) as call:
        offers = await up_with_offers(call)
        with pytest.raises(CallFailed) as refused:
            await call.bob.answer(offers[0])
        assert refused.value.reason is Reason.SDP_REJECTED
        assert "version 1 where version 1 is known already" in refused.value.detail
        statement = call.statement(Party.BOB)
        assert [moment.screen.indicator for moment in statement.screens] == [Indicator.LOCK, Indicator.NONE]


async def test_a_restart_that_nobody_answers_ends_the_call() -> None:
    async with dial(media=AUDIO) as call:
        await up(call)
        await call.alice.offer()
        assert not await call.alice.connect(0.2)
        failure = call.statement(Party.ALICE).failure
        assert failure is not None and failure.reason is Reason.ICE_FAILED


async def test_whom_one_talks_to_is_the_signallings_word() -> None:
    async with dial(media=AUDIO) as call:
        call.bob.introduced("Mallory")
        await up(call)
        assert call.statement(Party.BOB).screen.peer == "Mallory"
        assert call.statement(Party.ALICE).screen.peer == "Bob"
