"""Makes a capture of a call between two pages of Chromium, in a network namespace where nothing else is:

    unshare --net sh -c 'ip link set lo up && python tests/foreign/make_chromium.py FOLDER'   (as root)

Needs Playwright (`pip install playwright`; no browser of its own), Chromium and dumpcap.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import (
    BrowserContext,
    Page,
    async_playwright,
)

CHROMIUM = "/usr/bin/chromium"
ADDRESS = "https://call.test/"
SECONDS = 2.0
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
]
PAGE = """<!doctype html><script>
const pc = new RTCPeerConnection();
pc.ontrack = event => {
  const shown = document.createElement(event.track.kind);
  shown.autoplay = true;
  shown.muted = true;
  shown.srcObject = new MediaStream([event.track]);
  document.documentElement.append(shown);
};
const gathered = () => new Promise(done => {
  const look = () => pc.iceGatheringState === 'complete' && done(pc.localDescription.toJSON());
  pc.addEventListener('icegatheringstatechange', look);
  look();
});
async function describe(remote) {
  const video = {width: 160, height: 120, frameRate: 10};
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video});
  if (remote) await pc.setRemoteDescription(remote);
  for (const track of media.getTracks()) pc.addTrack(track, media);
  await pc.setLocalDescription();
  return gathered();
}
async function connected() {
  while (pc.connectionState !== 'connected') await new Promise(done => setTimeout(done, 10));
}
async function facts() {
  const stats = [...(await pc.getStats()).values()];
  const transport = stats.find(one => one.type === 'transport');
  const print = id => stats.find(one => one.id === id).fingerprint;
  const [local, remote] = [print(transport.localCertificateId), print(transport.remoteCertificateId)];
  const {tlsVersion, dtlsCipher, srtpCipher, dtlsRole, iceRole} = transport;
  const sent = stats.filter(one => one.type === 'outbound-rtp');
  const streams = sent.map(({kind, ssrc, packetsSent}) => ({kind, ssrc, packetsSent}));
  return {local, remote, tlsVersion, dtlsCipher, srtpCipher, dtlsRole, iceRole, streams, sdp: pc.localDescription.sdp};
}
</script>"""


def main(folder: Path) -> None:
    version = subprocess.run([CHROMIUM, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    facts = {"program": version, **make(folder / "chromium-dtls13.pcapng")}
    (folder / "chromium-dtls13.json").write_text(json.dumps(facts, indent=1) + "\n")


def make(capture: Path) -> dict[str, Any]:
    """Record one call; what both pages say about it."""
    capture.unlink(missing_ok=True)
    recorder = subprocess.Popen(
        ["dumpcap", "-q", "-i", "lo", "-f", "udp", "-w", capture], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return asyncio.run(browse())
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait(timeout=10)


async def browse() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as profile:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, headless=True, args=ARGUMENTS
            )
            facts = await call(browser)
            await browser.close()
    return facts


async def call(browser: BrowserContext) -> dict[str, Any]:
    """Offer, answer, two seconds of audio and video; what both pages say about it."""
    caller, callee = await page(browser), await page(browser)
    offer = await caller.evaluate("describe()")
    answer = await callee.evaluate("remote => describe(remote)", offer)
    await caller.evaluate("remote => pc.setRemoteDescription(remote)", answer)
    await asyncio.wait_for(asyncio.gather(*(side.evaluate("connected()") for side in (caller, callee))), 20)
    await asyncio.sleep(SECONDS)
    return {"caller": await caller.evaluate("facts()"), "callee": await callee.evaluate("facts()")}


async def page(browser: BrowserContext) -> Page:
    made = await browser.new_page()
    await made.route(f"{ADDRESS}**", lambda route: route.fulfill(status=200, content_type="text/html", body=PAGE))
    await made.goto(ADDRESS)
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
