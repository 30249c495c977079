// The media of a call, and its descriptions on their way through the service (RFC 3264).

import { capture, release } from "./capture.js";
import { Media } from "./media.js";

export class Exchange {
  /**
   * `say(type, fields)` speaks about the call. `watcher` is told: `proved(proof)`, `remote(stream)`, `refused(error)`, `gone()`
   * when the path is, and `failed(reason)` when the media cannot go on.
   */
  constructor(role, say, watcher) {
    Object.assign(this, { role, say, watcher });
    this.tracks = [];
    this.media = null;
    this.restarted = false;
  }

  /** Microphone, camera when it is wanted and there, and a connection to send them by. Nothing is sent to anybody. */
  async prepare(video) {
    this.media = await Media.open({
      proved: (proof) => this.watcher.proved(proof),
      remote: (stream) => this.watcher.remote(stream),
      changed: (connection, dtls) => this.#changed(connection, dtls),
      candidates: (candidates) => this.say("candidates", { candidates }).catch((error) => this.watcher.refused(error)),
    });
    this.tracks = await capture(video);
    this.media.send(this.tracks);
  }

  async offer(restart = false) {
    if (this.media.stable) await this.#describe("offer", await this.media.offer(restart));
  }

  async offered(sdp) {
    await this.#describe("answer", await this.media.answer(sdp));
  }

  async answered(sdp) {
    if (this.media.offered) await this.media.accept(sdp);
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
    release(this.tracks);
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

  async #describe(type, sdp) {
    try {
      await this.say(type, { sdp });
    } catch (error) {
      // The other end has offered at the same time, and was faster: its offer is the next frame.
      if (error.reason !== "offer-open") throw error;
      await this.media.withdraw();
    }
  }
}
