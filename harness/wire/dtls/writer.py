"""Records and handshake messages of DTLS 1.2 as bytes: what the readers of this room read (RFC 6347, RFC 5246)."""

from __future__ import annotations

from collections.abc import Iterable
from struct import pack
from typing import Final

from .hello import EXTENDED_MASTER_SECRET, SUPPORTED_GROUPS, USE_SRTP, Extensions

DTLS12: Final = 0xFEFD
DTLS10: Final = 0xFEFF

EC_POINT_FORMATS: Final = 11
SIGNATURE_ALGORITHMS: Final = 13
RENEGOTIATION_INFO: Final = 65281

SECP192R1: Final = 19
SECP256R1: Final = 23
ECDSA_SECP256R1_SHA256: Final = 0x0403
RSA_PKCS1_SHA256: Final = 0x0401
_RSA_SIGN: Final = 1
_ECDSA_SIGN: Final = 64
_SIGNATURES: Final = (ECDSA_SECP256R1_SHA256, RSA_PKCS1_SHA256)
_NAMED_CURVE: Final = 3


def record(content_type: int, fragment: bytes, sequence: int, epoch: int = 0, version: int = DTLS12) -> bytes:
    """One record (RFC 6347 section 4.1): type, version, epoch, 48 bits of sequence, length, fragment."""
    high, low = sequence >> 32, sequence & 0xFFFFFFFF
    return pack("!BHHHIH", content_type, version, epoch, high, low, len(fragment)) + fragment


def handshake(kind: int, message_seq: int, body: bytes) -> bytes:
    """A whole handshake message in one fragment, as it also enters the transcript (RFC 6347 section 4.2.2, 4.2.6)."""
    return handshake_fragment(kind, message_seq, len(body), 0, body)


def handshake_fragment(kind: int, message_seq: int, length: int, offset: int, part: bytes) -> bytes:
    """A part of a handshake message whose body has `length` bytes, from `offset` on."""
    return pack("!B", kind) + _u24(length) + pack("!H", message_seq) + _u24(offset) + _u24(len(part)) + part


def client_hello(
    random: bytes,
    suites: Iterable[int],
    extensions: Extensions,
    *,
    version: int = DTLS12,
    session_id: bytes = b"",
    cookie: bytes = b"",
) -> bytes:
    """The body of a ClientHello that offers no compression (RFC 6347 section 4.3.2)."""
    offered = vector(1, session_id) + vector(1, cookie) + numbers(2, suites) + vector(1, b"\0")
    return pack("!H", version) + random + offered + _extensions(extensions)


def server_hello(
    random: bytes, suite: int, extensions: Extensions, *, version: int = DTLS12, session_id: bytes = b""
) -> bytes:
    """The body of a ServerHello without compression (RFC 5246 section 7.4.1.3)."""
    return pack("!H", version) + random + vector(1, session_id) + pack("!HB", suite, 0) + _extensions(extensions)


def certificates(chain: Iterable[bytes]) -> bytes:
    """The body of a Certificate message: DER, the sender's own first (RFC 5246 section 7.4.2)."""
    return vector(3, b"".join(vector(3, der) for der in chain))


def certificate_request() -> bytes:
    """The body of a CertificateRequest for ECDSA or RSA under SHA-256, from any authority (RFC 5246 section 7.4.4)."""
    return vector(1, bytes([_ECDSA_SIGN, _RSA_SIGN])) + numbers(2, _SIGNATURES) + vector(2, b"")


def ecdh_parameters(group: int, point: bytes) -> bytes:
    """ServerECDHParams (RFC 8422 section 5.4): what the signature of a ServerKeyExchange covers last."""
    return pack("!BH", _NAMED_CURVE, group) + vector(1, point)


def signed(signature: bytes) -> bytes:
    """An ECDSA signature under SHA-256, as ServerKeyExchange and CertificateVerify carry it (RFC 5246 section 4.7)."""
    return pack("!H", ECDSA_SECP256R1_SHA256) + vector(2, signature)


def alert(level: int, description: int) -> bytes:
    """The fragment of an alert record (RFC 5246 section 7.2)."""
    return bytes([level, description])


def use_srtp(profiles: Iterable[int], mki: bytes = b"") -> tuple[int, bytes]:
    """The extension use_srtp (RFC 5764 section 4.1.1)."""
    return USE_SRTP, numbers(2, profiles) + vector(1, mki)


def one_group(group: int) -> Extensions:
    """What a client says that can do this curve, and ECDSA or RSA under SHA-256, and no more (RFC 8422 section 5.1)."""
    return (
        (SUPPORTED_GROUPS, numbers(2, [group])),
        (EC_POINT_FORMATS, b"\1\0"),
        (SIGNATURE_ALGORITHMS, numbers(2, _SIGNATURES)),
    )


def extended_master_secret() -> tuple[int, bytes]:
    """The extension of RFC 7627, which has no content."""
    return EXTENDED_MASTER_SECRET, b""


def renegotiation_info(verify_data: bytes = b"") -> tuple[int, bytes]:
    """The extension of RFC 5746 section 3.2; in a first handshake it is empty."""
    return RENEGOTIATION_INFO, vector(1, verify_data)


def vector(prefix: int, body: bytes) -> bytes:
    """A vector with a length of `prefix` bytes in front (RFC 5246 section 4.3); OverflowError when it does not fit."""
    return len(body).to_bytes(prefix, "big") + body


def numbers(prefix: int, values: Iterable[int]) -> bytes:
    """A vector whose elements are numbers of two bytes."""
    return vector(prefix, b"".join(pack("!H", value) for value in values))


def _extensions(extensions: Extensions) -> bytes:
    return vector(2, b"".join(pack("!H", code) + vector(2, body) for code, body in extensions))


def _u24(value: int) -> bytes:
    return value.to_bytes(3, "big")
