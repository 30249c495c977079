"""A phone's width, and large type: the newest line, the field and the shield are there, and nothing is out of reach."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import DESKTOP
from harness.endpoints.chromium.tab import Look, Tab
from harness.model.tenant import same

from .calling import ALICE, BOB, SAID_BY_BOB, Pair, Service, running, tenant
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = Look(360, 720)
KEYBOARD = Look(360, 420)
"""What is left of a phone's screen by the keyboard on it."""
LYING = Look(720, 360)
LOW = Look(900, 380)
"""A phone that lies, too large for the phone's layout."""

LINES = 200
NORMAL, LARGE = 16, 32
"""Size of type (CSS pixels) that the user has chosen in the browser."""

NEWEST = ".message:last-child p"
FIELD = "#text"
SEND = "#write [type=submit]"
SHIELD = "#indicator"

COVERED = """(selectors) => selectors.filter((selector) => {
  const wanted = document.querySelector(selector);
  const box = wanted.getBoundingClientRect();
  const corners = [[box.left + 2, box.top + 2], [box.right - 2, box.top + 2], [box.left + 2, box.bottom - 2],
    [box.right - 2, box.bottom - 2], [(box.left + box.right) / 2, (box.top + box.bottom) / 2]];
  const round = parseFloat(getComputedStyle(wanted).borderTopLeftRadius) > 0;
  return (round ? corners.slice(4) : corners).some(([x, y]) => !wanted.contains(document.elementFromPoint(x, y)))
    || box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth;
})"""
"""Which of these are not wholly on the screen, or lie under something."""

SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"

OUT_OF_REACH = """() => [...document.querySelectorAll("button, a, input:not([type=file]), select, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !one.disabled && !one.closest("dialog"))
  .filter((one) => {
    one.focus();
    const box = one.getBoundingClientRect();
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const met = document.elementFromPoint((box.left + box.right) / 2, (top + bottom) / 2);
    return bottom - top < Math.min(20, box.height) || box.left < 0 || box.right > innerWidth + 1 || !one.contains(met);
  }).map((one) => one.outerHTML.slice(0, 100))"""
"""Controls that the keyboard reaches and that are then not on the screen, or lie under something."""

SQUEEZED = """() => [...document.querySelectorAll("button, input:not([type=checkbox], [type=file])")]
  .filter((one) => one.checkVisibility() && (one.scrollWidth > one.clientWidth + 1
    || (one.matches("input") && one.clientWidth < 6 * parseFloat(getComputedStyle(one).fontSize))))
  .map((one) => one.outerHTML.slice(0, 100))"""
"""Buttons out of which their words stick, and fields in which one could not read a word."""


CUT = """() => [...document.querySelectorAll("dialog[open], dialog[open] *")].filter((one) => one.checkVisibility()
  && !one.closest(".unseen") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
  .map((one) => one.outerHTML.slice(0, 100))"""
"""What of a dialog sticks out to the side."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Alice and Bob have written to each other for long."""
    async with running(tmp_path_factory.mktemp("service"), tenant(), chromium) as found:
        for number in range(LINES):
            way = same(ALICE.user), same(BOB.user)
            found.store.chats.write(f"{number:032x}", way if number % 2 else way[::-1], f"line {number}", float(number))
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def pair(service: Service) -> AsyncIterator[Pair]:
    """Alice has a phone."""
    found = Pair(service, await service.signed_in(ALICE, DESKTOP, PHONE), await service.signed_in(BOB))
    await found.alice.choose(BOB)
    await found.alice.tab.appears(f".message:has-text('line {LINES - 1}')")
    yield found
    await found.alice.close()
    await found.bob.close()


async def hold(tab: Tab, look: Look, type_size: int = NORMAL) -> None:
    """The screen has this size, and the browser's type is this large. The page has been drawn anew."""
    devtools = await tab.page.context.new_cdp_session(tab.page)
    await devtools.send("Page.enable")
    await devtools.send("Page.setFontSizes", {"fontSizes": {"standard": type_size, "fixed": type_size}})
    await devtools.detach()
    await tab.page.set_viewport_size({"width": look.width, "height": look.height})
    await tab.evaluate("async () => { for (const _ of '123') await new Promise(requestAnimationFrame); }")
    assert await tab.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)") == type_size


async def covered(tab: Tab, *selectors: str) -> list[str]:
    found: list[str] = await tab.evaluate(COVERED, list(selectors))
    return found


async def fits(tab: Tab) -> None:
    assert await tab.evaluate(OUT_OF_REACH) == []
    assert await tab.evaluate(SQUEEZED) == []
    assert not await tab.evaluate(SIDEWAYS)


async def test_before_a_call_the_newest_line_and_the_field_are_on_the_screen(pair: Pair, shoot: Shoot) -> None:
    tab = pair.alice.tab
    await shoot(tab, "phone-long-chat")
    assert await covered(tab, NEWEST, FIELD, SEND, "#call-audio", "#settings-button", "#sign-out") == []
    await fits(tab)
    await pair.alice.write("One more.")
    await tab.appears(f"{NEWEST}:has-text('One more.')")
    assert await covered(tab, NEWEST, FIELD, SEND) == []


async def test_whose_call_was_missed_is_on_the_screen_at_the_list_of_people_too(pair: Pair, shoot: Shoot) -> None:
    tab = pair.alice.tab
    await tab.select("#back")
    await pair.bob.call(ALICE, SAID_BY_BOB)
    await pair.alice.rings()
    await pair.bob.hang_up()
    assert f"{BOB.display}: The caller has hung up." in await pair.alice.outcome()
    await shoot(tab, "phone-missed")
    assert await covered(tab, "#outcome", "#people-list button") == []
    await pair.bob.call(ALICE, SAID_BY_BOB)
    await pair.alice.rings()
    await pair.alice.decline()
    assert "You have declined the call." in await pair.alice.outcome()


