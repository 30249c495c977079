"""A bare page beside a connection that is played: when it says that its call is up, and when it is no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.endpoints.chromium.bare_seat import SCRIPT
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.tab import Content, Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADDRESS = "https://bare.test"
PLAYED = """
  window.transport = Object.assign(new EventTarget(), { state: "connecting", certificates: [] });
  transport.getRemoteCertificates = () => transport.certificates;
  transport.becomes = (state, certificates) => {
    Object.assign(transport, { state, certificates });
    transport.dispatchEvent(new Event("statechange"));
  };
  window.statistics = [];
  window.RTCPeerConnection = class extends EventTarget {
    connectionState = "connected";
    signalingState = "stable";
    remoteDescription = null;
    async setRemoteDescription(description) { this.remoteDescription = description; }
    async getStats() { return new Map(statistics.map((one) => [one.id, one])); }
    getSenders() { return [{ transport }]; }
  };
  navigator.mediaDevices.getUserMedia = async () => new MediaStream();
"""
CALLED = """async () => {
  window.bare = window[Symbol.for("bare")];
  await bare.open([]);
  window.told = "not yet";
  window.waiting = bare.up(false).then((moment) => { told = moment; });
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def called(chromium: Chromium) -> AsyncIterator[Tab]:
    """The page of a call whose connection is called connected from the beginning."""
    tab = await chromium.tab(scripts=[SCRIPT])
    await tab.serve(ADDRESS, lambda _: Content("text/html", b"<!doctype html><video id=remote></video>"))
    await tab.open(f"{ADDRESS}/")
    await tab.evaluate(f"() => {{ {PLAYED} }}")
    await tab.evaluate(CALLED)
    yield tab
    await tab.close()


async def test_a_call_is_not_up_before_its_certificate_is_told(called: Tab) -> None:
    """Whoever looked before that would find no code, and call the screen empty."""
    assert await called.evaluate("async () => { await new Promise(setTimeout); return told; }") == "not yet"
    certificate = "[new Uint8Array([1, 2, 3]).buffer]"
    told = await called.evaluate(
        f"async () => {{ transport.becomes('connected', {certificate}); await waiting; return [told, Date.now()]; }}"
    )
    assert 0 <= told[1] - told[0] < 60_000


async def test_the_end_of_dtls_is_told_with_its_time(called: Tab) -> None:
    certificate = "[new Uint8Array([1, 2, 3]).buffer]"
    await called.evaluate(f"async () => {{ transport.becomes('connected', {certificate}); await waiting; }}")
    assert await called.evaluate("() => bare.emptied()") is None
    closed, told = await called.evaluate(
        """() => {
          transport.becomes("closed", []);
          const closed = Date.now();
          while (Date.now() < closed + 5);
          transport.becomes("failed", []);
          return [closed, bare.emptied()];
        }"""
    )
    assert closed - 2 <= told <= closed, "the first end is the end"
    await called.evaluate("() => transport.becomes('connected', [])")
    assert await called.evaluate("() => bare.emptied()") is None


async def test_after_a_restart_it_is_up_when_statistics_alone_tell_of_the_other_certificate(called: Tab) -> None:
    """The object of a transport whose association the peer has closed stays without a certificate."""
    certificate = "[new Uint8Array([1, 2, 3]).buffer]"
    await called.evaluate(f"async () => {{ transport.becomes('connected', {certificate}); await waiting; }}")
    await called.evaluate("""async () => {
      await bare.accept("a=fingerprint:sha-256 04:05:06\\r\\n");
      transport.becomes("connecting", []);
      told = "not yet";
      waiting = bare.up(false).then((moment) => { told = moment; });
    }""")
    assert await called.evaluate("async () => { await new Promise(setTimeout); return told; }") == "not yet"
    told = await called.evaluate("""async () => {
      statistics.push({ id: "T", type: "transport", dtlsState: "connected", remoteCertificateId: "C" });
      statistics.push({ id: "C", type: "certificate", base64Certificate: "BAUG" });
      transport.becomes("connecting", []);
      await new Promise(setTimeout);
      return told;
    }""")
    assert isinstance(told, int)
