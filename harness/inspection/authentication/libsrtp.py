"""The door to libsrtp: one sender's packets unprotected where they lie.

pylibsrtp's `Session.unprotect` copies each packet twice and raises an exception for each that fails. Its compiled
module is used directly instead, on memory of ours: no bytes object is made per packet, and a failure is a number. That
module is private, which is why the version of pylibsrtp is pinned and why nothing else of the harness touches it.
libsrtp reads headers where they lie, aligned or not, as every processor that it is built for allows.
"""

from __future__ import annotations

from itertools import repeat
from typing import Any, Final

import numpy as np
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from .workspace import Workspace

OK: Final = int(lib.srtp_err_status_ok)

WINDOW: Final = 1024
"""Packets of the replay window, as aiortc and browsers have it."""

_PROFILES: Final = {
    "SRTP_AES128_CM_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "SRTP_AES128_CM_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "SRTP_NULL_HMAC_SHA1_80": 5,  # libsrtp's srtp_profile_null_sha1_80, which pylibsrtp does not name
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}

_STALE: Final = 1 << 14
"""How far a receiver may lag behind before it begins anew: half of what libsrtp bridges by itself."""

_STEP: Final = (1 << 15) - 1
"""The longest step of the packet index that libsrtp follows (RFC 3711 section 3.3.1)."""


def supports(profile: str) -> bool:
    """Whether libsrtp has this profile, by IANA's name. It has no SRTP_NULL_HMAC_SHA1_32."""
    return profile in _PROFILES


class Receiver:
    """libsrtp as the receiver of one SSRC."""

    def __init__(self, profile: str, key_and_salt: bytes, ssrc: int) -> None:
        self._policy = Policy(
            key=key_and_salt, ssrc_type=Policy.SSRC_SPECIFIC, ssrc_value=ssrc, srtp_profile=_PROFILES[profile]
        )
        self._policy.window_size = WINDOW
        self._policy.allow_repeat_tx = True
        self._ssrc = ssrc.to_bytes(4, "big")
        self._session = Session(self._policy)
        self._at = 0

    def unprotect(self, space: Workspace, rows: range | list[int], near: int, *, rtcp: bool) -> None:
        """Unprotect these rows of the workspace in place, in order: their lengths shrink, and their codes become OK or
        libsrtp's number of the error. `near` is the highest packet index known so far, of SRTP."""
        if not rtcp and near - self._at > _STALE:
            self._begin_at(near)
        data, lengths = _pointer("char *", space.data), _pointer("int *", space.lengths)
        function = lib.srtp_unprotect_rtcp if rtcp else lib.srtp_unprotect
        chosen = slice(rows.start, rows.stop) if isinstance(rows, range) else rows
        places = space.offsets[chosen].tolist()
        # All of this loop runs in C; a Python loop over the same calls takes nearly twice as long.
        codes = map(function, repeat(self._session._srtp[0]), map(data.__add__, places), map(lengths.__add__, rows))
        space.codes[chosen] = np.frombuffer(bytes(codes), np.uint8)

    def _begin_at(self, near: int) -> None:
        """Begin anew at a packet index that libsrtp cannot guess: after a long loss, or in the middle of a call.

        pylibsrtp exports no function that sets the rollover counter. A session counts the packets that it protects
        just like those that it unprotects, so packets without payload are protected at the greatest steps allowed. The
        last one lies further back than the replay window.
        """
        self._session, self._at = Session(self._policy), near
        goal = near - 2 * WINDOW
        packet, length = ffi.new("char[]", 256), ffi.new("int *")
        for index in [*range(_STEP, goal, _STEP), goal]:
            header = b"\x80\x00" + (index & 0xFFFF).to_bytes(2, "big") + bytes(4) + self._ssrc
            ffi.memmove(packet, header, len(header))
            length[0] = len(header)
            lib.srtp_protect(self._session._srtp[0], packet, length)


def _pointer(kind: str, column: Any) -> Any:
    return ffi.cast(kind, ffi.from_buffer(column))
