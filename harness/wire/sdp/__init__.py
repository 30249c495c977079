"""Session descriptions (RFC 8866), line by line and without loss, to change them and to check them."""

from .addresses import with_addresses
from .candidate import Candidate
from .description import MAX_LINES, MAX_SIZE, Line, Sdp
from .fingerprint import Fingerprint
from .media import Media
from .origin import Origin

__all__ = ["MAX_LINES", "MAX_SIZE", "Candidate", "Fingerprint", "Line", "Media", "Origin", "Sdp", "with_addresses"]
