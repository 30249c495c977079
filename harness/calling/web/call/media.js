// The media of one call: the browser's own WebRTC, with a certificate that was made for this call and for no other.

import { NOTHING, presented, proofOf } from "./proof.js";
import { Screens } from "./screen.js";
import { hex } from "./teams20.js";

const GATHERING_MS = 1000;
const LOOK_MS = 500;
const AGAIN_MS = 150;
const RENEWAL_MS = 5000;

export class Media {
  /**
   * Candidates are gathered from here on, so that they are there when they are needed; nothing is sent to anybody.
   * `watcher` is told: `proved(proof)`, `changed(connectionState, dtlsState)`, `remote(stream)`, `screen(track)` with
   * null when none is shown any more, `candidates(lines)`.
   */
  static async open(watcher) {
    const certificate = await RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });
    return new Media(certificate, watcher);
  }

  constructor(certificate, watcher) {
    this.certificate = certificate;
    this.watcher = watcher;
    this.early = [];
    this.described = false;
    this.gathered = false;
    this.looks = 0;
    this.doubted = false;
    this.renewal = null;
    this.announced = null;
    this.connection = new RTCPeerConnection({
      certificates: [certificate], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require", iceServers: [], iceCandidatePoolSize: 1,
    });
    this.screens = new Screens(this.connection);
    this.shown = null;
    const received = new MediaStream();
    this.connection.addEventListener("track", ({ track, transceiver }) => {
      if (this.screens.has(transceiver)) return;
      received.addTrack(track);
      watcher.remote(received);
    });
    this.connection.addEventListener("connectionstatechange", () => this.#changed());
    this.connection.addEventListener("icecandidate", ({ candidate }) => this.#late(candidate));
    this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  /** What is sent, before the first description. */
  send(tracks) {
    const stream = new MediaStream(tracks);
    for (const track of tracks) this.connection.addTrack(track, stream);
  }

  /** Show this of the screen from the next description on; null shows nothing more. */
  share(track) {
    return this.screens.share(track);
  }

  /** Whether an offer is wanted: what is shown here, or is no longer, is not known at the other end. */
  get unsaid() {
    return this.described && this.screens.unsaid;
  }

  /** The SDP of the first offer. */
  async offer() {
    return this.#describe(await this.connection.createOffer());
  }

  /**
   * A later offer, which changes nothing here until it is `settled`: then it has been taken on its way. `restart` asks for another
   * path, by new ICE credentials; candidates for it are found, and sent, after that.
   */
  async proposed(restart) {
    const proposal = await this.connection.createOffer({ iceRestart: restart });
    return { sdp: this.screens.written(proposal.sdp), settled: () => this.connection.setLocalDescription(proposal), undone: () => {} };
  }

  /** An offer of another path with the candidates for it, which are looked for from here on, until it is `undone`. */
  async restarted() {
    const sdp = await this.#describe(await this.connection.createOffer({ iceRestart: true }));
    return { sdp, settled: () => {}, undone: () => this.connection.setLocalDescription({ type: "rollback" }) };
  }

  /** Take an offer, give the SDP of the answer. An open offer of our own is rolled back. */
  async answer(sdp) {
    this.screens.expect(sdp);
    await this.#take("offer", sdp);
    await this.screens.offered();
    const answer = await this.#describe(await this.connection.createAnswer());
    this.#showScreen();
    return answer;
  }

  /** Whether this offer begins a new search for a path. */
  restarts(sdp) {
    return ufrag(sdp) !== ufrag(this.connection.remoteDescription?.sdp ?? "");
  }

  async accept(sdp) {
    await this.#take("answer", sdp);
    this.#showScreen();
  }

  /** Candidates of the other end; those that come before its description wait for it. */
  async candidates(lines) {
    this.early.push(...lines);
    if (!this.described) return;
    for (const line of this.early.splice(0)) {
      const candidate = line.replace(/^a=/, "");
      await this.connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => {});
    }
  }

  get stable() {
    return this.connection.signalingState === "stable";
  }

  /** Whether an offer of our own waits for its answer. */
  get offered() {
    return this.connection.signalingState === "have-local-offer";
  }

  /** See again what DTLS has proved. */
  async look() {
    const look = ++this.looks;
    const proof = this.#renewing() ? NOTHING : await proofOf(this.connection, this.certificate);
    // A later look has begun: what this one saw is old.
    if (look === this.looks && !this.closed) this.watcher.proved(this.#certain(proof));
  }

  /** A fault counts when it is there twice: statistics and objects can be a moment apart. Until then nothing is proved. */
  #certain(proof) {
    const twice = this.doubted;
    this.doubted = proof.fault !== null;
    if (!this.doubted || twice) return proof;
    setTimeout(() => this.look(), AGAIN_MS);
    return NOTHING;
  }

  /** Another certificate was announced: what the old one proved is over, until DTLS has presented the new one. */
  #renewing() {
    if (this.renewal === null) return false;
    const chain = presented(this.connection);
    const renewed = chain !== null && hex(chain[0]) !== this.renewal.old;
    if (renewed || Date.now() - this.renewal.since > RENEWAL_MS) this.renewal = null;
    return this.renewal !== null;
  }

  get closed() {
    return this.connection.signalingState === "closed";
  }

  close() {
    clearInterval(this.looking);
    this.connection.close();
  }

  async #take(type, sdp) {
    const old = presented(this.connection);
    // Compared with what was said: of the lines of a section the browser's own copy of a description keeps one.
    const announced = fingerprints(sdp);
    const renewal = old !== null && this.announced !== announced ? { old: hex(old[0]), since: Infinity } : this.renewal;
    // Before it is taken: statistics that are asked meanwhile keep, for the rest of the call, that there is no certificate (Chromium 156).
    this.renewal = renewal;
    await this.connection.setRemoteDescription({ type, sdp });
    this.announced = announced;
    if (renewal !== null) renewal.since = Date.now();
    this.described = true;
    await this.candidates([]);
    await this.look();
  }

  async #describe(description) {
    const gathers = ufrag(description.sdp) !== ufrag(this.connection.localDescription?.sdp ?? "");
    // Asked before the description is set: with candidates at hand it can be over at once.
    const complete = this.#complete();
    this.gathered = false;
    await this.connection.setLocalDescription(description);
    for (const { transport } of this.connection.getSenders()) {
      if (transport !== null) transport.onstatechange = () => this.#changed();
    }
    if (gathers) await complete;
    this.gathered = true;
    return this.screens.written(this.connection.localDescription.sdp);
  }

  #showScreen() {
    if (this.screens.shown === this.shown) return;
    this.shown = this.screens.shown;
    this.watcher.screen(this.shown);
  }

  /** Until all candidates are known, or for a second: the rest is sent after. */
  #complete() {
    return new Promise((resolve) => {
      this.connection.addEventListener("icecandidate", ({ candidate }) => candidate === null && resolve());
      setTimeout(resolve, GATHERING_MS);
    });
  }

  #late(candidate) {
    if (this.gathered && candidate?.candidate) this.watcher.candidates([candidate.candidate]);
  }

  #changed() {
    this.look();
    const { connectionState, iceConnectionState } = this.connection;
    const dtls = this.connection.getSenders().map((sender) => sender.transport?.state);
    // What fails over a path that is there is DTLS, also where its own state says so a moment later.
    const refused = connectionState === "failed" && ["connected", "completed"].includes(iceConnectionState);
    this.watcher.changed(connectionState, refused || dtls.includes("failed") ? "failed" : "");
  }
}

/** Each once: a section more for the same certificate announces no other one. */
function fingerprints(sdp) {
  return [...new Set(sdp.match(/^a=fingerprint:.*$/gm) ?? [])].sort().join();
}

/** The name of the ICE credentials of a description: another one begins a new search for a path (RFC 8839 section 4.4.1). */
function ufrag(sdp) {
  return /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1];
}
