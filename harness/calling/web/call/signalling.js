// The WebSocket to the calling service (docs/calling-service.md, "Signalling").

import { Refused } from "../common/service.js";

export class Signalling {
  /** `heard(frame)` gets what the service tells on its own; `ended(sentence)` is called once, when the connection is over. */
  constructor(token, heard, ended) {
    this.heard = heard;
    this.ended = ended;
    this.waiting = new Map();
    this.last = 0;
    this.farewell = "The connection to the calling service was lost.";
    this.socket = new WebSocket(`wss://${location.host}/api/signalling`);
    this.socket.addEventListener("open", () => this.#write({ type: "hello", token, keying: "dtls" }));
    this.socket.addEventListener("message", (event) => this.#read(event.data));
    this.socket.addEventListener("close", () => this.#over());
  }

  /** Say something; the answer to it, or Refused. */
  say(type, fields = {}) {
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.reject(new Refused("unreachable", this.farewell));
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.#write({ type, id, ...fields });
    });
  }

  close() {
    this.ended = () => {};
    this.socket.close();
  }

  #write(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  #read(text) {
    const frame = JSON.parse(text);
    const waiting = this.waiting.get(frame.id);
    if (waiting !== undefined) {
      this.waiting.delete(frame.id);
      if (frame.type === "ok") waiting.resolve(frame);
      else waiting.reject(new Refused(String(frame.reason), String(frame.detail)));
    } else if (frame.id === undefined) {
      if (frame.type === "bye") this.farewell = `The calling service has ended the connection: ${frame.reason}.`;
      this.heard(frame);
    }
  }

  #over() {
    for (const { reject } of this.waiting.values()) reject(new Refused("unreachable", this.farewell));
    this.waiting.clear();
    this.ended(this.farewell);
  }
}
