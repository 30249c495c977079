// Dialogs. `showModal` keeps the focus inside and gives it back to what had it before.

import { find } from "./dom.js";

/** Buttons with `data-close` end their dialog, and so does a click beside it. */
export function prepare(id) {
  const dialog = find(id);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  return dialog;
}

/** Open it, with the focus on its heading: nothing is chosen by a key that was meant for something else. */
export function open(dialog) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("h2").focus();
}
