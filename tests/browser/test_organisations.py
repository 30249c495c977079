"""Two organisations at the call window: a call by address, and on neither screen anything else of the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from harness.endpoints.chromium import senses
from harness.endpoints.chromium.browser import Chromium
from harness.model.statement import Indicator

from .calling import ALICE, ERIN, SAID_BY_ALICE, SAID_BY_BOB, Service, running, tenant, violations, with_fabrikam
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(params=[True, False], ids=["allowed", "not-allowed"], loop_scope="session")
async def allowed(request: pytest.FixtureRequest) -> bool:
    """Whether the other organisation allows encrypted calls; the own one does."""
    return bool(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def service(chromium: Chromium, tmp_path: Path, allowed: bool) -> AsyncIterator[Service]:
    async with running(tmp_path, tenant(), chromium, partial(with_fabrikam, allowed=allowed)) as one:
        yield one


async def test_somebody_is_called_by_address_and_shown_by_address(
    service: Service, allowed: bool, shoot: Shoot
) -> None:
    """Erin's organisation calls her Alice Adler. Where others see her, she is who she can be called as."""
    alice, erin = await service.signed_in(ALICE), await service.signed_in(ERIN)
    await senses.load(alice.tab, SAID_BY_ALICE)
    await alice.reach(ERIN.user)
    assert await alice.tab.text("#peer-heading") == ERIN.user
    assert "calls only" in await alice.tab.text("#peer-presence")
    assert not await alice.tab.sees("#write")
    await alice.tab.press("Video call")
    assert await erin.rings() == f"{ALICE.user} is calling with video"
    await erin.accept(SAID_BY_BOB)
    assert all(await asyncio.gather(alice.settled(), erin.settled()))
    screens = await asyncio.gather(alice.screen(), erin.screen())
    assert [one.peer for one in screens] == [ERIN.user, ALICE.user]
    assert {one.indicator for one in screens} == {Indicator.LOCK if allowed else Indicator.PLAIN}
    assert screens[0].code == screens[1].code
    assert (screens[0].code is not None) == allowed
    await shoot(alice.tab, f"another-organisation-{'allows' if allowed else 'disallows'}")
    assert [await violations(one.tab) for one in (alice, erin)] == [[], []]


async def test_the_directory_shows_nobody_of_the_other(service: Service) -> None:
    erin = await service.signed_in(ERIN)
    assert await erin.tab.text("#people-list .names > :first-child") == "Administrator"
    await erin.reach("nobody@contoso.example")
    await erin.tab.press("Call")
    await erin.tab.appears("#stage-state:text('Ringing…')")
    assert not await erin.tab.sees("#outcome")
    assert "Adler" not in await erin.tab.text("#people-list")
    assert "Bauer" not in await erin.tab.text("#people-list")
