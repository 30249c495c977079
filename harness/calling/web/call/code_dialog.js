// The security code, upon selecting the shield, and what the user found when comparing it.

import { open, prepare } from "../common/dialog.js";
import { el, fill, find, name } from "../common/dom.js";
import { groups } from "./teams20.js";

const RESULTS = {
  match: "You have compared this code: it matches.",
  differ: "You have compared this code: it does not match.",
};

/** What the two people are to do, and exactly what it shows. */
function asked(display) {
  return [
    "Read these 20 digits to ", name(display), ", whose voice you recognise, and listen to theirs. If all of them are the same, nobody between your two devices can hear or see this call. "
    + "If a single one differs, somebody may be in between: hang up.",
  ];
}

/** `current()` gives the call that is shown. */
export function prepareCode(current) {
  const dialog = prepare("code-dialog");
  find("indicator").addEventListener("click", () => openCode(current()));
  find("compare-again").addEventListener("click", () => openCode(current()));
  find("codes-match").addEventListener("click", () => current()?.compared("match"));
  find("codes-differ").addEventListener("click", () => {
    current()?.compared("differ");
    find("advice-hang-up").scrollIntoView({ block: "nearest" });
  });
  find("advice-hang-up").addEventListener("click", () => {
    dialog.close();
    current()?.hangUp("codes-differ");
  });
}

function openCode(call) {
  if (call === null) return;
  showCode(call);
  open(find("code-dialog"));
}

/** Show what the call's screen says, also while the dialog is open; it closes with the call. */
export function showCode(call) {
  if (call === null || call.shown.screen.indicator === "none") return find("code-dialog").close();
  const { screen: { indicator, code, because }, confirmed, changed } = call.shown;
  const locked = indicator === "lock";
  find("code-heading").textContent = locked ? "End-to-end encrypted" : "Not end-to-end encrypted";
  fill(find("code-why"), ...(locked ? asked(call.display) : [because]));
  find("code-part").hidden = find("code-limits").hidden = !locked;
  find("code-changed").hidden = !changed;
  showDigits(code);
  find("code-result").textContent = RESULTS[confirmed] ?? "";
  find("advice").hidden = !locked || confirmed !== "differ";
  return undefined;
}

function showDigits(code) {
  const four = code === null ? [] : groups(code);
  fill(find("code"), ...four.map((group) => el("span", {}, group)));
  // Read as digits and not as four large numbers.
  find("code-spoken").textContent = four.map((group) => [...group].join(" ")).join(", ");
}
