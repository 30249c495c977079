// The conversation with one person: what was written and the files. The service can read all of it, and the page says so.

import { el, fill, find } from "../common/dom.js";

export const MOST_BYTES = 10 * 1024 * 1024;

/** `messages`: as the service gives them, oldest first; `open(file)` downloads a file. */
export function showMessages(messages, me, nameOf, open) {
  const list = find("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  fill(list, ...messages.map((message) => line(message, message.from === me, nameOf, open)));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function line({ from, text, time, file }, own, nameOf, open) {
  const who = own ? "You" : nameOf(from);
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
