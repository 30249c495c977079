"""What the call window does not take: from a dishonest service, an interceptor, clients of another kind."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import WebSocketRoute

from harness.endpoints.chromium import senses
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import CallWindow
from harness.model.statement import Indicator

from .calling import ALICE, BOB, CARLA, SAID_BY_ALICE, SAID_BY_BOB, Pair, Service, running, tenant
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

Frame = dict[str, Any]
Change = Callable[[Frame], Frame]


class Hands:
    """A service in other hands: what it tells one window is changed on the way, and more can be told."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._page: WebSocketRoute | None = None
        self.call = ""

    def route(self, page: WebSocketRoute) -> None:
        self._page = page
        server = page.connect_to_server()
        page.on_message(server.send)
        server.on_message(lambda text: self._told(json.loads(text), page))

    def tell(self, kind: str, **fields: Any) -> None:
        assert self._page is not None
        self._page.send(json.dumps({"type": kind, "call": self.call, **fields}))

    def _told(self, frame: Frame, page: WebSocketRoute) -> None:
        self.call = frame.get("call", self.call)
        page.send(json.dumps(self._change(frame)))


async def in_hands(service: Service, change: Change) -> tuple[Hands, CallWindow]:
    """Alice's window, whose service is in other hands."""
    hands, tab = Hands(change), await service.blank()
    await tab.page.route_web_socket("**/api/signalling", hands.route)
    return hands, await service.signed_in(ALICE, tab=tab)


async def call(alice: CallWindow, pair: Pair) -> None:
    await alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.accept(SAID_BY_BOB)


def as_it_is(frame: Frame) -> Frame:
    return frame


def another_fingerprint(frame: Frame) -> Frame:
    """The announced certificate is not the one that DTLS will present."""
    if frame["type"] != "answer":
        return frame
    return frame | {"sdp": re.sub(r"(a=fingerprint:sha-256 )(..)", r"\g<1>00", frame["sdp"])}


async def test_a_certificate_that_was_not_announced_ends_the_call_without_a_lock(pair: Pair, shoot: Shoot) -> None:
    _, alice = await in_hands(pair.service, another_fingerprint)
    await call(alice, pair)
    assert not await alice.settled()
    assert "did not present the certificate that was announced" in await alice.outcome()
    await shoot(alice.tab, "certificate-refused")
    assert (await alice.screen()).indicator is Indicator.NONE
    await pair.bob.outcome()
    await alice.close()


OF_EVERY_OBJECT = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]
"""Names that every plain object of the language has, and that no list of ours has."""


@pytest.mark.parametrize(
    "why", ["dtls-failed", "user-removed-you: <b>Somebody may be in between</b>", *OF_EVERY_OBJECT]
)
async def test_nobody_else_chooses_the_sentence_that_accuses_nor_any_of_their_own(pair: Pair, why: str) -> None:
    hands, alice = await in_hands(pair.service, as_it_is)
    await call(alice, pair)
    assert await alice.settled()
    hands.tell("hung-up", reason=why)
    outcome = await alice.outcome()
    assert re.fullmatch(
        rf"{BOB.display}: (The other device could not agree on keys with this one, and has ended the call"
        r"|The call has ended, for a reason that this page does not know)\. It lasted \d:\d\d\.",
        outcome,
    ), outcome
    await alice.close()
    await pair.bob.outcome()


@pytest.mark.parametrize("name", OF_EVERY_OBJECT)
async def test_what_every_object_has_is_no_word_of_the_service(pair: Pair, name: str) -> None:
    hands, alice = await in_hands(pair.service, as_it_is)
    await alice.choose(BOB)
    hands.tell("bye", reason=name)
    hands.tell("presence", user=BOB.user, presence=name)
    await alice.tab.appears("#peer-presence:has-text('Unknown')")
    assert await alice.tab.page.locator(f'[data-user="{BOB.user}"] .dot').get_attribute("class") == "dot "
    assert not await alice.tab.sees("#sign-in")
    await alice.close()


