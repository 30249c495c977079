"""Calls of two people at browsers through the service: `python -m tests.bench.browser [CALLS]`.

A set-up lasts from the invitation until both screens show the lock, without the time that the callee takes to accept.
What the service adds is the time that frames are on their way between the two pages, by the clock that both share.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import CallWindow
from harness.endpoints.chromium.installed import program
from tests.browser.calling import ALICE, BOB, Pair, Service, running, tenant

CALLS = 40
HOPS = (("invite", "incoming"), ("accept", "accepted"), ("offer", "offer"), ("answer", "answer"))
"""What one page says and the other is told, on the way to a call."""

STOPWATCH = """
window.stamps = [];
const stamp = (what) => window.stamps.push([what, performance.timeOrigin + performance.now()]);
window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    this.addEventListener("message", ({ data }) => stamp(`told ${JSON.parse(data).type}`));
  }
  send(text) {
    stamp(`said ${JSON.parse(text).type}`);
    super.send(text);
  }
};
addEventListener("DOMContentLoaded", () => {
  const shield = document.getElementById("indicator");
  const shown = () => shield.dataset.shown === "lock" && stamp("lock");
  new MutationObserver(shown).observe(shield, { attributeFilter: ["data-shown"] });
});
"""

Stamps = dict[str, float]


async def main(calls: int) -> None:
    if program() is None:
        print("no Chromium: calls of browsers were not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        async with Chromium() as browser, running(Path(folder) / "service", tenant(), browser) as service:
            pair = Pair(service, await window(service, ALICE), await window(service, BOB))
            await measured(pair)  # the first call of a page loads what the later ones have
            report([await measured(pair) for _ in range(calls)])


async def window(service: Service, account: Any) -> CallWindow:
    tab = await service.blank()
    await tab.before(STOPWATCH)
    return await service.signed_in(account, tab=tab)


async def measured(pair: Pair) -> tuple[float, float]:
    """Milliseconds of one set-up, and of all frames of it that were on their way."""
    for one in (pair.alice, pair.bob):
        await one.tab.evaluate("() => { window.stamps.length = 0; }")
    await pair.talk()
    near, far = await stamps(pair.alice), await stamps(pair.bob)
    sides = {"invite": (near, far), "accept": (far, near), "offer": (near, far), "answer": (far, near)}
    ways = [sides[said][1][f"told {told}"] - sides[said][0][f"said {said}"] for said, told in HOPS]
    waited = far["said accept"] - far["told incoming"]
    await pair.alice.quit()
    await pair.bob.outcome()
    return max(near["lock"], far["lock"]) - near["said invite"] - waited, sum(ways)


async def stamps(one: CallWindow) -> Stamps:
    """When each thing happened first."""
    told = await one.tab.evaluate("() => window.stamps")
    return dict(reversed([(what, when) for what, when in told]))


def report(rows: Sequence[tuple[float, float]]) -> None:
    set_ups, ways = zip(*rows, strict=True)
    print(f"set-up of {len(rows)} calls between two browsers, until both screens show the lock:  {quantiles(set_ups)}")
    print(f"of it, frames on their way through the service:                          {quantiles(ways)}")


def quantiles(values: Sequence[float]) -> str:
    ranks = statistics.quantiles(values, n=20)
    return f"median {statistics.median(values):5.0f} ms, 95th percentile {ranks[-1]:5.0f} ms"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))
