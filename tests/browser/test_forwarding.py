"""What who is called can do with an ordinary call that rings: answer it, or give it to the voicemail or to others."""

from __future__ import annotations

import asyncio

import pytest

from harness.endpoints.chromium.call_window import CallWindow

from .calling import BOB, CARLA, SAID_BY_ALICE, SAID_BY_CARLA, Pair, hears
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_call_that_rings_is_given_to_the_voicemail(three: tuple[Pair, CallWindow], shoot: Shoot) -> None:
    pair, _ = three
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await shoot(pair.bob.tab, "incoming-with-ways-on")
    await pair.bob.tab.press("To my voicemail")
    assert await pair.alice.settled()
    assert await pair.alice.tab.text("#stage-heading") == "Voicemail of Bob Bauer"
    assert "has gone to the voicemail" in await pair.bob.outcome()
    await pair.alice.quit()


async def test_it_rings_at_somebody_else_as_well(three: tuple[Pair, CallWindow]) -> None:
    pair, carla = three
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.tab.press("Ring somebody else too")
    await pair.bob.tab.page.locator("#feature-choice").select_option(CARLA.user)
    await pair.bob.tab.page.locator("#feature-go").click()
    assert await carla.rings() == "Alice Adler is calling with video"
    assert await pair.bob.tab.sees("#incoming"), "and still rings here"
    await pair.bob.decline()
    await carla.decline()
    await pair.alice.outcome()


async def test_whoever_takes_it_first_has_the_call_and_the_others_stop_ringing(
    three: tuple[Pair, CallWindow], shoot: Shoot
) -> None:
    pair, carla = three
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.tab.press("Ring somebody else too")
    await pair.bob.tab.page.locator("#feature-choice").select_option(CARLA.user)
    await pair.bob.tab.page.locator("#feature-go").click()
    await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert all(await asyncio.gather(pair.alice.settled(), carla.settled()))
    await pair.bob.tab.page.locator("#incoming").wait_for(state="hidden")
    assert await pair.alice.tab.text("#stage-heading") == "Carla Costa"
    await asyncio.gather(hears(pair.alice, SAID_BY_CARLA), hears(carla, SAID_BY_ALICE))
    assert not await pair.bob.tab.sees("#indicator"), "who only rang is in no call"
    await shoot(pair.alice.tab, "taken-by-somebody-else")
    for one in (pair.alice, carla):
        await one.quit()


async def test_of_a_call_that_will_be_encrypted_the_reason_stands_in_the_question(pair: Pair) -> None:
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.tab.press("To my voicemail")
    await pair.bob.tab.appears("#incoming-problem:has-text('is not available in an end-to-end encrypted call')")
    assert await pair.bob.tab.sees("#incoming"), "the call rings on"
    await pair.bob.decline()
    await pair.alice.outcome()


async def test_who_calls_has_no_say_in_it(three: tuple[Pair, CallWindow]) -> None:
    pair, _ = three
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.alice.tab.press("More")
    for feature in ("voicemail", "simultaneous-ring"):
        assert await pair.alice.tab.page.locator(f"#feature-{feature}").get_attribute("aria-disabled") == "true"
    await pair.bob.decline()
    await pair.alice.outcome()
