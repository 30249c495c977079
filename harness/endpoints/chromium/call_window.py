"""A person at the call window: signs in, calls, accepts, reads the screen. Everything through what the page shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ...model.base import Asset
from ...model.statement import Indicator, Screen
from ...model.tenant import Client, ClientKind
from . import facts, senses
from .browser import Chromium
from .tab import DESK, Look, PageError, Tab

DESKTOP: Final = Client(name="Browser", kind=ClientKind.WINDOWS)
SETUP_SECONDS: Final = 15.0

_INDICATOR: Final = "#indicator"
_CODE: Final = "#code"
_OVER: Final = "#outcome"


@dataclass(frozen=True)
class Account:
    """Who signs in. `display` is what others call this person."""

    user: str
    password: str
    display: str


class CallWindow:
    """The call window of one person in a tab of its own. PageError when the page does not do what a step needs."""

    def __init__(self, tab: Tab, account: Account) -> None:
        self.tab = tab
        self.account = account

    @classmethod
    async def open(cls, browser: Chromium, service: str, account: Account, look: Look = DESK) -> CallWindow:
        """The page of the service at this address ("https://127.0.0.1:8443"), before anybody is signed in."""
        tab = await browser.tab(look, scripts=[senses.INSTRUMENTS])
        await tab.open(f"{service}/call")
        return cls(tab, account)

    async def sign_in(self, device: Client = DESKTOP) -> None:
        await self.tab.write("Sign-in name", self.account.user)
        await self.tab.write("Password", self.account.password)
        await self.tab.write("Name", device.name)
        await self.tab.choose("Kind", device.kind.value)
        await self.tab.tick("An old version", not device.recent)
        await self.tab.press("Sign in")
        await self.tab.appears("#people-list button")

    async def turn(self, on: bool) -> None:
        """Settings > Privacy > End-to-end encrypted calls."""
        await self.tab.press("Settings")
        await self.tab.tick("End-to-end encrypted calls", on)
        await self.tab.press("Close")

    async def call(self, peer: Account, markers: Mapping[Asset, int | None]) -> None:
        """Call somebody of the directory: with these media, which carry these markers, or nothing."""
        await senses.load(self.tab, markers)
        await self.choose(peer)
        await self.tab.press("Video call" if Asset.VIDEO in markers else "Call")

    async def choose(self, peer: Account) -> None:
        """Turn to somebody of the directory."""
        row = f'#people-list button[data-user="{peer.user}"]'
        # On a phone the list is not there while somebody is chosen.
        with self.tab.told():
            if not await self.tab.page.locator(f'{row}[aria-current="true"]').count():
                await self.tab.appears(row)
                await self.tab.page.locator(row).click()

    async def reach(self, address: str) -> None:
        """Turn to somebody of another organisation, whom the directory does not show."""
        await self.tab.write("Somebody of another organisation", address)
        await self.tab.press("Go to")

    async def rings(self, seconds: float = SETUP_SECONDS) -> str:
        """Wait for a call; what the screen says of it."""
        await self.tab.appears("#incoming", seconds)
        return await self.tab.text("#incoming-heading")

    async def accept(self, markers: Mapping[Asset, int | None]) -> None:
        await senses.load(self.tab, markers)
        await self.tab.press("Accept with video" if Asset.VIDEO in markers else "Accept, sound only")

    async def share(self) -> None:
        """Share the screen, and wait until the page does."""
        await self.tab.press("Share screen")
        await self.tab.appears("#share-name:text-is('Stop sharing')")

    async def stop_sharing(self) -> None:
        await self.tab.press("Stop sharing")

    async def write(self, text: str) -> None:
        """A line of chat to the person that is chosen."""
        with self.tab.told():
            await self.tab.page.locator("#text").fill(text)
            await self.tab.page.keyboard.press("Enter")

    async def decline(self) -> None:
        await self.tab.press("Decline")

    async def hang_up(self) -> None:
        await self.tab.press("Hang up")

    async def quit(self) -> None:
        """Have no call, whatever there is of one."""
        if await self.tab.sees("#code-dialog"):
            await self.close_code()
        if await self.tab.sees("#incoming"):
            await self.decline()
        if await self.tab.sees("#stage"):
            await self.hang_up()

    async def settled(self, seconds: float = SETUP_SECONDS) -> bool:
        """Wait until the call is up (an indicator is shown) or over; whether it is up."""
        await self.tab.appears(f":is({_INDICATOR}, {_OVER}):visible", seconds)
        return await self.tab.sees(_INDICATOR)

    async def outcome(self, seconds: float = SETUP_SECONDS) -> str:
        """Wait for the end of the call; what the screen says of it."""
        await self.tab.appears(_OVER, seconds)
        return await self.tab.text(_OVER)

    async def screen(self) -> Screen:
        """What the user sees, and finds upon selecting the shield. The question about the code is left open."""
        indicator = await self._indicator()
        peer = await self.tab.text("#stage-heading")
        if indicator is Indicator.NONE:
            return Screen(indicator=indicator, code=None, peer=peer)
        await self._show_code()
        notice = await self.tab.text("#code-changed")
        code = re.sub(r"\s+", "", await self.tab.text(_CODE))
        return Screen(indicator=indicator, code=code or None, peer=peer, notice=notice or None)

    async def close_code(self) -> None:
        await self.tab.press("Close")

    async def heard(self, assets: Collection[Asset], seconds: float) -> dict[Asset, int]:
        """The markers in what this person hears and sees."""
        return await senses.heard(self.tab, assets, seconds)

    async def facts(self) -> facts.Facts | None:
        """What the browser says of the call, beside the screen."""
        return await facts.read(self.tab)

    async def close(self) -> None:
        await self.tab.close()

    async def _indicator(self) -> Indicator:
        if not await self.tab.sees(_INDICATOR):
            return Indicator.NONE
        drawn = {kind for kind in ("lock", "plain") if await self.tab.sees(f'{_INDICATOR} [data-icon="{kind}"]')}
        if len(drawn) != 1:
            raise PageError(f"the indicator shows {sorted(drawn)}")
        return Indicator(drawn.pop())

    async def _show_code(self) -> None:
        """PageError when the call ends before it shows: then there is nothing left to select."""
        shows, over = asyncio.ensure_future(self._select_shield()), asyncio.ensure_future(self.tab.appears(_OVER))
        try:
            await asyncio.wait({shows, over}, return_when=asyncio.FIRST_COMPLETED)
            if not shows.done():
                raise PageError("the call has ended while its screen was read")
            shows.result()
        finally:
            shows.cancel()
            over.cancel()
            await asyncio.gather(shows, over, return_exceptions=True)

    async def _select_shield(self) -> None:
        if not await self.tab.sees("#code-dialog"):
            await self.tab.select(_INDICATOR)
            await self.tab.appears("#code-dialog")
