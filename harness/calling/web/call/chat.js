// The conversation with one person: what was written and the files. The service can read all of it, and the page says so.

import { arrange, el, find } from "../common/dom.js";

export const MOST_BYTES = 10 * 1024 * 1024;

/** How far from its end (CSS pixels) a conversation may be scrolled, and still be followed to each new line. */
const NEAR = 80;

/** The lines of one conversation. Its end stays in sight, however large its place is, until the user scrolls away from it. */
export class Lines {
  #list = find("messages");
  #peer = null;
  #known = new Map();
  #following = true;

  constructor() {
    this.#list.addEventListener("scroll", () => { this.#following = this.#left < NEAR; });
    new ResizeObserver(() => this.#follow()).observe(this.#list);
  }

  /** `messages` with `peer`: as the service gives them, oldest first; `open(file)` downloads a file. */
  show(peer, messages, me, nameOf, open) {
    if (peer !== this.#peer) [this.#peer, this.#following] = [peer, true];
    const rows = messages.map((message) => [message.message, this.#row(message, message.from === me ? "You" : nameOf(message.from), message.from === me, open)]);
    this.#known = new Map(rows);
    arrange(this.#list, rows.map(([, { element }]) => element));
    this.#follow();
  }

  #row(message, who, own, open) {
    const known = this.#known.get(message.message);
    return known?.who === who ? known : { who, element: line(message, who, own, open) };
  }

  get #left() {
    return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight;
  }

  #follow() {
    if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function line({ text, time, file }, who, own, open) {
  const when = new Date(time * 1000);
  return el(
    "li",
    { class: own ? "message own" : "message" },
    el("span", { class: own ? "unseen" : "hint" }, el("bdi", {}, who), el("span", { class: "unseen" }, ": ")),
    ...(text ? [el("p", {}, text)] : []),
    ...(file ? [attachment(file, open)] : []),
    el("time", { datetime: when.toISOString() }, when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
  );
}

function attachment(file, open) {
  const download = el("button", { type: "button", click: () => open(file) }, "Download", el("span", { class: "unseen" }, ` ${file.name}`));
  return el("div", { class: "file-line" }, el("bdi", {}, file.name), el("span", { class: "hint" }, size(file.size)), download);
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${kilo.toFixed(0)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}

/** Give the bytes of a file to the user, under the name that it has. */
export function saveAs(blob, filename) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: filename });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
