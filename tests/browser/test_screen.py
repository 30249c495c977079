"""A screen is shared in a call of two people at their call windows: shown beside the video, announced, and ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.endpoints.chromium import senses
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import CallWindow
from harness.endpoints.chromium.tab import PHONE, Tab
from harness.model.base import Asset
from harness.model.statement import Indicator

from .calling import ALICE, BOB, SAID_BY_ALICE, SAID_BY_BOB, Pair, running, tenant, violations
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_ALICE = {**SAID_BY_ALICE, Asset.SCREEN: 0xA11CE_0000_0003}
OF_BOB = {**SAID_BY_BOB, Asset.SCREEN: 0xB0B_0000_0003}


async def talking(pair: Pair) -> None:
    await pair.talk()
    await senses.load(pair.alice.tab, OF_ALICE)
    await senses.load(pair.bob.tab, OF_BOB)


async def announced(window: CallWindow, sentence: str) -> None:
    """Wait until a screen reader is told this."""
    await window.tab.page.locator("#polite p", has_text=sentence).first.wait_for(state="attached")


async def test_the_other_side_sees_it_beside_the_video_and_is_told(pair: Pair, shoot: Shoot) -> None:
    await talking(pair)
    before = await pair.screens()
    for one in (pair.alice, pair.bob):
        await one.close_code()
    await pair.alice.share()
    assert await pair.bob.heard(set(OF_ALICE), 10) == OF_ALICE
    screen = pair.bob.tab.page.get_by_label(f"Screen shared by {ALICE.display}")
    video = pair.bob.tab.page.get_by_label("Video of the other person")
    assert await screen.is_visible()
    assert await video.is_visible()
    await announced(pair.bob, f"{ALICE.display} is sharing a screen.")
    await announced(pair.alice, "You are sharing your screen.")
    await shoot(pair.bob.tab, "screen-shared")
    assert await pair.screens() == before
    assert not await pair.alice.tab.sees("#screen")


async def test_it_ends_when_it_is_ended(pair: Pair) -> None:
    await talking(pair)
    used = await senses.capturing(pair.alice.tab)
    await pair.alice.share()
    await pair.bob.tab.appears("#screen")
    assert await senses.capturing(pair.alice.tab) == used + 1
    await pair.alice.stop_sharing()
    await announced(pair.bob, f"{ALICE.display} no longer shares a screen.")
    assert not await pair.bob.tab.sees("#screen")
    assert await senses.capturing(pair.alice.tab) == used
    assert await pair.bob.heard(set(SAID_BY_ALICE), 10) == SAID_BY_ALICE


async def test_it_can_be_shared_again(pair: Pair) -> None:
    await talking(pair)
    for _ in range(2):
        await pair.alice.share()
        assert await pair.bob.heard({Asset.SCREEN}, 10) == {Asset.SCREEN: OF_ALICE[Asset.SCREEN]}
        await pair.alice.stop_sharing()
        await pair.bob.tab.page.locator("#screen").wait_for(state="hidden")
    sections = await pair.alice.tab.evaluate("() => window[Symbol.for('harness')].sections()")
    assert sections == 3


async def test_the_one_who_was_called_shares_too(pair: Pair) -> None:
    await talking(pair)
    await pair.bob.share()
    assert await pair.alice.heard(set(OF_BOB), 10) == OF_BOB
    await pair.alice.share()
    assert await pair.bob.heard(set(OF_ALICE), 10) == OF_ALICE
    assert await pair.alice.heard({Asset.SCREEN}, 10) == {Asset.SCREEN: OF_BOB[Asset.SCREEN]}


@pytest.mark.parametrize("turn", range(3))
async def test_two_who_share_at_the_same_moment_see_and_hear_each_other(pair: Pair, shoot: Shoot, turn: int) -> None:
    """Whose offer is refused, because the other one was faster, must not have set it: Chromium plays no sound then."""
    await talking(pair)
    await asyncio.gather(pair.alice.share(), pair.bob.share())
    seen = await asyncio.gather(pair.alice.heard(set(OF_BOB), 10), pair.bob.heard(set(OF_ALICE), 10))
    await shoot(pair.alice.tab, f"screens-of-both-{turn}")
    assert tuple(seen) == (OF_BOB, OF_ALICE)


async def test_what_is_shared_while_it_rings_is_there_from_the_start(pair: Pair) -> None:
    await pair.alice.call(BOB, OF_ALICE)
    await pair.bob.rings()
    await pair.alice.share()
    await pair.bob.accept(OF_BOB)
    assert await pair.bob.settled()
    assert await pair.bob.heard(set(OF_ALICE), 10) == OF_ALICE
    assert await pair.alice.heard(set(SAID_BY_BOB), 10) == SAID_BY_BOB


async def test_who_has_no_camera_is_seen_by_the_screen_alone(pair: Pair) -> None:
    sound = {Asset.AUDIO: SAID_BY_ALICE[Asset.AUDIO]}
    await pair.alice.call(BOB, sound)
    await pair.bob.rings()
    await pair.bob.accept(sound)
    assert await pair.bob.settled()
    await senses.load(pair.alice.tab, OF_ALICE)
    await pair.alice.share()
    assert await pair.bob.heard({Asset.SCREEN}, 10) == {Asset.SCREEN: OF_ALICE[Asset.SCREEN]}
    assert await pair.bob.heard({Asset.VIDEO}, 1) == {}
    assert await pair.bob.tab.text("#remote-name") == "AA"


async def test_hanging_up_ends_the_sharing(pair: Pair) -> None:
    await talking(pair)
    await pair.alice.share()
    await pair.bob.tab.appears("#screen")
    await pair.bob.hang_up()
    await pair.alice.outcome()
    assert await senses.capturing(pair.alice.tab) == 0
    await pair.alice.call(BOB, SAID_BY_ALICE)
    await pair.bob.rings()
    assert not await pair.alice.tab.sees("#screen")
    await pair.alice.tab.appears("#share-name:text('Share screen')")


async def answers(tab: Tab, script: str) -> None:
    await tab.evaluate(f"() => {{ navigator.mediaDevices.getDisplayMedia = {script}; }}")


async def test_who_chooses_nothing_shares_nothing_and_the_call_goes_on(pair: Pair) -> None:
    await talking(pair)
    kept = "window.kept = navigator.mediaDevices.getDisplayMedia"
    await pair.alice.tab.evaluate(f"() => {{ {kept}; }}")
    await answers(pair.alice.tab, "async () => { throw new DOMException('Permission denied', 'NotAllowedError'); }")
    await pair.alice.tab.press("Share screen")
    await pair.alice.tab.appears("#notice")
    assert await pair.alice.tab.text("#notice") == "No screen is shared: Permission denied"
    assert await pair.alice.tab.text("#share-name") == "Share screen"
    await answers(pair.alice.tab, "window.kept")
    await pair.alice.share()
    assert await pair.bob.heard(set(OF_ALICE), 10) == OF_ALICE


async def test_the_browsers_own_stop_is_a_stop(pair: Pair) -> None:
    await talking(pair)
    await pair.alice.tab.evaluate(
        """() => {
          const choose = navigator.mediaDevices.getDisplayMedia;
          navigator.mediaDevices.getDisplayMedia = async () => {
            const stream = await choose();
            window.chosen = stream.getVideoTracks()[0];
            navigator.mediaDevices.getDisplayMedia = choose;
            return stream;
          };
        }"""
    )
    await pair.alice.share()
    await pair.bob.tab.appears("#screen")
    await pair.alice.tab.evaluate("() => { window.chosen.dispatchEvent(new Event('ended')); }")
    await pair.bob.tab.page.locator("#screen").wait_for(state="hidden")
    await announced(pair.alice, "You no longer share your screen.")


async def test_on_a_phone_everything_has_its_place(pair: Pair, shoot: Shoot) -> None:
    await talking(pair)
    await pair.alice.share()
    await pair.bob.tab.appears("#screen")
    await pair.bob.tab.page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
    await shoot(pair.bob.tab, "screen-on-a-phone")
    wide = await pair.bob.tab.evaluate("() => document.documentElement.scrollWidth")
    controls = await pair.bob.tab.page.locator(".controls button:visible").all()
    boxes = [await one.bounding_box() for one in controls]
    await pair.bob.tab.page.set_viewport_size({"width": 1280, "height": 800})
    assert wide <= PHONE.width
    assert len(boxes) == 5
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE.width for box in boxes)


# through the service's media processor


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ordinary(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Nobody has turned encryption on."""
    async with running(tmp_path_factory.mktemp("service"), tenant(on=False), chromium) as service:
        yield Pair(service, await service.signed_in(ALICE), await service.signed_in(BOB))


