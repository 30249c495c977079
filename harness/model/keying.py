"""How a client comes by the keys of the media of an ordinary call."""

from __future__ import annotations

from enum import StrEnum


class Keying(StrEnum):
    """`SDES`: keys in the description (RFC 4568). `DTLS`: agreed on the path, with the service (DTLS-SRTP, RFC 5764):
    browsers have nothing else (RFC 8827 section 6.5)."""

    SDES = "sdes"
    DTLS = "dtls"
