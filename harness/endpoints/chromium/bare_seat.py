"""A bare page in place of a call window: the browser's own stack, and a screen that only the reference client draws.

It takes the frames that a stage gives to a call window and says those that a call window says, so that the rest of the
endpoint need not know which of the two it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from ...codes import teams20
from ...model.base import Asset, Role
from ...model.mode import Mode
from ...model.statement import Indicator, Screen
from ...model.turn import TurnServer
from ...wire.sdp import Fingerprint, Sdp
from ..display import CODE_CHANGED
from ..endpoint import EndpointSetup, ScreenPicture
from . import senses
from .browser import Chromium
from .facts import Facts
from .facts import read as read_facts
from .refused import refused
from .rtp_log import RtpLog, dump_of
from .stage import Frame
from .tab import BrowserError, Content, PageError, Tab

ADDRESS: Final = "https://bare.test"
SCRIPT: Final = Path(__file__).with_name("bare.js")

_PAGE: Final = b"<!doctype html><title>A bare page</title><video id=remote autoplay playsinline></video><p id=messages>"
_BARE: Final = 'window[Symbol.for("bare")]'
_ENDS: Final = frozenset({"declined", "cancelled", "hung-up"})


class BarePage:
    """What is read from the page. PageError when it is gone."""

    def __init__(self, tab: Tab, clear: bool) -> None:
        self.tab = tab
        self._clear = clear

    async def settled(self) -> float | None:
        """Wait until the call is up or over; when it came up (seconds since the epoch), None if it did not."""
        moment = await self.tab.evaluate(f"clear => {_BARE}.up(clear)", self._clear)
        return None if moment is None else float(moment) / 1000

    async def emptied(self) -> float | None:
        """When DTLS, which was up, ceased to be (seconds since the epoch); None while it is up."""
        moment = await self.tab.evaluate(f"() => {_BARE}.emptied()")
        return None if moment is None else float(moment) / 1000

    async def heard(self, assets: Collection[Asset], seconds: float) -> dict[Asset, int]:
        return await senses.heard(self.tab, assets, seconds)


class BareSeat:
    """`heard` is given what a call window would say. It is its own stage: what one is told, it does."""

    clear: ClassVar[bool] = False

    def __init__(self, setup: EndpointSetup, heard: Callable[[Frame], None]) -> None:
        self._setup, self._heard = setup, heard
        self._peer_name = setup.peer_name
        self._mode: Mode | None = None
        self.software = ""
        self.promised = ""
        self._page: BarePage | None = None
        self._log: RtpLog | None = None
        self._begin = 0
        self._known: Facts | None = None
        self._code: str | None = None
        self._notice: str | None = None
        self._doing: set[asyncio.Task[None]] = set()

    @property
    def stage(self) -> BareSeat:
        return self

    @property
    def window(self) -> BarePage:
        if self._page is None:
            raise PageError("the bare page was never opened")
        return self._page

    async def open(self, browser: Chromium, server: TurnServer | None) -> None:
        """The page is there, with its devices. `server`: all its media go through this one."""
        self._log, self._begin = browser.rtp_log, browser.rtp_log.opened()
        tab = await browser.tab(scripts=[senses.INSTRUMENTS, SCRIPT])
        await senses.relay(tab, server)
        await tab.serve(ADDRESS, lambda _: Content("text/html", _PAGE))
        await tab.open(f"{ADDRESS}/")
        self._page = BarePage(tab, self.clear)
        self.software = f"chromium/{browser.version} ({'not encrypted' if self.clear else 'bare page'})"
        await senses.load(tab, dict.fromkeys(self._setup.media))
        await tab.evaluate(f"media => {_BARE}.open(media)", [one.value for one in self._setup.media])
        self._do(self._watch())

    # what a stage is told

    def tell(self, kind: str, **fields: Any) -> None:
        self._peer_name = str(fields.get("display", self._peer_name))
        if kind in ("offer", "answer"):
            self.promised = fields["sdp"]
            self._do(self._described(kind, fields["sdp"]))
        elif kind == "accepted" and self._mode is None and self._setup.party.role is Role.CALLER:
            # Decided once, for the whole call; and a callee's own user does, whom the answer to it tells the mode.
            self._mode = _mode(fields["mode"])
            self._do(self._offered(restart=False))
        elif kind in _ENDS:
            self._do(self._ended())

    def answer(self, _frame: Frame, **fields: Any) -> None:
        self._mode = _mode(fields["mode"])

    def chat(self, sender: str, text: str) -> None:
        if sender != self._setup.party.value:
            self._do(self._show(text))

    # what its user would press

    async def pick_up(self) -> None:
        self._heard({"type": "accept"})

    async def start_media(self, markers: Mapping[Asset, int]) -> None:
        await senses.load(self.window.tab, markers)

    async def write(self, text: str) -> None:
        self._heard({"type": "chat", "text": text})

    async def restart(self) -> None:
        await self._offered(restart=True)

    async def taken(self) -> None:
        await senses.described(self.window.tab)

    # what is read

    async def settled(self, _seconds: float) -> float | None:
        """As that of a call window; by the page's own clock, which is ours."""
        return await self.window.settled()

    async def screen(self) -> tuple[Screen, ScreenPicture | None]:
        """What the reference client would show, by the certificates that the browser says DTLS presented."""
        seen = None if self.clear or self._mode is not Mode.E2EE else await self.facts()
        code = None if seen is None else self.code(seen)
        indicator = Indicator.NONE if code is None else Indicator.LOCK
        if code is not None:
            self._notice = self._notice if self._code in (None, code) else CODE_CHANGED
            self._code = code
        return Screen(indicator=indicator, code=code, peer=self._peer_name, notice=self._notice), None

    async def emptied(self) -> float | None:
        """As that of a call window. Without an association there is no code, and without a code no lock."""
        return await self.window.emptied()

    def code(self, seen: Facts) -> str | None:
        """The code of both certificates; None as long as one of them is not known."""
        return None if seen.presented is None else self.code_of(seen, teams20.thumbprint(seen.presented))

    def code_of(self, seen: Facts, peer: bytes) -> str | None:
        """The code of the own certificate and this thumbprint of the peer's."""
        if seen.local is None:
            return None
        own = teams20.thumbprint(seen.local)
        caller, callee = (own, peer) if self._setup.party.role is Role.CALLER else (peer, own)
        return teams20.short_code(caller, callee, self._setup.code_digits)

    async def facts(self) -> Facts | None:
        """As it is now. What was true while there was an association is kept: with its end the browser forgets it."""
        seen = await read_facts(self.window.tab)
        if seen is not None and seen.dtls is not None and seen.presented is not None:
            self._known = seen
        return seen

    async def account(self) -> Facts | None:
        """What is true now, or was when the browser last had an association."""
        seen = await self.facts()
        return seen if self._known is None else self._known

    def refused(self, announced: Iterable[Fingerprint]) -> Fingerprint | None:
        """Which of these fingerprints the browser has compared a certificate with, and refused it."""
        return None if self._log is None else refused(self._log.since(self._begin), announced)

    def dump(self, ssrcs: Collection[int]) -> str | None:
        """As that of a call window."""
        log, self._log = self._log, None
        return None if log is None else dump_of(log.taken(self._begin), ssrcs)

    async def close(self) -> None:
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)
        if self._page is not None:
            await self._page.tab.close()

    # inner steps

    async def _offered(self, restart: bool) -> None:
        sdp = await self.window.tab.evaluate(f"restart => {_BARE}.offer(restart)", restart)
        self._heard({"type": "offer", "sdp": sdp})

    async def _described(self, kind: str, sdp: str) -> None:
        step = "answer" if kind == "offer" else "accept"
        taken = await self.window.tab.evaluate(f"sdp => {_BARE}.{step}(sdp)", sdp)
        if (refused := taken.get("refused")) is not None:
            self._heard({"type": "hang-up", "reason": "sdp-rejected", "detail": f"the {kind} was refused: {refused}"})
        elif kind == "offer":
            self._heard({"type": "answer", "sdp": taken["sdp"]})

    async def _watch(self) -> None:
        self._heard({"type": "hang-up", "reason": await self.window.tab.evaluate(f"() => {_BARE}.failed()")})

    async def _ended(self) -> None:
        await self.facts()
        await self.window.tab.evaluate(f"() => {_BARE}.close()")

    async def _show(self, text: str) -> None:
        await self.window.tab.evaluate("text => { document.querySelector('#messages').append(text); }", text)

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._done(step))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _done(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        except (BrowserError, PageError):
            self._heard({"type": "hang-up", "reason": "page-lost"})


class ClearSeat(BareSeat):
    """In a browser that encrypts nothing: there is no DTLS, and no screen promises any."""

    clear = True


class CodeFromSdpSeat(BareSeat):
    """A planted fault: the code is made of the sha-256 line of the peer's description, and not of the certificate that
    DTLS presented. Chromium compares the two by the last line of a section alone."""

    def code(self, seen: Facts) -> str | None:
        for line in Sdp.parse(self.promised).fingerprints():
            digest = line.digest()
            if line.algorithm.lower() == "sha-256" and digest is not None:
                return self.code_of(seen, digest)
        return None


def _mode(word: str) -> Mode | None:
    return Mode(word) if word in tuple(Mode) else None
