// A client under test in JavaScript: werift behind the lines of docs/endpoint-protocol.md.
//
// Copy it, and put your own client where werift is. `npm ci` installs what it needs, and nothing of the harness. It
// tells no packets, because the harness looks by itself; it has no codecs, so it sends the frames that it is given and
// tells the RTP packets that it received.

import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from "werift";

const { version } = JSON.parse(readFileSync(new URL("node_modules/werift/package.json", import.meta.url)));
// What it cannot do; leave out what yours can.
const LACKS = ["screen", "chat", "restart", "ordinary-calls", "first-sequence", "packets", "keys"];
const SOFTWARE = `example/1 werift/${version}`;
const HELLO = { protocol: 1, software: SOFTWARE, sends: "encoded", receives: "encoded", lacks: LACKS };
const TICKS = { audio: 960, video: 9000 };
const MILLISECONDS = { audio: 20, video: 100 };
const LARGEST = 1100;

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** A reason of docs/endpoint-protocol.md, and a sentence. */
class Refused extends Error {
  constructor(reason, detail) {
    super(detail);
    this.reason = reason;
  }
}

/** The payloads of one frame: Opus as it is, VP8 in pieces with a descriptor in front of each (RFC 7741). */
function payloads(kind, frame) {
  if (kind === "audio") return [frame];
  const starts = Array.from({ length: Math.ceil(frame.length / LARGEST) }, (_, number) => number * LARGEST);
  return starts.map((at) => Buffer.concat([Buffer.from([at ? 0x00 : 0x10]), frame.subarray(at, at + LARGEST)]));
}

