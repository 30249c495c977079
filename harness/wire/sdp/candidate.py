"""An ICE candidate in SDP (RFC 8839 section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an `a=candidate` line says. `type` is host, srflx, prflx or relay; `extra` is all that follows it."""

    foundation: str
    component: int
    transport: str
    priority: int
    address: str
    port: int
    type: str
    extra: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Candidate:
        """Read the value of the attribute; ValueError when it is not a candidate."""
        tokens = text.split()
        if len(tokens) < _TOKENS or tokens[6] != "typ":
            raise ValueError(f"a candidate has at least {_TOKENS} fields, the seventh being 'typ': {text[:80]!r}")
        return cls(
            foundation=tokens[0],
            component=_number(tokens[1], "component", 256),
            transport=tokens[2],
            priority=_number(tokens[3], "priority", 2**32 - 1),
            address=tokens[4],
            port=_number(tokens[5], "port", 65535),
            type=tokens[7],
            extra=tuple(tokens[8:]),
        )

    def __str__(self) -> str:
        """The value of the attribute."""
        start = f"{self.foundation} {self.component} {self.transport} {self.priority} {self.address} {self.port}"
        return " ".join((start, "typ", self.type, *self.extra))


def _number(token: str, field: str, largest: int) -> int:
    # int() would also take signs, underscores, other scripts' digits, and text of any length.
    if not (token.isascii() and token.isdigit() and len(token) <= 10 and int(token) <= largest):
        raise ValueError(f"the {field} of a candidate is not a number up to {largest}: {token[:80]!r}")
    return int(token)
