"""The only door to private parts of aiortc 1.16 and aioice 0.13.

It adds eyes and a voice to the real stack and leaves its decisions alone: which fingerprint is accepted, which packet
is dropped, when a handshake has failed is decided by aiortc, right or wrong. What aiortc would only log, or raise in
a task that nobody awaits, is told to a Watcher instead. What a specimen needs of those private parts is here too, and
changes nothing for who does not ask for it.
"""

from .certificate import BrainpoolCertificate, CallCertificate, OldDtlsCertificate, StaticRsaCertificate
from .clear_transport import ClearTransport, FallbackTransport
from .dtls_transport import DtlsTransport, LongFlightTransport
from .ice import believing_conflicts, without_proof
from .null_profile import NullProfileTransport
from .resuming import ResumingCertificate, ResumingTransport
from .sdes_transport import SdesTransport
from .stack import Stack
from .transport import Transport
from .watcher import Watcher

__all__ = [
    "BrainpoolCertificate",
    "CallCertificate",
    "ClearTransport",
    "DtlsTransport",
    "FallbackTransport",
    "LongFlightTransport",
    "NullProfileTransport",
    "OldDtlsCertificate",
    "ResumingCertificate",
    "ResumingTransport",
    "SdesTransport",
    "Stack",
    "StaticRsaCertificate",
    "Transport",
    "Watcher",
    "believing_conflicts",
    "without_proof",
]
