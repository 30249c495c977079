// The people of the directory, and what was written to and by one of them.

import { tell } from "../common/announce.js";
import { fill, find, name } from "../common/dom.js";
import { path } from "../common/service.js";
import { Lines, MOST_BYTES, saveAs } from "./chat.js";
import { presenceName, showPeople } from "./people.js";

export class Conversation {
  /** `say(type, fields)` speaks to the service, `changed()` draws the page. */
  constructor(service, say, changed) {
    Object.assign(this, { service, say, changed });
    this.me = null;
    this.chosen = null;
    this.people = new Map();
    this.chats = new Map();
    this.unread = new Map();
    this.loading = new Set();
    this.heard = new Map();
    this.lines = new Lines();
    find("write").addEventListener("submit", (event) => this.write(event));
    find("file").addEventListener("change", (event) => this.share(event.target));
    find("elsewhere").addEventListener("submit", (event) => this.seek(event));
    find("back").addEventListener("click", () => this.back());
  }

  /** Everything again, as the service has it. */
  async refresh(me) {
    this.me = me;
    // What is heard while the answer is on its way may be newer than that.
    const heard = this.heard = new Map();
    const { users } = await this.service.get("/api/directory");
    const outside = [...this.people.values()].filter((one) => one.outside);
    const inside = users.filter(({ user }) => user !== me).map((one) => ({ ...one, presence: heard.get(one.user) ?? one.presence }));
    this.people = new Map([...outside, ...inside].map((one) => [one.user, one]));
    this.chats.clear();
    if (this.chosen !== null && !this.people.get(this.chosen)?.outside) await this.load(this.chosen);
  }

  /** What the directory calls somebody. */
  displayOf(user) {
    return this.people.get(user)?.display ?? user;
  }

  seek(event) {
    event.preventDefault();
    const address = find("address").value.trim();
    if (address === "") return;
    find("address").value = "";
    this.reach(address);
    find("peer-heading").focus();
  }

  /** Turn to whoever has this address, also to somebody whom the directory does not show, because of another organisation: only calls go there. */
  reach(address) {
    const known = [...this.people.keys()].find((user) => user.toLowerCase() === address.toLowerCase());
    if (known === undefined) this.people.set(address, { user: address, display: address, presence: null, outside: true });
    this.choose(known ?? address);
  }

  /** A row of the list was pressed. On a phone the list goes away with it, and the focus with the list. */
  turnTo(user) {
    this.choose(user);
    if (!find("people").checkVisibility()) find("peer-heading").focus();
  }

  /** Turn to somebody of the list. */
  choose(user) {
    if (!this.people.has(user)) return;
    this.chosen = user;
    this.unread.delete(user);
    find("chat-problem").textContent = "";
    if (!this.chats.has(user) && !this.people.get(user).outside) this.attempt(() => this.load(user).then(this.changed));
    this.changed();
  }

  /** What is written while the answer is on its way may not be in it. */
  async load(user) {
    const loading = { user, written: [] };
    this.loading.add(loading);
    try {
      const { messages } = await this.service.get(path("chats", user));
      for (const one of loading.written) append(messages, one);
      this.chats.set(user, messages);
    } finally {
      this.loading.delete(loading);
    }
  }

  wrote(message) {
    const peer = message.from === this.me ? message.to : message.from;
    append(this.chats.get(peer) ?? [], message);
    for (const { user, written } of this.loading) if (user === peer) written.push(message);
    if (message.from === peer && peer !== this.chosen) {
      this.unread.set(peer, (this.unread.get(peer) ?? 0) + 1);
      tell(`New message from ${this.displayOf(peer)}.`);
    }
    this.changed();
  }

  present({ user, presence }) {
    this.heard.set(user, presence);
    const person = this.people.get(user);
    if (person !== undefined) this.people.set(user, { ...person, presence });
    this.changed();
  }

  async write(event) {
    event.preventDefault();
    const text = find("text").value;
    if (text.trim() === "") return;
    await this.attempt(async () => {
      await this.say("chat", { to: this.chosen, text });
      // Somebody who writes on meanwhile writes the next line.
      if (find("text").value === text) find("text").value = "";
    });
  }

  async share(input) {
    const [file] = input.files;
    await this.attempt(async () => {
      if (file.size > MOST_BYTES) throw new Error("A file has at most 10 MB.");
      await this.service.upload(`/api/files?${new URLSearchParams({ to: this.chosen, name: file.name })}`, file);
      tell(`${file.name} is shared.`);
    });
    input.value = "";
  }

  download(file) {
    return this.attempt(async () => saveAs(await this.service.download(path("files", file.file)), file.name));
  }

  /** Do it, or say beside the chat why it could not be done. */
  async attempt(action) {
    find("chat-problem").textContent = "";
    try {
      await action();
    } catch (error) {
      find("chat-problem").textContent = error.message;
    }
  }

  back() {
    const was = this.chosen;
    this.chosen = null;
    this.changed();
    [...find("people-list").querySelectorAll("button")].find((one) => one.dataset.user === was)?.focus();
  }

  draw() {
    const people = [...this.people.values()].map((one) => ({ ...one, unread: this.unread.get(one.user) ?? 0 }));
    showPeople(people, this.chosen, (user) => this.turnTo(user));
    const person = this.people.get(this.chosen);
    find("home").classList.toggle("chosen", person !== undefined);
    find("peer").hidden = person === undefined;
    for (const id of ["messages", "write"]) find(id).hidden = person === undefined || person.outside === true;
    find("nobody").hidden = person !== undefined;
    if (person === undefined) return;
    fill(find("peer-heading"), name(person.display));
    fill(find("peer-presence"), name(person.user), ` · ${presenceName(person.presence)}`);
    if (person.outside) return;
    const messages = this.chats.get(this.chosen) ?? [];
    this.lines.show(this.chosen, messages, this.me, (user) => this.displayOf(user), (file) => this.download(file));
  }
}

/** A line is in a chat once. */
function append(chat, message) {
  if (!chat.some((one) => one.message === message.message)) chat.push(message);
}
