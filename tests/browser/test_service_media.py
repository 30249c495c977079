"""Ordinary calls of browsers: the service ends each leg, hears what is said, and does with it what people ask for."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.endpoints.chromium.call_window import CallWindow
from harness.endpoints.chromium.facts import Facts
from harness.markers import audio
from harness.model.base import Asset
from harness.model.statement import Indicator
from harness.model.tenant import Client, ClientKind

from .calling import (
    ALICE,
    CARLA,
    PATIENCE,
    SAID_BY_ALICE,
    SAID_BY_BOB,
    SAID_BY_CARLA,
    Pair,
    ask,
    hears,
    hears_voices,
)
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sure(window: CallWindow) -> Facts:
    found = await window.facts()
    assert found is not None
    return found


def kept(pair: Pair, name: str) -> Path | None:
    """The latest file of this name that the service has kept of a call."""
    found = sorted(pair.service.store.recordings.glob(f"*/*/{name}"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def markers_in(path: Path | None) -> set[int]:
    """Which markers a WAV file holds, half a second at a time."""
    if path is None:
        return set()
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    pieces = [pcm[at : at + audio.RATE // 2] for at in range(0, len(pcm), audio.RATE // 2)]
    return {marker for piece in pieces if (marker := audio.decode(piece)) is not None}


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for what another process, or the service beside, has to do."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.1)


async def test_two_browsers_hear_and_see_each_other_through_the_service(call: Pair) -> None:
    await asyncio.gather(hears(call.alice, SAID_BY_BOB), hears(call.bob, SAID_BY_ALICE))
    alice, bob = await sure(call.alice), await sure(call.bob)
    certificates = {alice.local, alice.presented, bob.local, bob.presented}
    assert len(certificates) == 4, "each talks to the service, which shows each another certificate"
    assert {one.dtls.version for one in (alice, bob) if one.dtls} == {"DTLSv1.2"}
    for screen in await call.screens():
        assert (screen.indicator, screen.code) == (Indicator.PLAIN, None)
    for one in (call.alice, call.bob):
        await one.close_code()


async def test_the_service_records_what_both_say(call: Pair, shoot: Shoot) -> None:
    await ask(call.alice.tab, "recording")
    for one in (call.alice, call.bob):
        await one.tab.appears("#active-features:has-text('Recording')")
    said = {"alice": SAID_BY_ALICE, "bob": SAID_BY_BOB}
    for name, markers in said.items():
        file = f"recording-{name}-contoso-example.wav"
        await until(lambda: markers[Asset.AUDIO] in markers_in(kept(call, file)), f"{file} must hold the marker")  # noqa: B023
    await shoot(call.bob.tab, "recorded-ordinary-call")


async def test_captions_show_on_both_screens_what_the_service_hears(call: Pair, shoot: Shoot) -> None:
    await ask(call.bob.tab, "captions")
    for one in (call.alice, call.bob):
        for said in (SAID_BY_ALICE, SAID_BY_BOB):
            await one.tab.appears(f"#captions:has-text('[chord {said[Asset.AUDIO]:016x}]')", PATIENCE)
    assert "alice@contoso.example" in await call.bob.tab.text("#captions")
    await shoot(call.alice.tab, "captions-of-an-ordinary-call")


async def test_a_call_is_transferred_to_whom_the_user_chooses(call: Pair, carla: CallWindow, shoot: Shoot) -> None:
    await call.alice.tab.press("More")
    await call.alice.tab.page.locator("#feature-transfer").click()
    await call.alice.tab.appears("#feature-dialog")
    await shoot(call.alice.tab, "transfer-to-whom")
    await call.alice.tab.page.locator("#feature-choice").select_option(CARLA.user)
    await call.alice.tab.page.locator("#feature-go").click()
    assert "Alice Adler is calling" in await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert await carla.settled()
    assert "it was transferred" in await call.alice.outcome()
    await call.bob.tab.appears("#stage-heading:has-text('Carla Costa')")
    await carla.tab.appears("#stage-heading:has-text('Bob Bauer')")
    await asyncio.gather(hears(carla, SAID_BY_BOB), hears(call.bob, SAID_BY_CARLA))
    assert (await call.bob.screen()).indicator is Indicator.PLAIN
    await shoot(call.bob.tab, "transferred")
    await call.bob.close_code()


async def test_one_more_takes_part_and_everybody_hears_everybody(call: Pair, carla: CallWindow, shoot: Shoot) -> None:
    await ask(call.alice.tab, "add-participant", CARLA.user)
    await carla.rings()
    await carla.accept(SAID_BY_CARLA)
    assert await carla.settled()
    voices = [one[Asset.AUDIO] for one in (SAID_BY_ALICE, SAID_BY_BOB, SAID_BY_CARLA)]
    for window, own in ((call.alice, 0), (call.bob, 1), (carla, 2)):
        wanted = {voice for place, voice in enumerate(voices) if place != own}
        await hears_voices(window, wanted)
    assert await call.alice.tab.text("#stage-heading") == "Bob Bauer, Carla Costa"
    await shoot(call.alice.tab, "three-people")


async def test_the_one_who_is_forwarded_to_voicemail_is_kept(call: Pair) -> None:
    await ask(call.bob.tab, "voicemail")
    assert "voicemail" in await call.bob.outcome()
    marker = SAID_BY_ALICE[Asset.AUDIO]
    file = "voicemail-alice-contoso-example.wav"
    await until(lambda: marker in markers_in(kept(call, file)), f"{file} must hold the marker")


async def test_a_companion_speaks_for_the_first_device(call: Pair, shoot: Shoot) -> None:
    phone = await call.service.window(ALICE)
    await phone.sign_in(Client(name="Phone", kind=ClientKind.ANDROID))
    await ask(call.alice.tab, "companion", "Phone")
    await phone.rings()
    await phone.accept(SAID_BY_CARLA)
    assert await phone.settled()
    await asyncio.gather(hears(call.bob, SAID_BY_CARLA), hears(phone, SAID_BY_BOB))
    await ask(call.alice.tab, "companion")
    assert "without this device" in await phone.outcome()
    await hears(call.bob, SAID_BY_ALICE)
    assert await call.bob.tab.text("#stage-heading") == "Alice Adler"
    await phone.close()


async def test_the_question_can_be_left_by_the_keyboard_and_nothing_is_asked(call: Pair) -> None:
    page = call.alice.tab.page
    await ask(call.alice.tab, "transfer")
    await call.alice.tab.appears("#feature-dialog")
    assert await page.evaluate("document.activeElement.id") == "feature-heading"
    names = await page.locator("#feature-choice option").all_inner_texts()
    assert [one.split(" (")[0] for one in names] == ["Carla Costa"], "whoever is in the call cannot be chosen"
    await page.keyboard.press("Escape")
    await page.locator("#feature-dialog").wait_for(state="hidden")
    assert await page.evaluate("document.activeElement.id") == "feature-transfer"
    assert not await call.bob.tab.sees("#active-features")
    await hears(call.bob, SAID_BY_ALICE)
