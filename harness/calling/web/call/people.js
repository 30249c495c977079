// The directory: who is there, in which state, and who has written.

import { el, fill, find, name } from "../common/dom.js";

export const PRESENCE = { available: "Available", busy: "Busy", away: "Away", offline: "Offline" };

/** `people`: [{user, display, presence, unread}]; `choose(user)` is called for the one that is selected. */
export function showPeople(people, chosen, choose) {
  const focused = document.activeElement?.dataset?.user;
  const rows = people.map((person) => el("li", {}, row(person, person.user === chosen, choose)));
  fill(find("people-list"), ...rows);
  // The list is made anew with every change; who was in it with the keyboard stays there.
  if (focused !== undefined) rows.map((one) => one.firstElementChild).find((one) => one.dataset.user === focused)?.focus();
}

function row({ user, display, presence, unread }, current, choose) {
  const names = el("span", { class: "names" }, name(display), el("small", { class: "hint" }, presenceName(presence)));
  const waiting = unread ? [el("span", { class: "unread" }, String(unread), el("span", { class: "unseen" }, " new messages"))] : [];
  return el(
    "button",
    { type: "button", class: "person", "data-user": user, "aria-current": current && "true", click: () => choose(user) },
    el("span", { class: `dot ${PRESENCE[presence] ? presence : ""}`, "aria-hidden": "true" }),
    names,
    ...waiting,
  );
}

export function presenceName(presence) {
  return PRESENCE[presence] ?? "Unknown";
}
