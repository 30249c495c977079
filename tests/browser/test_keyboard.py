"""The call window without a pointer: everything by keys, and the focus where the person is."""

from __future__ import annotations

import pytest

from harness.endpoints.chromium import senses
from harness.endpoints.chromium.tab import Tab
from harness.model.statement import Indicator

from .calling import ALICE, CARLA, SAID_BY_ALICE, SAID_BY_BOB, Pair
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUSED = """() => {
  const one = document.activeElement;
  const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent ?? "";
  return name.trim().replace(/\\s+/g, " ");
}"""
MOST_STEPS = 40


class Keys:
    """A person with a keyboard."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def press(self, key: str) -> None:
        await self._tab.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self._tab.page.keyboard.type(text)

    async def focus(self) -> str:
        return str(await self._tab.evaluate(FOCUSED))

    async def to(self, name: str) -> None:
        """Tab to what is called so."""
        passed = []
        for _ in range(MOST_STEPS):
            if (await self.focus()).startswith(name):
                return
            passed.append(await self.focus())
            await self.press("Tab")
        raise AssertionError(f"no way to {name!r} by Tab, only past {passed}")


async def test_a_call_from_signing_in_to_hanging_up_by_keys_alone(pair: Pair, shoot: Shoot) -> None:
    alice = await pair.service.window(ALICE)
    keys = Keys(alice.tab)
    await senses.load(alice.tab, SAID_BY_ALICE)
    assert (await keys.focus()).startswith("Sign-in name")
    await keys.type(ALICE.user)
    await keys.press("Tab")
    await keys.type(ALICE.password)
    await keys.press("Enter")
    await alice.tab.appears("#people-list button")
    assert await keys.focus() == "People"

    carla = await pair.service.signed_in(CARLA)
    await alice.tab.appears(f'#people-list [data-user="{CARLA.user}"]:has-text("Available")')
    await keys.to(CARLA.display)
    await keys.press("Enter")
    await keys.to("Video call")
    await keys.press("Enter")

    await senses.load(carla.tab, SAID_BY_BOB)
    other = Keys(carla.tab)
    await carla.rings()
    assert "is calling with video" in await other.focus()
    await other.press("Escape")
    assert await carla.tab.sees("#incoming"), "nobody answers a call by leaving the question"
    await other.to("Accept with video")
    await other.press("Enter")
    assert await alice.settled()

    await keys.to("End-to-end encrypted. Show the security code")
    await shoot(alice.tab, "focus-on-the-shield")
    await keys.press("Enter")
    await alice.tab.appears("#code")
    assert await keys.focus() == "End-to-end encrypted"
    seen = set()
    for _ in range(8):
        await keys.press("Tab")
        seen.add(await keys.focus())
    assert {"Codes match", "Codes don’t match", "Close"} <= seen
    assert not seen & {"Mute", "Hang up", "Settings"}, "the focus has left the dialog"
    await keys.press("Escape")
    await alice.tab.page.locator("#code-dialog").wait_for(state="hidden")
    assert (await keys.focus()).startswith("End-to-end encrypted. Show")
    assert (await alice.screen()).indicator is Indicator.LOCK
    await keys.press("Escape")

    await keys.to("Hang up")
    await keys.press("Enter")
    await alice.outcome()
    assert await keys.focus() == "Video call"
    await alice.close()
    await carla.close()


async def test_a_call_does_not_take_what_is_being_typed_for_an_answer(pair: Pair) -> None:
    await pair.bob.choose(ALICE)
    await pair.bob.tab.page.locator("#text").focus()
    await pair.alice.call(pair.bob.account, SAID_BY_ALICE)
    await pair.bob.rings()
    for key in ("Enter", "Space"):
        await pair.bob.tab.page.keyboard.press(key)
    assert await pair.bob.tab.sees("#incoming")
    assert await senses.capturing(pair.bob.tab) == 0
    await pair.bob.decline()
