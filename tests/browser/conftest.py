"""One browser for all tests of a session, and the pages of the service in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Route

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import CallWindow
from harness.endpoints.chromium.installed import PROGRAMS, program
from harness.endpoints.chromium.tab import Tab

from .calling import ALICE, BOB, CARLA, Pair, running, tenant, violations

WEB = Path(__file__).parents[2] / "harness" / "calling" / "web"
NOWHERE = "https://pages.test"
"""Where the files of the pages are, for tests that need no service."""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}

Shoot = Callable[[Tab, str], Awaitable[Path]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser that all of them share."""
    if program() is None:
        pytest.skip(f"no Chromium ({', '.join(PROGRAMS)}): the tests of the pages did not run")
    async with Chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def modules(chromium: Chromium) -> AsyncIterator[Tab]:
    """An empty page beside the modules of the pages: `import("/web/call/teams20.js")`."""
    tab = await chromium.tab()
    await tab.page.route(f"{NOWHERE}/**", _files)
    await tab.open(f"{NOWHERE}/empty")
    yield tab
    await tab.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    async with running(tmp_path_factory.mktemp("service"), tenant(), chromium) as service:
        yield Pair(service, await service.signed_in(ALICE), await service.signed_in(BOB))


@pytest_asyncio.fixture(loop_scope="session")
async def pair(two: Pair) -> AsyncIterator[Pair]:
    """Both at their windows, and in no call: neither before nor after."""
    yield two
    for one in (two.alice, two.bob):
        await one.quit()
        assert await violations(one.tab) == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def three(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Pair, CallWindow]]:
    """Nobody has turned encryption on; Carla is there, too."""
    async with running(tmp_path_factory.mktemp("service"), tenant(on=False), chromium) as service:
        alice, bob, carla = [await service.signed_in(one) for one in (ALICE, BOB, CARLA)]
        yield Pair(service, alice, bob), carla


@pytest_asyncio.fixture(loop_scope="session")
async def call(three: tuple[Pair, CallWindow]) -> AsyncIterator[Pair]:
    """Alice and Bob talk; afterwards nobody does, and no page has complained."""
    pair, carla = three
    await pair.talk()
    yield pair
    for one in (carla, pair.alice, pair.bob):
        await one.quit()
        assert await violations(one.tab) == []


@pytest.fixture
def carla(three: tuple[Pair, CallWindow]) -> CallWindow:
    return three[1]


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Shoot:
    """Keep a screenshot, below pytest's folder of this session."""
    folder = tmp_path_factory.mktemp("screens", numbered=False)

    async def keep(tab: Tab, name: str) -> Path:
        path = folder / f"{name}.png"
        path.write_bytes(await tab.picture())
        return path

    return keep


async def _files(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/web/")
    path = WEB / name
    if path.suffix not in _TYPES or not path.is_file():
        await route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Empty</title>")
    else:
        await route.fulfill(status=200, content_type=_TYPES[path.suffix], body=path.read_bytes())
