"""A person at a call window in Chromium, or a bare page, as one party of a recorded call. An `endpoint.Endpoint`.

The page makes the call by itself: certificates, descriptions, indicator and code are its own and the browser's. Here
its user is played (who presses what), its packets are seen on their way (a leg), and its screen is read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from ...markers import chat
from ...model.base import Asset
from ...model.finding import Reason
from ...model.recording import SignalKind, SignalMessage
from ...model.statement import EndpointStatement, Failure, Indicator, PacketCounts, Screen
from ...wire.sdp import Fingerprint, Sdp
from ..endpoint import CallFailed, EndpointSetup, NoStatement, failure
from ..handshake import refusal
from ..opening import in_front_of
from ..rules import CallRules, Progress, Stage
from ..screen_history import ScreenHistory
from .bare_seat import BareSeat
from .browser import Chromium
from .facts import Facts
from .rtp_log import ssrcs
from .seat import Seat
from .shared import SHARED, SharedChromium
from .stage import Frame
from .steps import Steps
from .tab import BrowserError, PageError

LOOPBACK: Final = "127.0.0.1"
"""Where the sockets of every browser of this machine are."""

PATIENCE: Final = 20.0
"""Seconds for a description."""

LISTENING: Final = 5.0
"""Seconds of one attempt to hear markers."""

LAST_WORDS: Final = 1.0
"""Seconds that are left to a page which shows no call, for a word about it."""

OWED_WORDS: Final = 10.0
"""Seconds between a page that shows the end of its call and its word to the service, at most."""

_REASONS: Final = {
    "mode-unknown": Reason.MODE_UNKNOWN,
    "sdp-rejected": Reason.SDP_REJECTED,
    "no-sdes": Reason.SDP_REJECTED,
    "dtls-failed": Reason.DTLS_ERROR,
    "media-failed": Reason.CONNECTION_LOST,
}
_TOLD: Final = {
    SignalKind.DECLINE: ("declined", "why"),
    SignalKind.CANCEL: ("cancelled", "why"),
    SignalKind.HANGUP: ("hung-up", "reason"),
}


class ChromiumEndpoint:
    """One party. Create it inside a running event loop; `close` it whatever happened."""

    def __init__(
        self,
        setup: EndpointSetup,
        seat: Callable[[EndpointSetup, Callable[[Frame], None]], Seat | BareSeat] = Seat,
        browsers: SharedChromium = SHARED,
        rules: CallRules | None = None,
    ) -> None:
        self._setup = setup
        self._rules, self._progress = rules or CallRules(), Progress.begun(setup.party.role)
        self._seat, self._browsers = seat(setup, self._said), browsers
        self._browser: Chromium | None = None
        self._watching: asyncio.Task[None] | None = None
        self._leg = in_front_of(setup, lambda why: self._give_up(Reason.ENDPOINT_ERROR, why), LOOPBACK)
        self._peer_name = setup.peer_name
        self._screens = ScreenHistory()
        self._descriptions: asyncio.Queue[str] = asyncio.Queue()
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._acceptance: asyncio.Queue[Frame] = asyncio.Queue()
        self._failed = asyncio.Event()
        self._failure: Failure | None = None
        self._failed_at = 0.0
        self._up: float | None = None
        self._closing = False
        self._promised = ""
        self._ssrcs: set[int] = set()
        self._heard: dict[Asset, int] = {}
        self._statement: EndpointStatement | None = None
        # The first of them is that the window is there.
        self._steps = Steps(self._open(), lambda why: self._give_up(Reason.ENDPOINT_ERROR, why))

    # setting up

    def told(self, message: SignalMessage) -> None:
        before = self._progress.stage
        match message.kind:
            case SignalKind.INVITE:
                self._progress = self._rules.invited(self._progress)
            case SignalKind.ACCEPT:
                with suppress(ValueError):  # the page says by itself that it does not know such a mode
                    self._progress = self._rules.accepted(self._progress, message.body)
        self._steps.then(self._tell(message, before))

    def picked_up(self) -> None:
        self._progress = self._rules.picked_up(self._progress)
        self._steps.then(self._seat.pick_up())

    async def chat(self, text: str) -> str:
        self._refuse_when_over()
        self._steps.then(self._seat.write(text))
        return await self._steps.unless_over(self._lines.get())

    async def offer(self) -> str:
        self._refuse_unless_accepted("no offer can be made")
        if self._screens.last is not None:
            self._steps.then(self._seat.restart())
        return await self._own_description()

    async def answer(self, offer: str) -> str:
        await self._take("offer", offer)
        return await self._own_description()

    async def accept(self, answer: str) -> None:
        await self._take("answer", answer)
        await self._steps.unless_over(self._seat.taken())

    async def connect(self, seconds: float) -> bool:
        patience = LAST_WORDS
        try:
            async with asyncio.timeout(seconds):
                await self._steps.until_here()
                up = await self._steps.unless_over(self._seat.settled(seconds))
                if up is not None and self._failure is None:
                    self._up = up if self._up is None else self._up
                    await self._look()
                    return True
                patience = OWED_WORDS
        except (BrowserError, CallFailed, PageError, TimeoutError):
            pass
        with suppress(TimeoutError):
            await asyncio.wait_for(self._failed.wait(), patience)
        if self._failure is None:
            overdue = await self._overdue()
            self._give_up(overdue, f"the page shows no call after {seconds:g} s")
        return False

    def start_media(self) -> None:
        self._steps.then(self._seat.start_media(self._setup.markers))

    async def wait_heard(self) -> None:
        wanted = set(self._setup.expected)
        with suppress(BrowserError, PageError):
            while not self._heard.keys() >= wanted:
                self._heard |= await self._seat.window.heard(wanted - self._heard.keys(), LISTENING)
            return
        await asyncio.Event().wait()  # a page that is gone will never have heard anything

    def introduced(self, name: str) -> None:
        self._peer_name = name

    # the end

    async def wait_failed(self) -> Failure:
        await self._failed.wait()
        if self._failure is None:
            raise RuntimeError("a call is marked as failed without a failure")
        return self._failure

    async def conclude(self) -> None:
        """Read the screen a last time, and what the browser says beside it."""
        if self._closing:
            return
        self._closing = True
        self._steps.over(self._failure)
        await self._steps.all_done()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        try:
            if self._screens.last is not None and self._failure is None:
                await self._see()
            await self._read()
            self._statement = self._account(await self._seat.account())
        except (BrowserError, PageError) as error:
            self._failure = self._failure or failure(Reason.ENDPOINT_ERROR, str(error))

    async def close(self) -> None:
        await self.conclude()
        await self._seat.close()
        await self._leg.close()
        dump = self._seat.dump(self._ssrcs)
        if dump is not None:
            self._setup.plaintext(dump.encode())
        browser, self._browser = self._browser, None
        if browser is not None:
            await self._browsers.left(browser)

    def statement(self) -> EndpointStatement:
        if self._statement is None:
            raise NoStatement("its page gave no account of the call" if self._failure is None else self._failure.detail)
        return self._statement

    def certificate_key(self) -> bytes | None:
        """A browser keeps its keys to itself."""
        return None

    # what the page says

    def _said(self, frame: Frame) -> None:
        match frame["type"]:
            case "offer" | "answer":
                self._descriptions.put_nowait(frame["sdp"])
            case "accept":
                self._acceptance.put_nowait(frame)
            case "chat":
                self._lines.put_nowait(frame["text"])
            case "hang-up":
                self._steps.aside(self._hung_up(frame["reason"], frame.get("detail")))

    async def _hung_up(self, word: str, why: str | None) -> None:
        """The page has given up. Of a certificate that is not the announced one it is told no more than that, but the
        browser's log says which fingerprint it was compared with."""
        reason = _REASONS.get(word, Reason.ENDPOINT_ERROR)
        detail = why or f"the page hung up: {word}. {await self._seat.window.tab.text('#notice')}".strip()
        announced = Sdp.parse(self._promised).fingerprints() if reason is Reason.DTLS_ERROR else ()
        seen = await self._seat.facts()
        if (compared := self._compared(announced)) is not None:
            reason, detail = Reason.FINGERPRINT_MISMATCH, compared
        elif reason is Reason.DTLS_ERROR and seen is not None and seen.presented is not None:
            refused = refusal(announced, seen.presented)
            reason, detail = refused.reason, refused.detail
        self._give_up(reason, detail)

    def _compared(self, announced: Iterable[Fingerprint]) -> str | None:
        """That the browser has refused a certificate, in a sentence; None when it has not."""
        line = self._seat.refused(announced)
        if line is None:
            return None
        return f"the certificate is not the one of the {line.algorithm} fingerprint, as the browser's log says"

    # what it is told

    async def _tell(self, message: SignalMessage, before: Stage) -> None:
        stage, name = self._seat.stage, self._peer_name
        match message.kind:
            case SignalKind.INVITE:
                who = f"{message.sender}@contoso.example"
                stage.tell("incoming", **{"from": who}, display=name, media=message.body.split())
            case SignalKind.RINGING:
                stage.tell("ringing")
            case SignalKind.ACCEPT if before is Stage.ACCEPTING:
                stage.answer(await self._steps.unless_over(self._acceptance.get()), mode=message.body)
            case SignalKind.ACCEPT:
                stage.tell("accepted", mode=message.body, display=name, device="Browser")
            case SignalKind.DECLINE | SignalKind.CANCEL | SignalKind.HANGUP:
                # It may be the other one's answer to a refusal of this one, of which the page does not know yet.
                compared = self._compared(Sdp.parse(self._promised).fingerprints()) if self._promised else None
                kind, word = _TOLD[message.kind]
                stage.tell(kind, **{word: message.body})
                self._give_up(
                    Reason.FINGERPRINT_MISMATCH if compared else Reason.REMOTE_HUNG_UP, compared or message.body
                )
            case SignalKind.CHAT:
                stage.chat(str(message.sender), message.body)

    async def _take(self, kind: str, sdp: str) -> None:
        self._refuse_unless_accepted(f"an {kind} came")
        await self._steps.until_here()
        self._promised = sdp
        self._seat.stage.tell(kind, sdp=self._leg.inward(sdp))

    async def _own_description(self) -> str:
        try:
            await self._steps.until_here()  # a browser of its own has to start first
            async with asyncio.timeout(PATIENCE):
                described = await self._steps.unless_over(self._descriptions.get())
            self._ssrcs |= ssrcs(Sdp.parse(described))
            return await self._leg.outward(described)
        except TimeoutError as error:
            raise self._undescribed(f"it made no description in {PATIENCE:g} s") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise self._undescribed(f"its description is of no use: {error}") from error

    # inner steps

    def _undescribed(self, why: str) -> CallFailed:
        self._give_up(Reason.ENDPOINT_ERROR, why)
        return CallFailed(Reason.ENDPOINT_ERROR, why)

    async def _open(self) -> None:
        server = await self._leg.turn_server()
        self._browser = await self._browsers.browser()
        await self._seat.open(self._browser, server)
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """A page, or a browser, that ends by itself ends the call at once: nobody may be asking it anything."""
        self._give_up(Reason.ENDPOINT_ERROR, await self._seat.window.tab.lost())

    async def _overdue(self) -> Reason:
        """What is missing: the path, or DTLS over it."""
        seen = None
        with suppress(BrowserError, PageError):
            seen = await self._seat.facts()
            if self._screens.last is not None:  # what was up once may show less since a restart
                await self._see()
        return Reason.DTLS_TIMEOUT if seen is not None and seen.path_found else Reason.ICE_FAILED

    async def _look(self) -> None:
        """The call, or its restart, is up: what is on the screen, and nothing heard yet."""
        self._heard.clear()
        self._leg.catch_up()
        await self._see()

    async def _see(self) -> None:
        """What the screen shows now is kept, as words and as a picture."""
        screen, picture = await self._seat.screen()
        if picture is not None:
            self._setup.picture(picture)
        self._screens.shows(screen, await self._since(screen))

    async def _since(self, screen: Screen) -> float:
        """When the screen came to look like this: it is looked at when it shows something new, not when it empties."""
        last = self._screens.last
        told = await self._seat.emptied() if screen.empty and last is not None else None
        when = time.time() if told is None or last is None else max(told, last.time)
        # Somebody may have given up while it was looked at.
        return min(when, self._failed_at) if self._failure is not None else when

    async def _read(self) -> None:
        """The marker in what is written beside the call."""
        found = chat.markers((await self._seat.window.tab.text("#messages")).encode())
        if found:
            self._heard[Asset.CHAT] = found[0]

    def _account(self, seen: Facts | None) -> EndpointStatement:
        last, nothing = self._screens.last, Screen(indicator=Indicator.NONE, code=None, peer=self._peer_name)
        if self._failure is not None:
            self._screens.ends(self._failed_at)
        return EndpointStatement(
            party=self._setup.party,
            role=self._setup.party.role,
            software=self._seat.software,
            screen=nothing if last is None else last.screen,
            screens=self._screens.moments,
            connected=last is not None,
            up=self._up,
            failure=self._failure,
            local_certificate=None if seen is None or seen.local is None else seen.local.hex(),
            presented_certificate=None if seen is None or seen.presented is None else seen.presented.hex(),
            dtls=None if seen is None else seen.dtls,
            packets=PacketCounts() if seen is None else seen.packets,
            packets_told=False,
            heard={asset: f"{marker:016x}" for asset, marker in self._heard.items()},
            addresses=self._leg.addresses,
        )

    def _give_up(self, reason: Reason, detail: str) -> None:
        """The first failure is the cause; what follows from it, or from our own closing, tells nothing."""
        if self._failure is None and not self._closing:
            self._failure, self._failed_at = failure(reason, detail), time.time()
            self._failed.set()
            self._steps.over(self._failure)

    def _refuse_when_over(self) -> None:
        if self._failure is not None:
            raise CallFailed(self._failure.reason, self._failure.detail)

    def _refuse_unless_accepted(self, what: str) -> None:
        self._refuse_when_over()
        if self._rules.describing(self._progress) is None:
            self._give_up(Reason.DESCRIPTION_BEFORE_ACCEPT, f"{what} before the call was accepted")
            self._refuse_when_over()
