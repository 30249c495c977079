// What the top left of the call window shows. The only place that decides about the lock.

import { code, thumbprint } from "./teams20.js";

const ORDINARY = "This is an ordinary call. Nothing keeps the calling service out of it, and there is no code to compare. "
  + "A call is end-to-end encrypted when both people may and want it, nothing must be recorded, and both devices can: a telephone, a web client and an old version cannot.";

/**
 * What to show, from the mode of the call, this end's role in it ("caller" or "callee") and what DTLS has proved.
 * `indicator` is "none", "plain" or "lock"; a lock has a code of 20 digits, and nothing else has one.
 */
export async function shown(mode, role, proof) {
  if (!proof.connected) return screen("none", null, "");
  if (mode !== "e2ee") return screen("plain", null, ORDINARY);
  if (proof.fault !== null) return screen("plain", null, unproved(proof.fault));
  try {
    const [local, presented] = [await thumbprint(proof.local), await thumbprint(proof.presented)];
    const digits = role === "caller" ? await code(local, presented) : await code(presented, local);
    return screen("lock", digits, "");
  } catch (error) {
    return screen("plain", null, unproved(error.message));
  }
}

function unproved(fault) {
  return `This call should be end-to-end encrypted, but that is not proved: ${fault}.`;
}

function screen(indicator, digits, because) {
  return { indicator, code: digits, because };
}
