"""Both ends of a call offer at the same moment: the offers cross, and the call goes on as if one had waited."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.calling.exchange import descriptions
from harness.calling.exchange.concern import held_by
from harness.calling.exchange.outcome import Outcome
from harness.calling.exchange.said import Answer, Offer
from harness.calling.exchange.state import Exchange, Session, Told
from harness.calling.exchange.told import Described
from harness.endpoints.chromium import senses
from harness.endpoints.chromium.tab import Tab
from harness.model.base import Asset
from harness.model.statement import Indicator

from .calling import SAID_BY_ALICE, SAID_BY_BOB, Pair, hears

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_ALICE = {**SAID_BY_ALICE, Asset.SCREEN: 0xA11CE_0000_0004}
OF_BOB = {**SAID_BY_BOB, Asset.SCREEN: 0xB0B_0000_0004}
RESTART = "() => { dispatchEvent(new Event('online')); }"
WATCHED = """() => {
  window.offers = { held: [], holding: true, refused: 0, heard: 0 };
  const { send } = WebSocket.prototype;
  window.unwatched = send;
  WebSocket.prototype.send = function (text) {
    if (this.counted !== true) {
      this.counted = true;
      this.addEventListener("message", ({ data }) => {
        offers.refused += data.includes('"offer-open"');
        offers.heard += data.includes('"type":"offer"');
      });
    }
    if (offers.holding && text.includes('"type":"offer"')) offers.held.push(() => send.call(this, text));
    else send.call(this, text);
  };
}"""
"""Offers that a page says wait, until both pages have one to say."""
HELD = """() => new Promise((resolve) => {
  const look = () => (offers.held.length ? resolve() : setTimeout(look, 10));
  look();
})"""
RELEASE = "() => { offers.holding = false; for (const say of offers.held.splice(0)) say(); }"
UNWATCHED = "() => { WebSocket.prototype.send = window.unwatched; }"


class Crossing:
    """Both pages hold their offers until each has one: what is said first is chance, and that they cross is not."""

    def __init__(self, pair: Pair) -> None:
        self._tabs = pair.alice.tab, pair.bob.tab

    async def __aenter__(self) -> Crossing:
        await self._both(WATCHED)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._both(UNWATCHED)

    async def happens(self) -> None:
        """Each has an offer to say, and both are said."""
        await self._both(HELD)
        await self._both(RELEASE)

    async def refused(self) -> int:
        """How many offers came too late."""
        return sum(await self._both("() => offers.refused"))

    async def heard(self) -> list[int]:
        """How many offers each was told."""
        return await self._both("() => offers.heard")

    async def _both(self, script: str) -> list[Any]:
        return list(await asyncio.gather(*(tab.evaluate(script) for tab in self._tabs)))


async def names(pair: Pair) -> list[tuple[str, str]]:
    """Of each end the ICE credentials (user name fragments) of its own and of the other one, when nothing is open."""
    return [await _names(one.tab) for one in (pair.alice, pair.bob)]


async def _names(tab: Tab) -> tuple[str, str]:
    await senses.described(tab)
    own, other = await tab.evaluate("() => window[Symbol.for('harness')].credentials()")
    return str(own), str(other)


async def renewed(tab: Tab, before: tuple[str, str]) -> tuple[str, str]:
    """Wait until this end and whom it talks to have new credentials."""
    async with asyncio.timeout(20):
        while set(found := await _names(tab)) & set(before):
            pass
    return found


async def restarted(pair: Pair, before: list[tuple[str, str]]) -> None:
    """Wait until both have new credentials and agree upon them."""
    async with asyncio.timeout(20):
        while True:
            alice, bob = await renewed(pair.alice.tab, before[0]), await renewed(pair.bob.tab, before[1])
            if alice == bob[::-1]:
                return


async def talking(pair: Pair) -> str:
    """The code of the call."""
    await pair.talk()
    await senses.load(pair.alice.tab, OF_ALICE)
    await senses.load(pair.bob.tab, OF_BOB)
    screens = await pair.screens()
    for one in (pair.alice, pair.bob):
        await one.close_code()
    assert screens[0].code == screens[1].code
    assert screens[0].code is not None
    return screens[0].code


async def as_before(pair: Pair, code: str, of_alice: dict[Asset, int], of_bob: dict[Asset, int]) -> None:
    """Each hears the other, and both screens show the lock and the same code as ever, which nobody says has changed."""
    await asyncio.gather(hears(pair.alice, of_bob), hears(pair.bob, of_alice))
    for screen in await pair.screens():
        assert (screen.indicator, screen.code, screen.notice) == (Indicator.LOCK, code, None)
    for one in (pair.alice, pair.bob):
        await one.close_code()
        assert not await one.tab.sees("#outcome")
        assert not await one.tab.sees("#code-alarm")


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_either_looks_for_another_path_alone(pair: Pair, who: str) -> None:
    code = await talking(pair)
    before = await names(pair)
    await (pair.alice if who == "alice" else pair.bob).tab.evaluate(RESTART)
    await restarted(pair, before)
    await as_before(pair, code, SAID_BY_ALICE, SAID_BY_BOB)


@pytest.mark.parametrize("turn", range(3))
async def test_both_look_for_another_path_at_once(pair: Pair, turn: int) -> None:
    code = await talking(pair)
    before = await names(pair)
    async with Crossing(pair) as crossing:
        await asyncio.gather(pair.alice.tab.evaluate(RESTART), pair.bob.tab.evaluate(RESTART))
        await crossing.happens()
        await restarted(pair, before)
        await as_before(pair, code, SAID_BY_ALICE, SAID_BY_BOB)
        assert await crossing.refused() == 1
        assert sum(await crossing.heard()) == 1, "the other one's restart was one for both"


@pytest.mark.parametrize("turn", range(2))
@pytest.mark.parametrize("sharer", ["alice", "bob"])
async def test_one_looks_for_another_path_while_the_other_shares_a_screen(pair: Pair, sharer: str, turn: int) -> None:
    """Neither takes the other's place: whichever offer is refused is made again."""
    code = await talking(pair)
    before = await names(pair)
    shares, restarts = (pair.alice, pair.bob) if sharer == "alice" else (pair.bob, pair.alice)
    async with Crossing(pair) as crossing:
        await asyncio.gather(shares.share(), restarts.tab.evaluate(RESTART))
        await crossing.happens()
        await restarted(pair, before)
        shown = (OF_ALICE, SAID_BY_BOB) if sharer == "alice" else (SAID_BY_ALICE, OF_BOB)
        await as_before(pair, code, *shown)
        assert await crossing.refused() == 1
        assert sum(await crossing.heard()) == 2


