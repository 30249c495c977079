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
from harness.model.endpoint_protocol import Operation
from harness.model.statement import PacketCounts


class Browser:
    """It answers each request but those that are called `silent`, and is its own connection and log."""

    software = "firefox/1"

    def __init__(self, folder: Path, silent: str) -> None:
        self.bidi = self.srtp = self
        self.key_log = folder / "keys"
        self.key_log.touch()
        self.silent = silent
        self.closed: list[str] = []

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

    async def left(self) -> None: ...


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
