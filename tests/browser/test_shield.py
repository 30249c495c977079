"""Since when a call window shows no shield: whoever reads the screen later is told by the page itself."""

from __future__ import annotations

import time

import pytest

from harness.endpoints.chromium import senses
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.tab import Content

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADDRESS = "https://window.test"
WINDOW = b"<!doctype html><main><button id=indicator hidden>a shield</button></main>"


@pytest.mark.parametrize("hides", ["indicator.hidden = true", "document.querySelector('main').hidden = true"])
async def test_the_page_knows_since_when_its_shield_is_gone(chromium: Chromium, hides: str) -> None:
    tab = await chromium.tab(scripts=[senses.INSTRUMENTS])
    await tab.serve(ADDRESS, lambda _: Content("text/html", WINDOW))
    await tab.open(f"{ADDRESS}/")
    await tab.evaluate("() => { indicator.hidden = false; }")
    assert await senses.emptied(tab) is None
    before = time.time()
    told = await tab.evaluate(f"() => {{ {hides}; return Date.now(); }}")
    while time.time() * 1000 < told + 5:  # so that now is another moment than then
        await tab.evaluate("() => { document.body.append('something else'); }")
    since = await senses.emptied(tab)
    assert since is not None
    assert before - 0.002 <= since <= told / 1000 + 0.002
    await tab.evaluate("() => { indicator.hidden = false; document.querySelector('main').hidden = false; }")
    assert await senses.emptied(tab) is None
    await tab.close()
