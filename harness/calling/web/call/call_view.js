// The stage of a call: indicator, pictures, controls, features.

import { tell, warn } from "../common/announce.js";
import { el, fill, find, name } from "../common/dom.js";
import { showCode } from "./code_dialog.js";
import { FEATURES, unavailable } from "./words.js";

const STATES = {
  inviting: "Starting…", calling: "Calling…", ringing: "Ringing…", accepting: "Starting…", connecting: "Connecting…", incoming: "", over: "",
};
const INDICATORS = { none: "", plain: "Not end-to-end encrypted. Show why.", lock: "End-to-end encrypted. Show the security code." };
const MARKS = { match: ["✓", "mark"], differ: ["!", "mark differ"] };

export function showCall(call) {
  find("stage").hidden = call === null;
  if (call === null) return clear();
  fill(find("stage-heading"), name(call.display));
  showState(call);
  showIndicator(call);
  showPictures(call);
  showScreen(call);
  showControls(call);
  showFeatures(call);
  showCaptions(call);
  showCode(call);
  return undefined;
}

/** Say that a screen is shown, or is no longer. */
export function announceScreen(call) {
  tell(call.screen === null ? `${call.display} no longer shares a screen.` : `${call.display} is sharing a screen.`);
}

/** How long the call has lasted; called every second. */
export function showState(call) {
  const lost = call.phase === "up" && call.shown.screen.indicator === "none";
  find("stage-state").textContent = lost ? "Reconnecting…" : call.phase === "up" ? lasting(call.since) : STATES[call.phase];
}

/** Say that a code is there, that it is another one than before, or that there is none any more. */
export function announceCode(call) {
  if (call.shown.screen.code === null) warn(`The call with ${call.display} is no longer proved to be end-to-end encrypted.`);
  else if (call.shown.changed) warn(`The security code of the call with ${call.display} has changed. Compare it again.`);
  else tell(`The call with ${call.display} is end-to-end encrypted. Select the shield to compare the security code.`);
}

export function lasting(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function clear() {
  for (const id of ["remote", "self", "screen"]) find(id).srcObject = null;
  find("features").hidden = true;
  find("more").setAttribute("aria-expanded", "false");
  showCode(null);
}

function showIndicator(call) {
  const { screen: { indicator }, confirmed, changed } = call.shown;
  const button = find("indicator");
  button.hidden = indicator === "none";
  button.dataset.shown = indicator;
  for (const icon of button.querySelectorAll("[data-icon]")) icon.toggleAttribute("hidden", icon.dataset.icon !== indicator);
  const [sign, look] = (indicator === "lock" && MARKS[confirmed]) || ["", "mark"];
  find("indicator-name").textContent = INDICATORS[indicator];
  Object.assign(find("indicator-mark"), { textContent: sign, className: look, hidden: sign === "" });
  find("code-alarm").hidden = !changed || indicator !== "lock";
}

function showPictures(call) {
  const [remote, self] = [find("remote"), find("self")];
  if (remote.srcObject !== call.remote) remote.srcObject = call.remote;
  const picture = call.remote?.getVideoTracks().length > 0;
  remote.classList.toggle("no-picture", !picture);
  find("remote-name").hidden = picture;
  find("remote-name").textContent = initials(call.display);
  const own = call.exchange.tracks.filter((track) => track.kind === "video" && track.enabled);
  if (self.srcObject?.getTracks()[0] !== own[0]) self.srcObject = own.length ? new MediaStream(own) : null;
  self.hidden = own.length === 0;
}

function showScreen({ screen, display }) {
  const shown = find("screen");
  if ((shown.srcObject?.getTracks()[0] ?? null) !== screen) shown.srcObject = screen && new MediaStream([screen]);
  shown.hidden = screen === null;
  shown.setAttribute("aria-label", `Screen shared by ${display}`);
  find("pictures").classList.toggle("with-screen", screen !== null);
}

function initials(display) {
  return display.split(/\s+/u).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function showControls(call) {
  find("mute").setAttribute("aria-pressed", String(call.exchange.has("audio") && !call.exchange.sending("audio")));
  find("camera-off").setAttribute("aria-pressed", String(!call.exchange.sending("video")));
  find("camera-off").disabled = !call.exchange.has("video");
  find("share").hidden = navigator.mediaDevices.getDisplayMedia === undefined;
  find("share").disabled = !call.canShare;
  find("share-name").textContent = call.sharing ? "Stop sharing" : "Share screen";
}

function showFeatures(call) {
  const locked = call.mode === "e2ee";
  find("features-note").textContent = locked ? "Not available in an end-to-end encrypted call:" : "The service carries these out; everybody in the call is told.";
  for (const one of FEATURES) {
    const [button, why] = [find(`feature-${one.feature}`), unavailable(one, call)];
    if (why === null) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
    if (one.lasts) button.setAttribute("aria-pressed", String(call.features.has(one.feature)));
    find(`why-${one.feature}`).textContent = why ?? one.does;
  }
  const active = FEATURES.filter(({ feature, lasts }) => lasts && call.features.has(feature));
  find("active-features").hidden = active.length === 0;
  fill(find("active-features"), ...active.flatMap(({ feature, label }, place) => [place ? " · " : "On: ", label, " (by ", name(String(call.features.get(feature).by)), ")"]));
}

function showCaptions({ captions }) {
  find("captions").hidden = captions.length === 0;
  fill(find("captions"), ...captions.map(({ user, text }) => el("li", {}, name(user), ": ", name(text))));
}

/** Make the buttons, once. `ask(feature)` is called for one that is available; of one that is not, the reason is said. */
export function prepareFeatures(ask) {
  fill(find("features-list"), ...FEATURES.map((one) => {
    const note = el("small", { id: `why-${one.feature}` });
    const choose = (event) => (event.currentTarget.hasAttribute("aria-disabled") ? tell(`${one.label}: ${note.textContent}`) : ask(one));
    const button = { type: "button", id: `feature-${one.feature}`, "aria-describedby": note.id, click: choose };
    return el("li", {}, el("button", button, el("span", {}, one.label), note));
  }));
  find("more").addEventListener("click", () => {
    const features = find("features");
    features.hidden = !features.hidden;
    find("more").setAttribute("aria-expanded", String(!features.hidden));
  });
}
