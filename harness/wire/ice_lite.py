"""A lite agent of ICE, as servers are: it has one public address and only answers checks (RFC 8445 section 2.5).

Whoever signs a check with the password has read the description, and receives where the check came from.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from . import stun
from .stun_writer import error_code, written, xor_address

_FRAGMENT_BYTES = 6
_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name fragment and password of one side of one connection (RFC 8839 section 5.4)."""

    fragment: str
    password: str = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """48 bits of chance for the fragment, 192 for the password: twice and one and a half times what is asked."""
        # base64's alphabet of ICE: "+" and "/" in the place of "-" and "_".
        text = (secrets.token_urlsafe(size).translate(_ICE_CHARACTERS) for size in (_FRAGMENT_BYTES, _PASSWORD_BYTES))
        return cls(*text)


_ICE_CHARACTERS = str.maketrans("-_", "+/")


class Check(NamedTuple):
    """A connectivity check, answered. `genuine`: the device knew the password. `nominates`: it wants this path."""

    answer: bytes
    genuine: bool
    nominates: bool


def asked_of(data: bytes) -> str | None:
    """The fragment of the side that a Binding request is for; None for anything else that STUN can say."""
    message = _request(data)
    if message is None:
        return None
    try:
        return (message.username or "").partition(":")[0]
    except UnicodeDecodeError:
        return ""


def checked(data: bytes, source: tuple[str, int], own: Credentials) -> Check | None:
    """Answer a Binding request as RFC 8489 section 9.1.3 and RFC 8445 section 7.3 say; None for what is no request."""
    message = _request(data)
    if message is None:
        return None
    if message.get("MESSAGE-INTEGRITY") is None or message.get("USERNAME") is None:
        return _refused(message, 400, "Bad Request", None)
    key = own.password.encode()
    if asked_of(data) != own.fragment or not stun.integrity_holds(data, key):
        return _refused(message, 401, "Unauthenticated", None)
    if message.get("ICE-CONTROLLED") is not None:
        # Who has a lite agent as its peer is always the controlling one (RFC 8445 section 6.1.1).
        return _refused(message, 487, "Role Conflict", key)
    seen = xor_address("XOR-MAPPED-ADDRESS", source)
    answer = written(stun.Method.BINDING, stun.StunClass.SUCCESS, message.transaction_id, [seen], key)
    return Check(answer, genuine=True, nominates=message.use_candidate)


def _request(data: bytes) -> stun.StunMessage | None:
    """Only as far as MESSAGE-INTEGRITY vouches for it: what follows is nobody's word."""
    try:
        message = stun.parse(stun.authenticated(data))
    except ValueError:
        return None
    wanted = (message.method, message.klass) == (stun.Method.BINDING, stun.StunClass.REQUEST)
    return message if wanted else None


def _refused(message: stun.StunMessage, code: int, reason: str, key: bytes | None) -> Check:
    attributes = [error_code(code, reason)]
    answer = written(stun.Method.BINDING, stun.StunClass.ERROR, message.transaction_id, attributes, key)
    return Check(answer, genuine=False, nominates=False)
