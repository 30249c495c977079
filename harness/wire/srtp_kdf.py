"""Session keys from a master key and a master salt (RFC 3711 section 4.3; RFC 6188 for keys of 256 bits).

The key derivation rate is taken for zero, as DTLS-SRTP and every implementation of SDES have it: one set of keys for
the life of a master key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .srtp import SrtpProfile

_AUTH_KEY: Final = 20
"""Bytes of a key for HMAC-SHA1 (RFC 3711 section 5.2)."""

_SALT: Final = 14
"""Bytes that the derivation takes as a salt. One of 12 has two zero bytes behind it (RFC 7714 section 11)."""

_RTCP: Final = 3
"""What the labels of SRTCP are higher than those of SRTP (RFC 3711 section 4.3.2)."""


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What the packets themselves are secured with; `auth` is not used by AEAD profiles."""

    cipher: bytes = field(repr=False)
    auth: bytes = field(repr=False)
    salt: bytes = field(repr=False)


def keystream(key: bytes, counter: bytes, length: int) -> bytes:
    """`length` bytes of AES in counter mode from this first counter block (RFC 3711 section 4.1.1)."""
    # Counter mode is the cipher that SRTP has; what it is safe for is not decided here.
    cipher = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    return cipher.update(bytes(length))


def derive(master_key: bytes, master_salt: bytes, label: int, length: int) -> bytes:
    """`length` bytes of the key derivation for one label (RFC 3711 section 4.3.1)."""
    salt = bytearray(master_salt.ljust(_SALT, b"\x00"))
    salt[7] ^= label
    return keystream(master_key, bytes(salt) + bytes(2), length)


def session_keys(profile: SrtpProfile, key_and_salt: bytes, *, rtcp: bool) -> SessionKeys:
    """The keys for SRTP or SRTCP packets of the sender with this master key and salt; ValueError when it is too short.

    More bytes than the profile takes are left out.
    """
    if len(key_and_salt) < profile.key + profile.salt:
        raise ValueError(f"{profile.name} takes {profile.key + profile.salt} bytes of key, not {len(key_and_salt)}")
    key, salt = key_and_salt[: profile.key], key_and_salt[profile.key : profile.key + profile.salt]
    first = _RTCP if rtcp else 0
    return SessionKeys(
        cipher=derive(key, salt, first, profile.key),
        auth=derive(key, salt, first + 1, _AUTH_KEY),
        salt=derive(key, salt, first + 2, profile.salt),
    )
