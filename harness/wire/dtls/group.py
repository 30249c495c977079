"""The group in which client and server agree on a secret, where it is in clear.

DTLS 1.0 and 1.2 show it in ServerKeyExchange (RFC 8422 section 5.4, RFC 5246 section 7.4.3), DTLS 1.3 in key_share
(RFC 8446 section 4.2.8). Names: IANA registry "TLS Supported Groups".
"""

from __future__ import annotations

from typing import Final

from .extension import is_grease
from .vector import Cursor

GROUPS: Final[dict[int, str]] = {
    1: "sect163k1",
    2: "sect163r1",
    3: "sect163r2",
    4: "sect193r1",
    5: "sect193r2",
    6: "sect233k1",
    7: "sect233r1",
    8: "sect239k1",
    9: "sect283k1",
    10: "sect283r1",
    11: "sect409k1",
    12: "sect409r1",
    13: "sect571k1",
    14: "sect571r1",
    15: "secp160k1",
    16: "secp160r1",
    17: "secp160r2",
    18: "secp192k1",
    19: "secp192r1",
    20: "secp224k1",
    21: "secp224r1",
    22: "secp256k1",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    26: "brainpoolP256r1",
    27: "brainpoolP384r1",
    28: "brainpoolP512r1",
    29: "x25519",
    30: "x448",
    31: "brainpoolP256r1tls13",
    32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
    0x0200: "MLKEM512",
    0x0201: "MLKEM768",
    0x0202: "MLKEM1024",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
    0x6399: "X25519Kyber768Draft00",
    0x639A: "SecP256r1Kyber768Draft00",
}

_NAMED_CURVE: Final = 3
_PRIME: Final = "a prime"
_WITH: Final = "_WITH_"


def group_name(code: int) -> str:
    """IANA's name; "GREASE 0x2A2A" for a value that RFC 8701 reserves; "group 0x1234" for any other."""
    if is_grease(code):
        return f"GREASE 0x{code:04X}"
    return GROUPS.get(code, f"group 0x{code:04X}")


def agrees_in_group(suite: str) -> bool:
    """Whether keys under this suite (IANA's name of it) come from a group. Suites of DTLS 1.3 leave that to key_share;
    what else is not ephemeral Diffie-Hellman is a secret sent, or one shared before."""
    return _WITH not in suite or bool(_key_exchange(suite) & {"DHE", "ECDHE", "anon"})


def is_named(group: str) -> bool:
    """Whether a group, by the name that is given to it here, is one that a client can offer by its code."""
    return not group.startswith(_PRIME)


def key_exchange_group(suite: str, body: bytes) -> str | None:
    """The group that a ServerKeyExchange names under this suite (IANA's name of it).

    A prime of its own has no name: "a prime of 2048 bits". None for a suite that agrees on no ephemeral key.
    ValueError when the message is malformed, or names a curve by its equation.
    """
    words = _key_exchange(suite)
    cursor = Cursor(body)
    if "PSK" in words:
        cursor.vector(2, "PSK identity hint")
    if "ECDHE" in words or words >= {"ECDH", "anon"}:
        curve_type = cursor.number(1, "curve type")
        if curve_type != _NAMED_CURVE:
            raise ValueError(f"ServerKeyExchange has the curve type {curve_type}, not a named curve")
        return group_name(cursor.number(2, "named curve"))
    if "DHE" in words or words >= {"DH", "anon"}:
        prime = int.from_bytes(cursor.vector(2, "prime"), "big")
        return f"{_PRIME} of {prime.bit_length()} bits"
    return None


def _key_exchange(suite: str) -> frozenset[str]:
    return frozenset(suite.removeprefix("TLS_").partition(_WITH)[0].split("_"))
