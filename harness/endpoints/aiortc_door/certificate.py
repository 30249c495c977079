"""The certificate of one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from aiortc import RTCCertificate
from aiortc.rtcdtlstransport import generate_certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL

_EXPONENT: Final = 65537
_BITS: Final = 2048
_DTLS10: Final = 0xFEFF

_SUITES: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
)
"""Those of aiortc, and then two for a server that holds an RSA certificate, as webrtcbin does: RFC 8827 section 6.5
asks for what ECDSA needs, and forbids no other. Without them the two have no suite in common."""


class CallCertificate(RTCCertificate):
    """A certificate for one call (P-256, made by `generateCertificate`) whose DTLS sessions log their keys."""

    keylog: Callable[[str], None]

    @classmethod
    def fresh(cls) -> CallCertificate:
        """A new P-256 key with its self-signed certificate."""
        return cls.generateCertificate()

    @classmethod
    def with_scalar(cls, scalar: int) -> CallCertificate:
        """A self-signed certificate like any other, of a P-256 key that somebody chose."""
        key = ec.derive_private_key(scalar, ec.SECP256R1())
        return cls(key, generate_certificate(key))

    @classmethod
    def valid_until(cls, end: datetime) -> CallCertificate:
        """A new P-256 key whose certificate was valid for a day before this moment, and not after it."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = generate_certificate(key)
        builder = x509.CertificateBuilder(own.issuer, own.subject, key.public_key(), own.serial_number)
        times = builder.not_valid_before(end - timedelta(days=1)).not_valid_after(end)
        return cls(key, times.sign(key, hashes.SHA256()))

    @property
    def der(self) -> bytes:
        return self._cert.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(_SUITES)
        context.set_keylog_callback(lambda _, line: self.keylog(line.decode("ascii")))
        return context


class RsaCertificate(CallCertificate):
    """An RSA certificate. Flights with it are longer than a datagram."""

    @classmethod
    def fresh(cls) -> CallCertificate:
        key: Any = rsa.generate_private_key(_EXPONENT, _BITS)
        return cls(key, generate_certificate(key))


class StaticRsaCertificate(RsaCertificate):
    """Its key does more than sign: secrets are encrypted with it (RFC 5246 section 7.4.7.1)."""

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"AES128-GCM-SHA256")
        return context


class BrainpoolCertificate(RsaCertificate):
    """A certificate whose sessions agree on keys over brainpoolP256r1 (RFC 7027) and over nothing else.

    It is the least recommended group that OpenSSL 4 still has. RSA, because the curve of an ECDSA certificate must be
    among the groups of the handshake, too (RFC 8422 section 5.1.1).
    """

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_tmp_ecdh(ec.BrainpoolP256R1())
        return context


class OldDtlsCertificate(CallCertificate):
    """A certificate whose sessions speak DTLS 1.0 and nothing newer, with what OpenSSL asks for to let them."""

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_min_proto_version(_DTLS10)
        context.set_max_proto_version(_DTLS10)
        context.set_cipher_list(b"ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
        return context
