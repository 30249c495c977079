"""The service carries messages; what was sent and what arrived are remembered apart."""

from __future__ import annotations

import pytest

from harness.calling.signalling import CallingService, Tamper
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage

OFFER = SignalMessage(kind=SignalKind.OFFER, sender=Party.ALICE, body="v=0")


pytestmark = pytest.mark.asyncio


def becomes(passed: SignalMessage | None) -> Tamper:
    """What a service in bad hands makes of every message."""

    async def tamper(_: SignalMessage) -> SignalMessage | None:
        return passed

    return tamper


def passages(service: CallingService) -> list[tuple[str, str, str]]:
    return [(entry.hop, entry.direction, entry.message.body) for entry in service.entries]


async def test_an_honest_service_changes_nothing() -> None:
    service = CallingService(lambda: 7.0)
    assert await service.carry(OFFER) == OFFER
    assert passages(service) == [
        ("alice", "out", "v=0"),
        ("service", "in", "v=0"),
        ("service", "out", "v=0"),
        ("bob", "in", "v=0"),
    ]
    assert {entry.time for entry in service.entries} == {7.0}


async def test_a_change_on_the_way_shows_between_the_hops() -> None:
    forged = OFFER.model_copy(update={"body": "forged"})
    service = CallingService(lambda: 0.0, becomes(forged))
    assert await service.carry(OFFER) == forged
    assert [body for _, _, body in passages(service)] == ["v=0", "v=0", "forged", "forged"]


async def test_a_swallowed_message_arrives_nowhere() -> None:
    service = CallingService(lambda: 0.0, becomes(None))
    assert await service.carry(OFFER) is None
    assert [hop for hop, _, _ in passages(service)] == ["alice", "service"]
