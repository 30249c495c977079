// webrtc in a bare page, behind the requests of docs/endpoint-protocol.md. It is given `tell`, by which it says its
// events, and leaves `ask` behind, by which it is asked. It makes sound and pictures of what it is given, and tells
// those that it would play.
async (channel) => {
  const RATE = 48000;
  const SCALE = 2;
  const [WIDTH, HEIGHT] = [160, 120];
  const SEEN_EVERY = 250;
  const SECONDS = 10;
  const GONE = ["decline", "cancel", "hang-up"];
  const tell = (line) => channel(JSON.stringify(line));
  const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const base64 = (array) => {
    let text = "";
    for (let at = 0; at < array.length; at += 0x8000) text += String.fromCharCode(...array.subarray(at, at + 0x8000));
    return btoa(text);
  };
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  /** A reason of docs/endpoint-protocol.md, and a sentence. */
  class Refused extends Error {
    constructor(reason, detail) {
      super(detail);
      this.reason = reason;
    }
  }

  /** The settings of a connection all of which goes through this TURN server, where there is one. */
  function through(turn) {
    if (!turn) return {};
    const { address: [host, port], transport, username, password } = turn;
    const urls = `turn:${host}:${port}?transport=${transport}`;
    const iceServers = [{ urls, username, credential: password }];
    return { iceServers, iceTransportPolicy: "relay", bundlePolicy: "max-bundle" };
  }

  /** The name of the ICE credentials: another one begins a new search for a path (RFC 8839 section 4.4.1). */
  const ufrag = (sdp) => /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1];

  /** The certificate as others are shown it, in DER: a page is not told, so it shows it to itself. */
  async function shown(certificate) {
    const [own, other] = [new RTCPeerConnection({ certificates: [certificate] }), new RTCPeerConnection()];
    own.onicecandidate = ({ candidate }) => other.addIceCandidate(candidate);
    other.onicecandidate = ({ candidate }) => own.addIceCandidate(candidate);
    const connected = new Promise((resolve) => (own.createDataChannel("").onopen = resolve));
    await own.setLocalDescription();
    await other.setRemoteDescription(own.localDescription);
    await other.setLocalDescription();
    await own.setRemoteDescription(other.localDescription);
    await connected;
    const [der] = other.sctp.transport.getRemoteCertificates();
    own.close();
    other.close();
    return hex(der);
  }

  /** The samples in a circle, as a file that is played: without a sound card a page has no AudioContext that runs. */
  async function voice(pieces) {
    const turns = Math.ceil((SECONDS * RATE * 2) / (pieces.length * atob(pieces[0]).length));
    const sound = bytes(btoa(pieces.map(atob).join("")));
    const file = new Uint8Array(44 + turns * sound.length);
    const head = new DataView(file.buffer);
    [..."RIFF"].forEach((letter, at) => head.setUint8(at, letter.charCodeAt(0)));
    [..."WAVEfmt "].forEach((letter, at) => head.setUint8(8 + at, letter.charCodeAt(0)));
    [..."data"].forEach((letter, at) => head.setUint8(36 + at, letter.charCodeAt(0)));
    head.setUint32(4, file.length - 8, true);
    [16, 0x00010001, RATE, 2 * RATE, 0x00100002].forEach((word, at) => head.setUint32(16 + 4 * at, word, true));
    head.setUint32(40, turns * sound.length, true);
    for (let turn = 0; turn < turns; turn++) file.set(sound, 44 + turn * sound.length);
    const player = new Audio(URL.createObjectURL(new Blob([file], { type: "audio/wav" })));
    player.loop = true;
    const stream = player.mozCaptureStream();
    await player.play();
    return { track: stream.getAudioTracks()[0], end: () => player.pause() };
  }

  /** The picture, ten times a second. */
  function view([piece]) {
    const image = new ImageData(WIDTH * SCALE, HEIGHT * SCALE);
    const luma = bytes(piece);
    for (let row = 0; row < HEIGHT * SCALE; row++) {
      for (let column = 0; column < WIDTH * SCALE; column++) {
        const level = luma[Math.floor(row / SCALE) * WIDTH + Math.floor(column / SCALE)];
        image.data.set([level, level, level, 255], 4 * (row * WIDTH * SCALE + column));
      }
    }
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const surface = canvas.getContext("2d");
    const stream = canvas.captureStream(0);
    const draw = () => {
      surface.putImageData(image, 0, 0);
      stream.requestFrame();
    };
    draw();
    const drawing = setInterval(draw, 100);
    return { track: stream.getVideoTracks()[0], end: () => clearInterval(drawing) };
  }

  /** Tell each frame of Opus that came out of SRTP, as the packet that it came in. */
  function listen(receiver) {
    const worker = new Worker(URL.createObjectURL(new Blob([`(${passing})()`], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => tell({ event: "rtp", data: base64(data) });
    receiver.transform = new RTCRtpScriptTransform(worker);
    return () => worker.terminate();
  }

  /** In a worker: frames pass, and a packet is made of each (RFC 3550 section 5.1). */
  function passing() {
    globalThis.onrtctransform = ({ transformer }) => {
      let number = 0;
      const look = new TransformStream({
        transform(frame, controller) {
          const { synchronizationSource, payloadType } = frame.getMetadata();
          const packet = new Uint8Array(12 + frame.data.byteLength);
          const head = new DataView(packet.buffer);
          head.setUint16(0, 0x8000 | payloadType);
          head.setUint16(2, number++ % 65536);
          head.setUint32(4, frame.timestamp);
          head.setUint32(8, synchronizationSource);
          packet.set(new Uint8Array(frame.data), 12);
          postMessage(packet);
          controller.enqueue(frame);
        },
      });
      transformer.readable.pipeThrough(look).pipeTo(transformer.writable);
    };
  }

  /** Tell the picture of a track four times a second. */
  function watch(track) {
    const screen = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream([track]) });
    screen.play();
    const look = () => {
      const [width, height] = [screen.videoWidth, screen.videoHeight];
      if (!width || width * height > 640 * 480) return;
      const surface = new OffscreenCanvas(width, height).getContext("2d");
      surface.drawImage(screen, 0, 0);
      const { data } = surface.getImageData(0, 0, width, height);
      const luma = Uint8Array.from({ length: width * height }, (_, at) => 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2]);
      tell({ event: "picture", width, height, data: base64(luma) });
    };
    const looking = setInterval(look, SEEN_EVERY);
    return () => clearInterval(looking);
  }

  /** One call: a method for each operation that the harness asks for. */
  class Client {
    async open({ party, media, pieces, turn }) {
      Object.assign(this, { media, pieces, mode: null, accepting: party === "alice", failure: null, up: false, ends: [] });
      this.captured = await navigator.mediaDevices.getUserMedia({ audio: true }); // else it has no address on loopback
      const certificate = await RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });
      this.certificate = await shown(certificate);
      this.settled = new Promise((resolve) => (this.settle = resolve));
      this.pc = new RTCPeerConnection({ certificates: [certificate], ...through(turn) });
      this.pc.ontrack = ({ track, receiver }) => this.ends.push(track.kind === "audio" ? listen(receiver) : watch(track));
      this.pc.onconnectionstatechange = () => this.changed();
    }

    told({ message }) {
      if (message.kind === "accept" && this.mode === null && this.accepting) {
        // Decided once, for the whole call; and a callee's is accepted by its own user, or not at all.
        this.mode = message.body;
        if (this.mode !== "e2ee") this.fail("mode-unknown", `no calls of the kind ${this.mode}`);
      } else if (GONE.includes(message.kind)) {
        this.fail("remote-hung-up", message.body);
      }
    }

    "picked-up"() {
      this.accepting = true;
    }

    introduced() {}

    async offer() {
      this.accepted();
      const known = this.pc.getTransceivers().length > 0;
      if (!known) for (const kind of this.media) this.pc.addTransceiver(kind, { direction: "sendrecv" });
      return this.described(await this.pc.createOffer({ iceRestart: known }));
    }

    async answer({ sdp }) {
      this.accepted();
      await this.take("offer", sdp);
      for (const one of this.pc.getTransceivers()) one.direction = "sendrecv";
      return this.described(await this.pc.createAnswer());
    }

    async accept({ sdp }) {
      this.accepted();
      await this.take("answer", sdp);
    }

    async connect({ seconds }) {
      const late = setTimeout(() => this.fail(...this.overdue(seconds)), 1000 * seconds);
      await this.settled;
      clearTimeout(late);
      return { connected: this.failure === null };
    }

    async send() {
      for (const transceiver of this.pc.getTransceivers()) {
        const { kind } = transceiver.receiver.track;
        const pieces = this.pieces[kind] ?? [];
        if (!pieces.length) continue;
        const made = kind === "audio" ? await voice(pieces) : view(pieces);
        this.ends.push(made.end);
        await transceiver.sender.replaceTrack(made.track);
      }
    }

    async stats() {
      const certificates = { local_certificate: this.certificate, presented_certificate: this.presented() };
      return { statement: { ...certificates, dtls: await this.negotiated() } };
    }

    close() {
      for (const end of this.ends) end();
      for (const track of this.captured.getTracks()) track.stop();
      this.pc.close();
    }

    accepted() {
      if (this.mode === null) throw new Refused("description-before-accept", "nobody has accepted the call yet");
    }

    async take(type, sdp) {
      try {
        await this.pc.setRemoteDescription({ type, sdp });
      } catch (error) {
        throw new Refused(/fingerprint/.test(error.message) ? "fingerprint-unusable" : "sdp-rejected", error.message);
      }
    }

    /** A description with every candidate in it. */
    async described(description) {
      // A restart gathers again, and the state says so only later; the last candidate is told of each time.
      const gathers = ufrag(description.sdp) !== ufrag(this.pc.localDescription?.sdp ?? "");
      const gathered = new Promise((resolve) => {
        this.pc.addEventListener("icecandidate", ({ candidate }) => candidate === null && resolve());
      });
      await this.pc.setLocalDescription(description);
      if (gathers) await gathered;
      return { sdp: this.pc.localDescription.sdp };
    }

    transport() {
      return this.pc.getSenders().map((sender) => sender.transport).find(Boolean);
    }

    presented() {
      const [der] = this.transport()?.getRemoteCertificates() ?? [];
      return der ? hex(der) : null;
    }

    /** What DTLS agreed on, by the statistics; they do not tell the group (Firefox 153). Null when they tell nothing. */
    async negotiated() {
      const transport = [...(await this.pc.getStats()).values()].find(({ type }) => type === "transport");
      if (transport?.dtlsState !== "connected" || !transport.tlsVersion || !transport.dtlsCipher) return null;
      const { tlsVersion, dtlsCipher, srtpCipher, dtlsRole } = transport;
      const version = { FEFF: "DTLSv1", FEFD: "DTLSv1.2", FEFC: "DTLSv1.3" }[tlsVersion] ?? tlsVersion;
      return { version, suite: dtlsCipher, srtp_profile: srtpCipher ?? null, role: dtlsRole ?? "unknown" };
    }

    pathFound() {
      return ["connected", "completed"].includes(this.pc.iceConnectionState);
    }

    /** Why the call is not up after so many seconds. */
    overdue(seconds) {
      if (this.pathFound()) return ["dtls-timeout", `the DTLS handshake did not end within ${seconds} s`];
      return ["ice-failed", `not connected within ${seconds} s, ICE is ${this.pc.iceConnectionState}`];
    }

    changed() {
      const state = this.pc.connectionState;
      if (state === "connected") {
        if (!this.up) this.transport()?.addEventListener("statechange", () => this.closed());
        this.up = true;
        this.settle();
      } else if (state === "failed") {
        const ice = this.pc.iceConnectionState;
        if (this.up) this.fail("connection-lost", `ICE is ${ice}`);
        else if (this.pathFound()) this.fail("dtls-error", "ICE is up and DTLS has failed");
        else this.fail("ice-failed", `ICE is ${ice}`);
      }
    }

    /** The other end may close DTLS and leave everything else as it is: the connection is then called connected still. */
    closed() {
      if (this.transport()?.state === "closed") this.fail("remote-hung-up", "the peer ended DTLS with close_notify");
    }

    /** The first failure is the cause. */
    fail(reason, detail) {
      if (this.failure !== null) return;
      this.failure = { reason, detail: detail.slice(0, 1000) };
      tell({ event: "failed", ...this.failure });
      this.settle?.();
    }
  }

  const operations = ["told", "picked-up", "introduced", "offer", "answer", "accept", "connect", "send", "stats", "close"];
  let client = null;

  async function done({ op, arguments: given }) {
    if (op === "open") {
      client = new Client();
      return client.open(given);
    }
    if (!operations.includes(op)) throw new Refused("unsupported", "there is no such operation here");
    if (client === null) throw new Refused("not-open", "no call has been opened");
    return client[op](given);
  }

  globalThis.ask = async (request) => {
    const asked = JSON.parse(request);
    try {
      return JSON.stringify({ id: asked.id, ok: true, result: (await done(asked)) ?? {} });
    } catch (error) {
      const reason = error.reason ?? "endpoint-error";
      return JSON.stringify({ id: asked.id, ok: false, reason, detail: `${error.message ?? error}`.slice(0, 1000) });
    }
  };
}
