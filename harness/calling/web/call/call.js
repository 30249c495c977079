// One call, from the invitation to its end: who may do what when, and what its window shows.

import { Exchange } from "./exchange.js";
import { Shown } from "./shown.js";
import { seen, told } from "./words.js";

const MODES = ["e2ee", "service"];

/** Lines of captions that the screen has place for. */
const CAPTIONS = 3;

/** `phase`: "inviting", "calling", "ringing" (caller) or "incoming", "accepting" (callee), then "connecting", "up", "over". */
export class Call {
  constructor({ id = null, me, peer, display, role, video, say, watcher }) {
    Object.assign(this, { id, me, peer, display, role, video, say, watcher });
    this.phase = role === "caller" ? "inviting" : "incoming";
    this.mode = null;
    this.shown = new Shown();
    this.features = new Map();
    this.captions = [];
    this.people = new Map([[peer, { display, devices: 1 }]]);
    this.remote = null;
    this.screen = null;
    this.choosing = false;
    this.since = null;
    this.ended = null;
    this.work = Promise.resolve();
    this.exchange = new Exchange(role, (type, fields) => say(type, { call: this.id, ...fields }), {
      proved: (proof) => this.#proved(proof),
      remote: (stream) => { this.remote = stream; this.watcher.changed(this); },
      screen: (track) => this.#showed(track),
      unshared: () => this.share(false),
      refused: (error) => this.watcher.refused(this, error),
      failed: (reason) => this.phase !== "over" && this.hangUp(reason),
      gone: () => this.restart(),
    });
  }

  // what the user does

