"""A healthy client and a peer that attacks it: what is wrong arrives, is authentic, and ends nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from harness.endpoints.endpoint import Endpoint, EndpointSetup
from harness.endpoints.registry import create
from harness.model.base import Party
from harness.model.endpoints import MALICIOUS, EndpointKind
from harness.model.finding import Reason
from harness.model.ground_truth import PEER_SENT

from .endpoint_calls import Call, dial, failed

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

SURVIVED = sorted(MALICIOUS - {EndpointKind.SHORT_REMB_SENDER})


def call_with(kind: EndpointKind, deeds: Counter[str]) -> Call:
    def malicious(setup: EndpointSetup) -> Endpoint:
        return create(kind, replace(setup, deeds=deeds))

    return dial(EndpointKind.AIORTC, malicious)


@pytest.mark.parametrize("kind", SURVIVED)
async def test_a_healthy_client_gets_every_wrong_packet_and_hears_its_peer(kind: EndpointKind) -> None:
    deeds: Counter[str] = Counter()
    async with call_with(kind, deeds) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
        assert call.heard(Party.ALICE) == call.sent(Party.BOB)
        assert call.heard(Party.BOB) == call.sent(Party.ALICE)
    alice, bob = (call.statement(party) for party in Party)
    assert alice.failure is None
    assert alice.packets.not_authenticated == alice.packets.replayed == 0
    surplus = alice.packets.rtp_received + alice.packets.rtcp_received - bob.packets.rtp_sent - bob.packets.rtcp_sent
    # The last packets of a call may reach a client that is closing already.
    assert deeds[PEER_SENT] > 3
    assert deeds[PEER_SENT] - 6 <= surplus <= deeds[PEER_SENT]


async def test_one_short_estimate_ends_the_reading_of_this_stack() -> None:
    """The known deviation: the failure is told, and not a traceback."""
    deeds: Counter[str] = Counter()
    async with call_with(EndpointKind.SHORT_REMB_SENDER, deeds) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        for endpoint in call.endpoints.values():
            endpoint.start_media()
        failure = await failed(call, Party.ALICE)
    assert failure.reason is Reason.ENDPOINT_ERROR
    assert failure.detail.startswith("aiortc stopped reading: ")
    assert deeds[PEER_SENT] >= 1