def passed_on(exchange: Exchange, *concerned: Any) -> Outcome:
    """What a service does that keeps no order: every offer and every answer goes to the other one."""
    session, said = concerned[-2:]
    assert isinstance(session, Session)
    assert isinstance(said, Offer | Answer)
    other = held_by(exchange, session, said.call).other(session.id)
    assert other is not None
    return Outcome(exchange, told=(Told((other,), Described(type=said.type, call=said.call, sdp=said.sdp)),))


@pytest.mark.parametrize("sharer", ["alice", "bob", None])
async def test_where_the_service_passes_both_offers_on_one_end_gives_way(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, sharer: str | None
) -> None:
    code = await talking(pair)
    before = await names(pair)
    for kind in ("offer", "answer"):
        monkeypatch.setattr(descriptions, kind, passed_on)
    async with Crossing(pair) as crossing:
        await asyncio.gather(
            *(
                window.share() if name == sharer else window.tab.evaluate(RESTART)
                for name, window in (("alice", pair.alice), ("bob", pair.bob))
            )
        )
        await crossing.happens()
        await restarted(pair, before)
        of_alice, of_bob = (
            (OF_ALICE if sharer == "alice" else SAID_BY_ALICE),
            (OF_BOB if sharer == "bob" else SAID_BY_BOB),
        )
        await as_before(pair, code, of_alice, of_bob)
        assert all(await crossing.heard()), "each was told an offer while its own one was open"


@pytest.mark.parametrize("who", ["alice", "bob", "both"])
async def test_in_an_ordinary_call_too(call: Pair, who: str) -> None:
    """There each has a path to the service alone, and what the two offer still crosses in it."""
    before = await names(call)
    windows = {"alice": (call.alice,), "bob": (call.bob,), "both": (call.alice, call.bob)}[who]
    if who == "both":
        async with Crossing(call) as crossing:
            await asyncio.gather(*(one.tab.evaluate(RESTART) for one in windows))
            await crossing.happens()
            await asyncio.gather(*(renewed(one.tab, was) for one, was in zip(windows, before, strict=True)))
            assert await crossing.refused() == 1
    else:
        await windows[0].tab.evaluate(RESTART)
        await renewed(windows[0].tab, before[0 if who == "alice" else 1])
    await asyncio.gather(hears(call.alice, SAID_BY_BOB), hears(call.bob, SAID_BY_ALICE))
    assert {one.indicator for one in await call.screens()} == {Indicator.PLAIN}
