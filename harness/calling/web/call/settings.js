// Settings > Privacy > End-to-end encrypted calls, the same on all of the user's devices.

import { el, fill, find, name } from "../common/dom.js";

const CANNOT = ["web", "pstn"];

/** Whether a device can make end-to-end encrypted calls; the service decides by the same rule. */
export function canEncrypt({ kind, recent }) {
  return recent && !CANNOT.includes(kind);
}

/** `me`: as GET /api/me gives it; `device`: this one, as it signed in. */
export function showSettings(me, device) {
  const toggle = find("toggle");
  toggle.checked = me.toggle;
  toggle.disabled = !me.may_turn_on;
  find("toggle-why").textContent = me.may_turn_on
    ? "Calls with people who have turned it on as well are end-to-end encrypted. Recording, captions, transfer and the like are then not available."
    : `Your administrator does not allow this: ${me.effective.because}.`;
  find("voicemail").checked = me.voicemail;
  find("toggle-device").hidden = canEncrypt(device);
  fill(find("devices"), ...me.devices.map((one) => el("li", {}, name(one.name), ` (${one.kind}${one.recent ? "" : ", an old version"})`)));
}
