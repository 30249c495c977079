"""Secrets that a user names on the command line: words as hex digits, and private keys as files."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .pattern import Pattern, PatternKind, private_key_patterns, refusal


def wanted_word(text: str) -> Pattern:
    """The pattern of "NAME=HEX"; ValueError, which never quotes the secret, when it is not one that can be found."""
    name, separator, digits = text.rpartition("=")
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    if not separator or not name or not secret:
        raise ValueError("--look-for takes NAME=HEX, an even number of hex digits")
    pattern = Pattern(name, PatternKind.MARKER, secret)
    why = refusal(pattern)
    if why is not None:
        raise ValueError(f"--look-for {name}: {why}")
    return pattern


def wanted_key(name: str, pem: bytes) -> tuple[Pattern, ...]:
    """The patterns of an unencrypted PEM private key; ValueError when it is not one, or of an unknown kind."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{name}: is not a private key in PEM without a password") from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise ValueError(f"{name}: only keys of elliptic curves and RSA can be looked for")
    return private_key_patterns(name, key)
