"""Calls of two people at browsers through the service: `python -m tests.bench.browser [CALLS]`.

A set-up lasts from the invitation until both screens show the lock, without the time that the callee takes to accept.
Beside each call, in turns, the same two windows make the same call without a service: what one says is handed to the
other from page to page. The difference is what the service adds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import Account, CallWindow
from harness.endpoints.chromium.installed import program
from harness.endpoints.chromium.tab import Tab
from tests.browser.calling import ALICE, BOB, Pair, Service, running, tenant

CALLS = 40

STOPWATCH = """
window.stamps = [];
const stamp = (what) => window.stamps.push([what, performance.timeOrigin + performance.now()]);
const me = () => JSON.parse(sessionStorage.getItem("session"));
const pages = new BroadcastChannel("from page to page");
const handed = {  // what a service that asks and keeps nothing tells the other end
  "invite": ({ media }, call) => ({ type: "incoming", call, from: me().user, display: me().display, media }),
  "ringing": (_, call) => ({ type: "ringing", call }),
  "accept": (_, call) => ({ type: "accepted", call, mode: "e2ee", display: me().display, device: me().device.name }),
  "offer": ({ sdp }, call) => ({ type: "offer", call, sdp }),
  "answer": ({ sdp }, call) => ({ type: "answer", call, sdp }),
  "hang-up": ({ reason }, call) => ({ type: "hung-up", call, reason }),
};
window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    this.addEventListener("message", ({ data }) => stamp(`told ${JSON.parse(data).type}`));
    pages.onmessage = ({ data }) => this.told(data);
  }
  told(frame) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
  send(text) {
    const said = JSON.parse(text);
    stamp(`said ${said.type}`);
    if (!window.direct) return super.send(text);
    const call = said.call ?? crypto.randomUUID().replaceAll("-", "");
    pages.postMessage(handed[said.type](said, call));
    setTimeout(() => this.told({ type: "ok", id: said.id, call, mode: "e2ee" }));
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
            alice = await service.blank()
            context = alice.page.context
            beside = Tab(context, await context.new_page(), browser)
            service.tabs.append(beside)
            pair = Pair(service, await window(service, ALICE, alice), await window(service, BOB, beside))
            await measured(pair)  # the first call of a page loads what the later ones have
            report([await measured(pair) for _ in range(calls)])


async def window(service: Service, account: Account, tab: Tab) -> CallWindow:
    await tab.before(STOPWATCH)
    return await service.signed_in(account, tab=tab)


async def measured(pair: Pair) -> tuple[float, float]:
    """Milliseconds of one set-up through the service, and of one without it."""
    return await set_up(pair, direct=False), await set_up(pair, direct=True)


async def set_up(pair: Pair, direct: bool) -> float:
    for one in (pair.alice, pair.bob):
        await one.tab.evaluate(f"() => {{ window.stamps.length = 0; window.direct = {str(direct).lower()}; }}")
    await pair.talk()
    near, far = await stamps(pair.alice), await stamps(pair.bob)
    waited = far["said accept"] - far["told incoming"]
    await pair.alice.quit()
    await pair.bob.outcome()
    return max(near["lock"], far["lock"]) - near["said invite"] - waited


async def stamps(one: CallWindow) -> Stamps:
    """When each thing happened first."""
    told = await one.tab.evaluate("() => window.stamps")
    return dict(reversed([(what, when) for what, when in told]))


def report(rows: Sequence[tuple[float, float]]) -> None:
    through, direct = zip(*rows, strict=True)
    adds = statistics.median(through) - statistics.median(direct)
    print(f"set-up of {len(rows)} calls between two browsers, until both screens show the lock: {quantiles(through)}")
    print(f"the same calls in the same windows, handed from page to page:             {quantiles(direct)}")
    print(f"the service adds {adds:.0f} ms at the median")


def quantiles(values: Sequence[float]) -> str:
    ranks = statistics.quantiles(values, n=20)
    return f"median {statistics.median(values):5.0f} ms, 95th percentile {ranks[-1]:5.0f} ms"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))
