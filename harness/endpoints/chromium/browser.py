"""The door to Playwright: one Chromium for a whole run, a profile of its own for each party.

https://playwright.dev/python/docs/api/class-browser: a browser context shares neither storage nor cache nor sockets'
state with another one, and costs a tenth of a second where a browser costs a whole one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from ...network.own_folder import OwnFolder, Purpose
from . import rtp_log
from .installed import PROGRAMS, program
from .tab import DESK, SECONDS, BrowserError, Look, Tab

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

_PROFILE: Final = b"--user-data-dir="
"""In the command line of a browser, before the name of its profile's folder."""

_ENDED: Final = "Chromium has ended by itself: it crashed, or was killed"
_CLOSED: Final = "browser has been closed"
"""What the driver says of all that is in a browser which is gone, and what is said when the driver itself is gone."""


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
        self._gone = asyncio.Event()
        self._folder: OwnFolder | None = None
        self._short: int | None = None
        self._profile: Path | None = None

    async def __aenter__(self) -> Chromium:
        path = program()
        if path is None:
            self.rtp_log.close()
            raise BrowserError(f"none of these programs is installed: {', '.join(PROGRAMS)}")
        self._playwright = await async_playwright().start()
        try:
            self._folder = OwnFolder(Purpose.CHROMIUM)
            arguments = [*_ARGUMENTS, _RESOLVE, *rtp_log.FLAGS, *self._flags]
            told: dict[str, str | float | bool] = {**os.environ, rtp_log.VARIABLE: self.rtp_log.place}
            told["TMPDIR"] = self._temporary(self._folder.path)
            command = path
            if self._prefix:
                told |= {"HARNESS_PREFIX": " ".join(self._prefix), "HARNESS_BROWSER": path}
                command = str(_INSIDE)
            self._browser = await self._playwright.chromium.launch(
                executable_path=command, args=arguments, env=told, artifacts_dir=self._folder.path
            )
            self._browser.on("disconnected", lambda _: self._gone.set())
            self._profile = await _profile_of(self._browser)
        except (OSError, PlaywrightError) as error:
            await self._playwright.stop()
            await self._let_go()
            raise BrowserError(f"{path} does not start: {str(error).splitlines()[0]}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        await self._let_go()

    @property
    def fault(self) -> str | None:
        """Why it is no longer there; None while it is."""
        return _ENDED if self._gone.is_set() else None

    async def lost(self) -> str:
        """Wait until it is no longer there; why."""
        await self._gone.wait()
        return _ENDED

    @property
    def version(self) -> str:
        return self._running.version

    async def tab(self, look: Look = DESK, *, scripts: Iterable[Path] = (), strict: bool = False) -> Tab:
        """A page of a person of its own. `scripts` run in it before its own do. Any certificate of a service is taken,
        for its authority is none that browsers know; `strict`: none but those that the browser's flags name."""
        try:
            context = await self._running.new_context(
                viewport={"width": look.width, "height": look.height},
                color_scheme="dark" if look.dark else "light",
                permissions=["camera", "microphone"],
                ignore_https_errors=not strict,
            )
            context.set_default_timeout(SECONDS * 1000)
            for script in scripts:
                await context.add_init_script(path=script)
            return Tab(context, await context.new_page(), self)
        except PlaywrightError as error:
            self.complained(error)
            raise BrowserError(self.fault or f"it opens no page: {error.message.splitlines()[0]}") from error

    def complained(self, error: PlaywrightError) -> None:
        """Its driver has said this, of a page that nobody has closed."""
        if _CLOSED in error.message:
            self._gone.set()

    def _temporary(self, folder: Path) -> str:
        """This folder, by a name that is short enough."""
        if len(os.fsencode(folder)) <= _SOCKET_ROOM:
            return str(folder)
        self._short = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        return f"/proc/{os.getpid()}/fd/{self._short}"

    async def _let_go(self) -> None:
        self.rtp_log.close()
        if self._short is not None:
            os.close(self._short)
        if self._folder is not None:
            await asyncio.to_thread(self._folder.remove)
        if self._profile is not None:  # of one that was killed the driver may clear it, or not
            await asyncio.to_thread(shutil.rmtree, self._profile, ignore_errors=True)

    @property
    def _running(self) -> Browser:
        if self._browser is None or self.fault is not None:
            raise BrowserError(self.fault or "the browser is not running")
        return self._browser


async def _profile_of(browser: Browser) -> Path | None:
    """The folder that its driver has made for it, as its command line says."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    (pid,) = (one["id"] for one in told["processInfo"] if one["type"] == "browser")
    await session.detach()
    return _named(Path(f"/proc/{pid}/cmdline"))


def _named(command: Path) -> Path | None:
    words = command.read_bytes().split(b"\0")
    places = [word.removeprefix(_PROFILE) for word in words if word.startswith(_PROFILE)]
    return Path(os.fsdecode(places[-1])) if places else None
