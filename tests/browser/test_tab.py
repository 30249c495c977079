"""The tab of a page: what it does not offer is told with what it tells its user."""

from __future__ import annotations

import pytest

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.tab import MOST_SAID, PageError

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = "data:text/html,<p role=alert>Too many requests</p><p role=alert hidden>Out of date</p>"


async def test_what_is_not_there_is_told_with_what_the_page_says(chromium: Chromium) -> None:
    tab = await chromium.tab()
    await tab.open(REFUSED)
    with pytest.raises(PageError, match=r"does not offer '#lock'; it says 'Too many requests'$"):
        await tab.appears("#lock", seconds=0.1)
    await tab.open("data:text/html,<p>Nothing to tell</p>")
    with pytest.raises(PageError, match=r"does not offer '#lock'$"):
        await tab.appears("#lock", seconds=0.1)
    await tab.open(f"data:text/html,<p role=alert>{'x' * 1000}</p>")
    with pytest.raises(PageError) as told:
        await tab.appears("#lock", seconds=0.1)
    assert str(told.value).count("x") == MOST_SAID
    await tab.close()
