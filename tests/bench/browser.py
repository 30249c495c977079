"""Calls of two people at browsers through the service: `python -m tests.bench.browser [CALLS]`.

A set-up lasts from the invitation until both screens show the lock, without the time that the callee takes to accept.
What the service adds is the time that frames are on their way between the two pages, by the clock that both share.
Beside each call, in turns, the same browser connects the same media without any service: both ends in one page, which
hands the descriptions over.
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

DIRECT = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const begin = performance.now();
  const make = async () => {
    const certificate = await RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });
    const end = new RTCPeerConnection({ certificates: [certificate] });
    for (const track of stream.getTracks()) end.addTrack(track, stream);
    return end;
  };
  const [near, far] = [await make(), await make()];
  near.onicecandidate = ({ candidate }) => far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => near.addIceCandidate(candidate);
  const up = Promise.all([near, far].map((end) => new Promise((yes, no) => {
    end.onconnectionstatechange = () => {
      if (end.connectionState === "connected") yes();
      if (end.connectionState === "failed") no(new Error("two ends in one page did not connect"));
    };
  })));
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  await up;
  const took = performance.now() - begin;
  near.close();
  far.close();
  for (const track of stream.getTracks()) track.stop();
  return took;
}"""

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


async def measured(pair: Pair) -> tuple[float, float, float]:
    """Milliseconds of one set-up, of all frames of it that were on their way, and of one without the service."""
    direct = float(await pair.alice.tab.evaluate(DIRECT))
    for one in (pair.alice, pair.bob):
        await one.tab.evaluate("() => { window.stamps.length = 0; }")
    await pair.talk()
    near, far = await stamps(pair.alice), await stamps(pair.bob)
    sides = {"invite": (near, far), "accept": (far, near), "offer": (near, far), "answer": (far, near)}
    ways = [sides[said][1][f"told {told}"] - sides[said][0][f"said {said}"] for said, told in HOPS]
    waited = far["said accept"] - far["told incoming"]
    await pair.alice.quit()
    await pair.bob.outcome()
    return max(near["lock"], far["lock"]) - near["said invite"] - waited, sum(ways), direct


async def stamps(one: CallWindow) -> Stamps:
    """When each thing happened first."""
    told = await one.tab.evaluate("() => window.stamps")
    return dict(reversed([(what, when) for what, when in told]))


def report(rows: Sequence[tuple[float, float, float]]) -> None:
    set_ups, ways, direct = zip(*rows, strict=True)
    print(f"set-up of {len(rows)} calls between two browsers, until both screens show the lock:  {quantiles(set_ups)}")
    print(f"of the set-up, frames on their way through the service:                          {quantiles(ways)}")
    print(f"the same media without a service, until both ends are connected:         {quantiles(direct)}")


def quantiles(values: Sequence[float]) -> str:
    ranks = statistics.quantiles(values, n=20)
    return f"median {statistics.median(values):5.0f} ms, 95th percentile {ranks[-1]:5.0f} ms"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))
