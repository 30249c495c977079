"""The real service in somebody's hands: descriptions go through him, and nothing else does."""

from __future__ import annotations

import pytest

from harness.calling.exchange.told import Described, Frame, IsRinging
from harness.dishonest_service import DishonestService
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage
from harness.model.tenancy import Tenancy

OFFER = Described(type="offer", call="0" * 32, sdp="v=0 as sent")
seen: list[SignalMessage] = []


@pytest.fixture
def service() -> DishonestService:
    seen.clear()

    def passed(message: SignalMessage) -> SignalMessage | None:
        seen.append(message)
        swallowed = message.kind is SignalKind.ANSWER
        return None if swallowed else message.model_copy(update={"body": "v=0 as told"})

    return DishonestService(passed, Tenancy().users)


def test_a_description_is_told_as_the_adversary_leaves_it(service: DishonestService) -> None:
    told = service.tell("bob@contoso.example", OFFER)
    assert told == OFFER.model_copy(update={"sdp": "v=0 as told"})
    assert seen == [SignalMessage(kind=SignalKind.OFFER, sender=Party.ALICE, body="v=0 as sent")]


def test_a_description_that_does_not_arrive_is_not_told(service: DishonestService) -> None:
    assert service.tell("alice@contoso.example", OFFER.model_copy(update={"type": "answer"})) is None
    assert seen[0].sender is Party.BOB


@pytest.mark.parametrize(
    ("user", "frame"), [("bob@contoso.example", IsRinging(call="0" * 32)), ("admin@contoso.example", OFFER)]
)
def test_everything_else_is_told_as_it_is(service: DishonestService, user: str, frame: Frame) -> None:
    assert service.tell(user, frame) is frame
    assert seen == []
