"""One page of a browser, by what a person sees and does, and what goes wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Route,
    WebSocket,
    WebSocketRoute,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from .browser import Chromium

SECONDS: Final = 30.0
"""How long an element of a page may take to appear."""
MOST_SAID: Final = 200
"""Characters of what a page tells its user that are told on."""

_CRASHED: Final = "the page crashed, or its process was killed"


class BrowserError(RuntimeError):
    """The browser cannot be started or has ended; the message says why."""


class PageError(RuntimeError):
    """A page has not shown what was expected; the message names it."""


@dataclass(frozen=True)
class Look:
    """How large a window is (CSS pixels) and whether its user prefers dark colours."""

    width: int = 1280
    height: int = 800
    dark: bool = False


DESK: Final = Look()
PHONE: Final = Look(360, 740)


@dataclass(frozen=True)
class Content:
    """What a page gets for an address."""

    type: str
    body: bytes


class PageSocket:
    """A page's WebSocket that nobody but us is at the other end of. `send` before the page has opened it is lost."""

    def __init__(self, said: Callable[[str], None]) -> None:
        self._said = said
        self._route: WebSocketRoute | None = None

    def send(self, text: str) -> None:
        if self._route is not None:
            self._route.send(text)

    def opened(self, route: WebSocketRoute) -> None:
        self._route = route
        route.on_message(lambda text: self._said(text if isinstance(text, str) else text.decode()))


class Tab:
    """One page, by what a person sees and does. PageError when it does not do its part, BrowserError when its browser
    has ended.

    `complaints`: what the page wrote to its console as an error. `sockets`: its WebSockets, the latest last.
    """

    def __init__(self, context: BrowserContext, page: Page, browser: Chromium) -> None:
        self.page, self._browser = page, browser
        self._crashed, self._closed = asyncio.Event(), False
        self.complaints: list[str] = []
        self.sockets: list[WebSocket] = []
        self._context = context
        page.on("crash", lambda _: self._crashed.set())
        page.on("console", self._heard)
        page.on("websocket", lambda socket: self.sockets.append(socket))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def lost(self) -> str:
        """Wait until nothing can be had of the page any more; why."""
        ends = [asyncio.ensure_future(one) for one in (self._browser.lost(), self._crashed.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ends:
                one.cancel()
        return self._browser.fault or _CRASHED

    async def open(self, address: str) -> None:
        with self.told(f"{address} cannot be opened: "):
            await self.page.goto(address)

    async def before(self, script: str) -> None:
        """Run this in every page of the tab, before its own scripts."""
        with self.told():
            await self.page.add_init_script(script)

    async def serve(self, address: str, give: Callable[[str], Content]) -> None:
        """Answer every request below this address from here; `give` gets the rest of the address, path first."""

        async def answer(route: Route) -> None:
            content = give(route.request.url.removeprefix(address))
            await route.fulfill(body=content.body, content_type=content.type)

        with self.told():
            await self.page.route(f"{address}/**", answer)

    async def connect(self, pattern: str, said: Callable[[str], None]) -> PageSocket:
        """Be the other end of the WebSockets that the page opens to addresses like this (a glob)."""
        socket = PageSocket(said)
        with self.told():
            await self.page.route_web_socket(pattern, socket.opened)
        return socket

    async def press(self, name: str, role: Literal["button", "switch", "link"] = "button") -> None:
        """Press the control that has this name for people who cannot see."""
        await self._do(self.page.get_by_role(role, name=name, exact=True), name, lambda one: one.click())

    async def select(self, selector: str) -> None:
        """Press what this CSS selector names."""
        await self._do(self.page.locator(selector), selector, lambda one: one.click())

    async def write(self, label: str, text: str) -> None:
        await self._do(self.page.get_by_label(label, exact=True), label, lambda one: one.fill(text))

    async def choose(self, label: str, value: str) -> None:
        await self._do(self.page.get_by_label(label, exact=True), label, lambda one: one.select_option(value))

    async def tick(self, label: str, on: bool) -> None:
        await self._do(self.page.get_by_label(label, exact=True), label, lambda one: one.set_checked(on))

    async def appears(self, selector: str, seconds: float = SECONDS) -> None:
        """Wait until something that this CSS selector names can be seen."""
        first = self.page.locator(selector).first
        await self._do(first, selector, lambda one: one.wait_for(state="visible", timeout=seconds * 1000))

    async def text(self, selector: str) -> str:
        """What can be read there, as it is drawn; empty when it cannot be seen."""
        found = self.page.locator(selector)
        with self.told():
            return (await found.inner_text()).strip() if await found.is_visible() else ""

    async def sees(self, selector: str) -> bool:
        with self.told():
            return await self.page.locator(selector).first.is_visible()

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        with self.told():
            return await self.page.evaluate(script, argument)

    async def picture(self, without: str = "") -> bytes:
        """A screenshot of the whole window, PNG; what the CSS selector `without` names is left empty in it."""
        hidden = f"{without} {{ visibility: hidden !important }}" if without else None
        with self.told():
            return await self.page.screenshot(animations="disabled", style=hidden)

    async def close(self) -> None:
        self._closed = True
        with suppress(BrowserError, PageError), self.told():
            await self._context.close()

    async def _do(self, where: Locator, what: str, action: Callable[[Locator], Any]) -> None:
        with self.told(f"{what!r}: "):
            try:
                await action(where)
            except PlaywrightTimeout as error:
                raise PageError(f"the page does not offer {what!r}{await self._said()}") from error

    @contextmanager
    def told(self, what: str = "") -> Iterator[None]:
        """What the driver complains of meanwhile is a PageError, with these words before it; or a BrowserError, when
        there is no browser any more."""
        try:
            yield
        except PlaywrightError as error:
            if not self._closed:
                self._browser.complained(error)
            if self._browser.fault is not None:
                raise BrowserError(self._browser.fault) from error
            raise PageError(_CRASHED if self._crashed.is_set() else f"{what}{error.message.splitlines()[0]}") from error

    async def _said(self) -> str:
        """What the page tells its user meanwhile, which may be why."""
        with suppress(PlaywrightError):
            said = " ".join(await self.page.locator("[role=alert]:visible").all_inner_texts()).strip()
            return f"; it says {said[:MOST_SAID]!r}" if said else ""
        return ""

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)
