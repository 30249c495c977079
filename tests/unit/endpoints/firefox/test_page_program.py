"""A page as a program: what it does not end, ends its call, and nobody waits for it for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from harness.endpoints.firefox import page_program
from harness.endpoints.firefox.handshakes import Handshakes
from harness.endpoints.firefox.page_program import PageProgram
from harness.endpoints.firefox.shared import SharedFirefox
from harness.endpoints.program import ProgramFailed
from harness.model.endpoint_events import Event, FailedEvent
from harness.model.endpoint_protocol import Operation
from harness.model.finding import Reason
from harness.model.statement import PacketCounts
from harness.wire.sdp import Fingerprint


class Browser:
    """It answers each request but those that are called `silent`, and is its own connection and log."""

    software = "firefox/1"

    def __init__(self, folder: Path, silent: str) -> None:
        self.bidi = self.srtp = self
        self.key_log = folder / "keys"
        self.key_log.touch()
        self.silent = silent
        self.closed: list[str] = []
        self.left_by = 0
        self.fault: str | None = None
        self.ended = asyncio.Event()

    async def lost(self) -> str:
        await self.ended.wait()
        self.fault = "Firefox ended with code 11"
        return self.fault

    def listen(self, channel: str, heed: Callable[[Any], None]) -> None: ...

    def forget(self, channel: str) -> None: ...

    def opened(self) -> int:
        return 7

    def left(self) -> None: ...

    def counts(self, begin: int, page: str) -> PacketCounts | None:
        return PacketCounts(rtp_received=begin, replayed=3) if page.endswith(".html") else None

    async def tab(self, script: str, channel: str) -> str:
        return "tab"

    async def close_tab(self, tab: str) -> None:
        self.closed.append(tab)

    def give(self, method: str, parameters: Mapping[str, Any]) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        request = json.loads(parameters["arguments"][0]["value"])
        if request["op"] != self.silent:
            said = {"id": request["id"], "ok": True, "result": {"statement": {}}}
            answer.set_result({"type": "success", "result": {"value": json.dumps(said)}})
        return answer


class Shared:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def browser(self, prefix: object = ()) -> Browser:
        return self._browser

    async def left(self, browser: Browser) -> None:
        browser.left_by += 1


class Nobody:
    def seen(self, *_: object) -> None: ...

    def socket_closed(self, *_: object) -> None: ...


async def started(browser: Browser, broken: list[str]) -> PageProgram:
    shared = cast(SharedFirefox, Shared(browser))
    program = PageProgram(shared, Handshakes(Nobody()), lambda _: None, broken.append)
    await program.start({})
    return program


@pytest.mark.asyncio
async def test_what_the_browsers_log_counts_is_a_part_of_the_statement(tmp_path: Path) -> None:
    program = await started(Browser(tmp_path, silent=""), [])
    answer = await program.ask(Operation.STATS, {}, 1.0)
    assert answer["statement"] == {"packets": PacketCounts(rtp_received=7, replayed=3).model_dump()}


@pytest.mark.asyncio
async def test_a_page_that_does_not_end_what_it_was_told_is_ended_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_program, "_PATIENCE", 0.05)
    broken: list[str] = []
    browser = Browser(tmp_path, silent="send")
    program = await started(browser, broken)
    program.tell(Operation.SEND, {})
    async with asyncio.timeout(5):
        with pytest.raises(ProgramFailed, match=r"did not end for 0\.05 s"):
            await program.ask(Operation.STATS, {}, 1.0)
        await program.end()
    assert broken == [program.fault]
    assert browser.closed == ["tab"]


GENUINE, OTHER = b"the one that is named", b"another one"


async def told_of_failure(
    tmp_path: Path, reason: Reason, alerted: bytes | None, algorithm: str = "sha-256"
) -> FailedEvent:
    """What is told when the page says that its call has failed, and its alert spoke of this certificate."""
    told: list[Event] = []

    class Alerted(Handshakes):
        def refused(self) -> bytes | None:
            return alerted

    program = PageProgram(
        cast(SharedFirefox, Shared(Browser(tmp_path, ""))), Alerted(Nobody()), told.append, lambda _: None
    )
    await program.start({})
    line = Fingerprint.of(GENUINE, algorithm)
    await program.ask(Operation.ACCEPT, {"sdp": f"v=0\r\na=fingerprint:{line}\r\n"}, 1.0)
    program._said(json.dumps({"event": "failed", "reason": reason, "detail": "its own"}))
    (event,) = told
    assert isinstance(event, FailedEvent)
    return event


@pytest.mark.asyncio
@pytest.mark.parametrize("reason", [Reason.DTLS_ERROR, Reason.REMOTE_HUNG_UP])
async def test_what_an_alert_said_of_a_certificate_explains_the_end_of_a_call(tmp_path: Path, reason: Reason) -> None:
    """The other end may hang up over the alert before the page is told that DTLS has failed."""
    assert (await told_of_failure(tmp_path, reason, OTHER)).reason == Reason.FINGERPRINT_MISMATCH
    assert (await told_of_failure(tmp_path, reason, OTHER, "sha-1")).reason == Reason.FINGERPRINT_MISMATCH
    assert (await told_of_failure(tmp_path, reason, OTHER, "md5")).reason == Reason.FINGERPRINT_UNUSABLE


@pytest.mark.asyncio
@pytest.mark.parametrize("algorithm", ["sha-256", "sha-1", "md5"])
async def test_without_an_alert_a_hang_up_is_no_more_than_that(tmp_path: Path, algorithm: str) -> None:
    event = await told_of_failure(tmp_path, Reason.REMOTE_HUNG_UP, None, algorithm)
    assert (event.reason, event.detail) == (Reason.REMOTE_HUNG_UP, "its own")


@pytest.mark.asyncio
async def test_a_browser_that_ends_by_itself_ends_the_call_though_nobody_asks_it_anything(tmp_path: Path) -> None:
    broken: asyncio.Queue[str] = asyncio.Queue()
    browser = Browser(tmp_path, silent="")
    shared = cast(SharedFirefox, Shared(browser))
    program = PageProgram(shared, Handshakes(Nobody()), lambda _: None, broken.put_nowait)
    await program.start({})
    browser.ended.set()
    async with asyncio.timeout(5):
        assert await broken.get() == "Firefox ended with code 11"
        await program.end()
        await program.end()
    assert program.fault == "Firefox ended with code 11"
    assert browser.left_by == 1
