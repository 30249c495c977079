// What screen readers say. Each message is a new element, so that the same sentence twice is said twice.

import { el, find } from "./dom.js";

const KEPT = 5;

/** Said when the reader has finished what it is saying. */
export function tell(sentence) {
  add(find("polite"), sentence);
}

/** Said at once: something that the user must know before going on. */
export function warn(sentence) {
  add(find("assertive"), sentence);
}

function add(region, sentence) {
  region.append(el("p", {}, sentence));
  while (region.children.length > KEPT) region.firstElementChild.remove();
}
