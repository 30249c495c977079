// The directory: who is there, in which state, and who has written.

import { arrange, el, fill, find, name } from "../common/dom.js";

const PRESENCE = new Map([["available", "Available"], ["busy", "Busy"], ["away", "Away"], ["offline", "Offline"]]);

/** `people`: [{user, display, presence, unread}], presence null where nothing is told of it; `choose(user)` is called for the one that is selected. */
export function showPeople(people, chosen, choose) {
  const list = find("people-list");
  const known = new Map([...list.children].map((one) => [one.firstElementChild.dataset.user, one]));
  const rows = people.map((person) => known.get(person.user) ?? row(person.user));
  arrange(list, rows);
  rows.forEach((one, place) => show(one.firstElementChild, people[place], people[place].user === chosen, choose));
}

function row(user) {
  return el("li", {}, el("button", { type: "button", class: "person", "data-user": user }));
}

function show(button, { user, display, presence, unread }, current, choose) {
  const names = el("span", { class: "names" }, name(display), el("small", { class: "hint" }, presenceName(presence)));
  const waiting = unread ? [el("span", { class: "unread" }, String(unread), el("span", { class: "unseen" }, " new messages"))] : [];
  button.onclick = () => choose(user);
  if (current) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
  fill(button, el("span", { class: `dot ${PRESENCE.has(presence) ? presence : ""}`, "aria-hidden": "true" }), names, ...waiting);
}

export function presenceName(presence) {
  return presence === null ? "Not in your directory: calls only" : PRESENCE.get(presence) ?? "Unknown";
}