  async invite() {
    try {
      if (!await this.#prepared(this.video)) return;
      this.video = this.exchange.has("video");
      const { call } = await this.say("invite", { to: this.peer, media: this.video ? ["audio", "video"] : ["audio"] });
      this.id = call;
      if (this.phase === "over") await this.#say("cancel");
      this.#become("calling");
    } catch (error) {
      this.#over(error.message);
    }
  }

  async accept(video) {
    this.#become("accepting");
    try {
      if (!await this.#prepared(video)) return;
      this.#connect((await this.say("accept", { call: this.id })).mode);
    } catch (error) {
      if (!this.exchange.has("audio")) this.#say("decline", { why: "no-microphone" });
      this.#over(error.message);
    }
  }

  decline() {
    this.#say("decline", { why: "declined" });
    this.#over(seen("declined"));
  }

  /** End it, at whatever stage it is. */
  hangUp(reason = "user") {
    if (["inviting", "calling", "ringing"].includes(this.phase)) this.#say("cancel");
    else this.#say("hang-up", { reason });
    this.#over(seen(["user", "codes-differ"].includes(reason) ? "own" : reason));
  }

  /** The user has compared the codes: "match" or "differ". */
  compared(result) {
    this.shown.compared(result);
    this.watcher.changed(this);
  }

  /** The network has changed, or the path is gone: look for another one (RFC 8445 section 2.4). */
  restart() {
    this.work = this.work.then(() => this.#agreed && this.exchange.restart()).catch((error) => this.#refuse("", error));
  }

  feature(feature, on, argument = null) {
    return this.say("feature", { call: this.id, feature, on, argument });
  }

  /** Send or hold back what is captured of "audio" or "video". */
  send(kind, on) {
    this.exchange.send(kind, on);
    this.watcher.changed(this);
  }

  get sharing() {
    return this.exchange.screen !== null;
  }

  /** Whether a screen could be shared now: after microphone and camera, and while nobody is choosing one. */
  get canShare() {
    return this.exchange.has("audio") && !this.choosing;
  }

  /** Share what the user chooses of the screen, or share it no longer. */
  async share(on) {
    if (!this.canShare || on === this.sharing || this.phase === "over") return;
    this.#choosing(true);
    try {
      await (on ? this.exchange.share() : this.exchange.unshare());
    } catch (error) {
      this.watcher.refused(this, new Error(`No screen is shared: ${error.message}`));
    }
    this.#choosing(false);
    if (this.phase === "over" || on !== this.sharing) return;
    this.watcher.shared(this, on);
    this.work = this.work.then(() => this.#agreed && this.exchange.renew()).catch((error) => this.#refuse("", error));
  }

  // what the service tells

  /** Frames are taken one after the other: an answer needs what came before it. */
  heard(frame) {
    this.work = this.work.then(() => this.phase === "over" || this.#take(frame)).catch((error) => this.#refuse(frame.sdp ?? "", error));
    return this.work;
  }

  lost() {
    this.#over(seen("offline"));
  }

  async #take(frame) {
    switch (frame.type) {
      case "ringing": return this.phase === "calling" && this.#become("ringing");
      case "accepted": return this.#accepted(frame);
      case "offer": return this.#agreed && this.exchange.offered(frame.sdp);
      case "answer": return this.#agreed && this.exchange.answered(frame.sdp);
      case "candidates": return this.#agreed && this.exchange.candidates(frame.candidates);
      case "feature": return this.#featured(frame);
      case "recorded": return this.mode === "e2ee" ? this.watcher.unheeded(this, "recording") : this.watcher.recorded(this);
      case "caption": return this.#captioned(frame);
      case "party": return this.#moved(frame);
      case "declined": case "cancelled": return this.#over(told(frame.why));
      case "hung-up": return this.#over(told(frame.reason));
      default: return undefined;
    }
  }

  async #accepted({ mode, display }) {
    if (!["calling", "ringing"].includes(this.phase)) return;
    this.people.set(this.peer, { display, devices: 1 });
    this.display = display;
    this.#connect(mode);
    if (this.#agreed) await this.exchange.offer();
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

  /** Somebody has come into an ordinary call, or has left one that goes on. An encrypted one is between two. */
  #moved({ user, display, there }) {
    if (this.mode !== "service" || user === this.me) return;
    const devices = (this.people.get(user)?.devices ?? 0) + (there ? 1 : -1);
    if (devices > 0) this.people.set(user, { display, devices });
    else this.people.delete(user);
    this.display = [...this.people.values()].map((one) => one.display).join(", ");
    this.watcher.moved(this, { display, there });
    this.watcher.changed(this);
  }

  #captioned({ user, text }) {
    if (this.mode === "e2ee") return;
    this.captions = [...this.captions, { user, text }].slice(-CAPTIONS);
    this.watcher.changed(this);
  }

  // what becomes of it

  /** Both people want the call: before that nothing of the network leaves this device. */
  get #agreed() {
    return ["connecting", "up"].includes(this.phase);
  }

  #connect(mode) {
    this.mode = mode;
    this.#become("connecting");
    if (!MODES.includes(mode)) this.hangUp("mode-unknown");
  }

  async #proved(proof) {
    const news = await this.shown.take(this.mode, this.role, proof);
    if (news === "same" || this.phase === "over") return;
    if (news === "code") this.watcher.coded(this);
    if (this.shown.screen.indicator !== "none" && this.phase === "connecting") {
      this.since = Date.now();
      this.phase = "up";
    }
    this.watcher.changed(this);
  }

  /** Descriptions that nobody can use: in an ordinary call because one of them has its keys in it, which no browser has. */
  #refuse(sdp, error) {
    if (this.phase === "over") return;
    const keys = error.reason === "bad-description" || (sdp !== "" && !sdp.includes("a=fingerprint:"));
    this.watcher.refused(this, error);
    this.hangUp(this.mode === "service" && keys ? "no-sdes" : "sdp-rejected");
  }

  #choosing(now) {
    this.choosing = now;
    this.watcher.changed(this);
  }

  #showed(track) {
    this.screen = track;
    this.watcher.showed(this);
    this.watcher.changed(this);
  }

  #become(phase) {
    if (this.phase === "over") return;
    this.phase = phase;
    this.watcher.changed(this);
  }

  /** `sentence`: why, for the user. */
  #over(sentence) {
    if (this.phase === "over") return;
    this.phase = "over";
    this.ended = sentence;
    this.shown.clear();
    this.exchange.close();
    this.watcher.changed(this);
  }

  /** False when the call has ended while the user was asked for the microphone. */
  async #prepared(video) {
    await this.exchange.prepare(video);
    if (this.phase === "over") this.exchange.close();
    return this.phase !== "over";
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
}
