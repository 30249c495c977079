// One call, from the invitation to its end. It is told what happens and keeps what the screen shows.

import { capture, release } from "./capture.js";
import { shown } from "./indicator.js";
import { Media } from "./media.js";

const NO_SCREEN = { indicator: "none", code: null, because: "" };

const MODES = ["e2ee", "service"];

/** Lines of captions that the screen has place for. */
const CAPTIONS = 3;

/**
 * `phase`: "inviting", "calling", "ringing" (caller) or "incoming", "accepting" (callee), then "connecting", "up", "over".
 * `confirmed`: the code that the user has compared, and "match" or "differ". `changed`: it is another one than before.
 */
export class Call {
  constructor({ id = null, peer, display, role, video, say, watcher }) {
    Object.assign(this, { id, peer, display, role, video, say, watcher });
    this.phase = role === "caller" ? "inviting" : "incoming";
    this.mode = null;
    this.screen = NO_SCREEN;
    this.lastCode = null;
    this.changed = false;
    this.confirmed = null;
    this.features = new Map();
    this.captions = [];
    this.tracks = [];
    this.media = null;
    this.remote = null;
    this.since = null;
    this.ended = null;
    this.restarted = false;
    this.proofs = 0;
    this.work = Promise.resolve();
  }

  // what the user does

  async invite() {
    try {
      if (!await this.#prepared(this.video)) return;
      this.video = this.#sends("video");
      const media = this.video ? ["audio", "video"] : ["audio"];
      const { call } = await this.say("invite", { to: this.peer, media });
      this.id = call;
      if (this.phase === "over") await this.#say("cancel");
      this.#become("calling");
    } catch (error) {
      this.#over("refused", error.message);
    }
  }

  async accept(video) {
    this.#become("accepting");
    try {
      if (!await this.#prepared(video)) return;
      this.#connect((await this.say("accept", { call: this.id })).mode);
    } catch (error) {
      if (this.tracks.length === 0) this.#say("decline", { why: "no-microphone" });
      this.#over("refused", error.message);
    }
  }

  decline() {
    this.#say("decline", { why: "declined" });
    this.#over("own");
  }

  /** End it, at whatever stage it is. */
  hangUp(reason = "user") {
    const early = ["inviting", "calling", "ringing"].includes(this.phase);
    if (early) this.#say("cancel");
    else this.#say("hang-up", { reason });
    this.#over(["user", "codes-differ"].includes(reason) ? "own" : reason);
  }

  /** The user has compared the codes. */
  compared(result) {
    this.confirmed = { code: this.screen.code, result };
    this.changed = false;
    this.watcher.changed(this);
  }

  /** The network has changed, or the path is gone: look for another one (RFC 8445 section 2.4). */
  restart() {
    if (!this.#agreed) return;
    const offering = async () => this.media.stable && this.#describe("offer", await this.media.offer(true));
    this.work = this.work.then(offering).catch((error) => this.watcher.refused(this, error));
  }

  async feature(feature, on, argument = null) {
    return this.say("feature", { call: this.id, feature, on, argument });
  }

  /** Send or hold back what is captured of "audio" or "video". */
  send(kind, on) {
    for (const track of this.tracks.filter((one) => one.kind === kind)) track.enabled = on;
    this.watcher.changed(this);
  }

  sending(kind) {
    return this.tracks.some((track) => track.kind === kind && track.enabled);
  }

  // what the service tells

  /** Frames are taken one after the other: an answer needs what came before it. */
  heard(frame) {
    this.work = this.work.then(() => this.phase === "over" || this.#take(frame)).catch((error) => this.#refuse(frame, error));
    return this.work;
  }

  lost() {
    this.#over("offline");
  }

  async #take(frame) {
    switch (frame.type) {
      case "ringing": return this.phase === "calling" && this.#become("ringing");
      case "accepted": return this.#accepted(frame);
      case "offer": return this.#offered(frame);
      case "answer": return this.media?.offered && this.media.accept(frame.sdp);
      case "candidates": return this.media?.candidates(frame.candidates);
      case "feature": return this.#featured(frame);
      case "caption": return this.#captioned(frame);
      case "declined": case "cancelled": return this.#over(frame.why);
      case "hung-up": return this.#over(frame.reason);
      default: return undefined;
    }
  }

  async #accepted({ mode, display }) {
    if (!["calling", "ringing"].includes(this.phase)) return;
    this.display = display;
    this.#connect(mode);
    if (!this.#agreed) return;
    await this.#describe("offer", await this.media.offer());
  }

  async #offered({ sdp }) {
    if (!this.#agreed) return;
    await this.#describe("answer", await this.media.answer(sdp));
  }

  #featured({ feature, on, by, argument }) {
    // Whoever says that an encrypted call has one of these has no keys to do it with, or should not have them.
    if (this.mode === "e2ee") return on && this.watcher.unheeded(this, feature);
    if (on) this.features.set(feature, { by, argument });
    else this.features.delete(feature);
    if (feature === "captions" && !on) this.captions = [];
    this.watcher.featured(this, { feature, on, by });
    return this.watcher.changed(this);
  }

  #captioned({ user, text }) {
    this.captions = [...this.captions, { user, text }].slice(-CAPTIONS);
    this.watcher.changed(this);
  }

  // what becomes of the media

  #connect(mode) {
    this.mode = mode;
    this.#become("connecting");
    if (!MODES.includes(mode)) this.hangUp("mode-unknown");
  }

