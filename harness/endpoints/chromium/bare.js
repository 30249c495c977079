// A bare page: one connection with the capture devices of instruments.js, and nobody who looks at it. It is driven from
// outside, description by description.
(() => {
  let connection = null;

  async function open(media) {
    connection = new RTCPeerConnection();
    const remote = document.querySelector("#remote");
    remote.srcObject = new MediaStream();
    connection.addEventListener("track", ({ track }) => remote.srcObject.addTrack(track));
    const wanted = { audio: media.includes("audio"), video: media.includes("video") };
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
  }

  /** The description with every candidate in it (RFC 8829 section 3.5.1). */
  async function described(description) {
    const gathered = new Promise((resolve) => {
      const look = ({ candidate }) => { if (candidate === null) resolve(); };
      connection.addEventListener("icecandidate", look);
    });
    await connection.setLocalDescription(description);
    await gathered;
    return connection.localDescription.sdp;
  }

  const offer = async (iceRestart) => described(await connection.createOffer({ iceRestart }));

  async function answer(sdp) {
    await connection.setRemoteDescription({ type: "offer", sdp });
    return described(await connection.createAnswer());
  }

  const accept = (sdp) => connection.setRemoteDescription({ type: "answer", sdp });

  const whenever = (decided) => new Promise((resolve) => {
    const look = () => { const found = decided(); if (found !== null) resolve(found); };
    for (const kind of ["connectionstatechange", "iceconnectionstatechange"]) connection.addEventListener(kind, look);
    look();
  });

  /** Whether it comes up. A browser that encrypts nothing never says so of its connection, only of ICE. */
  const up = (clear) => whenever(() => {
    const state = clear ? connection.iceConnectionState : connection.connectionState;
    if (["connected", "completed"].includes(state)) return true;
    return ["failed", "closed"].includes(state) ? false : null;
  });

  /** Once it has failed: whether the path is there all the same, so that it was DTLS that failed. */
  const failed = () => whenever(() => {
    if (connection.connectionState !== "failed") return null;
    return ["connected", "completed"].includes(connection.iceConnectionState) ? "dtls-failed" : "media-failed";
  });

  const close = () => connection?.close();

  Object.defineProperty(window, Symbol.for("bare"), {
    value: { open, offer, answer, accept, up, failed, close },
  });
})();
