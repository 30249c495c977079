"""Key agreements of a capture: DTLS handshakes as they can be compared, and all protocols in the words of a report."""

from .association import Association, dtls_summary
from .certificate import PresentedCertificate, presented, printable
from .dtls import AssociationFollower, Followed
from .quic import QuicFollower
from .zrtp import ZrtpFollower

__all__ = [
    "Association",
    "AssociationFollower",
    "Followed",
    "PresentedCertificate",
    "QuicFollower",
    "ZrtpFollower",
    "dtls_summary",
    "presented",
    "printable",
]
