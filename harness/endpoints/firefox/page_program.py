"""A page as a program: what programs say in lines, it says over BiDi. The same things are asked and believed of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from ...model.endpoint_events import LINE, Event, FailedEvent, KeyEvent
from ...model.endpoint_protocol import MAX_LINE, Answer, Hello, MediaForm, Operation, Request
from ...model.finding import Reason
from ...model.voice import quoted
from ...wire.sdp import Sdp
from ..handshake import USABLE_ALGORITHMS, refusal
from ..program import ProgramFailed, Refused
from .bidi import BidiError
from .browser import BrowserError, Firefox, new_channel, page_of
from .handshakes import Handshakes
from .shared import SharedFirefox

_CLIENT: Final = Path(__file__).with_name("client.js")
_ASK: Final = "(request) => ask(request)"
_PATIENCE: Final = 10.0
"""Seconds for what a page was told to do, once its call is over."""

_UNEXPLAINED: Final = (Reason.DTLS_ERROR, Reason.REMOTE_HUNG_UP)
"""What a page says of a certificate that was refused: that DTLS failed or, before that, that the other one hung up."""

_COMPARED: Final = ("sha-1", *USABLE_ALGORITHMS)
"""Hash functions of fingerprints that Firefox compares, as calls have shown."""

_DESCRIBED: Final = (Operation.ANSWER, Operation.ACCEPT)


class PageProgram:
    """One tab in one call. A `dialogue.Speaker`."""

    def __init__(
        self,
        shared: SharedFirefox,
        handshakes: Handshakes,
        heed: Callable[[Event], None],
        broken: Callable[[str], None],
    ) -> None:
        self.fault: str | None = None
        self._shared, self._handshakes, self._heed, self._broken = shared, handshakes, heed, broken
        self._browser: Firefox | None = None
        self._tab = ""
        self._begin: int | None = None
        self._channel = new_channel()
        self._numbers = count(1)
        self._promised = ""
        self._asides: set[asyncio.Future[Any]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def start(self, environment: Mapping[str, str], prefix: Sequence[str] = ()) -> None:
        """Open the tab. A browser has the environment, and the network, that it was started with: the prefix is for one
        that this program has alone.
        """
        try:
            self._browser = await self._shared.browser(prefix)
            self._watching = asyncio.create_task(self._watch(self._browser))
            self._browser.bidi.listen(self._channel, self._said)
            self._begin = self._browser.srtp.opened()
            self._tab = await self._browser.tab(_script(), self._channel)
        except (BidiError, BrowserError) as error:
            self.end_for(str(error))

    async def ask(self, operation: str, arguments: dict[str, JsonValue], seconds: float | None) -> dict[str, JsonValue]:
        if operation == Operation.HELLO and self._browser is not None:
            hello = Hello(software=self._browser.software, sends=MediaForm.RAW, receives=MediaForm.RAW)
            return hello.model_dump(mode="json")
        if operation in _DESCRIBED:
            self._promised = str(arguments.get("sdp", ""))
        try:
            async with asyncio.timeout(seconds):
                answer = self._answer(await self._request(operation, arguments))
        except TimeoutError:
            self.end_for(f"it gave no answer to {quoted(str(operation))} for {seconds:g} s")
            raise ProgramFailed(self.fault) from None
        except (BidiError, ValueError) as error:
            gone = None if self._browser is None else self._browser.fault
            self.end_for(gone or quoted(str(error)))
            raise ProgramFailed(self.fault) from error
        if operation == Operation.STATS:
            await self._settle()
            if self.fault is not None:
                raise ProgramFailed(self.fault)
            await self._tell_keys()
        if not answer.ok:
            raise Refused(operation, answer)
        return await self._with_counts(answer.result) if operation == Operation.STATS else answer.result

    def tell(self, operation: str, arguments: dict[str, JsonValue]) -> None:
        if self.fault is None:
            self._aside(self._request(operation, arguments))

    def end_for(self, why: str) -> None:
        if self.fault is None:
            self.fault = why
            self._broken(why)

    async def end(self) -> None:
        if self._browser is not None and self._tab:
            tab, self._tab = self._tab, ""
            self._browser.bidi.forget(self._channel)
            await self._settle()
            await self._browser.close_tab(tab)
        if self._browser is not None and self._begin is not None:
            self._begin = None
            self._browser.srtp.left()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        browser, self._browser = self._browser, None
        if browser is not None:
            await self._shared.left(browser)

    # inner steps

    async def _watch(self, browser: Firefox) -> None:
        """A browser that ends by itself ends the call at once: nobody may be asking it anything."""
        self.end_for(await browser.lost())

    def _request(self, operation: str, arguments: dict[str, JsonValue]) -> asyncio.Future[Any]:
        """Ask at once: what is asked one after the other arrives so."""
        if self.fault is not None or self._browser is None:
            raise ProgramFailed(self.fault or "it was never started")
        request = Request(id=next(self._numbers), op=operation, arguments=arguments)
        given = {
            "functionDeclaration": _ASK,
            "arguments": [{"type": "string", "value": request.model_dump_json()}],
            "awaitPromise": True,
            "target": {"context": self._tab},
        }
        return self._browser.bidi.give("script.callFunction", given)

    def _answer(self, result: Any) -> Answer:
        """ValueError when it is none, BidiError when the page failed before it could say why."""
        if result.get("type") != "success":
            raise BidiError(str(result.get("exceptionDetails", {}).get("text", "the page failed")))
        said = str(result["result"].get("value", ""))
        if len(said) > MAX_LINE:
            raise ValueError(f"it said a line of more than {MAX_LINE} bytes")
        return Answer.model_validate_json(said)

    def _said(self, value: Any) -> None:
        """An event."""
        if self.fault is not None:
            return
        try:
            if not isinstance(value, str) or len(value) > MAX_LINE:
                raise ValueError("it said what is no line")
            event = LINE.validate_json(value)
            if isinstance(event, Answer):
                raise ValueError("it answered a request that nobody made")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self.end_for(f"it said what is neither an answer nor an event: {quoted(first['msg'])}")
        except ValueError as error:
            self.end_for(str(error))
        else:
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, FailedEvent) and event.reason in _UNEXPLAINED:
            event = self._explained(event)
        try:
            self._heed(event)
        except ValueError as error:
            self.end_for(str(error))

    def _explained(self, event: FailedEvent) -> FailedEvent:
        """Of a certificate that is not the announced one, a page hears only that DTLS failed; the alert says more."""
        refused, promised = self._handshakes.refused(), Sdp.parse(self._promised).fingerprints()
        comparable = any(one.algorithm.lower() in _COMPARED for one in promised)
        if refused is None and (comparable or event.reason == Reason.REMOTE_HUNG_UP):
            return event
        # Where nothing could be compared, no certificate would have done.
        why = refusal(promised, refused or b"", _COMPARED)
        return FailedEvent(reason=why.reason, detail=why.detail)

    async def _tell_keys(self) -> None:
        """The secrets of this call, of all that the browser has logged."""
        if self._browser is None:
            return
        logged = await asyncio.to_thread(self._browser.key_log.read_text)
        for line in dict.fromkeys(self._handshakes.of_these(logged)):  # both ends of a call may be tabs of one browser
            self._take(KeyEvent(line=line))

    async def _with_counts(self, result: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """What the page says, and what the browser's log has of its packets, which no page is told."""
        said = result.get("statement")
        if self._browser is None or self._begin is None or not isinstance(said, dict):
            return result
        counts = await asyncio.to_thread(self._browser.srtp.counts, self._begin, page_of(self._channel))
        return result if counts is None else {**result, "statement": {**said, "packets": counts.model_dump()}}

    def _aside(self, doing: asyncio.Future[Any]) -> None:
        self._asides.add(doing)
        doing.add_done_callback(self._asides.discard)

    async def _settle(self) -> None:
        """Whatever goes on beside the questions has ended, or is what ends it; that the browser is gone, is said by
        whoever asks."""
        if not self._asides:
            return
        ended, late = await asyncio.wait(set(self._asides), timeout=_PATIENCE)
        for one in late:
            one.cancel()
        if late:
            self.end_for(f"it did not end for {_PATIENCE:g} s what it was told to do")
        await asyncio.gather(*ended, return_exceptions=True)


@cache
def _script() -> str:
    """What the page runs: a function, without what is written above it."""
    text = _CLIENT.read_text()
    return text[text.index("async (channel)") :]