/** One call: a method for each operation that the harness asks for, and what it takes to do that with werift. */
class Client {
  constructor({ party, peer_name: peer, media, address, pieces }) {
    Object.assign(this, { caller: party === "alice", peer, mode: null, failure: null, timers: [] });
    this.settled = new Promise((resolve) => (this.settle = resolve));
    this.pc = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceUseTcp: false,
      iceAdditionalHostAddresses: [address],
      iceInterfaceAddresses: { udp4: address },
      iceFilterCandidatePair: (pair) => pair.localCandidate.host === address,
      codecs: { audio: [useOPUS()], video: [useVP8()] },
    });
    this.pc.connectionStateChange.subscribe((state) => this.changed(state));
    this.pc.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((rtp) => tell({ event: "rtp", data: rtp.serialize().toString("base64") })),
    );
    this.tracks = media.map((kind) => ({
      track: new MediaStreamTrack({ kind }),
      frames: (pieces[kind] ?? []).map((piece) => Buffer.from(piece, "base64")),
    }));
    for (const { track } of this.tracks) this.pc.addTransceiver(track, { direction: "sendrecv" });
  }

  told({ message }) {
    if (message.kind === "accept" && this.mode === null) {
      // Decided once, for the whole call.
      this.mode = message.body;
      if (this.mode !== "e2ee") this.fail("mode-unknown", `no calls of the kind ${this.mode}`);
    } else if (["decline", "cancel", "hang-up"].includes(message.kind)) {
      this.fail("remote-hung-up", message.body);
    }
  }

  /** The user accepts. What follows from that is told. */
  picked_up() {}

  async offer() {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    return { sdp: this.pc.localDescription.sdp };
  }

  async answer({ sdp }) {
    if (this.pc.remoteDescription) throw new Refused("sdp-rejected", "an offer came in the middle of a call");
    await this.pc.setRemoteDescription({ type: "offer", sdp });
    await this.pc.setLocalDescription(await this.pc.createAnswer());
    return { sdp: this.pc.localDescription.sdp };
  }

  async accept({ sdp }) {
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  async connect({ seconds }) {
    const late = setTimeout(() => this.fail("ice-failed", `not connected within ${seconds} s`), 1000 * seconds);
    await this.settled;
    clearTimeout(late);
    return { connected: this.failure === null };
  }

  send() {
    for (const { track, frames } of this.tracks) if (frames.length) this.play(track, frames);
  }

  introduced({ name }) {
    this.peer = name;
  }

  /** While the call is up: a lock, and the 20 digits (teams20/v1) of the certificates that DTLS presented. */
  screen() {
    const shown = { indicator: "none", code: null, peer: this.peer };
    if (this.pc.connectionState === "connected" && this.failure === null) {
      const [own, peer] = this.certificates().map((der) => sha256(der));
      const digest = sha256("teams20/v1\0", ...(this.caller ? [own, peer] : [peer, own]));
      const digits = BigInt(`0x${digest.toString("hex")}`) % 10n ** 20n;
      Object.assign(shown, { indicator: "lock", code: digits.toString().padStart(20, "0") });
    }
    return { screen: shown };
  }

  stats() {
    const [own, peer] = this.certificates().map((der) => der?.toString("hex") ?? null);
    return { statement: { local_certificate: own, presented_certificate: peer } };
  }

  async close() {
    this.timers.forEach(clearInterval);
    await this.pc.close();
  }

  /** Sends frames in a circle, each when it is due; a timer that comes late sends all that are due by then. */
  play(track, frames) {
    const began = Date.now();
    let [sent, number] = [0, 0];
    const due = () => {
      for (; sent * MILLISECONDS[track.kind] <= Date.now() - began; sent++) {
        const parts = payloads(track.kind, frames[sent % frames.length]);
        parts.forEach((payload, at) => {
          const [sequenceNumber, timestamp] = [number++ % 65536, (sent * TICKS[track.kind]) % 2 ** 32];
          const header = new RtpHeader({ sequenceNumber, timestamp, marker: at === parts.length - 1, payloadType: 96 });
          track.writeRtp(new RtpPacket(header, payload));
        });
      }
    };
    this.timers.push(setInterval(due, 10));
  }

  /** werift does not say why a connection failed, so look at what there is. */
  changed(state) {
    if (state === "connected") this.settle();
    if (state !== "failed") return;
    const [, presented] = this.certificates();
    const fingerprint = presented && sha256(presented).toString("hex").toUpperCase().match(/../g).join(":");
    const agree = !presented || this.pc.remoteDescription.sdp.toUpperCase().includes(fingerprint);
    this.fail(agree ? "dtls-error" : "fingerprint-mismatch", `the peer presented ${fingerprint}`);
  }

  /** Its own and the presented one, in DER. */
  certificates() {
    const [transport] = this.pc.dtlsTransports;
    const own = transport?.localCertificate && new X509Certificate(transport.localCertificate.certPem).raw;
    return [own, transport?.dtls?.remoteCertificate];
  }

  fail(reason, detail) {
    this.failure ??= { reason, detail }; // the first one is the cause
    tell({ event: "failed", ...this.failure });
    this.settle();
  }
}

const OPERATIONS = new Set(
  ["told", "picked_up", "offer", "answer", "accept", "connect", "send", "introduced", "screen", "stats", "close"],
);
let client = null;

async function done(op, given) {
  if (op === "hello") return HELLO;
  if (op === "open") {
    client = new Client(given);
    return {};
  }
  if (!OPERATIONS.has(op)) throw new Refused("unsupported", "there is no such operation here");
  if (client === null) throw new Refused("not-open", "no call has been opened");
  if (["offer", "answer", "accept"].includes(op) && client.mode === null) {
    throw new Refused("description-before-accept", "nobody has accepted the call yet");
  }
  return (await client[op](given)) ?? {};
}

async function answer({ id, op, arguments: given }) {
  try {
    tell({ id, ok: true, result: await done(op.replaceAll("-", "_"), given) });
  } catch (error) {
    const otherwise = ["answer", "accept"].includes(op) ? "sdp-rejected" : "endpoint-error";
    const [reason, detail] = [error.reason ?? otherwise, String(error.message ?? error).slice(0, 1000)];
    if (!(error instanceof Refused)) client?.fail(reason, detail);
    tell({ id, ok: false, reason, detail });
  }
}

process.on("uncaughtException", (error) => client?.fail("endpoint-error", String(error.message).slice(0, 1000)));
createInterface({ input: process.stdin })
  .on("line", (line) => answer(JSON.parse(line)))
  .on("close", () => process.exit(0));
