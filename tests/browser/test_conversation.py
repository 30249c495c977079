"""Chat and files beside the call, and names that somebody chose to do harm with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, WebSocketRoute

from harness.endpoints.chromium.call_window import DESKTOP, CallWindow
from harness.endpoints.chromium.tab import Tab
from harness.model.statement import Indicator

from .calling import ALICE, BOB, CARLA, SAID_BY_ALICE, SAID_BY_BOB, Pair, violations
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

IMAGE = '<img src=x onerror="window.harmed = true">'
SCRIPT = "<script>window.harmed = true</script>"
TURNED = "Alice \u202egro.live@bob\u202c"
"""Characters that turn the direction of what follows: read, it is another address."""


async def write(window: CallWindow, text: str) -> None:
    await window.tab.page.locator("#text").fill(text)
    await window.tab.page.keyboard.press("Enter")


async def test_what_is_written_during_a_call_is_read_beside_it(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    await write(pair.alice, "Do you see me?")
    await pair.bob.tab.appears(".message:has-text('Do you see me?')")
    await write(pair.bob, "And hear you.")
    await pair.alice.tab.appears(".message:has-text('And hear you.')")
    await shoot(pair.alice.tab, "chat-beside-the-call")
    assert await pair.alice.tab.page.locator(".message.own").last.inner_text() != ""
    assert (await pair.alice.screen()).indicator is Indicator.LOCK


async def test_a_long_conversation_scrolls_in_its_own_place_and_leaves_the_call_on_the_screen(pair: Pair) -> None:
    await pair.talk()
    for number in range(30):
        await write(pair.alice, f"line {number}")
        await pair.bob.tab.appears(f".message:has-text('line {number}')")
    beyond = "() => document.documentElement.scrollHeight - window.innerHeight"
    hidden = "() => [document.querySelector('#messages')].map((one) => one.scrollHeight - one.clientHeight)[0]"
    for window in (pair.alice, pair.bob):
        assert await window.tab.evaluate(beyond) <= 0
        assert await window.tab.evaluate(hidden) > 0


async def test_the_page_says_that_the_service_can_read_it(pair: Pair) -> None:
    await pair.alice.choose(BOB)
    assert "can be read by the service" in await pair.alice.tab.text("#write .hint")


async def test_a_file_arrives_byte_for_byte(pair: Pair, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    source = tmp_path / "numbers (draft).bin"
    source.write_bytes(content)
    await pair.alice.choose(BOB)
    await pair.bob.choose(ALICE)
    await pair.alice.tab.page.locator("#file").set_input_files(source)
    button = pair.bob.tab.page.get_by_role("button", name=f"Download {source.name}", exact=True)
    await button.wait_for()
    async with pair.bob.tab.page.expect_download() as downloading:
        await button.click()
    download = await downloading.value
    assert download.suggested_filename == source.name
    assert (await download.path()).read_bytes() == content


async def test_who_is_at_a_line_stays_there_when_the_next_one_comes(pair: Pair, tmp_path: Path) -> None:
    """A line that is there is not drawn again: else the keyboard would lose its place, and all lines be read again."""
    source = tmp_path / "agenda.txt"
    source.write_bytes(b"1. Greeting")
    await pair.alice.choose(BOB)
    await pair.bob.choose(ALICE)
    await pair.alice.tab.page.locator("#file").set_input_files(source)
    await pair.bob.tab.page.get_by_role("button", name="Download agenda.txt", exact=True).focus()
    await write(pair.alice, "Have you got it?")
    await pair.bob.tab.appears(".message:has-text('Have you got it?')")
    assert "agenda.txt" in await pair.bob.tab.evaluate("() => document.activeElement.textContent")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(pair: Pair, tmp_path: Path) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(bytes(10 * 1024 * 1024 + 1))
    await pair.alice.choose(BOB)
    await pair.alice.tab.page.locator("#file").set_input_files(source)
    await pair.alice.tab.appears("#chat-problem:has-text('at most 10 MB')")


async def test_a_message_for_somebody_who_looks_elsewhere_is_counted(pair: Pair) -> None:
    await pair.bob.tab.page.reload()
    await pair.alice.choose(BOB)
    await write(pair.alice, "Are you there?")
    await pair.bob.tab.appears(f'#people-list [data-user="{ALICE.user}"] .unread')
    await pair.bob.choose(ALICE)
    assert not await pair.bob.tab.sees(".unread")
    await pair.bob.tab.appears(".message:has-text('Are you there?')")


@pytest.mark.parametrize("text", [IMAGE, SCRIPT, "a\nb"], ids=["image", "script", "lines"])
async def test_what_is_written_is_text_and_nothing_more(pair: Pair, text: str) -> None:
    await pair.bob.choose(ALICE)
    await pair.alice.choose(BOB)
    await pair.alice.tab.evaluate("(text) => { document.getElementById('text').value = text; }", text)
    await pair.alice.tab.page.locator("#write [type=submit]").click()
    shown = pair.bob.tab.page.locator(".message p").last
    await pair.bob.tab.page.wait_for_function(
        "(text) => [...document.querySelectorAll('.message p')].at(-1)?.textContent === text",
        arg=text.replace("\n", ""),
    )
    assert await shown.locator("*").count() == 0
    assert not await pair.bob.tab.evaluate("() => Boolean(window.harmed)")


class Liar:
    """A service that calls people what it likes. An honest one refuses such names."""

    def __init__(self, display: str) -> None:
        self._display = display

    async def directory(self, route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        for one in told["users"]:
            one["display"] = self._display
        await route.fulfill(response=answer, json=told)

    def signalling(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        page.on_message(server.send)
        server.on_message(self._told(page))

    def _told(self, page: WebSocketRoute) -> Callable[[str | bytes], None]:
        def tell(text: str | bytes) -> None:
            frame: dict[str, Any] = json.loads(text)
            page.send(json.dumps(frame | {"display": self._display} if "display" in frame else frame))

        return tell


@pytest.mark.parametrize("display", [IMAGE, TURNED], ids=["image", "turned"])
async def test_a_hostile_name_is_shown_as_it_is_written_and_changes_nothing_beside_it(
    pair: Pair, shoot: Shoot, display: str
) -> None:
    liar, tab = Liar(display), await pair.service.blank()
    await tab.page.route("**/api/directory", liar.directory)
    await tab.page.route_web_socket("**/api/signalling", liar.signalling)
    alice = await pair.service.signed_in(ALICE, tab=tab)
    await isolated(tab, "#people-list bdi", display)

    await alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.accept(SAID_BY_BOB)
    assert await alice.settled()
    await isolated(tab, "#stage-heading bdi", display)
    await alice.screen()
    await isolated(tab, "#code-why bdi", display)
    await shoot(tab, f"hostile-{'image' if display == IMAGE else 'turned'}")
    assert await tab.page.locator("main img, dialog img").count() == 0
    await alice.quit()
    await pair.bob.call(ALICE, SAID_BY_BOB)
    await alice.rings()
    await isolated(tab, "#incoming-heading bdi", display)
    assert (await alice.tab.text("#incoming-who")) == BOB.user
    await alice.decline()
    await isolated(tab, "#outcome bdi", display)
    assert not await tab.evaluate("() => Boolean(window.harmed)")
    assert await violations(tab) == []
    await tab.close()


async def test_a_press_that_began_before_the_list_changed_still_chooses(pair: Pair) -> None:
    page = pair.alice.tab.page
    await pair.alice.choose(CARLA)
    row = page.locator(f'#people-list button[data-user="{BOB.user}"]')
    box = await row.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    carla = await pair.service.signed_in(CARLA)
    await page.locator(f'#people-list button[data-user="{CARLA.user}"] .dot.available').wait_for()
    await page.mouse.up()
    assert await row.get_attribute("aria-current") == "true"
    await carla.tab.close()


async def isolated(tab: Tab, selector: str, text: str) -> None:
    """The name is there, letter by letter, and its direction is its own."""
    await tab.page.locator(selector).first.wait_for(state="attached")
    # In one look: the page draws its lists anew, and an element that is no longer in it has no style.
    look = "element => [element.textContent, getComputedStyle(element).unicodeBidi]"
    found = await tab.evaluate(f"() => ({look})(document.querySelector({json.dumps(selector)}))")
    assert found == [text, "isolate"]


async def test_the_policy_of_the_page_stops_what_would_get_in_all_the_same(pair: Pair) -> None:
    """The control of every test that finds no violation: there the listener hears, and nothing runs."""
    tab = await pair.service.blank()
    await pair.service.signed_in(ALICE, tab=tab)
    await tab.evaluate(
        """() => {
          const script = document.createElement("script");
          script.append("window.harmed = true");
          document.body.append(script);
        }"""
    )
    with pytest.raises(Exception, match="TrustedHTML"):
        await tab.evaluate("() => { document.body.innerHTML = '<p>anything</p>'; }")
    assert not await tab.evaluate("() => Boolean(window.harmed)")
    with pytest.raises(Exception, match="Failed to fetch"):
        await tab.evaluate("() => fetch('https://elsewhere.test/')")
    found = [line.split()[0] for line in await violations(tab)]
    assert {"require-trusted-types-for", "connect-src"} <= set(found)
    await tab.close()


async def test_who_writes_on_while_a_line_is_sent_keeps_what_is_written(pair: Pair) -> None:
    """The answer to the first line comes late: it must not empty the field of the second."""
    window = pair.alice
    await window.choose(BOB)
    await window.tab.evaluate(
        """() => {
          const { send } = WebSocket.prototype;
          window.late = [];
          WebSocket.prototype.send = function (text) { late.push(() => send.call(this, text)); };
          window.go = () => { WebSocket.prototype.send = send; for (const say of late.splice(0)) say(); };
        }"""
    )
    await write(window, "The first line.")
    await window.tab.page.locator("#text").fill("The second")
    await window.tab.evaluate("go")
    await window.tab.appears(".message.own:has-text('The first line.')")
    assert await window.tab.page.locator("#text").input_value() == "The second"
    await window.tab.page.keyboard.press("Enter")
    await window.tab.appears(".message.own:has-text('The second')")
    assert await window.tab.page.locator("#text").input_value() == ""


async def test_a_line_that_comes_while_the_chat_is_fetched_is_there(two: Pair) -> None:
    """The service has answered before the line was written, and the answer arrives after it."""
    tab = await two.service.blank()
    news = told(tab.page)
    bob = await two.service.signed_in(BOB, tab=tab)
    fetched, answer = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        response = await route.fetch()
        fetched.set()
        await answer.wait()
        await route.fulfill(response=response)

    await bob.tab.page.route("**/api/chats/**", late)
    await bob.choose(ALICE)
    await fetched.wait()
    await two.alice.choose(BOB)
    await write(two.alice, "Just before you look.")
    await two.alice.tab.appears(".message.own:has-text('Just before you look.')")
    async with asyncio.timeout(20):
        await news("Just before you look.")
    answer.set()
    await bob.tab.appears(".message:has-text('Just before you look.')")
    assert await bob.tab.page.locator(".message:has-text('Just before you look.')").count() == 1
    await bob.close()


async def test_presence_that_changes_while_the_directory_is_fetched_is_shown(two: Pair) -> None:
    tab = await two.service.blank()
    fetched, answer = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        response = await route.fetch()
        fetched.set()
        await answer.wait()
        await route.fulfill(response=response)

    await tab.page.route("**/api/directory", late)
    await two.service.remember(tab, CARLA, DESKTOP)
    news = told(tab.page)
    await tab.open(f"{two.service.address}/call")
    await fetched.wait()
    await two.alice.tab.page.locator("#presence").select_option("away")
    async with asyncio.timeout(20):
        await news(f'"user":"{ALICE.user}","presence":"away"')
    answer.set()
    await tab.appears(f'#people-list button[data-user="{ALICE.user}"]:has-text("Away")')
    await two.alice.tab.page.locator("#presence").select_option("available")
    await tab.close()


def told(page: Page) -> Callable[[str], Awaitable[None]]:
    """Waits until the page is told a frame with this in it, over whichever connection."""
    frames: list[str] = []
    came = asyncio.Event()

    def take(frame: str | bytes) -> None:
        frames.append(str(frame))
        came.set()

    page.on("websocket", lambda socket: socket.on("framereceived", take))

    async def until(text: str) -> None:
        while not any(text in one for one in frames):
            came.clear()
            await came.wait()

    return until
