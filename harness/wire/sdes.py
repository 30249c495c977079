"""Media keys in a session description: `a=crypto` (SDES, RFC 4568; RFC 7714 section 14.1 for AEAD)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final

from . import srtp

SUITES: Final = {
    "AES_CM_128_HMAC_SHA1_80": "SRTP_AES128_CM_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32": "SRTP_AES128_CM_HMAC_SHA1_32",
    "AEAD_AES_128_GCM": "SRTP_AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM": "SRTP_AEAD_AES_256_GCM",
}
"""Name of the DTLS-SRTP profile with the same transforms, by the suite's name in SDP."""

_CHANGE_PACKETS: Final = ("KDR=", "UNENCRYPTED_SRTP", "UNAUTHENTICATED_SRTP")
"""Session parameters under which packets are made otherwise. UNENCRYPTED_SRTCP is not one: the E flag says it."""

_MAX_MKI: Final = 128
_TAG_DIGITS: Final = 9
_MAX_KEYS: Final = 16


@dataclass(frozen=True, slots=True)
class SdesKey:
    """One master key with its salt. `mki` is the identifier that each packet then carries, empty without one."""

    profile: str
    key_and_salt: bytes = field(repr=False)
    mki: bytes = b""


@dataclass(frozen=True, slots=True)
class CryptoLine:
    """One `a=crypto` value: `tag` tells the lines of an offer apart, and an answer takes one of them by it (RFC 4568
    section 5.1.2). `parameters` are those of the session, as written."""

    tag: int
    suite: str
    keys: tuple[SdesKey, ...]
    parameters: tuple[str, ...] = ()

    @classmethod
    def of(cls, tag: int, suite: str, key_and_salt: bytes) -> CryptoLine:
        """A line with one key, no identifier and no session parameters. `suite` is one of SUITES."""
        return cls(tag, suite, (SdesKey(SUITES[suite], key_and_salt),))

    def written(self) -> str:
        """The value as it stands in a description, keys and all. Only for lines made by `of`."""
        (key,) = self.keys
        return f"{self.tag} {self.suite} inline:{base64.b64encode(key.key_and_salt).decode('ascii')}"


def parse(value: str) -> CryptoLine:
    """One `a=crypto` value: tag, suite, `inline:` parameters, session parameters.

    ValueError, which never quotes the key, when it is malformed or asks for what no known profile does.
    """
    fields = value.split()
    if len(fields) < 3 or not _is_tag(fields[0]):
        raise ValueError("a=crypto has a tag, a suite and key parameters")
    if fields[1] not in SUITES:
        raise ValueError(f"the suite {fields[1][:40]!r} of a=crypto is not known")
    strange = [one for one in fields[3:] if one.startswith(_CHANGE_PACKETS)]
    if strange:
        raise ValueError(f"the session parameter {strange[0][:40]!r} of a=crypto is not supported")
    parameters = fields[2].split(";")
    if len(parameters) > _MAX_KEYS:
        raise ValueError(f"a=crypto has more than {_MAX_KEYS} keys")
    keys = tuple(_key(SUITES[fields[1]], one) for one in parameters)
    return CryptoLine(int(fields[0]), fields[1], keys, tuple(fields[3:]))


def _is_tag(text: str) -> bool:
    """One to nine digits (RFC 4568 section 9.1)."""
    return text.isascii() and text.isdigit() and len(text) <= _TAG_DIGITS


def _key(profile: str, parameter: str) -> SdesKey:
    method, _, rest = parameter.partition(":")
    if method != "inline":
        raise ValueError("a key of a=crypto is not given inline")
    encoded, *options = rest.split("|")
    sizes = srtp.profile(profile)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # binascii's is one
        raise ValueError("a key of a=crypto is not base64") from None
    if len(key) != sizes.key + sizes.salt:
        raise ValueError(f"a key of a=crypto has {len(key)} bytes, not {sizes.key + sizes.salt}")
    identifiers = [_mki(one) for one in options if ":" in one]
    if len(identifiers) > 1 or len(options) - len(identifiers) > 1:
        raise ValueError("a key of a=crypto has more than one lifetime or identifier")
    return SdesKey(profile, key, identifiers[0] if identifiers else b"")


def _mki(option: str) -> bytes:
    value, _, length = option.partition(":")
    numbers = (value, length)
    if not all(one.isascii() and one.isdigit() and len(one) <= 400 for one in numbers):
        raise ValueError("the identifier of a key of a=crypto is not two numbers")
    size = int(length)
    if not 1 <= size <= _MAX_MKI or int(value) >= 1 << 8 * size:
        raise ValueError("the identifier of a key of a=crypto does not fit into its length")
    return int(value).to_bytes(size, "big")