  async #proved(proof) {
    const turn = ++this.proofs;
    const screen = await shown(this.mode, this.role, proof);
    if (turn !== this.proofs || this.phase === "over" || same(screen, this.screen)) return;
    this.screen = screen;
    if (screen.code !== null) this.#coded(screen.code);
    if (screen.indicator !== "none" && this.phase === "connecting") {
      this.since = Date.now();
      this.phase = "up";
    }
    this.watcher.changed(this);
  }

  #coded(digits) {
    const before = this.lastCode;
    this.lastCode = digits;
    if (before === digits) return;
    this.confirmed = null;
    this.changed = before !== null;
    this.watcher.coded(this);
  }

  #connection(state, dtls) {
    if (this.phase === "over") return;
    if (dtls === "failed") this.hangUp("dtls-failed");
    else if (state === "connected") this.restarted = false;
    else if (state === "failed" && (this.restarted || this.role === "callee")) this.hangUp("media-failed");
    else if (["disconnected", "failed"].includes(state) && this.role === "caller" && !this.restarted) {
      this.restarted = true;
      this.restart();
    }
  }

  /** Our description. A service that does not pass it on wants the keys of an ordinary call, which no browser can give. */
  async #describe(type, sdp) {
    try {
      await this.say(type, { call: this.id, sdp });
    } catch (error) {
      // The other end has offered at the same time, and was faster: its offer is the next frame.
      if (error.reason === "offer-open") await this.media.withdraw();
      else this.#unanswered(this.mode === "service" ? "no-sdes" : "sdp-rejected", error);
    }
  }

  /** The peer's description cannot be used. Without a fingerprint it is one of an ordinary call, with keys in it. */
  #refuse({ sdp }, error) {
    const keys = typeof sdp === "string" && !sdp.includes("a=fingerprint:");
    this.#unanswered(this.mode === "service" && keys ? "no-sdes" : "sdp-rejected", error);
  }

  #unanswered(reason, error) {
    if (this.phase === "over") return;
    this.watcher.refused(this, error);
    this.hangUp(reason);
  }

  // inner steps

  /** Both people want the call: before that nothing of the network leaves this device. */
  get #agreed() {
    return ["connecting", "up"].includes(this.phase);
  }

  #become(phase) {
    if (this.phase === "over") return;
    this.phase = phase;
    this.watcher.changed(this);
  }

  #over(why, detail = null) {
    if (this.phase === "over") return;
    this.phase = "over";
    this.screen = NO_SCREEN;
    this.ended = { why, detail };
    this.#release();
    this.watcher.changed(this);
  }

  /** Microphone, camera, and a connection to send them by. False when the call has ended meanwhile. */
  async #prepared(video) {
    this.media = await Media.open(this.#watching());
    this.tracks = await capture(video);
    if (this.phase === "over") this.#release();
    else this.media.send(this.tracks);
    return this.phase !== "over";
  }

  #watching() {
    return {
      proved: (proof) => this.#proved(proof),
      changed: (connection, dtls) => this.#connection(connection, dtls),
      remote: (stream) => { this.remote = stream; this.watcher.changed(this); },
      candidates: (candidates) => this.#say("candidates", { candidates }),
    };
  }

  #release() {
    this.media?.close();
    release(this.tracks);
  }

  /** Say something about this call. A refusal is no end of it: the service tells when it is over. */
  async #say(type, fields = {}) {
    if (this.id === null) return;
    try {
      await this.say(type, { call: this.id, ...fields });
    } catch (error) {
      this.watcher.refused(this, error);
    }
  }

  #sends(kind) {
    return this.tracks.some((track) => track.kind === kind);
  }
}

function same(one, other) {
  return one.indicator === other.indicator && one.code === other.code && one.because === other.because;
}
