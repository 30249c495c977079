"""What `harness code` takes: a certificate file, or a thumbprint."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .codes.teams20 import thumbprint
from .evidence.files import read

MAX_CERTIFICATE = 1024 * 1024


def thumbprint_of(text: str) -> bytes:
    """SHA-256 of the certificate in the named file (PEM or DER), or the 64 hex digits themselves."""
    digits = text.replace(":", "")
    if re.fullmatch(r"[0-9A-Fa-f]{64}", digits):
        return bytes.fromhex(digits)
    content = read(Path(text), MAX_CERTIFICATE)
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            return thumbprint(x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER))
        return thumbprint(x509.load_der_x509_certificate(content).public_bytes(Encoding.DER))
    except ValueError as error:
        raise ValueError(f"{text}: neither a thumbprint of 64 hex digits nor a certificate (PEM or DER)") from error
