"""The two people compare the code; what they found is shown, and a code that changes must be compared again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute

from harness.codes import teams20
from harness.model.statement import Indicator

from .calling import ALICE, BOB, CARLA, SAID_BY_ALICE, SAID_BY_BOB, Pair
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_codes_that_match_are_marked(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    await pair.alice.screen()
    await pair.alice.tab.press("Codes match")
    assert "it matches" in await pair.alice.tab.text("#code-result")
    await pair.alice.close_code()
    assert await pair.alice.tab.text("#indicator-mark") == "✓"
    await shoot(pair.alice.tab, "compared")
    assert not await pair.bob.tab.sees("#indicator-mark")


async def test_the_dialog_says_what_equal_codes_show_and_what_they_do_not(pair: Pair) -> None:
    await pair.talk()
    await pair.alice.screen()
    said = await pair.alice.tab.text("#code-dialog")
    for claim in (
        f"Read these 20 digits to {BOB.display}, whose voice you recognise",
        "nobody between your two devices can hear or see this call",
        "If a single one differs",
        "says nothing about the two devices themselves",
        "Chat and files are not under it",
    ):
        assert claim in said, claim
    assert "nobody is in between" not in said


async def test_codes_that_do_not_match_lead_to_advice_and_to_hanging_up(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    await pair.alice.screen()
    assert not await pair.alice.tab.sees("#advice")
    await pair.alice.tab.press("Codes don’t match")
    assert "Somebody may be listening" in await pair.alice.tab.text("#advice")
    await shoot(pair.alice.tab, "differ")
    await pair.alice.tab.page.locator("#advice-hang-up").click()
    assert "the codes did not match" in await pair.bob.outcome()
    assert not await pair.alice.tab.sees("#code-dialog")


async def test_what_was_compared_is_of_this_call_only(pair: Pair) -> None:
    for _ in range(2):
        await pair.talk()
        await pair.alice.screen()
        assert await pair.alice.tab.text("#code-result") == ""
        assert not await pair.alice.tab.sees("#code-changed")
        await pair.alice.tab.press("Codes match")
        await pair.alice.quit()
        await pair.bob.outcome()


@dataclass
class Hands:
    """A service in other hands, as far as one window is concerned: the next restart goes to somebody else."""

    offers: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    call: str = ""
    taken: bool = False
    socket: WebSocketRoute | None = None

    def route(self, page: WebSocketRoute) -> None:
        self.socket = page
        server = page.connect_to_server()
        page.on_message(lambda text: self._from_page(json.loads(text), text, server))
        server.on_message(lambda text: self._from_server(json.loads(text), text, page))

    def answer(self, sdp: str) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps({"type": "answer", "call": self.call, "sdp": sdp}))

    def _from_page(self, frame: dict[str, Any], text: str | bytes, server: WebSocketRoute) -> None:
        if not (self.taken and frame["type"] == "offer"):
            server.send(text)
            return
        assert self.socket is not None
        self.socket.send(json.dumps({"type": "ok", "id": frame["id"]}))
        self.offers.put_nowait(frame["sdp"])

    def _from_server(self, frame: dict[str, Any], text: str | bytes, page: WebSocketRoute) -> None:
        self.call = frame.get("call", self.call)
        if not (self.taken and frame["type"] == "hung-up"):
            page.send(text)


MALLORY = """async (sdp) => {
  window.mallory = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const context = new AudioContext();
  mallory.addTrack(context.createMediaStreamDestination().stream.getTracks()[0]);
  mallory.addTrack(document.createElement("canvas").captureStream(5).getTracks()[0]);
  const complete = new Promise((done) => { mallory.onicecandidate = ({ candidate }) => candidate ?? done(); });
  await mallory.setRemoteDescription({ type: "offer", sdp });
  await mallory.setLocalDescription();
  await complete;
  return mallory.localDescription.sdp;
}"""
PRESENTED = "async () => [...new Uint8Array(mallory.getSenders()[0].transport.getRemoteCertificates()[0])]"


async def test_a_code_that_changes_during_the_call_is_announced(pair: Pair, shoot: Shoot) -> None:
    """Carla's device is gone, and the service does not tell: Alice's looks for another path to it, and the service
    leads it to somebody else."""
    hands, tab = Hands(), await pair.service.blank()
    await tab.page.route_web_socket("**/api/signalling", hands.route)
    alice = await pair.service.signed_in(ALICE, tab=tab)
    carla = await pair.service.signed_in(CARLA)
    mallory = await pair.service.blank()
    await mallory.page.goto(f"{pair.service.address}/call")

    await alice.call(CARLA, SAID_BY_ALICE)
    await carla.rings()
    await carla.accept(SAID_BY_BOB)
    assert await alice.settled()
    before = await alice.screen()
    await alice.tab.press("Codes match")
    await alice.close_code()

    hands.taken = True
    await carla.close()
    hands.answer(await mallory.evaluate(MALLORY, await asyncio.wait_for(hands.offers.get(), 30)))
    await alice.tab.appears("#code-alarm")
    await shoot(alice.tab, "code-changed")
    said = await alice.tab.page.locator("#assertive p").last.text_content()
    assert said == f"The security code of the call with {CARLA.display} has changed. Compare it again."
    assert not await alice.tab.sees("#indicator-mark")

    after = await alice.screen()
    assert after.indicator is Indicator.LOCK
    assert after.notice == "The security code has changed. Compare it again."
    assert after.code != before.code
    facts = await alice.facts()
    assert facts is not None
    assert facts.local is not None
    assert facts.presented is not None
    assert after.code == teams20.code(teams20.thumbprint(facts.local), teams20.thumbprint(facts.presented))
    assert bytes(await mallory.evaluate(PRESENTED)) == facts.local
    await alice.quit()
    await alice.close()
    await mallory.close()
