"""Where a party of a recorded call sits: a call window on a stage, and what its user presses there."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from ...model.base import Asset, Role
from ...model.statement import Indicator, Screen
from ...model.turn import TurnServer
from ...wire.sdp import Fingerprint
from ..endpoint import EndpointSetup, ScreenPicture
from . import senses
from .browser import Chromium
from .call_window import Account, CallWindow
from .facts import Facts
from .refused import refused
from .rtp_log import RtpLog, dump_of
from .stage import Frame, Stage
from .tab import PageError

_CONTENT: Final = "video, #messages"
"""What people show and write to each other."""

_NETWORK_CHANGES: Final = "() => { dispatchEvent(new Event('online')); }"


class Seat:
    """`heard` is given what the page says about the call. A user who has a screen to share does so as soon as there is
    a call, so that the first description says so. `open` it before anything else, `close` it at the end.

    Everything raises PageError when the page does not do its part, BrowserError when its browser has ended.
    """

    def __init__(self, setup: EndpointSetup, heard: Callable[[Frame], None]) -> None:
        party = setup.party
        self._role, self._media, self._shares = party.role, setup.media, Asset.SCREEN in setup.markers
        self._own, self._peer = (Account(f"{one}@contoso.example", "", "") for one in (party, party.peer))
        self.stage = Stage(self._own.user, self._peer.user, setup.peer_name, heard)
        self.software = ""
        self._window: CallWindow | None = None
        self._log: RtpLog | None = None
        self._begin = 0

    async def open(self, browser: Chromium, server: TurnServer | None) -> None:
        """The page is there; the caller's user has called. `server`: all its media go through this one."""
        self._log, self._begin = browser.rtp_log, browser.rtp_log.opened()
        tab = await browser.tab(scripts=[senses.INSTRUMENTS])
        await senses.relay(tab, server)
        self._window = CallWindow(tab, self._own)
        self.software = f"chromium/{browser.version} (call window)"
        await self.stage.set(tab)
        if self._role is Role.CALLER:
            await self.window.call(self._peer, self._silence)
            await self._share()

    @property
    def window(self) -> CallWindow:
        if self._window is None:
            raise PageError("the call window was never opened")
        return self._window

    async def pick_up(self) -> None:
        await self.window.rings()
        await self.window.accept(self._silence)
        await self._share()

    async def start_media(self, markers: Mapping[Asset, int]) -> None:
        await senses.load(self.window.tab, markers)

    async def write(self, text: str) -> None:
        await self.window.write(text)

    async def restart(self) -> None:
        """The device's network changes: the page looks for another path."""
        await self.window.tab.evaluate(_NETWORK_CHANGES)

    async def taken(self) -> None:
        """The page has taken the answer to its offer, or is out of the call."""
        await senses.described(self.window.tab)

    async def settled(self, seconds: float) -> float | None:
        """Wait until the call is up or over; when it was seen to be up (seconds since the epoch), None if it is not."""
        return time.time() if await self.window.settled(seconds) else None

    async def screen(self) -> tuple[Screen, ScreenPicture]:
        """What is on it now, with the code that shows upon selecting the shield; and its picture."""
        screen = await self.window.screen()
        tab = self.window.tab
        picture = ScreenPicture(await tab.picture(), await tab.picture(without=_CONTENT))
        if screen.indicator is not Indicator.NONE:
            await self.window.close_code()
        return screen, picture

    async def emptied(self) -> float | None:
        """Since when there is no shield (seconds since the epoch); None while there is one."""
        return await senses.emptied(self.window.tab)

    async def facts(self) -> Facts | None:
        return await self.window.facts()

    async def account(self) -> Facts | None:
        """What is said of the call at its end."""
        return await self.facts()

    async def close(self) -> None:
        if self._window is not None:
            await self._window.close()

    def refused(self, announced: Iterable[Fingerprint]) -> Fingerprint | None:
        """Which of these fingerprints the browser has compared a certificate with, and refused it."""
        return None if self._log is None else refused(self._log.since(self._begin), announced)

    def dump(self, ssrcs: Collection[int]) -> str | None:
        """What the page's SRTP layer, which sends with these SSRCs, sealed and opened. Ask once, at the end."""
        log, self._log = self._log, None
        return None if log is None else dump_of(log.taken(self._begin), ssrcs)

    async def _share(self) -> None:
        if self._shares:
            await self.window.share()

    @property
    def _silence(self) -> Mapping[Asset, int | None]:
        """Devices that are there and say nothing yet."""
        return dict.fromkeys(self._media)