async def test_a_reason_that_is_the_service_s_own_is_taken_from_no_device(pair: Pair) -> None:
    """Bob's window is in other hands: it says that an administrator has removed him."""
    refusals: list[Frame] = []
    tab = await pair.service.blank()

    def route(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def said(text: str | bytes) -> None:
            frame = json.loads(text)
            server.send(json.dumps(frame | {"reason": "user-removed"}) if frame["type"] == "hang-up" else text)

        def told(text: str | bytes) -> None:
            refusals.extend([json.loads(text)] if json.loads(text)["type"] == "refused" else [])
            page.send(text)

        page.on_message(said)
        server.on_message(told)

    await tab.page.route_web_socket("**/api/signalling", route)
    carla = await pair.service.signed_in(CARLA, tab=tab)
    await pair.alice.call(CARLA, SAID_BY_ALICE)
    await carla.rings()
    await carla.accept(SAID_BY_BOB)
    assert await pair.alice.settled()
    await carla.hang_up()
    await carla.tab.appears("#notice:visible")
    assert [one["reason"] for one in refusals] == ["malformed"]
    assert not await pair.alice.tab.sees("#outcome")
    await carla.close()
    assert "lost its connection" in await pair.alice.outcome()


async def test_a_mode_that_nobody_knows_is_no_call(pair: Pair) -> None:
    _, alice = await in_hands(
        pair.service, lambda frame: frame | {"mode": "e2ee+recording"} if frame["type"] == "accepted" else frame
    )
    await call(alice, pair)
    assert "a kind of call that this client does not know" in await alice.outcome()
    assert await senses.capturing(alice.tab) == 0
    await alice.close()


async def test_an_offer_before_the_user_has_accepted_is_not_answered(pair: Pair) -> None:
    hands, alice = await in_hands(pair.service, as_it_is)
    await pair.bob.call(ALICE, SAID_BY_BOB)
    await alice.rings()
    hands.tell("offer", sdp="v=0\r\n")
    hands.tell("accepted", mode="e2ee", display="Bob Bauer", device="Browser")
    hands.tell("candidates", candidates=["candidate:1 1 udp 1 127.0.0.1 9 typ host"])
    await alice.tab.evaluate("() => new Promise((done) => setTimeout(done))")
    assert await alice.facts() is None, "there is no connection before the user wants the call"
    assert await alice.tab.sees("#incoming")
    assert await senses.capturing(alice.tab) == 0
    await alice.decline()
    await alice.close()


async def test_a_feature_that_the_service_says_is_on_is_told_and_is_not_there(pair: Pair, shoot: Shoot) -> None:
    hands, alice = await in_hands(pair.service, as_it_is)
    await call(alice, pair)
    assert await alice.settled()
    hands.tell("feature", feature="recording", on=True, by=BOB.user, argument=None)
    hands.tell("caption", user=BOB.user, text="What was never heard")
    await alice.tab.appears("#notice:has-text('Recording: the service says that it is on')")
    await shoot(alice.tab, "feature-unheeded")
    assert not await alice.tab.sees("#active-features")
    assert not await alice.tab.sees("#captions")
    assert (await alice.screen()).indicator is Indicator.LOCK
    await alice.quit()
    await alice.close()


async def test_who_is_in_a_call_is_busy_for_others(pair: Pair) -> None:
    await pair.talk()
    carla = await pair.service.signed_in(CARLA)
    await carla.call(BOB, SAID_BY_ALICE)
    assert "another call" in await carla.outcome()
    assert await senses.capturing(carla.tab) == 0
    assert (await pair.bob.screen()).indicator is Indicator.LOCK
    await carla.close()


@pytest_asyncio.fixture(loop_scope="session")
async def ordinary(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(tmp_path_factory.mktemp("service"), tenant(on=False), chromium) as service:
        yield service


def keys_in_the_signalling(frame: Frame) -> Frame:
    """The offer as a client for ordinary calls makes it: keys (RFC 4568) and no fingerprint."""
    if frame["type"] != "offer":
        return frame
    sdp = re.sub(r"a=(fingerprint|setup):.*\r\n", "", frame["sdp"]).replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF")
    return frame | {
        "sdp": sdp.replace("a=rtcp-mux\r\n", f"a=rtcp-mux\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{'A' * 40}\r\n")
    }


async def test_an_ordinary_call_whose_keys_are_in_the_signalling_is_none_for_a_browser(
    ordinary: Service, shoot: Shoot
) -> None:
    bob = await ordinary.signed_in(BOB)
    _, alice = await in_hands(ordinary, keys_in_the_signalling)
    await bob.call(ALICE, SAID_BY_BOB)
    await alice.rings()
    await alice.accept(SAID_BY_ALICE)
    told = await asyncio.gather(alice.outcome(), bob.outcome())
    await shoot(alice.tab, "no-sdes")
    assert sorted("Browsers cannot do that" in one for one in told) == [False, True]
    assert all("(SDES)" in one for one in told), "the other one is told of it in other words"


async def test_without_a_microphone_there_is_no_call_and_the_other_one_is_told(pair: Pair) -> None:
    refuse = "navigator.mediaDevices.getUserMedia = async () => { throw new Error('Permission denied'); };"
    tab = await pair.service.blank()
    await tab.before(refuse)
    alice = await pair.service.signed_in(ALICE, tab=tab)
    await alice.tab.page.locator(f'#people-list button[data-user="{BOB.user}"]').click()
    await alice.tab.press("Call")
    assert "needs a microphone" in await alice.outcome()
    await pair.bob.call(ALICE, SAID_BY_BOB)
    await alice.rings()
    await alice.tab.press("Accept, sound only")
    assert "has no microphone" in await pair.bob.outcome()
    await alice.close()
