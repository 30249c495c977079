"""Alerts in clear (RFC 5246 section 7.2, RFC 8446 section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LEVELS: Final = {1: "warning", 2: "fatal"}

_DESCRIPTIONS: Final = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that anyone on the path could read or forge. Level and description by name, "alert 99" when unknown."""

    from_near: bool
    level: str
    description: str


def parse_alerts(fragment: bytes, from_near: bool) -> tuple[Alert, ...]:
    """The alerts of one record in clear; ValueError when it does not hold whole alerts of two bytes."""
    if not fragment or len(fragment) % 2:
        raise ValueError(f"an alert record of {len(fragment)} bytes does not hold whole alerts")
    return tuple(
        Alert(from_near, _LEVELS.get(level, f"level {level}"), _DESCRIPTIONS.get(description, f"alert {description}"))
        for level, description in zip(fragment[::2], fragment[1::2], strict=True)
    )
