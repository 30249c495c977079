"""What a library has agreed on in a handshake, by OpenSSL's public interface: webrtcbin tells none of it.

Functions of ssl(7) by their names. An SSL_get_negotiated_group(3) is a macro over SSL_ctrl.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

from ...wire.dtls.suites import srtp_profile_name

_GET_NEGOTIATED_GROUP: Final = 134
"""SSL_CTRL_GET_NEGOTIATED_GROUP of openssl/ssl.h, since 3.0."""

_TEXT, _POINTER, _NUMBER = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int
_SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    "SSL_get_version": (_TEXT, _POINTER),
    "SSL_is_server": (_NUMBER, _POINTER),
    "SSL_get_pending_cipher": (_POINTER, _POINTER),
    "SSL_CIPHER_standard_name": (_TEXT, _POINTER),
    "SSL_ctrl": (ctypes.c_long, _POINTER, _NUMBER, ctypes.c_long, _POINTER),
    "SSL_group_to_name": (_TEXT, _POINTER, _NUMBER),
}
"""Result, then arguments."""


class _Profile(ctypes.Structure):
    """SRTP_PROTECTION_PROFILE of openssl/srtp.h."""

    _fields_ = (("name", ctypes.c_char_p), ("id", ctypes.c_ulong))


class Agreed:
    """Asks the SSLs of one loaded libssl. LookupError when that cannot be asked."""

    def __init__(self, library: ctypes.CDLL) -> None:
        try:
            self._ask = {name: getattr(library, name) for name in (*_SIGNATURES, "SSL_get_selected_srtp_profile")}
        except AttributeError as error:
            raise LookupError(f"this OpenSSL does not tell what it agreed on: {error}") from error
        for name, (result, *arguments) in _SIGNATURES.items():
            self._ask[name].restype, self._ask[name].argtypes = result, arguments
        profile = self._ask["SSL_get_selected_srtp_profile"]
        profile.restype, profile.argtypes = ctypes.POINTER(_Profile), [_POINTER]

    def of(self, ssl: int) -> dict[str, str | None]:
        """The `dtls` of a statement, of an SSL (its address) that has made its secrets and goes on to Finished."""
        group = self._ask["SSL_ctrl"](ssl, _GET_NEGOTIATED_GROUP, 0, None)
        cipher = self._ask["SSL_get_pending_cipher"](ssl)
        profile = self._ask["SSL_get_selected_srtp_profile"](ssl)
        return {
            "version": _text(self._ask["SSL_get_version"](ssl)),
            "suite": _text(self._ask["SSL_CIPHER_standard_name"](cipher)),
            "group": _text(self._ask["SSL_group_to_name"](ssl, group)) if group else None,
            "srtp_profile": srtp_profile_name(profile.contents.id) if profile else None,
            "role": "server" if self._ask["SSL_is_server"](ssl) else "client",
        }


def _text(told: bytes | None) -> str | None:
    return None if told is None else told.decode("ascii")
