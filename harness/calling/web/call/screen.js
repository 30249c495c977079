// The screens of one call, which share a section of the descriptions: what is shown here, and what the other end shows.

import { midsIn, slidesIn, withSlides } from "./slides.js";

export class Screens {
  constructor(connection) {
    this.connection = connection;
    this.own = null;
    this.section = null;
    this.mids = new Set();
  }

  /** Whether what comes in this section is a screen. */
  has(transceiver) {
    return transceiver === this.section || this.mids.has(transceiver.mid);
  }

  /** Show this track from the next description on; null shows nothing more. */
  async share(track) {
    this.own = track;
    if (this.section !== null) await this.#use(this.section);
    else if (track !== null) this.section = this.connection.addTransceiver(track, { direction: "sendrecv", streams: [new MediaStream([track])] });
  }

  /** An offer of the other end comes: which of its sections is for a screen. */
  expect(sdp) {
    this.mids = slidesIn(sdp);
  }

  /** It has been taken: its section for a screen is the one for ours, too. */
  async offered() {
    const theirs = this.connection.getTransceivers().find(({ mid }) => mid !== null && this.mids.has(mid));
    if (theirs === undefined) return;
    // One that only waited for an offer of ours is not needed any more.
    if (theirs !== this.section && this.section?.mid === null) this.section.stop();
    await this.#use(theirs);
  }

  /** Our description as it is sent. What is new in it has an id there; the section itself has one when it has been set. */
  written(sdp) {
    const known = new Set(this.connection.getTransceivers().map(({ mid }) => mid));
    const mid = this.section?.mid ?? midsIn(sdp).find((one) => !known.has(one));
    if (this.section !== null && mid !== undefined) this.mids.add(mid);
    return withSlides(sdp, this.mids);
  }

  /** What the other end shows; null when it shows nothing. */
  get shown() {
    return ["sendrecv", "recvonly"].includes(this.section?.currentDirection) ? this.section.receiver.track : null;
  }

  /** Whether the other end has not agreed yet to what is shown here, or to its end. */
  get unsaid() {
    return ["sendrecv", "sendonly"].includes(this.section?.currentDirection) !== (this.own !== null);
  }

  async #use(section) {
    this.section = section;
    section.direction = this.own === null ? "recvonly" : "sendrecv";
    await section.sender.replaceTrack(this.own);
  }
}
