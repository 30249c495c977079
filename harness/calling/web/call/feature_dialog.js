// The question that some features ask before they are asked for: with whom, or with which device.

import { open, prepare } from "../common/dialog.js";
import { el, fill, find } from "../common/dom.js";

const QUESTIONS = {
  user: { label: "Person", nobody: "There is nobody else in the directory." },
  device: { label: "Device", nobody: "You have signed in on no other device." },
};

let answered = () => {};

/** Once, before anything is asked. */
export function prepareFeatureDialog() {
  const dialog = prepare("feature-dialog");
  find("feature-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = find("feature-choice");
    answered(value);
    dialog.close();
  });
  dialog.addEventListener("close", () => answered(null));
}

/** Ask for one of `options` ([{value, label}]). `takes` is "user" or "device". The value that was chosen, or null for none. */
export function choose({ label, does }, takes, options) {
  const { label: asked, nobody } = QUESTIONS[takes];
  find("feature-heading").textContent = label;
  find("feature-hint").textContent = options.length ? does : nobody;
  find("feature-asked").textContent = asked;
  fill(find("feature-choice"), ...options.map((one) => el("option", { value: one.value }, one.label)));
  find("feature-question").hidden = options.length === 0;
  Object.assign(find("feature-go"), { textContent: label, hidden: options.length === 0 });
  return new Promise((resolve) => {
    answered = (value) => {
      answered = () => {};
      resolve(value);
    };
    open(find("feature-dialog"));
  });
}

/** The call is over: there is nothing to ask any more. */
export function dismiss() {
  find("feature-dialog").close();
}
