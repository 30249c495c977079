"""Spoken to like Janus: acknowledgements are no answers, events wait for whoever wants them, nothing waits for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from harness.network import janus_api
from harness.network.child import ChildFailed
from harness.network.janus_api import JanusApi, field, number

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def speaking(tmp_path: Path, *answers: Any) -> AsyncIterator[JanusApi]:
    """Somebody at a socket who answers every request with these; "T" in one stands for its transaction."""

    async def served(request: web.Request) -> web.WebSocketResponse:
        spoken = web.WebSocketResponse(protocols=("janus-protocol",))
        await spoken.prepare(request)
        async for asked in spoken:
            for one in answers:
                text = one if isinstance(one, str) else json.dumps(one)
                await spoken.send_str(text.replace('"T"', json.dumps(json.loads(asked.data)["transaction"])))
        return spoken

    application = web.Application()
    application.router.add_get("/", served)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    short = tmp_path.parent / "api"
    await web.UnixSite(runner, str(short)).start()
    short.rename(folder / "api")
    api = JanusApi("janus-protocol")
    await api.connect(folder / "api")
    try:
        yield api
    finally:
        await api.close()
        await runner.cleanup()


async def test_an_acknowledgement_is_no_answer(tmp_path: Path) -> None:
    acknowledged, event = (
        {"janus": "ack", "transaction": "T"},
        {"janus": "event", "transaction": "T", "data": {"id": 7}},
    )
    async with speaking(tmp_path, acknowledged, event) as api:
        assert number(await api.ask({"janus": "message"}), "data", "id") == 7


async def test_what_comes_by_itself_waits_for_whoever_wants_it(tmp_path: Path) -> None:
    by_itself, answer = {"janus": "event", "sender": 5}, {"janus": "success", "transaction": "T"}
    async with speaking(tmp_path, by_itself, answer) as api:
        await api.ask({"janus": "create"})
        assert (await api.hear(lambda one: one.get("sender") == 5, "of 5"))["janus"] == "event"


async def test_a_refusal_is_told_in_its_words(tmp_path: Path) -> None:
    refused = {"janus": "error", "transaction": "T", "error": {"code": 458, "reason": "No such session"}}
    async with speaking(tmp_path, refused) as api:
        with pytest.raises(ChildFailed, match="janus refuses the attach: No such session"):
            await api.ask({"janus": "attach"})


@pytest.mark.parametrize("said", ["no JSON", "[1]", "[" * 100_000, "x" * (janus_api.MOST_ANSWERED + 1)])
async def test_what_cannot_be_understood_ends_the_waiting(tmp_path: Path, said: str) -> None:
    async with speaking(tmp_path, said) as api:
        with pytest.raises(ChildFailed, match=r"janus (cannot be understood|has hung up)"):
            await api.ask({"janus": "create"})


async def test_silence_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(janus_api, "SECONDS", 0.05)
    async with speaking(tmp_path) as api:
        with pytest.raises(ChildFailed, match=r"janus says nothing to the create in 0.05 s"):
            await api.ask({"janus": "create"})


async def test_nobody_at_the_socket_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="api"):
        await JanusApi("janus-protocol").connect(tmp_path / "api")


async def test_a_number_that_is_not_there_is_named() -> None:
    assert field({"a": [1]}, "a", "b") is None
    with pytest.raises(ChildFailed, match="janus names no data id"):
        number({"data": {"id": "7"}}, "data", "id")
    await asyncio.sleep(0)
