// The media of a call, and its descriptions on their way through the service (RFC 3264).

import { capture, captureScreen, release } from "./capture.js";
import { Media } from "./media.js";

export class Exchange {
  /**
   * `say(type, fields)` speaks about the call. `watcher` is told: `proved(proof)`, `remote(stream)`, `screen(track)`, `unshared()` when
   * the user has ended it at the browser's own control, `refused(error)`, `gone()` when the path is, and `failed(reason)` when the media cannot go on.
   */
  constructor(role, say, watcher) {
    Object.assign(this, { role, say, watcher });
    this.tracks = [];
    this.screen = null;
    this.media = null;
    this.restarted = false;
    this.due = false;
    this.seeking = false;
    this.sought = false;
  }

  /** Microphone, camera when it is wanted and there, and a connection to send them by. Nothing is sent to anybody. */
  async prepare(video) {
    this.media = await Media.open({
      proved: (proof) => this.watcher.proved(proof),
      remote: (stream) => this.watcher.remote(stream),
      screen: (track) => this.watcher.screen(track),
      changed: (connection, dtls) => this.#changed(connection, dtls),
      candidates: (candidates) => this.say("candidates", { candidates }).catch((error) => this.watcher.refused(error)),
    });
    this.tracks = await capture(video);
    this.media.send(this.tracks);
  }

  /** The first offer, with which no other one can cross. */
  async offer() {
    this.due = false;
    await this.say("offer", { sdp: await this.media.offer() });
  }

  /**
   * Of two offers that cross, the service takes one. Where it passes both on, one end has to roll its own back (RFC 8829 section
   * 4.1.10.2): the caller, who still hears the other one after that (`renew`). What was in it is offered again.
   */
  async offered(sdp) {
    if (this.media.offered) {
      if (this.role === "callee") return;
      this.#wantAgain();
    }
    // The path that the other end looks for is one for both.
    if (this.media.restarts(sdp)) this.seeking = false;
    await this.say("answer", { sdp: await this.media.answer(sdp) });
    await this.renew();
  }

  async answered(sdp) {
    if (this.media.offered) await this.media.accept(sdp);
    await this.renew();
  }

  /** Look for another path (RFC 8445 section 2.4), as soon as no other offer is open. */
  async restart() {
    this.seeking = true;
    await this.renew();
  }

  /** Show the other end what the user chooses of the screen. An Error of the browser when nothing was chosen. */
  async share() {
    const track = await captureScreen();
    if (this.media.closed) return release([track]);
    track.addEventListener("ended", () => this.watcher.unshared());
    return this.#showing(track);
  }

  async unshare() {
    release([this.screen]);
    await this.#showing(null);
  }

  /** Offer what is wanted here, if anything is: another path, or what is shown now. While an offer is open, that waits for its answer. */
  async renew() {
    if (!(this.seeking || (this.due && this.media.unsaid)) || !this.media.stable) return;
    [this.sought, this.seeking, this.due] = [this.seeking, false, false];
    // A callee in Chromium no longer plays the other end's sound after an offer that had been set is rolled back: it is set when it is said.
    const { sdp, settled, undone } = await (this.sought && this.role === "caller" ? this.media.restarted() : this.media.proposed(this.sought));
    if (await this.#offered(sdp)) return settled();
    this.#wantAgain();
    return undone();
  }

  candidates(lines) {
    return this.media.candidates(lines);
  }

  /** Whether there is something of this kind ("audio", "video") to send, and whether it is sent. */
  has(kind) {
    return this.tracks.some((track) => track.kind === kind);
  }

  sending(kind) {
    return this.tracks.some((track) => track.kind === kind && track.enabled);
  }

  send(kind, on) {
    for (const track of this.tracks.filter((one) => one.kind === kind)) track.enabled = on;
  }

  close() {
    this.media?.close();
    release([...this.tracks, this.screen].filter((track) => track !== null));
  }

  /** A path that is gone is looked for again, once, by the caller: so not both do. */
  #changed(state, dtls) {
    if (dtls === "failed") this.watcher.failed("dtls-failed");
    else if (state === "connected") this.restarted = false;
    else if (state === "failed" && (this.restarted || this.role === "callee")) this.watcher.failed("media-failed");
    else if (["disconnected", "failed"].includes(state) && this.role === "caller" && !this.restarted) {
      this.restarted = true;
      this.watcher.gone();
    }
  }

  async #showing(track) {
    this.screen = track;
    this.due = true;
    await this.media.share(track);
  }

  /** Our offer has come to nothing: what was in it has not been agreed. */
  #wantAgain() {
    this.due = true;
    this.seeking ||= this.sought;
  }

  /** Whether it is on its way to the other end. */
  async #offered(sdp) {
    try {
      await this.say("offer", { sdp });
      return true;
    } catch (error) {
      // The other end has offered at the same time, and was faster: its offer is the next frame.
      if (error.reason !== "offer-open") throw error;
      return false;
    }
  }
}
