"""What is not end-to-end encrypted shows a plain shield and says why; what an encrypted call cannot do says why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from harness.endpoints.chromium.browser import Chromium
from harness.model.statement import Indicator
from harness.model.tenant import Client, ClientKind

from .calling import ALICE, BOB, PATIENCE, SAID_BY_ALICE, SAID_BY_BOB, Pair, running, tenant
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

FEATURES = (
    "captions",
    "transcription",
    "recording",
    "transfer",
    "consult-transfer",
    "merge",
    "park",
    "companion",
    "add-participant",
    "voicemail",
    "simultaneous-ring",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ordinary(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Nobody has turned encryption on."""
    async with running(tmp_path_factory.mktemp("service"), tenant(on=False), chromium) as service:
        yield Pair(service, await service.signed_in(ALICE), await service.signed_in(BOB))


async def test_an_ordinary_call_has_a_plain_shield_no_code_and_a_reason(ordinary: Pair, shoot: Shoot) -> None:
    await ordinary.talk()
    alice, bob = await ordinary.screens()
    await shoot(ordinary.alice.tab, "plain")
    for screen in (alice, bob):
        assert (screen.indicator, screen.code, screen.notice) == (Indicator.PLAIN, None, None)
    assert await ordinary.alice.tab.text("#code-heading") == "Not end-to-end encrypted"
    assert "ordinary call" in await ordinary.alice.tab.text("#code-why")
    assert not await ordinary.alice.tab.sees("#codes-match")
    await ordinary.alice.quit()
    await ordinary.bob.quit()


async def test_a_feature_of_an_ordinary_call_is_told_to_both(ordinary: Pair, shoot: Shoot) -> None:
    await ordinary.talk()
    await ordinary.alice.tab.press("More")
    await ordinary.alice.tab.page.locator("#feature-captions").click()
    for one in (ordinary.alice, ordinary.bob):
        await one.tab.appears("#active-features:has-text('Live captions')")
    assert "alice@contoso.example" in await ordinary.bob.tab.text("#active-features")
    await shoot(ordinary.alice.tab, "features-of-an-ordinary-call")
    await ordinary.alice.tab.page.locator("#feature-captions").click()
    await ordinary.bob.tab.page.locator("#active-features").wait_for(state="hidden")
    await ordinary.alice.quit()
    await ordinary.bob.quit()


RECORD = """async ([on, user]) => {
  const { token } = JSON.parse(sessionStorage.getItem("session"));
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return (await fetch("/api/recording", { method: "PUT", headers, body: JSON.stringify({ on, user }) })).status;
}"""
"""Alice is the administrator."""


async def test_a_call_that_is_recorded_for_compliance_says_so_to_both_and_is_kept(ordinary: Pair) -> None:
    kept = ordinary.service.store.recordings
    before = set(kept.glob("*/*/compliance-*.wav"))
    assert await ordinary.alice.tab.page.evaluate(RECORD, [True, BOB.user]) == 200
    await ordinary.talk()
    for one in (ordinary.alice, ordinary.bob):
        await one.tab.appears("#notice:has-text('Your organisation records this call.')")
    assert await ordinary.alice.heard(SAID_BY_BOB, PATIENCE) == SAID_BY_BOB
    assert await ordinary.bob.heard(SAID_BY_ALICE, PATIENCE) == SAID_BY_ALICE
    await ordinary.alice.quit()
    await ordinary.bob.quit()
    assert await ordinary.alice.tab.page.evaluate(RECORD, [False, BOB.user]) == 200
    made = {path.name for path in set(kept.glob("*/*/compliance-*.wav")) - before}
    assert made == {f"compliance-{name}-contoso-example.wav" for name in ("alice", "bob")}


async def test_a_web_client_makes_ordinary_calls_although_both_have_turned_it_on(pair: Pair) -> None:
    web = Client(name="Web", kind=ClientKind.WEB)
    carla = await pair.service.signed_in(ALICE, web)
    await carla.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    await pair.bob.accept(SAID_BY_BOB)
    assert all(await asyncio.gather(carla.settled(), pair.bob.settled()))
    assert (await carla.screen()).indicator is Indicator.PLAIN
    assert (await pair.bob.screen()).indicator is Indicator.PLAIN
    await carla.quit()
    await carla.close()


async def test_who_answers_at_a_telephone_has_an_ordinary_call_and_both_screens_say_so(
    pair: Pair, shoot: Shoot
) -> None:
    """The gateway is a stub, a client that says that it is one; both users have turned encryption on."""
    gateway = await pair.service.signed_in(BOB, Client(name="Gateway", kind=ClientKind.PSTN))
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await gateway.rings()
    await gateway.accept(SAID_BY_BOB)
    assert all(await asyncio.gather(pair.alice.settled(), gateway.settled()))
    assert await pair.alice.heard(SAID_BY_BOB, PATIENCE) == SAID_BY_BOB
    for one in (pair.alice, gateway):
        screen = await one.screen()
        assert (screen.indicator, screen.code) == (Indicator.PLAIN, None)
        assert "telephone" in await one.tab.text("#code-why")
    await shoot(pair.alice.tab, "telephone")
    await gateway.quit()
    await gateway.close()


async def test_every_feature_is_greyed_out_with_its_reason_in_an_encrypted_call(pair: Pair, shoot: Shoot) -> None:
    await pair.talk()
    said = frames_sent(pair)
    await pair.alice.tab.press("More")
    await shoot(pair.alice.tab, "locked-features")
    page = pair.alice.tab.page
    for feature in FEATURES:
        button = page.locator(f"#feature-{feature}")
        assert await button.get_attribute("aria-disabled") == "true"
        reason = await page.locator(f"#why-{feature}").inner_text()
        assert len(reason) > 20
        await button.click(force=True)
        assert reason in (await page.locator("#polite p").last.text_content() or "")
    assert [frame for frame in said if frame["type"] == "feature"] == []
    assert (await pair.alice.screen()).indicator is Indicator.LOCK


async def test_a_feature_that_is_asked_for_all_the_same_is_refused_and_changes_nothing(pair: Pair) -> None:
    """A page in other hands than ours: the button is not greyed out there."""
    await pair.talk()
    before = await pair.alice.screen()
    await pair.alice.close_code()
    await pair.alice.tab.press("More")
    await pair.alice.tab.evaluate("() => document.getElementById('feature-recording').removeAttribute('aria-disabled')")
    await pair.alice.tab.page.locator("#feature-recording").click()
    await pair.alice.tab.appears("#notice:has-text('Recording is not available in an end-to-end encrypted call')")
    assert await pair.alice.screen() == before
    assert not await pair.bob.tab.sees("#active-features")


def frames_sent(pair: Pair) -> list[dict[str, Any]]:
    """What Alice's page says to the service from now on."""
    said: list[dict[str, Any]] = []

    def note(payload: str | bytes) -> None:
        said.append(json.loads(payload))

    pair.alice.tab.sockets[-1].on("framesent", note)
    return said