async def test_who_chooses_somebody_by_keys_is_there_and_comes_back(pair: Pair) -> None:
    """The list, which had the focus, is gone from the screen."""
    focused = "() => document.activeElement.id || document.activeElement.dataset.user"
    keys = pair.alice.tab.page.keyboard
    await pair.alice.tab.page.locator("#back").focus()
    await keys.press("Enter")
    assert await pair.alice.tab.evaluate(focused) == BOB.user
    await keys.press("Enter")
    assert await pair.alice.tab.evaluate(focused) == "peer-heading"


async def test_during_a_call_the_shield_is_there_too(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    tab = pair.alice.tab
    await hold(tab, PHONE)
    await shoot(tab, "phone-long-chat-in-call")
    assert await covered(tab, SHIELD, "#hang-up", NEWEST, FIELD, SEND) == []
    await fits(tab)
    await pair.bob.choose(ALICE)
    await pair.bob.write("Said in the call.")
    await tab.appears(f"{NEWEST}:has-text('Said in the call.')")
    assert await covered(tab, SHIELD, NEWEST, FIELD, SEND) == []
    await pair.alice.hang_up()
    await pair.alice.outcome()
    assert await covered(tab, NEWEST, FIELD, SEND) == []


async def test_who_has_scrolled_back_stays_there_when_something_is_written(pair: Pair) -> None:
    tab = pair.alice.tab
    first = ".message:first-child p"
    await tab.page.locator(first).scroll_into_view_if_needed()
    await tab.evaluate("async () => { for (const _ of '123') await new Promise(requestAnimationFrame); }")
    await pair.alice.write("Who reads this?")
    await tab.appears(f"{NEWEST}:has-text('Who reads this?')")
    assert await covered(tab, first) == []


async def test_above_the_keyboard_there_are_the_shield_and_the_line_that_is_written(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    tab = pair.alice.tab
    await hold(tab, KEYBOARD)
    await tab.page.locator(FIELD).focus()
    await shoot(tab, "phone-keyboard-in-call")
    assert await covered(tab, SHIELD, NEWEST, FIELD, SEND) == []
    assert "interactive-widget=resizes-content" in await tab.evaluate(
        "() => document.querySelector('meta[name=viewport]').content"
    )


async def test_the_advice_is_on_the_screen_when_the_codes_do_not_match(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    await pair.alice.screen()
    for type_size in (NORMAL, LARGE):
        await hold(pair.alice.tab, PHONE, type_size)
        await pair.alice.tab.press("Codes don’t match")
        await shoot(pair.alice.tab, f"phone-differ-{type_size}")
        assert await covered(pair.alice.tab, "#advice-hang-up") == []
        assert await pair.alice.tab.evaluate(CUT) == []
    await pair.alice.close_code()
    await pair.alice.tab.press("Settings")
    assert await pair.alice.tab.evaluate(CUT) == []


@pytest.mark.parametrize(
    ("look", "type_size"),
    [(PHONE, LARGE), (LYING, NORMAL), (LYING, LARGE), (LOW, NORMAL), (LOW, LARGE), (Look(1280, 720), LARGE)],
    ids=str,
)
async def test_the_keyboard_reaches_everything_and_the_shield_stays(
    pair: Pair, shoot: Shoot, look: Look, type_size: int
) -> None:
    tab = pair.alice.tab
    await hold(tab, look, type_size)
    await fits(tab)
    await pair.talk()
    await tab.press("More")
    await fits(tab)
    for place in ("#feature-simultaneous-ring", "#mute", FIELD):
        await tab.page.locator(place).focus()
        await shoot(tab, f"phone-{look.width}-{type_size}-{place[1:]}")
        assert await covered(tab, SHIELD) == [], place


@pytest.mark.parametrize("type_size", [NORMAL, LARGE])
async def test_the_admin_centre_fits_and_is_reached_by_the_keyboard(
    service: Service, shoot: Shoot, type_size: int
) -> None:
    tab = await service.blank(PHONE)
    await service.remember(tab, ALICE, DESKTOP)
    await tab.open(f"{service.address}/admin")
    await tab.appears("#policy-rows tr")
    await hold(tab, PHONE, type_size)
    for section in ("policies", "assignments", "users", "console"):
        await tab.select(f'.side a[href="#{section}"]')
        await tab.appears(f"#{section}")
        await shoot(tab, f"phone-admin-{type_size}-{section}")
        await fits(tab)
    await tab.select('.side a[href="#policies"]')
    await tab.press("Add")
    assert await tab.evaluate(CUT) == []
    await tab.close()


async def test_something_out_of_reach_would_be_found(pair: Pair) -> None:
    """The control: what is covered, beside the screen or cut off is told."""
    tab = pair.alice.tab
    await tab.evaluate("() => { document.querySelector('#write').style.cssText = 'position: fixed; top: 900px'; }")
    assert await covered(tab, FIELD) == [FIELD]
    assert 'maxlength="4000"' in str(await tab.evaluate(OUT_OF_REACH))
    await tab.evaluate("() => { document.querySelector('#peer').style.cssText = 'width: 900px'; }")
    assert await tab.evaluate(SIDEWAYS)
    await tab.evaluate("() => { document.querySelector('#call-audio').style.cssText = 'flex: none; width: 3em'; }")
    assert "call-audio" in str(await tab.evaluate(SQUEEZED))
