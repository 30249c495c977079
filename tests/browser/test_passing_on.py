"""A call that a person passes on from the page: parked, after asking somebody, or with one more who takes part."""

from __future__ import annotations

import asyncio
import time

import pytest

from harness.endpoints.chromium.call_window import CallWindow
from harness.model.base import Asset

from .calling import (
    CARLA,
    PATIENCE,
    SAID_BY_ALICE,
    SAID_BY_BOB,
    SAID_BY_CARLA,
    Pair,
    ask,
    hears,
    hears_voices,
)
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

SILENCE = 2.0
"""Seconds in which a marker would be heard many times over."""


async def test_a_parked_call_waits_until_somebody_takes_it_up(call: Pair, carla: CallWindow, shoot: Shoot) -> None:
    await hears(call.bob, SAID_BY_ALICE)
    await ask(call.alice.tab, "park")
    assert "The call is parked" in await call.alice.outcome()
    await call.bob.tab.appears("#active-features:has-text('Park')")
    await hears_no_more(call.bob, SAID_BY_ALICE)
    await shoot(call.bob.tab, "parked")
    await ask(call.bob.tab, "park", CARLA.user)
    await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert await carla.settled()
    await asyncio.gather(hears(call.bob, SAID_BY_CARLA), hears(carla, SAID_BY_BOB))
    assert await call.bob.tab.text("#stage-heading") == "Carla Costa"


async def test_who_is_consulted_is_heard_by_nobody_else_until_the_call_is_handed_over(
    call: Pair, carla: CallWindow, shoot: Shoot
) -> None:
    await ask(call.alice.tab, "consult-transfer", CARLA.user)
    await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert await carla.settled()
    await asyncio.gather(hears(call.alice, SAID_BY_CARLA), hears(carla, SAID_BY_ALICE))
    await hears_no_more(call.bob, SAID_BY_ALICE, SAID_BY_CARLA)
    await hears_no_more(carla, SAID_BY_BOB)
    await shoot(call.bob.tab, "held-during-a-consultation")
    await ask(call.alice.tab, "consult-transfer")
    assert "it was transferred" in await call.alice.outcome()
    await asyncio.gather(hears(call.bob, SAID_BY_CARLA), hears(carla, SAID_BY_BOB))
    assert await call.bob.tab.text("#stage-heading") == "Carla Costa"


async def test_a_merge_rings_at_a_third_person_who_then_takes_part(call: Pair, carla: CallWindow, shoot: Shoot) -> None:
    await ask(call.bob.tab, "merge", CARLA.user)
    await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert await carla.settled()
    said = {call.alice: SAID_BY_ALICE, call.bob: SAID_BY_BOB, carla: SAID_BY_CARLA}
    for window in said:
        await hears_voices(window, {one[Asset.AUDIO] for other, one in said.items() if other is not window})
    await shoot(call.bob.tab, "merged")


async def hears_no_more(window: CallWindow, *said: dict[Asset, int]) -> None:
    """Wait until none of them is heard for a while: what was said before may still be in the ears."""
    unwanted = {one[Asset.AUDIO] for one in said}
    async with asyncio.timeout(PATIENCE):
        while await _voices(window) & unwanted:
            pass


async def _voices(window: CallWindow) -> set[int]:
    """All that are heard within some time."""
    heard: set[int] = set()
    end = time.monotonic() + SILENCE
    while (left := end - time.monotonic()) > 0:
        heard |= set((await window.heard({Asset.AUDIO}, left)).values())
    return heard