async def test_in_an_ordinary_call_it_goes_through_the_service_and_the_shield_stays_plain(ordinary: Pair) -> None:
    await talking(ordinary)
    await ordinary.bob.share()
    assert await ordinary.alice.heard(set(OF_BOB), 10) == OF_BOB
    await ordinary.alice.share()
    assert await ordinary.bob.heard(set(OF_ALICE), 10) == OF_ALICE
    await ordinary.bob.stop_sharing()
    await ordinary.alice.tab.page.locator("#screen").wait_for(state="hidden")
    for screen in await ordinary.screens():
        assert (screen.indicator, screen.code) == (Indicator.PLAIN, None)
    for one in (ordinary.alice, ordinary.bob):
        await one.quit()
        assert await violations(one.tab) == []


# which section it is


SDP = "v=0\r\nm=audio 9 X 0\r\na=mid:0\r\nm=video 9 X 96\r\na=mid:1\r\nm=video 9 X 96\r\n{}a=mid:2\r\n"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", []),
        ("a=content:slides\r\n", ["2"]),
        ("a=content:speaker,slides\r\n", ["2"]),
        ("a=content:slides,main\r\n", ["2"]),
        ("a=content:main\r\n", []),
        ("a=content:slidesque\r\n", []),
        ("i=a=content:slides\r\n", []),
    ],
)
async def test_the_section_for_a_screen_is_the_one_that_says_so(modules: Tab, line: str, found: list[str]) -> None:
    script = "async (sdp) => [...(await import('/web/call/slides.js')).slidesIn(sdp)]"
    assert await modules.evaluate(script, SDP.format(line)) == found


async def test_a_description_says_which_one_it_is(modules: Tab) -> None:
    script = "async (sdp) => (await import('/web/call/slides.js')).withSlides(sdp, new Set(['2']))"
    assert await modules.evaluate(script, SDP.format("")) == SDP.format("").replace(
        "a=mid:2\r\n", "a=mid:2\r\na=content:slides\r\n"
    )
