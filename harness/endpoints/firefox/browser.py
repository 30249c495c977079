"""One running Firefox: a profile of its own that goes with it, tabs, and the key log of its DTLS."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from ...model.voice import ended
from ...network.child import tied_to_us
from ...network.own_folder import OwnFolder, Purpose
from .bidi import Bidi, BidiError
from .installed import PROGRAMS, program
from .srtp_log import SrtpLog

_STARTING: Final = 30.0
_ENDING: Final = 5.0
_ENDPOINT: Final = re.compile(rb"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")
_PREFERENCES: Final[dict[str, Any]] = {
    # Calls stay on this machine, and their addresses in the descriptions are real ones.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.tcp": False,
    # Only a page that captures something is told of more addresses than the default one.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.devices.insecure.enabled": True,
    "media.getusermedia.insecure.enabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # Of two tabs that are opened at once the first may never have been seen, and would wait for that before it plays.
    "media.block-autoplay-until-in-foreground": False,
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
    # Nothing else leaves it either.
    "network.dns.disabled": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-provider.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "remote.active-protocols": 1,
}


class BrowserError(Exception):
    """The browser cannot be had, or does not do what is asked; the message is a sentence."""


class Firefox:
    """Use it as an asynchronous context manager; tabs and profile end with it.

    `prefix` are words in front of its command, by which it gets into a network namespace; `within`: sockets that are
    opened meanwhile are there.
    """

    def __init__(
        self, prefix: Sequence[str] = (), within: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self.software = ""
        self.bidi = Bidi(self._why, within)
        self._prefix = tuple(prefix)
        self._folder: OwnFolder | None = None
        self._srtp: SrtpLog | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Firefox:
        path = program()
        if path is None:
            raise BrowserError(f"none of these programs is installed: {', '.join(PROGRAMS)}")
        self._folder = OwnFolder(Purpose.FIREFOX)
        try:
            self.software = await self.bidi.connect(await self._start(path, self._folder.path))
        except (BidiError, BrowserError, OSError) as error:
            await self.__aexit__(None, None, None)
            raise BrowserError(f"{path} does not start: {error}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()
        await self.bidi.close()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.remove)

    @property
    def fault(self) -> str | None:
        """Why it is no longer there; None while it is."""
        return self.bidi.fault

    async def lost(self) -> str:
        """Wait until it is no longer there; why."""
        return await self.bidi.lost()

    @property
    def key_log(self) -> Path:
        """Every DTLS secret of this browser so far, of whichever tab (NSS format)."""
        if self._folder is None:
            raise BrowserError("the browser is not running")
        return self._folder.path / "keys"

    @property
    def srtp(self) -> SrtpLog:
        """What became of the packets of all tabs."""
        if self._srtp is None:
            raise BrowserError("the browser is not running")
        return self._srtp

    async def tab(self, script: str, channel: str) -> str:
        """A page in which this runs, a function that is given `tell`; what it tells goes to the channel, and its
        address is named after that.
        """
        # Empty, and a file: a page of no origin may capture nothing.
        page = self.key_log.with_name(page_of(channel))
        page.write_text("<!doctype html><title>A call</title>")
        context = (await self.bidi.command("browsingContext.create", type="tab"))["context"]
        await self.bidi.command("browsingContext.navigate", context=context, url=page.as_uri(), wait="complete")
        await self.bidi.command(
            "script.callFunction",
            functionDeclaration=script,
            arguments=[{"type": "channel", "value": {"channel": channel}}],
            awaitPromise=True,
            target={"context": context},
        )
        return str(context)

    async def close_tab(self, context: str) -> None:
        with suppress(BidiError):
            await self.bidi.command("browsingContext.close", context=context)

    async def _start(self, path: str, folder: Path) -> str:
        """Start it; where it listens."""
        profile, keys = folder / "profile", folder / "keys"
        profile.mkdir()
        keys.touch(0o600)
        self._srtp = SrtpLog(folder)
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines))
        arguments = ("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0")
        self._process = await asyncio.create_subprocess_exec(
            *self._prefix,
            *tied_to_us(),
            path,
            *arguments,
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={
                **os.environ,
                "HOME": str(folder),
                "PULSE_RUNTIME_PATH": str(folder / "pulse"),  # its library of sound makes one that nobody takes away
                "SSLKEYLOGFILE": str(keys),
                # Its sandboxes let nobody write a key log.
                "MOZ_DISABLE_CONTENT_SANDBOX": "1",
                "MOZ_DISABLE_SOCKET_PROCESS_SANDBOX": "1",
                "MOZ_CRASHREPORTER_DISABLE": "1",
                **self._srtp.environment,
            },
        )
        errors = self._process.stderr
        if errors is None:
            raise BrowserError("it has no standard error")
        try:
            async with asyncio.timeout(_STARTING):
                found = None
                while found is None:
                    line = await errors.readline()
                    if not line:
                        raise BrowserError(f"it {ended(await self._process.wait())}")
                    found = _ENDPOINT.search(line)
        except TimeoutError:
            raise BrowserError(f"it does not listen after {_STARTING:g} s") from None
        self._reading = asyncio.create_task(_swallow(errors))
        return found[1].decode()

    async def _why(self) -> str:
        """Why it has ended its session. Its process has ended with that, or does not mean to."""
        code = None
        if self._process is not None:
            with suppress(TimeoutError):
                code = await asyncio.wait_for(self._process.wait(), _ENDING)
        return "Firefox has ended its session" if code is None else f"Firefox {ended(code)}"

    async def _end(self) -> None:
        if self._process is None:
            return
        with suppress(BidiError, TimeoutError):
            async with asyncio.timeout(_ENDING):
                await self.bidi.command("browser.close")
                await self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its session: what it started, too
        await self._process.wait()
        if self._reading is not None:
            await self._reading


def new_channel() -> str:
    return f"harness-{secrets.token_hex(8)}"


def page_of(channel: str) -> str:
    """The name of the page whose channel this is."""
    return f"{channel}.html"


async def _swallow(errors: asyncio.StreamReader) -> None:
    while await errors.read(1 << 16):
        pass
