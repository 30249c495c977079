"""`harness code`: certificate files to thumbprints, and the way from two of them to a code."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .codes.explanation import explain
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


def explanation(caller: str, callee: str) -> str:
    """Every step from two certificates to the code, a paragraph each. ValueError or OSError as for `thumbprint_of`."""
    steps = explain(thumbprint_of(caller), thumbprint_of(callee))
    return "\n".join(f"{step.name:<7} {step.how}\n        {step.value}" for step in steps)
