// What the forms of the admin centre have in common.

import { warn } from "../common/announce.js";
import { open } from "../common/dialog.js";
import { el, fill, find, name } from "../common/dom.js";
import { hold, letGo } from "../common/held.js";

/** On submit: `action()`, which may throw; what it throws is shown in the form's own place for problems. */
export function onSubmit(id, action) {
  const form = find(id);
  const problem = form.querySelector(":scope > .problem");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (!hold(button)) return;
    problem.textContent = "";
    try {
      await action();
    } catch (error) {
      problem.textContent = error.message;
    } finally {
      letGo(button);
    }
  });
}

/** Options of a select: `[value, text]`. What was chosen stays chosen when it is still there. */
export function options(id, pairs) {
  const select = find(id);
  const before = select.value;
  fill(select, ...pairs.map(([value, text]) => el("option", { value }, text)));
  if (pairs.some(([value]) => value === before)) select.value = before;
}

/** A small button of a row; what it is about is said to who cannot see the row. The row is drawn anew with each change. */
export function act(label, about, click) {
  return el("button", { type: "button", "data-row": `${label} ${about}`, click }, label, el("span", { class: "unseen" }, " ", name(about)));
}

let row = null;

/** Once: who was at a button of a row is there again when rows have been drawn, or at the heading when it is gone. */
export function prepareRows() {
  addEventListener("focusin", ({ target }) => {
    if (target.closest("dialog") === null) row = target.dataset.row ?? null;
  });
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", refocus);
}

export function refocus() {
  const focused = document.activeElement;
  // The button of a dialog that has just been closed has the focus until the page is drawn.
  if (row === null || (focused !== document.body && focused.checkVisibility())) return;
  const again = [...document.querySelectorAll("[data-row]")].find((one) => one.dataset.row === row && one.checkVisibility());
  (again ?? document.querySelector(".panes > section:not([hidden]) h1")).focus();
}

let questions = 0;

/** Say why something cannot be taken away, in the place of the question. */
export function tellInstead({ heading, text }) {
  questions += 1;
  find("confirm-heading").textContent = heading;
  find("confirm-text").textContent = text;
  find("confirm-problem").textContent = "";
  find("confirm-yes").hidden = true;
  find("confirm-no").textContent = "Close";
  open(find("confirm"));
}

/** Ask before something is taken away. */
export function confirmed({ heading, text, yes, action }) {
  const dialog = find("confirm");
  const question = ++questions;
  find("confirm-heading").textContent = heading;
  find("confirm-text").textContent = text;
  find("confirm-problem").textContent = "";
  Object.assign(find("confirm-yes"), { textContent: yes, hidden: false });
  find("confirm-no").textContent = "Cancel";
  letGo(find("confirm-yes"));
  find("confirm-yes").onclick = async () => {
    if (!hold(find("confirm-yes"))) return;
    try {
      await action();
      // Another question may be asked by now.
      if (question === questions) dialog.close();
    } catch (error) {
      if (question === questions && dialog.open) find("confirm-problem").textContent = error.message;
      else warn(error.message);
    } finally {
      if (question === questions) letGo(find("confirm-yes"));
    }
  };
  open(dialog);
}

/** The name of a policy without its scope: `Tag:E2EE` is `E2EE`. */
export function plain(identity) {
  return identity.replace(/^Tag:/i, "");
}
