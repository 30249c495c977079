"""What one DTLS handshake established, as a value: the library's own objects end here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ..model.finding import Reason
from ..model.statement import DtlsParameters, Failure
from ..wire.sdp import Fingerprint
from .endpoint import failure

USABLE_ALGORITHMS: Final = ("sha-256", "sha-384", "sha-512")
"""Hash functions that aiortc compares; a line with any other one it passes over."""


@dataclass(frozen=True)
class Handshake:
    """`presented` is the DER certificate the peer showed in DTLS; `promised` are the fingerprints of its SDP."""

    presented: bytes
    promised: tuple[Fingerprint, ...]
    parameters: DtlsParameters


def refusal(
    promised: Sequence[Fingerprint], presented: bytes, algorithms: Collection[str] = USABLE_ALGORITHMS
) -> Failure:
    """Why a certificate was refused after the handshake by who compares fingerprints of these hash functions. The
    library only says that it was (RFC 8122 section 5).

    A well-formed fingerprint of another certificate weighs more than a malformed line beside it.
    """
    if not promised:
        return failure(Reason.FINGERPRINT_MISSING, "the description holds no fingerprint")
    usable = [line for line in promised if line.algorithm.lower() in algorithms]
    if not usable:
        named = ", ".join(sorted({line.algorithm for line in promised}))
        return failure(Reason.FINGERPRINT_UNUSABLE, f"no fingerprint uses a supported hash function, only {named}")
    foreign = [line for line in usable if line.digest() is not None and not line.matches(presented)]
    if foreign:
        detail = f"the certificate is not the one of the {foreign[0].algorithm} fingerprint"
        return failure(Reason.FINGERPRINT_MISMATCH, detail)
    malformed = ", ".join(sorted({line.algorithm for line in usable if line.digest() is None}))
    return failure(Reason.FINGERPRINT_UNUSABLE, f"malformed fingerprint: {malformed}")
