"""What a device can say of why it does not take a call, or leaves one (docs/calling-service.md)."""

from __future__ import annotations

from enum import StrEnum


class Declining(StrEnum):
    """Why a device does not take a call, by its own word. What else a caller is told, the service says."""

    DECLINED = "declined"
    NO_MICROPHONE = "no-microphone"
    FAILED = "failed"


class Leaving(StrEnum):
    """Why a device leaves a call, by its own word: its user, or what it saw fail at its own end."""

    USER = "user"
    CODES_DIFFER = "codes-differ"
    MEDIA_FAILED = "media-failed"
    DTLS_FAILED = "dtls-failed"
    SDP_REJECTED = "sdp-rejected"
    NO_SDES = "no-sdes"
    MODE_UNKNOWN = "mode-unknown"
