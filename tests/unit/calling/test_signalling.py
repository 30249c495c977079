"""The service carries messages; what was sent and what arrived are remembered apart, and what it decides it says."""

from __future__ import annotations

import pytest

from harness.calling.faulty import ChatLogged
from harness.calling.signalling import CallingService, Delivery, Tamper
from harness.model.base import Party
from harness.model.feature import Feature, FeatureRefusal, FeatureRequest
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage

pytestmark = pytest.mark.asyncio

ALICE, BOB = Party.ALICE, Party.BOB
OFFER = SignalMessage(kind=SignalKind.OFFER, sender=ALICE, body="v=0")
ACCEPT = SignalMessage(kind=SignalKind.ACCEPT, sender=BOB, body="", name="Bob")


def passages(service: CallingService) -> list[tuple[str, str, str]]:
    return [(entry.hop, entry.direction, entry.message.body) for entry in service.entries]


async def carried(service: CallingService, message: SignalMessage) -> list[Delivery]:
    return [one async for one in service.carry(message)]


def becomes(passed: SignalMessage | None) -> Tamper:
    """What a service in bad hands makes of every message."""

    async def tamper(_: SignalMessage, __: Party | None) -> SignalMessage | None:
        return passed

    return tamper


def honest(mode: Mode = Mode.E2EE) -> CallingService:
    return CallingService(lambda: 7.0, mode)


async def test_an_honest_service_changes_nothing() -> None:
    service = honest()
    assert await carried(service, OFFER) == [Delivery(BOB, OFFER)]
    assert passages(service) == [
        ("alice", "out", "v=0"),
        ("service", "in", "v=0"),
        ("service", "out", "v=0"),
        ("bob", "in", "v=0"),
    ]
    assert {entry.time for entry in service.entries} == {7.0}
    assert {entry.to for entry in service.entries} == {None}


async def test_a_change_on_the_way_shows_between_the_hops() -> None:
    forged = OFFER.model_copy(update={"body": "forged"})
    service = CallingService(lambda: 0.0, Mode.E2EE, becomes(forged))
    assert await carried(service, OFFER) == [Delivery(BOB, forged)]
    assert [body for _, _, body in passages(service)] == ["v=0", "v=0", "forged", "forged"]


async def test_a_swallowed_message_arrives_nowhere() -> None:
    service = CallingService(lambda: 0.0, Mode.E2EE, becomes(None))
    assert await carried(service, OFFER) == []
    assert [hop for hop, _, _ in passages(service)] == ["alice", "service"]


@pytest.mark.parametrize("mode", Mode)
async def test_whoever_accepts_is_told_the_mode_before_the_caller_is(mode: Mode) -> None:
    service = honest(mode)
    to_callee, to_caller = await carried(service, ACCEPT)
    assert (to_callee.to, to_callee.message.body, to_callee.message.name) == (BOB, mode, None)
    assert (to_caller.to, to_caller.message.body, to_caller.message.name) == (ALICE, mode, "Bob")
    assert [(entry.hop, entry.direction, entry.to) for entry in service.entries] == [
        ("bob", "out", None),
        ("service", "in", None),
        ("service", "out", BOB),
        ("bob", "in", BOB),
        ("service", "out", None),
        ("alice", "in", None),
    ]


async def test_a_dishonest_service_can_tell_each_of_them_another_mode() -> None:
    async def lie(message: SignalMessage, to: Party | None) -> SignalMessage:
        return message.model_copy(update={"body": "service" if to is BOB else "e2ee"})

    deliveries = await carried(CallingService(lambda: 0.0, Mode.CLEAR, lie), ACCEPT)
    assert {one.to: one.message.body for one in deliveries} == {BOB: "service", ALICE: "e2ee"}


async def test_what_nobody_sent_is_seen_from_the_service_on() -> None:
    service = honest()
    assert service.bring(ALICE, ACCEPT) == Delivery(ALICE, ACCEPT)
    assert [(entry.hop, entry.direction, entry.to) for entry in service.entries] == [
        ("service", "out", None),
        ("alice", "in", None),
    ]


