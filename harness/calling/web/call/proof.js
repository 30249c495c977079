// What DTLS has proved about a call: the two certificates that were really presented, from the browser's own statistics.
// https://www.w3.org/TR/webrtc-stats/#certificatestats-dict*, https://www.w3.org/TR/webrtc/#rtcdtlstransport-interface

import { hex } from "./teams20.js";

const OVER = ["closed", "failed"];
const HASHES = new Map([["sha-256", "SHA-256"], ["sha-384", "SHA-384"], ["sha-512", "SHA-512"]]);

/**
 * @typedef {Object} Proof
 * @property {boolean} connected  DTLS says so, on the one transport of the call
 * @property {Uint8Array|null} local  the certificate (DER) that this end presented
 * @property {Uint8Array|null} presented  the certificate (DER) that the other end presented
 * @property {string|null} fault  why no lock may be shown although DTLS is connected
 * @property {Object|null} dtls  version, suite and SRTP profile, as the browser names them
 */

/** Nothing is proved, or not yet. */
export const NOTHING = { connected: false, local: null, presented: null, fault: null, dtls: null };

/**
 * What is proved at this moment; `own` is the RTCCertificate that was made for this call.
 *
 * Two sources must agree, because each has been seen to lag behind (Chromium 156). The transport's own state stays at
 * "connecting" in one of thirty calls: the statistics say when DTLS is connected. The statistics keep certificates from
 * the first time they are asked, even that there is none: they are asked when the transport has one.
 */
export async function proofOf(connection, own) {
  const before = presented(connection);
  if (before === null) return NOTHING;
  const stats = [...(await connection.getStats()).values()];
  const after = presented(connection);
  return after === null ? NOTHING : examined(stats, after, own.getFingerprints());
}

/** The chain of certificates (DER) that the other end presented on the one transport of the call; null when there is none. */
export function presented(connection) {
  const transports = new Set(connection.getSenders().map((sender) => sender.transport).filter((one) => one !== null));
  const [transport] = transports;
  if (transports.size !== 1 || OVER.includes(transport.state)) return null;
  const chain = transport.getRemoteCertificates().map((der) => new Uint8Array(der));
  return chain.length > 0 ? chain : null;
}

/** The proof in these statistics. `chain`: DER of the peer; `fingerprints`: of the certificate that was made for this call. */
export async function examined(stats, chain, fingerprints) {
  const transports = stats.filter((one) => one.type === "transport");
  if (transports.length !== 1) return faulty(`the call has ${transports.length} transports instead of one`);
  const [transport] = transports;
  if (transport.dtlsState !== "connected") return NOTHING;
  try {
    const [local, presented] = [transport.localCertificateId, transport.remoteCertificateId].map((id) => found(stats, id));
    const [localDer, presentedDer] = [await der(local), await der(presented)];
    check(chain.length > 0 && hex(chain[0]) === hex(presentedDer), "the browser names two different certificates of the other end");
    check(fingerprints.some((one) => isOf(one, local)), "the certificate in use is not the one that was made for this call");
    return { connected: true, local: localDer, presented: presentedDer, fault: null, dtls: negotiated(transport) };
  } catch (error) {
    return faulty(error.message);
  }
}

function found(stats, id) {
  const certificate = stats.find((one) => one.type === "certificate" && one.id === id);
  check(certificate !== undefined, "a certificate of the call is not known");
  return certificate;
}

/** The DER of a certificate, when the fingerprint beside it is its own. */
async function der({ base64Certificate, fingerprint, fingerprintAlgorithm }) {
  const bytes = Uint8Array.from(atob(base64Certificate), (character) => character.charCodeAt(0));
  const hash = HASHES.get(fingerprintAlgorithm.toLowerCase());
  check(hash !== undefined, `a fingerprint is made with ${fingerprintAlgorithm}`);
  const digest = new Uint8Array(await crypto.subtle.digest(hash, bytes));
  check(plain(fingerprint) === hex(digest), "a certificate and its fingerprint do not fit together");
  return bytes;
}

function isOf({ algorithm, value }, { fingerprint, fingerprintAlgorithm }) {
  return algorithm.toLowerCase() === fingerprintAlgorithm.toLowerCase() && plain(value) === plain(fingerprint);
}

function plain(fingerprint) {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function negotiated({ tlsVersion, dtlsCipher, srtpCipher }) {
  return { version: tlsVersion ?? null, suite: dtlsCipher ?? null, srtp: srtpCipher ?? null };
}

function faulty(fault) {
  return { ...NOTHING, connected: true, fault };
}

function check(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
