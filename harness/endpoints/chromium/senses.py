"""What a page is given to say and to show, and what it heard and saw: markers into a tab and out of it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...markers import audio, video
from ...model.base import Asset
from ...model.turn import TurnServer
from .tab import PageError, Tab

INSTRUMENTS: Final = Path(__file__).with_name("instruments.js")
"""What a tab needs before its page: `Chromium.tab(scripts=[INSTRUMENTS])`."""

WIDTH: Final = 320
HEIGHT: Final = 240

PEER: Final = "#remote"
SHARED: Final = "#screen"
_PICTURES: Final = {Asset.VIDEO: PEER, Asset.SCREEN: SHARED}
"""Where the window shows them (CSS selectors); sound comes from the first."""

_PERIOD: Final = audio.RATE // audio.SPACING_HZ
_HARNESS: Final = 'window[Symbol.for("harness")]'
_MOST_PIXELS: Final = 1920 * 1088


async def load(tab: Tab, markers: Mapping[Asset, int | None]) -> None:
    """From now on microphone, camera and screen of this tab carry these markers; one without is silent or grey."""
    sound = markers.get(Asset.AUDIO)
    content = {
        "sound": None if sound is None else _text(audio.chord(sound, _PERIOD).tobytes()),
        "picture": _image(markers.get(Asset.VIDEO), Asset.VIDEO),
        "screen": _image(markers.get(Asset.SCREEN), Asset.SCREEN),
    }
    await tab.evaluate(f"content => {_HARNESS}.load(content)", content)


async def relay(tab: Tab, server: TurnServer | None) -> None:
    """In every page of the tab connections go through this TURN server and no other way. Say it before there is one."""
    if server is None:
        return
    (host, port), transport = server.address, server.transport
    urls = f"turn:{host}:{port}?transport={transport}"
    told = json.dumps({"urls": urls, "username": server.username, "credential": server.password})
    await tab.before(f"{_HARNESS}.relay({told})")


async def capturing(tab: Tab) -> int:
    """How many tracks of microphone, camera and screen are in use."""
    return int(await tab.evaluate(f"() => {_HARNESS}.live()"))


async def emptied(tab: Tab) -> float | None:
    """Since when its call window shows no shield (seconds since the epoch); None while it shows one."""
    moment = await tab.evaluate(f"() => {_HARNESS}.emptied()")
    return None if moment is None else float(moment) / 1000


async def described(tab: Tab) -> None:
    """Wait until no description of the tab's latest connection waits for another one."""
    await tab.evaluate(f"() => {_HARNESS}.described()")


async def heard(tab: Tab, assets: Collection[Asset], seconds: float) -> dict[Asset, int]:
    """The markers in what the window plays and shows: those of `assets`, or what there is after `seconds`."""
    found: dict[Asset, int] = {}
    try:
        async with asyncio.timeout(seconds):
            while not found.keys() >= set(assets):
                found |= await _listened(tab, set(assets) - found.keys())
    except TimeoutError:
        return found
    return found


async def _listened(tab: Tab, assets: set[Asset]) -> dict[Asset, int]:
    """One look and a sixth of a second of listening."""
    found = {}
    sound = await tab.evaluate(f"async () => {_HARNESS}.heard(document.querySelector({PEER!r}))")
    if Asset.AUDIO in assets and sound is not None and (marker := audio.decode(_samples(sound))) is not None:
        found[Asset.AUDIO] = marker
    for asset in _PICTURES.keys() & assets:
        shown = await tab.evaluate(f"() => {_HARNESS}.seen(document.querySelector({_PICTURES[asset]!r}))")
        if (marker := _picture(shown, asset)) is not None:
            found[asset] = marker
    return found


def _samples(encoded: str) -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.frombuffer(base64.b64decode(encoded), np.int16)


def _picture(seen: Mapping[str, Any] | None, of: Asset) -> int | None:
    if seen is None:
        return None
    width, height = int(seen["width"]), int(seen["height"])
    luma = np.frombuffer(base64.b64decode(seen["luma"]), np.uint8)
    if width * height > _MOST_PIXELS or len(luma) != width * height:
        raise PageError(f"a picture of {width} x {height} has {len(luma)} bytes")
    return video.decode(luma.reshape(height, width), of=of)


def _image(marker: int | None, of: Asset) -> dict[str, Any] | None:
    if marker is None:
        return None
    luma = video.picture(marker, WIDTH, HEIGHT, of=of)
    return {"width": WIDTH, "height": HEIGHT, "luma": _text(luma.tobytes())}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
