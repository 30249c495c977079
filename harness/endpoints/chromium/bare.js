// A bare page: one connection with the capture devices of instruments.js, and nobody who looks at it. It is driven from
// outside, description by description.
(() => {
  const LOOK_MS = 100;
  let connection = null;
  let known = null;
  let announced = "";
  let old = null;
  let lost = null;

  async function open(media) {
    connection = new RTCPeerConnection();
    const remote = document.querySelector("#remote");
    remote.srcObject = new MediaStream();
    connection.addEventListener("track", ({ track }) => remote.srcObject.addTrack(track));
    const wanted = { audio: media.includes("audio"), video: media.includes("video") };
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
  }

  /** The description with every candidate in it (RFC 8829 section 3.5.1). Without new credentials none is looked for. */
  async function described(description) {
    const gathers = ufrag(description.sdp) !== ufrag(connection.localDescription?.sdp ?? "");
    const gathered = new Promise((resolve) => {
      const look = ({ candidate }) => { if (candidate === null) resolve(); };
      connection.addEventListener("icecandidate", look);
    });
    await connection.setLocalDescription(description);
    if (gathers) await gathered;
    return connection.localDescription.sdp;
  }

  const offer = async (iceRestart) => described(await connection.createOffer({ iceRestart }));

  /** The own description. An offer that none can be made for is refused as well as one that is not taken. */
  async function answer(sdp) {
    await take("offer", sdp);
    return described(await connection.createAnswer());
  }

  const accept = (sdp) => take("answer", sdp);

  /** What comes of a description: the own one, nothing, or in which words the browser refuses it. */
  const tried = (step) => async (sdp) => {
    try {
      return { sdp: await step(sdp) };
    } catch (error) {
      return { refused: error.message };
    }
  };

  async function take(type, sdp) {
    const before = old;
    // Before it is taken, because the call may be asked whether it is up as soon as it is.
    if (announced !== fingerprints(sdp)) old = presented() ?? known;
    try {
      await connection.setRemoteDescription({ type, sdp });
      // The browser's own copy has fewer: it keeps one line of a section.
      announced = fingerprints(sdp);
    } catch (error) {
      old = before;
      throw error;
    }
  }

  /** Each once: a section more for the same certificate announces no other one. */
  const fingerprints = (sdp) => [...new Set(sdp.match(/^a=fingerprint:.*$/gm) ?? [])].sort().join();

  const ufrag = (sdp) => /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1];

  /** The transport of DTLS: everything is bundled. */
  const transport = () => connection.getSenders().map((sender) => sender.transport).find(Boolean);

  /** The certificate that DTLS presented, in base64; null when there is none. */
  function presented() {
    const [der] = transport()?.getRemoteCertificates() ?? [];
    return der ? btoa(String.fromCharCode(...new Uint8Array(der))) : null;
  }

  /**
   * The same by the statistics: the object of a transport whose association the peer has closed, and which made another
   * one, never tells of it (Chromium 156). Statistics keep certificates until the next description, even that there is none.
   */
  async function stated() {
    const stats = await connection.getStats();
    const transport = [...stats.values()].find(({ type }) => type === "transport");
    if (transport?.dtlsState !== "connected") return null;
    const certificate = stats.get(transport.remoteCertificateId);
    if (certificate === undefined && connection.signalingState === "stable") {
      await connection.setLocalDescription(await connection.createOffer());
      await connection.setLocalDescription({ type: "rollback" });
    }
    return certificate?.base64Certificate ?? null;
  }

  /** Another certificate was announced: until DTLS has presented one, the call is not up again, whatever its state says. */
  async function renewing() {
    if (old !== null && ![null, old].includes(await stated())) {
      old = null;
      connection.renewed = true;
    }
    known = presented() ?? known;
    return old !== null;
  }

  const whenever = (decided) => new Promise((resolve) => {
    const look = () => { const found = decided(); if (found !== null) resolve(found); };
    for (const kind of ["connectionstatechange", "iceconnectionstatechange"]) connection.addEventListener(kind, look);
    look();
  });

  /** Whether it is up, or is not. A browser that encrypts nothing never says so of its connection, only of ICE. */
  const settled = (clear) => whenever(() => {
    const state = clear ? connection.iceConnectionState : connection.connectionState;
    if (["connected", "completed"].includes(state)) return true;
    return ["failed", "closed"].includes(state) ? false : null;
  });

  /**
   * When it came up (ms since the epoch); null if it did not. A connection may be called connected before its transport
   * tells the certificate, and no event tells of every second handshake, so both are looked for.
   */
  async function up(clear) {
    for (;;) {
      const well = await settled(clear);
      const moment = Date.now();
      if (!well) return null;
      // First, because a transport that has no certificate and never tells of another one is told by its renewal alone.
      const waiting = await renewing();
      if (!waiting && (clear || connection.renewed || presented() !== null)) return watched(moment);
      await changed();
    }
  }

  /** The transport of DTLS is in another state, or a while has passed. */
  const changed = () => new Promise((resolve) => {
    transport()?.addEventListener("statechange", resolve, { once: true });
    setTimeout(resolve, LOOK_MS);
  });

  /** From now on it is known when DTLS, which is up, ceased to be. */
  function watched(moment) {
    const watching = transport();
    lost = null;
    watching?.addEventListener("statechange", () => { lost = watching.state === "connected" ? null : lost ?? Date.now(); });
    return moment;
  }

  /** Once it has failed: whether the path is there all the same, so that it was DTLS that failed. */
  const failed = () => whenever(() => {
    if (connection.connectionState !== "failed") return null;
    return ["connected", "completed"].includes(connection.iceConnectionState) ? "dtls-failed" : "media-failed";
  });

  /** When DTLS ceased to be up (ms since the epoch); null while it is, and before it ever was. */
  const emptied = () => lost;

  const close = () => connection?.close();

  Object.defineProperty(window, Symbol.for("bare"), {
    value: { open, offer, answer: tried(answer), accept: tried(accept), up, failed, emptied, close },
  });
})();