async def test_where_the_media_processor_stands_descriptions_go_on_as_those_of_its_legs() -> None:
    def describe(message: SignalMessage) -> SignalMessage | None:
        return message.model_copy(update={"body": "the service's"}) if message.body == "v=0" else None

    service = CallingService(lambda: 7.0, Mode.SERVICE, describe=describe)
    assert [one.message.body for one in await carried(service, OFFER)] == ["the service's"]
    assert passages(service)[1:3] == [("service", "in", "v=0"), ("service", "out", "the service's")]
    assert await carried(service, OFFER.model_copy(update={"body": "nonsense"})) == [], "it is of no use to it"
    assert len(await carried(service, ACCEPT)) == 2


def asking(feature: Feature) -> SignalMessage:
    body = FeatureRequest(feature=feature).model_dump_json()
    return SignalMessage(kind=SignalKind.FEATURE, sender=ALICE, body=body)


@pytest.mark.parametrize("feature", Feature)
@pytest.mark.parametrize("mode", [Mode.E2EE, Mode.CLEAR])
async def test_a_feature_is_refused_by_name_to_whoever_asked_and_the_other_one_hears_nothing(
    feature: Feature, mode: Mode
) -> None:
    (answer,) = await carried(honest(mode), asking(feature))
    assert (answer.to, answer.message.kind, answer.message.sender) == (ALICE, SignalKind.FEATURE_REFUSED, ALICE)
    refusal = FeatureRefusal.model_validate_json(answer.message.body)
    assert (refusal.feature, refusal.reason) == (feature, "locked-feature")
    assert feature in refusal.detail


@pytest.mark.parametrize("feature", Feature)
async def test_in_an_ordinary_call_it_is_granted_and_both_are_told(feature: Feature) -> None:
    request = asking(feature)
    assert await carried(honest(Mode.SERVICE), request) == [Delivery(ALICE, request), Delivery(BOB, request)]


async def test_what_cannot_be_had_as_the_call_stands_is_refused_with_the_reason() -> None:
    asked: list[tuple[Feature, Party]] = []

    def grant(request: FeatureRequest, by: Party) -> str | None:
        asked.append((request.feature, by))
        return "Carol is in the call already."

    service = CallingService(lambda: 7.0, Mode.SERVICE, grant=grant)
    (answer,) = await carried(service, asking(Feature.TRANSFER))
    assert (answer.to, answer.message.kind) == (ALICE, SignalKind.FEATURE_REFUSED)
    refusal = FeatureRefusal.model_validate_json(answer.message.body)
    assert (refusal.reason, refusal.detail) == ("not-now", "Carol is in the call already.")
    assert asked == [(Feature.TRANSFER, ALICE)]
    assert await carried(CallingService(lambda: 7.0, Mode.E2EE, grant=grant), asking(Feature.PARK))
    assert len(asked) == 1, "in an encrypted call nobody is even asked whether it could be done"


CHAT = SignalMessage(kind=SignalKind.CHAT, sender=BOB, body="a secret between us")


@pytest.mark.parametrize(("kind", "kept"), [(CallingService, False), (ChatLogged, True)])
async def test_a_line_of_chat_goes_to_the_other_one_and_not_to_the_disk_of_an_honest_service(
    kind: type[CallingService], kept: bool
) -> None:
    disk: list[str] = []
    service = kind(lambda: 7.0, Mode.E2EE, log=disk.append)
    assert await carried(service, CHAT) == [Delivery(ALICE, CHAT)]
    assert len(disk) == 1
    assert disk[0].startswith("7.000 bob chat 19 characters")
    assert ("a secret" in disk[0]) is kept


async def test_the_broken_service_logs_nothing_else_in_clear() -> None:
    disk: list[str] = []
    await carried(ChatLogged(lambda: 7.0, Mode.E2EE, log=disk.append), OFFER)
    assert disk == ["7.000 alice offer 3 characters"]
