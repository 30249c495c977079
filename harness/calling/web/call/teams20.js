// The 20-digit security code of a call, `teams20/v1`; harness/codes/teams20.py is the reference.
// Thumbprints are SHA-256 over the DER certificates that DTLS presented, never what a description claims.

const CONTEXT = new TextEncoder().encode("teams20/v1\0");
const DIGITS = 20;
const GROUP = 5;
const THUMBPRINT_BYTES = 32;

/** SHA-256 (32 bytes) over one DER certificate (Uint8Array). RangeError when it is empty. */
export async function thumbprint(der) {
  if (der.length === 0) throw new RangeError("an empty certificate has no thumbprint");
  return sha256(der);
}

/** The 20 digits, without spaces. RangeError for a thumbprint that is not 32 bytes, and for two equal ones: a reflected call. */
export async function code(caller, callee) {
  if (caller.length !== THUMBPRINT_BYTES || callee.length !== THUMBPRINT_BYTES) {
    throw new RangeError(`a thumbprint has ${THUMBPRINT_BYTES} bytes`);
  }
  if (caller.every((byte, place) => byte === callee[place])) {
    throw new RangeError("caller and callee have the same thumbprint: the call is reflected");
  }
  const digest = await sha256(Uint8Array.of(...CONTEXT, ...caller, ...callee));
  return (BigInt(`0x${hex(digest)}`) % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, "0");
}

/** The four groups of five digits that a screen shows. RangeError when the code is not 20 digits. */
export function groups(digits) {
  if (!/^[0-9]{20}$/.test(digits)) throw new RangeError(`a code is ${DIGITS} decimal digits`);
  return Array.from({ length: DIGITS / GROUP }, (_, group) => digits.slice(group * GROUP, (group + 1) * GROUP));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
