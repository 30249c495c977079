"""Parameters as facts, and a policy that says which are acceptable."""

from .certificate import CertificateParameters, certificate_faults, read_certificate
from .handshake import handshake_faults, negotiated
from .policy import Policy, allows, load_policy
from .session import session_faults, session_notices

__all__ = [
    "CertificateParameters",
    "Policy",
    "allows",
    "certificate_faults",
    "handshake_faults",
    "load_policy",
    "negotiated",
    "read_certificate",
    "session_faults",
    "session_notices",
]
