"""The attacks that a stack is put under when somebody asks for all of them at once: the ids of scenario files.

They ask nothing of an endpoint but encrypted calls, so that what comes of them is about the stack: fingerprints, roles
and profiles in the signalling; handshakes raced, disturbed and bent; checks without a password; packets damaged,
repeated, forged and in clear.
"""

from __future__ import annotations

from typing import Final

ATTACKS: Final = (
    "fingerprint-swap",
    "fingerprint-swap-one-side",
    "dtls-mitm-sdp-untouched",
    "fingerprint-many",
    "fingerprint-many-hashes",
    "fingerprint-weak-hash",
    "fingerprint-swap-sha-1",
    "fingerprint-per-media",
    "setup-role",
    "setup-role-both-active",
    "setup-role-both-passive",
    "setup-role-reoffer",
    "sdes-injection",
    "profile-avp",
    "reoffer-new-fingerprint",
    "late-mitm",
    "clienthello-race",
    "dtls-junk",
    "dtls-junk-handshake",
    "dtls-junk-records",
    "dtls-junk-on-path",
    "dtls-junk-mid-call-records",
    "stun-hijack",
    "stun-hijack-on-path",
    "stun-hijack-role-conflict",
    "srtp-profile",
    "srtp-profile-none",
    "srtp-profile-offer",
    "srtp-mki",
    "srtp-transform",
    "srtp-bitflip",
    "srtp-replay",
    "srtp-replay-late",
    "srtp-replay-other-call",
    "srtp-replay-other-stream",
    "srtp-flood",
    "plaintext-injection",
    "roc-poisoning",
)
