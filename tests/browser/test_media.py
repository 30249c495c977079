"""When the media of a call ask the browser what DTLS has proved, and what becomes of a proof that goes away."""

from __future__ import annotations

import pytest

from harness.endpoints.chromium.tab import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

RENEWED = """async () => {
  const { Media } = await import("/web/call/media.js");
  const [real, asked] = [window.RTCPeerConnection, []];
  const sdp = (letter) => `a=fingerprint:sha-256 ${letter}\\r\\na=ice-ufrag:${letter}\\r\\n`;
  let [taken, presented] = [null, "A"];
  window.RTCPeerConnection = class extends EventTarget {
    static generateCertificate() { return { getFingerprints: () => [] }; }
    signalingState = "stable";
    remoteDescription = { sdp: sdp("A") };
    getSenders() { return [{ transport }]; }
    getTransceivers() { return []; }
    setRemoteDescription() { return new Promise((resolve) => { taken = resolve; }); }
    async getStats() { asked.push(moment); return new Map(); }
    close() {}
  };
  const transport = { state: "connected", getRemoteCertificates: () => [new TextEncoder().encode(presented).buffer] };
  let moment = "before";
  try {
    const media = await Media.open({ proved: () => {} });
    clearInterval(media.looking);
    await media.look();
    moment = "while another certificate is announced";
    const accepted = media.accept(sdp("B"));
    await media.look();
    taken();
    await accepted;
    moment = "announced";
    await media.look();
    presented = "B";
    moment = "presented";
    await media.look();
  } finally {
    window.RTCPeerConnection = real;
  }
  return asked;
}"""

TAKEN = """async (proofs) => {
  const { Shown } = await import("/web/call/shown.js");
  const [shown, news] = [new Shown(), []];
  const nothing = { connected: false, local: null, presented: null, fault: null, dtls: null };
  const bytes = (text) => new TextEncoder().encode(text);
  const proof = (letter) => ({ ...nothing, connected: true, local: bytes("own"), presented: bytes(letter) });
  const kinds = { nothing, fault: { ...nothing, connected: true, fault: "why not" } };
  for (const kind of proofs) news.push(await shown.take("e2ee", "caller", kinds[kind] ?? proof(kind)));
  return news;
}"""


async def test_statistics_are_not_asked_between_two_certificates(modules: Tab) -> None:
    """They keep what they found for the rest of the call, also that there was none."""
    assert await modules.evaluate(RENEWED) == ["before", "presented"]


async def test_a_code_and_its_change_and_the_end_of_its_proof_are_news(modules: Tab) -> None:
    news = await modules.evaluate(TAKEN, ["fault", "A", "A", "nothing", "A", "B", "nothing", "fault", "fault", "B"])
    assert news == ["other", "code", "same", "other", "other", "code", "other", "code", "same", "other"]
