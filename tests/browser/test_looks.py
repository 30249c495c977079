"""What the pages look like: on a phone, in the dark, and to people who see little or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import DESKTOP, CallWindow
from harness.endpoints.chromium.tab import Look, Tab

from .calling import ALICE, BOB, SAID_BY_ALICE, SAID_BY_BOB, Service, running, tenant
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = {"phone-dark": Look(360, 740, True), "desk": Look(1280, 800)}

NAMELESS = """() => [...document.querySelectorAll("button, a, input, select, textarea, [role=switch], [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !(one.labels?.length || one.getAttribute("aria-label")
    || one.textContent.trim() || one.title))
  .map((one) => one.outerHTML.slice(0, 120))"""

TOO_WIDE = """() => [document.documentElement.scrollWidth, innerWidth,
  ...[...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
    && !one.closest(".unseen, .table") && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 100))]"""

FAINT = """() => {
  const channel = (value) => { const c = value / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const over = (top, ground) => [0, 1, 2].map((i) => top[i] * (top[3] ?? 1) + ground[i] * (1 - (top[3] ?? 1)));
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(numbers(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const skipped = element.closest(".unseen, option, script, :disabled");
    if (!walker.currentNode.data.trim() || skipped || !element.checkVisibility()) continue;
    const behind = ground(element);
    const ink = over(numbers(getComputedStyle(element).color), behind);
    const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return found;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(tmp_path_factory.mktemp("service"), tenant(), chromium) as found:
        yield found


@dataclass(frozen=True)
class Stop:
    """A place on a walk through the pages."""

    name: str
    go: Callable[[CallWindow, CallWindow], Awaitable[None]]


async def choose(near: CallWindow, far: CallWindow) -> None:
    await near.choose(far.account)


async def call(near: CallWindow, far: CallWindow) -> None:
    await near.call(far.account, SAID_BY_ALICE)
    await far.rings()


async def talk(near: CallWindow, far: CallWindow) -> None:
    await far.accept(SAID_BY_BOB)
    assert await near.settled()


async def more(near: CallWindow, far: CallWindow) -> None:
    await near.tab.press("More")


async def code(near: CallWindow, far: CallWindow) -> None:
    await near.screen()


async def differ(near: CallWindow, far: CallWindow) -> None:
    await near.tab.press("Codes don’t match")


async def end(near: CallWindow, far: CallWindow) -> None:
    await near.quit()
    await near.outcome()


async def ring(near: CallWindow, far: CallWindow) -> None:
    await far.call(near.account, SAID_BY_BOB)
    await near.rings()


async def settings(near: CallWindow, far: CallWindow) -> None:
    await near.decline()
    await near.tab.press("Settings")


WALK = (
    Stop("chosen", choose),
    Stop("ringing", call),
    Stop("talking", talk),
    Stop("more", more),
    Stop("code", code),
    Stop("differ", differ),
    Stop("ended", end),
    Stop("incoming", ring),
    Stop("settings", settings),
)


@pytest.mark.parametrize("name", LOOKS)
async def test_a_walk_through_a_call_fits_is_legible_and_has_names(service: Service, shoot: Shoot, name: str) -> None:
    window = await service.window(ALICE, LOOKS[name])
    await sound(window.tab, shoot, f"{name}-sign-in")
    await window.sign_in()
    far = await service.signed_in(BOB)
    await window.tab.appears(f'#people-list [data-user="{BOB.user}"]:has-text("Available")')
    await sound(window.tab, shoot, f"{name}-people")
    for stop in WALK:
        await stop.go(window, far)
        await sound(window.tab, shoot, f"{name}-{stop.name}")
    await window.close()
    await far.close()


@pytest.mark.parametrize("name", LOOKS)
async def test_the_admin_centre_fits_is_legible_and_has_names(service: Service, shoot: Shoot, name: str) -> None:
    tab = await service.blank(LOOKS[name])
    await service.remember(tab, ALICE, DESKTOP)
    await tab.open(f"{service.address}/admin")
    await tab.appears("#policy-rows tr")
    for section in ("policies", "assignments", "users", "console"):
        await tab.page.locator(f'.side a[href="#{section}"]').click()
        await tab.appears(f"#{section}")
        await sound(tab, shoot, f"{name}-admin-{section}")
    await tab.page.locator('.side a[href="#policies"]').click()
    await tab.press("Add")
    await sound(tab, shoot, f"{name}-admin-add")
    await tab.close()


async def sound(tab: Tab, shoot: Shoot, name: str) -> None:
    """Nothing sticks out to the side, nothing is faint, nothing that can be used is without a name."""
    await shoot(tab, name)
    width, inner, *wide = await tab.evaluate(TOO_WIDE)
    assert (width <= inner, wide) == (True, []), name
    assert await tab.evaluate(FAINT) == [], name
    assert await tab.evaluate(NAMELESS) == [], name


async def test_faint_text_nameless_buttons_and_wide_boxes_would_be_found(service: Service, shoot: Shoot) -> None:
    """The control: each of the three eyes sees what it is for."""
    tab = await service.blank()
    await tab.open(f"{service.address}/call")
    await tab.evaluate(
        """() => {
          const hint = document.querySelector("#sign-in .hint");
          hint.style.color = "#b0b0b0";
          document.getElementById("sign-in").append(document.createElement("button"));
          document.querySelector("#sign-in h1").style.width = "3000px";
        }"""
    )
    assert "A web client" in str(await tab.evaluate(FAINT))
    assert await tab.evaluate(NAMELESS) == ["<button></button>"]
    assert "Sign in" in str(await tab.evaluate(TOO_WIDE))
    await tab.close()


async def test_the_tree_that_screen_readers_get(service: Service) -> None:
    """The window of a call, as it is told: headings, lists, buttons by their names, the state of the switch."""
    window, far = await service.signed_in(ALICE), await service.signed_in(BOB)
    await window.tab.appears(f'#people-list [data-user="{BOB.user}"]:has-text("Available")')
    await call(window, far)
    await talk(window, far)
    tree = await window.tab.page.locator("body").aria_snapshot()
    for line in (
        '- navigation "People"',
        '- heading "Bob Bauer" [level=2]',
        '- button "End-to-end encrypted. Show the security code."',
        '- group "Call"',
        '- button "Mute"',
        '- button "Hang up"',
        '- log "Chat"',
        '- textbox "Message"',
    ):
        assert line in tree, tree
    await window.tab.press("More")
    described = window.tab.page.locator("#feature-recording")
    assert await described.get_attribute("aria-describedby") == "why-recording"
    await window.quit()
    await window.tab.press("Settings")
    dialog = await window.tab.page.locator("#settings").aria_snapshot()
    assert '- switch "End-to-end encrypted calls" [checked]' in dialog, dialog
    await window.close()
    await far.close()
