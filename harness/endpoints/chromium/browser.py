"""The door to Playwright: one Chromium for a whole run, a profile of its own for each party.

https://playwright.dev/python/docs/api/class-browser: a browser context shares neither storage nor cache nor sockets'
state with another one, and costs a tenth of a second where a browser costs a whole one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Route,
    WebSocket,
    WebSocketRoute,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from . import rtp_log
from .installed import PROGRAMS, program

SECONDS: Final = 30.0
"""How long an element of a page may take to appear."""
MOST_SAID: Final = 200
"""Characters of what a page tells its user that are told on."""

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
_RESOLVE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
"""Without it a browser looks up hosts of its maker, and what a tap records is not the call alone."""


_INSIDE: Final = Path(__file__).with_name("inside.sh")
"""What Playwright starts in the place of a browser that is to be elsewhere: it takes one program, and no words before
it. They talk through pipes, which go with it wherever it is."""

_SOCKET_ROOM: Final = 62
"""Bytes of the name of a folder in which Chromium can have a socket of its own (unix(7): 108 with a zero)."""


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


class Chromium:
    """One running browser. Use it as an asynchronous context manager; tabs end with it.

    `rtp_log` is what it tells of the packets that it seals and opens. `prefix` are words in front of its command, by
    which it gets into a network namespace.
    """

    def __init__(self, *, flags: Iterable[str] = (), prefix: Sequence[str] = ()) -> None:
        self._flags, self._prefix = tuple(flags), tuple(prefix)
        self.rtp_log = rtp_log.RtpLog()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._folder: int | None = None

    async def __aenter__(self) -> Chromium:
        path = program()
        if path is None:
            self.rtp_log.close()
            raise BrowserError(f"none of these programs is installed: {', '.join(PROGRAMS)}")
        self._playwright = await async_playwright().start()
        try:
            arguments = [*_ARGUMENTS, _RESOLVE, *rtp_log.FLAGS, *self._flags]
            told: dict[str, str | float | bool] = {**os.environ, rtp_log.VARIABLE: self.rtp_log.place}
            told["TMPDIR"] = self._temporary()
            command = path
            if self._prefix:
                told |= {"HARNESS_PREFIX": " ".join(self._prefix), "HARNESS_BROWSER": path}
                command = str(_INSIDE)
            self._browser = await self._playwright.chromium.launch(executable_path=command, args=arguments, env=told)
        except PlaywrightError as error:
            await self._playwright.stop()
            self._let_go()
            raise BrowserError(f"{path} does not start: {error.message.splitlines()[0]}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._let_go()

    @property
    def version(self) -> str:
        return self._running.version

    async def tab(self, look: Look = DESK, *, scripts: Iterable[Path] = (), strict: bool = False) -> Tab:
        """A page of a person of its own. `scripts` run in it before its own do. Any certificate of a service is taken,
        for its authority is none that browsers know; `strict`: none but those that the browser's flags name."""
        context = await self._running.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.dark else "light",
            permissions=["camera", "microphone"],
            ignore_https_errors=not strict,
        )
        context.set_default_timeout(SECONDS * 1000)
        for script in scripts:
            await context.add_init_script(path=script)
        return Tab(context, await context.new_page())

    def _temporary(self) -> str:
        """The folder of temporary files, by a name that is short enough."""
        place = tempfile.gettempdir()
        if len(os.fsencode(place)) <= _SOCKET_ROOM:
            return place
        self._folder = os.open(place, os.O_PATH | os.O_DIRECTORY)
        return f"/proc/{os.getpid()}/fd/{self._folder}"

    def _let_go(self) -> None:
        self.rtp_log.close()
        if self._folder is not None:
            os.close(self._folder)

    @property
    def _running(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            raise BrowserError("the browser is not running")
        return self._browser


class Tab:
    """One page, by what a person sees and does.

    `complaints`: what the page wrote to its console as an error. `sockets`: its WebSockets, the latest last.
    """

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.sockets: list[WebSocket] = []
        self._context = context
        page.on("console", self._heard)
        page.on("websocket", lambda socket: self.sockets.append(socket))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, address: str) -> None:
        try:
            await self.page.goto(address)
        except PlaywrightError as error:
            raise PageError(f"{address} cannot be opened: {error.message.splitlines()[0]}") from error

    async def before(self, script: str) -> None:
        """Run this in every page of the tab, before its own scripts."""
        await self.page.add_init_script(script)

    async def serve(self, address: str, give: Callable[[str], Content]) -> None:
        """Answer every request below this address from here; `give` gets the rest of the address, path first."""

        async def answer(route: Route) -> None:
            content = give(route.request.url.removeprefix(address))
            await route.fulfill(body=content.body, content_type=content.type)

        await self.page.route(f"{address}/**", answer)

    async def connect(self, pattern: str, said: Callable[[str], None]) -> PageSocket:
        """Be the other end of the WebSockets that the page opens to addresses like this (a glob)."""
        socket = PageSocket(said)
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
        return (await found.inner_text()).strip() if await found.is_visible() else ""

    async def sees(self, selector: str) -> bool:
        return await self.page.locator(selector).first.is_visible()

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        try:
            return await self.page.evaluate(script, argument)
        except PlaywrightError as error:
            raise PageError(error.message.splitlines()[0]) from error

    async def picture(self, without: str = "") -> bytes:
        """A screenshot of the whole window, PNG; what the CSS selector `without` names is left empty in it."""
        hidden = f"{without} {{ visibility: hidden !important }}" if without else None
        return await self.page.screenshot(animations="disabled", style=hidden)

    async def close(self) -> None:
        await self._context.close()

    async def _do(self, where: Locator, what: str, action: Callable[[Locator], Any]) -> None:
        try:
            await action(where)
        except PlaywrightTimeout as error:
            raise PageError(f"the page does not offer {what!r}{await self._said()}") from error
        except PlaywrightError as error:
            raise PageError(f"{what!r}: {error.message.splitlines()[0]}") from error

    async def _said(self) -> str:
        """What the page tells its user meanwhile, which may be why."""
        with suppress(PlaywrightError):
            said = " ".join(await self.page.locator("[role=alert]:visible").all_inner_texts()).strip()
            return f"; it says {said[:MOST_SAID]!r}" if said else ""
        return ""

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)
