"""Calls of two people at their call windows, through the real service: what their screens show, and what they hear."""

from __future__ import annotations

import asyncio
import re

import pytest

from harness.codes import teams20
from harness.endpoints.chromium import senses
from harness.model.base import Asset
from harness.model.statement import Indicator, Screen

from .calling import ALICE, BOB, SAID_BY_ALICE, SAID_BY_BOB, Pair
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_two_people_see_a_lock_and_the_same_code(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    alice, bob = await pair.screens()
    await shoot(pair.alice.tab, "code")
    assert (alice.indicator, bob.indicator) == (Indicator.LOCK, Indicator.LOCK)
    assert (alice.peer, bob.peer) == (BOB.display, ALICE.display)
    assert alice.code == bob.code
    assert re.fullmatch("[0-9]{20}", str(alice.code))


async def test_the_code_is_that_of_the_certificates_which_dtls_presented(pair: Pair) -> None:
    await pair.talk()
    (alice, _), caller, callee = await pair.screens(), await pair.alice.facts(), await pair.bob.facts()
    assert caller is not None
    assert callee is not None
    assert caller.local is not None
    assert callee.local is not None
    assert (caller.presented, callee.presented) == (callee.local, caller.local)
    assert alice.code == teams20.code(teams20.thumbprint(caller.local), teams20.thumbprint(callee.local))


async def test_the_code_stands_in_four_groups_and_is_read_digit_by_digit(pair: Pair) -> None:
    await pair.talk()
    alice, _ = await pair.screens()
    groups = await pair.alice.tab.page.locator("#code span").all_inner_texts()
    assert [len(group) for group in groups] == [5, 5, 5, 5]
    assert "".join(groups) == alice.code
    spoken = await pair.alice.tab.page.locator("#code-spoken").text_content()
    assert spoken == ", ".join(" ".join(group) for group in groups)


async def test_each_hears_and_sees_the_other(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    heard = tuple(
        await asyncio.gather(pair.alice.heard(set(SAID_BY_ALICE), 10), pair.bob.heard(set(SAID_BY_ALICE), 10))
    )
    await shoot(pair.alice.tab, "call")
    assert heard == (SAID_BY_BOB, SAID_BY_ALICE)


async def test_the_next_call_has_other_certificates(pair: Pair) -> None:
    seen = []
    for _ in range(2):
        await pair.talk()
        facts = await pair.alice.facts()
        assert facts is not None
        seen += [facts.local, facts.presented]
        await pair.alice.quit()
        await pair.bob.outcome()
    assert len(set(seen)) == 4


async def test_nothing_is_shown_while_it_rings(pair: Pair) -> None:
    await pair.alice.call(BOB, SAID_BY_ALICE)
    assert ALICE.display in await pair.bob.rings()
    await pair.alice.tab.appears("#stage-state:text('Ringing')")
    assert await pair.alice.screen() == Screen(indicator=Indicator.NONE, code=None, peer=BOB.display)


async def test_a_call_with_sound_alone(pair: Pair) -> None:
    await pair.alice.call(BOB, {Asset.AUDIO: SAID_BY_ALICE[Asset.AUDIO]})
    await pair.bob.rings()
    assert not await pair.bob.tab.sees("#accept-video")
    await pair.bob.accept({Asset.AUDIO: SAID_BY_BOB[Asset.AUDIO]})
    assert await pair.alice.settled()
    assert await pair.alice.heard({Asset.AUDIO}, 10) == {Asset.AUDIO: SAID_BY_BOB[Asset.AUDIO]}


async def test_declining(pair: Pair) -> None:
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.decline()
    assert "declined" in await pair.alice.outcome()
    assert not await pair.alice.tab.sees("#stage")


async def test_the_caller_gives_up(pair: Pair) -> None:
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.alice.hang_up()
    assert "caller has hung up" in await pair.bob.outcome()
    assert not await pair.bob.tab.sees("#incoming")


async def test_hanging_up_ends_it_for_both_and_releases_the_microphone(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    await pair.bob.hang_up()
    assert "other person has hung up" in await pair.alice.outcome()
    assert "You have hung up" in await pair.bob.outcome()
    await shoot(pair.alice.tab, "ended")
    for one in (pair.alice, pair.bob):
        facts = await one.facts()
        assert facts is not None
        assert facts.state == "closed"
        assert await senses.capturing(one.tab) == 0
