"""One browser for the calls of a run: it is shared, and one that did not start is no verdict on the calls after it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

import pytest

from harness.endpoints.chromium import browser as chromium
from harness.endpoints.chromium.shared import SharedChromium
from harness.endpoints.firefox import browser as firefox
from harness.endpoints.firefox.shared import SharedFirefox

pytestmark = pytest.mark.asyncio

TOO_SLOW = "firefox-esr does not start: the browser did not answer session.new for 20 s"


class Machine:
    """Where browsers are started. `busy`: so many do not start."""

    def __init__(self, busy: int = 0) -> None:
        self.busy = busy
        self.tried = 0
        self.ended: list[object] = []

    def browser(self, *_: Any, **__: Any) -> Browser:
        return Browser(self)


class Browser:
    """`fault`: why it has ended by itself."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.fault: str | None = None

    async def __aenter__(self) -> Browser:
        self._machine.tried += 1
        fails = self._machine.tried <= self._machine.busy
        await asyncio.sleep(0)
        if fails:
            raise RuntimeError(TOO_SLOW)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._machine.ended.append(self)


@pytest.fixture(params=[SharedFirefox, SharedChromium])
def shared(request: pytest.FixtureRequest) -> SharedFirefox | SharedChromium:
    made: SharedFirefox | SharedChromium = request.param()
    return made


def on(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firefox, "Firefox", machine.browser)
    monkeypatch.setattr(chromium, "Chromium", machine.browser)


async def asked_by_both(shared: SharedFirefox | SharedChromium) -> list[object]:
    """What the two parties of a call get, who ask at once."""
    return [*await asyncio.gather(shared.browser(), shared.browser(), return_exceptions=True)]


async def test_both_parties_and_every_call_have_the_same_one_and_it_is_ended_once(
    shared: SharedFirefox | SharedChromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    on(machine, monkeypatch)
    first, second = await asked_by_both(shared), await asked_by_both(shared)
    await shared.close()
    await shared.close()
    assert first == second == [first[0]] * 2
    assert (machine.tried, machine.ended) == (1, [first[0]])


async def test_one_that_did_not_start_is_tried_again_for_the_next_call_and_once_a_call(
    shared: SharedFirefox | SharedChromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(busy=2)
    on(machine, monkeypatch)
    for call in (1, 2):
        assert [str(one) for one in await asked_by_both(shared)] == [TOO_SLOW] * 2
        assert machine.tried == call
    running = await asked_by_both(shared)
    assert isinstance(running[0], Browser)
    assert machine.tried == 3
    await shared.close()
    assert machine.ended == [running[0]], "what never started is not ended"


async def test_after_its_end_it_can_be_asked_again(
    shared: SharedFirefox | SharedChromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(busy=1)
    on(machine, monkeypatch)
    await asked_by_both(shared)
    await shared.close()
    assert machine.ended == []
    assert isinstance(await shared.browser(), Browser)
    await shared.close()
    assert len(machine.ended) == 1


async def test_one_that_has_ended_by_itself_is_given_to_nobody_and_is_left_when_the_last_is_done_with_it(
    shared: SharedFirefox | SharedChromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has told until then is still read by those who had it."""
    machine = Machine()
    on(machine, monkeypatch)
    had: Any = await asked_by_both(shared)
    had[0].fault = "it crashed"
    another: Any = await shared.browser()
    assert another is not had[0]
    await shared.left(had[0])
    assert machine.ended == []
    await shared.left(had[1])
    assert machine.ended == [had[0]]
    assert await shared.browser() is another
    await shared.close()
    assert machine.ended == [had[0], another]


async def test_one_that_has_ended_while_nobody_had_it_is_left_before_another_one_starts(
    shared: SharedFirefox | SharedChromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    on(machine, monkeypatch)
    dead: Any = await shared.browser()
    await shared.left(dead)
    assert machine.ended == [], "it serves the calls after this one"
    dead.fault = "it crashed"
    machine.busy = 2
    with pytest.raises(RuntimeError, match=TOO_SLOW):
        await shared.browser()
    assert machine.ended == [dead]
    assert isinstance(await shared.browser(), Browser)
    await shared.close()
    assert (machine.tried, len(machine.ended)) == (3, 2)
