"""The DTLS keys of a library that logs none, by OpenSSL's public interface: each new SSL_CTX is told to log.

Whoever reserves room in every SSL_CTX for data of his own (SSL_CTX_get_ex_new_index(3)) is told of each one that is
made, before anybody uses it; that is the moment to set its callback (SSL_CTX_set_keylog_callback(3)).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from .agreed import Agreed

_OF_SSL_CTX: Final = 1
"""CRYPTO_EX_INDEX_SSL_CTX of openssl/crypto.h."""

_LOGGED: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
_MADE: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_void_p
)
_kept: Final[list[Any]] = []
"""What C holds pointers to must not go away."""


Negotiated = dict[str, str | None]


def log_keys(to: Callable[[str, Negotiated], None]) -> None:
    """From now on each line of each DTLS handshake of this process goes to `to`, in NSS format, with what the handshake
    has agreed on (`Agreed.of`).

    LookupError when no OpenSSL is loaded yet, or one that has no such interface.
    """
    ssl, crypto = _loaded("libssl"), _loaded("libcrypto")
    try:
        set_callback, reserve = ssl.SSL_CTX_set_keylog_callback, crypto.CRYPTO_get_ex_new_index
    except AttributeError as error:
        raise LookupError(f"this OpenSSL logs no keys: {error}") from error
    set_callback.argtypes = [ctypes.c_void_p, _LOGGED]
    set_callback.restype = None
    reserve.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_void_p, _MADE, ctypes.c_void_p, ctypes.c_void_p]
    reserve.restype = ctypes.c_int
    agreed = Agreed(ssl)
    logged = _LOGGED(lambda handshake, line: to(line.decode("ascii"), agreed.of(handshake)))
    made = _MADE(lambda context, *_: set_callback(context, logged))
    _kept.extend((logged, made))
    if reserve(_OF_SSL_CTX, 0, None, made, None, None) < 0:
        raise LookupError("OpenSSL reserves nothing in an SSL_CTX")


def _loaded(library: str) -> ctypes.CDLL:
    """The one that this process has in use, not another one that may be installed."""
    found = re.search(rf"(/\S*/{library}\.so[.0-9]*)$", Path("/proc/self/maps").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError(f"no {library} is loaded")
    return ctypes.CDLL(found[1])
