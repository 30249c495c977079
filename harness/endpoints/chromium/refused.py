"""Why DTLS failed, in Chromium's own words: its log names the fingerprint that it compared in vain.

The page is told no more than that DTLS failed, and a certificate that was refused is not shown to it either
(webrtc/rtc_base/openssl_stream_adapter.cc, `VerifyPeerCertificate`). Digests tell whose call a line is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ...wire.sdp import Fingerprint

_REFUSED: Final = re.compile(r"Rejected peer certificate due to mismatched digest using [\w-]+\. Expected ([0-9a-f:]+)")


def refused(log: str, announced: Iterable[Fingerprint]) -> Fingerprint | None:
    """The announced fingerprint that the presented certificate was compared with, and refused."""
    expected = {found[1].replace(":", "") for found in _REFUSED.finditer(log)}
    return next((one for one in announced if (digest := one.digest()) is not None and digest.hex() in expected), None)
