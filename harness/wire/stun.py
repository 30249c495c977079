"""STUN messages (RFC 8489), read, with the attributes that ICE (RFC 8445) and TURN (RFC 8656) add."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from struct import unpack_from
from typing import Final
from zlib import crc32

from .stun_attributes import REGISTERED

MAGIC_COOKIE: Final = 0x2112A442
HEADER: Final = 20

_INTEGRITY_SIZE: Final = 20
_FINGERPRINT_SIZE: Final = 4
FINGERPRINT_XOR: Final = 0x5354554E
_ATTRIBUTE_HEADER: Final = 4


class StunClass(IntEnum):
    """The class of a message (RFC 8489 section 5)."""

    REQUEST = 0
    INDICATION = 1
    SUCCESS = 2
    ERROR = 3


class Method(IntEnum):
    """IANA registry "STUN Methods"."""

    BINDING = 0x001
    ALLOCATE = 0x003
    REFRESH = 0x004
    SEND = 0x006
    DATA = 0x007
    CREATE_PERMISSION = 0x008
    CHANNEL_BIND = 0x009


ATTRIBUTES: Final[dict[int, str]] = {code: attribute.name for code, attribute in REGISTERED.items()}

_CODES: Final = {name: code for code, name in ATTRIBUTES.items()}


@dataclass(frozen=True, slots=True)
class StunMessage:
    """One message. `method` is a number that need not be in Method; attributes are in the order of the wire, each value
    without its padding.

    What a property reads is None when the attribute is not there, and a ValueError when it is there and malformed. Of
    several attributes of one type the first counts (RFC 8489 section 14).
    """

    method: int
    klass: StunClass
    transaction_id: bytes
    attributes: tuple[tuple[int, bytes], ...]

    def get(self, name: str) -> bytes | None:
        """The value of the attribute with this name; ValueError for a name that is not in ATTRIBUTES."""
        if name not in _CODES:
            raise ValueError(f"no STUN attribute is called {name!r}")
        return next((value for code, value in self.attributes if code == _CODES[name]), None)

    @property
    def username(self) -> str | None:
        value = self.get("USERNAME")
        return None if value is None else value.decode("utf-8")

    @property
    def priority(self) -> int | None:
        return self._number("PRIORITY", 4)

    @property
    def use_candidate(self) -> bool:
        return self.get("USE-CANDIDATE") is not None

    @property
    def ice_controlling(self) -> int | None:
        """The tie-breaker of an agent that believes to be controlling (RFC 8445 section 16.1)."""
        return self._number("ICE-CONTROLLING", 8)

    @property
    def ice_controlled(self) -> int | None:
        return self._number("ICE-CONTROLLED", 8)

    @property
    def xor_mapped_address(self) -> tuple[str, int] | None:
        value = self.get("XOR-MAPPED-ADDRESS")
        return None if value is None else xor_address(value, self.transaction_id)

    @property
    def error_code(self) -> int | None:
        """The number of an ERROR-CODE, like 487 (RFC 8489 section 14.8)."""
        value = self.get("ERROR-CODE")
        if value is None:
            return None
        if len(value) < 4:
            raise ValueError(f"ERROR-CODE has {len(value)} bytes, fewer than 4")
        return (value[2] & 0x07) * 100 + value[3]

    def _number(self, name: str, size: int) -> int | None:
        value = self.get(name)
        if value is not None and len(value) != size:
            raise ValueError(f"{name} has {len(value)} bytes, not {size}")
        return None if value is None else int.from_bytes(value, "big")


def parse(data: bytes) -> StunMessage:
    """Read one message; ValueError, naming the byte, when it is malformed or of the STUN that had no magic cookie."""
    if len(data) < HEADER:
        raise ValueError(f"STUN message of {len(data)} bytes is shorter than its header of {HEADER}")
    kind, length, cookie = unpack_from("!HHI", data)
    if kind >> 14:
        raise ValueError("the first two bits of a STUN message are zero")
    if cookie != MAGIC_COOKIE:
        raise ValueError("the magic cookie of STUN is not there")
    if length != len(data) - HEADER or length % 4:
        raise ValueError(f"STUN message says {length} bytes of attributes, {len(data) - HEADER} are there")
    return StunMessage(
        # The class is bits 8 and 4; the method is the other twelve (RFC 8489 figure 3).
        method=(kind & 0x3E00) >> 2 | (kind & 0x00E0) >> 1 | kind & 0x000F,
        klass=StunClass((kind & 0x0100) >> 7 | (kind & 0x0010) >> 4),
        transaction_id=data[8:HEADER],
        attributes=tuple((code, value) for _, code, value in _attributes(data)),
    )


def xor_address(value: bytes, transaction_id: bytes) -> tuple[str, int]:
    """Address and port of an XOR-MAPPED-ADDRESS or its like (RFC 8489 section 14.2); ValueError when malformed."""
    if len(value) not in (8, 20) or value[1] != (0x01 if len(value) == 8 else 0x02):
        raise ValueError(f"an address of {len(value)} bytes is neither IPv4 nor IPv6")
    pad = MAGIC_COOKIE.to_bytes(4, "big") + transaction_id
    port = int.from_bytes(value[2:4], "big") ^ MAGIC_COOKIE >> 16
    host = bytes(byte ^ mask for byte, mask in zip(value[4:], pad, strict=False))
    return str(IPv4Address(host) if len(host) == 4 else IPv6Address(host)), port


def integrity_holds(data: bytes, key: bytes) -> bool:
    """Whether MESSAGE-INTEGRITY is there and right (RFC 8489 section 14.5). With ICE the key is the password, as bytes.

    ValueError when the message is malformed.
    """
    parse(data)
    at, value = _find(data, "MESSAGE-INTEGRITY")
    # The length field counts up to and with this attribute, whatever follows it.
    covered = _with_length(data[:at], at + _ATTRIBUTE_HEADER + _INTEGRITY_SIZE)
    return value is not None and hmac.compare_digest(value, hmac.digest(key, covered, "sha1"))


def fingerprint_holds(data: bytes) -> bool:
    """Whether FINGERPRINT is there, is last, and is right (RFC 8489 section 14.7); ValueError when malformed."""
    parse(data)
    at, value = _find(data, "FINGERPRINT")
    last = at + _ATTRIBUTE_HEADER + _FINGERPRINT_SIZE == len(data)
    return last and value == (crc32(data[:at]) ^ FINGERPRINT_XOR).to_bytes(4, "big")


def authenticated(data: bytes) -> bytes:
    """The message as far as MESSAGE-INTEGRITY vouches for it, with a length that fits; all of it when it has none.

    What follows is nobody's word and may be damaged (RFC 8489 section 14.5). ValueError when something before it is.
    """
    at, value = _find(data, "MESSAGE-INTEGRITY")
    end = at + _ATTRIBUTE_HEADER + _INTEGRITY_SIZE
    return data if value is None else _with_length(data[:end], end)


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(byte at which it begins, type, value) of one attribute after the other."""
    at = HEADER
    while at < len(data):
        if at + _ATTRIBUTE_HEADER > len(data):
            raise ValueError(f"the last STUN attribute has {len(data) - at} bytes, fewer than {_ATTRIBUTE_HEADER}")
        code, length = unpack_from("!HH", data, at)
        start = at + _ATTRIBUTE_HEADER
        if start + length > len(data):
            raise ValueError(f"STUN attribute at byte {at} says {length} bytes, only {len(data) - start} are there")
        yield at, code, data[start : start + length]
        at = start + length + -length % 4


def _find(data: bytes, name: str) -> tuple[int, bytes | None]:
    return next(((at, value) for at, code, value in _attributes(data) if code == _CODES[name]), (len(data), None))


def _with_length(data: bytes, end: int) -> bytes:
    return data[:2] + (end - HEADER).to_bytes(2, "big") + data[4:]
