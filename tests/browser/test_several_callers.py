"""Several people call at once: each rings in turn, and nobody keeps another one away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from harness.endpoints.chromium.browser import Chromium
from harness.model.statement import Indicator

from .calling import (
    ALICE,
    BOB,
    CARLA,
    ERIN,
    SAID_BY_ALICE,
    SAID_BY_BOB,
    SAID_BY_CARLA,
    Service,
    running,
    tenant,
    violations,
    with_fabrikam,
)
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def service(chromium: Chromium, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(tmp_path, tenant(), chromium, partial(with_fabrikam, allowed=True)) as one:
        yield one


async def test_who_calls_second_rings_when_the_first_is_declined(service: Service, shoot: Shoot) -> None:
    """The first one is a stranger, who would otherwise keep a colleague away by ringing."""
    erin, carla, bob = [await service.signed_in(one) for one in (ERIN, CARLA, BOB)]
    await erin.reach(BOB.user)
    await erin.tab.press("Call")
    assert await bob.rings() == f"{ERIN.user} is calling"
    await carla.call(BOB, SAID_BY_CARLA)
    await bob.tab.appears("#incoming-more")
    assert await bob.tab.text("#incoming-more") == f"Also calling: {CARLA.display}"
    await carla.tab.appears("#stage-state:text('Ringing…')")
    await shoot(bob.tab, "several-callers")
    await bob.decline()
    await bob.tab.appears(f"#incoming-heading:has-text('{CARLA.display} is calling with video')")
    assert not await bob.tab.sees("#incoming-more")
    assert await erin.tab.text("#stage-state") == "Ringing…", "a stranger is not told that somebody is there"
    await bob.accept(SAID_BY_BOB)
    assert await bob.settled()
    assert (await bob.screen()).indicator is Indicator.LOCK
    assert [await violations(one.tab) for one in (erin, carla, bob)] == [[], [], []]


async def test_who_gives_up_while_waiting_does_not_ring(service: Service) -> None:
    alice, carla, bob = [await service.signed_in(one) for one in (ALICE, CARLA, BOB)]
    await alice.call(BOB, SAID_BY_ALICE)
    await bob.rings()
    await carla.call(BOB, SAID_BY_CARLA)
    await bob.tab.appears("#incoming-more")
    await carla.hang_up()
    await bob.tab.page.locator("#incoming-more").wait_for(state="hidden")
    await alice.hang_up()
    await bob.outcome()
    assert not await bob.tab.sees("#incoming")
