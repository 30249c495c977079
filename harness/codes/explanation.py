"""The way from two certificates to the code, step by step, for an implementer who gets another one."""

from __future__ import annotations

from dataclasses import dataclass

from .teams20 import CONTEXT, DIGITS, code, digest, grouped


@dataclass(frozen=True)
class Step:
    """One value on the way, how it is made, and what it is called. Bytes are shown in hex."""

    name: str
    how: str
    value: str


def explain(caller_thumbprint: bytes, callee_thumbprint: bytes) -> tuple[Step, ...]:
    """Every step of `teams20/v1`, the last one being what the screens show. ValueError as for `code`."""
    hashed = CONTEXT + caller_thumbprint + callee_thumbprint
    found, digits = digest(caller_thumbprint, callee_thumbprint), code(caller_thumbprint, callee_thumbprint)
    return (
        Step("caller", "SHA-256 of the caller's certificate (DER)", caller_thumbprint.hex()),
        Step("callee", "SHA-256 of the callee's certificate (DER)", callee_thumbprint.hex()),
        Step("hashed", f'"teams20/v1", a zero byte, caller, callee: {len(hashed)} bytes', hashed.hex()),
        Step("digest", "SHA-256 of that", found.hex()),
        Step("number", "the digest as a big-endian number", str(int.from_bytes(found, "big"))),
        Step("digits", f"its last {DIGITS} decimal digits (modulo 10^{DIGITS}), zeros kept", digits),
        Step("code", "in four groups of five", grouped(digits)),
    )
