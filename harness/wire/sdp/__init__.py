"""Session descriptions (RFC 8866), line by line and without loss, to change them and to check them."""

from .addresses import with_addresses
from .bundle import with_bundled_candidates
from .candidate import Candidate
from .content import SLIDES, sections_for, with_content
from .description import MAX_LINES, MAX_SIZE, Line, Sdp
from .fingerprint import Fingerprint
from .media import Media
from .origin import Origin

__all__ = [
    "MAX_LINES",
    "MAX_SIZE",
    "SLIDES",
    "Candidate",
    "Fingerprint",
    "Line",
    "Media",
    "Origin",
    "Sdp",
    "sections_for",
    "with_addresses",
    "with_bundled_candidates",
    "with_content",
]
