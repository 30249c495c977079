"""ZRTP packets (RFC 6189 section 5): what two ends that agree on keys in the media path say in clear."""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from .crc32c import crc32c

HEADER: Final = 12
MAGIC_COOKIE: Final = 0x5A525450
PREAMBLE: Final = 0x505A

_CRC: Final = 4
_WORD: Final = 4
_MESSAGE_HEADER: Final = 12
"""Preamble, length in words, and type (RFC 6189 section 5.1)."""

_HELLO_FIXED: Final = 68
_MAC: Final = 8
_COMMITS: Final = (104, 96, 88)
"""Bytes of a Commit's body: Diffie-Hellman, preshared, multistream (RFC 6189 figures 5 to 7)."""

MESSAGE_TYPES: Final = (
    "Hello", "HelloACK", "Commit", "DHPart1", "DHPart2", "Confirm1", "Confirm2", "Conf2ACK", "Error", "ErrorACK",
    "GoClear", "ClearACK", "SASrelay", "RelayACK", "Ping", "PingACK",
)  # fmt: skip
"""Every message of RFC 6189 section 5, without the blanks that fill its type to eight characters."""


@dataclass(frozen=True, slots=True)
class ZrtpMessage:
    """One packet. `type` is one of MESSAGE_TYPES; `body` is what follows the type, without the packet's CRC.

    `crc_holds`: the packet's checksum is right. It protects against accidents, not against an attacker.
    """

    type: str
    sequence: int
    ssrc: int
    body: bytes
    crc_holds: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """What an end can do (RFC 6189 section 5.2). `version` is "1.10"; algorithms are by their four-letter names.

    `zid` identifies the end over all its calls. `mitm` is set by a PBX that may re-encrypt, `passive` by a device that
    will never start an agreement, `signing` by an end that can sign its short authentication string.
    """

    version: str
    client: str
    hash_image: bytes
    zid: bytes
    signing: bool
    mitm: bool
    passive: bool
    hashes: tuple[str, ...]
    ciphers: tuple[str, ...]
    auth_tags: tuple[str, ...]
    key_agreements: tuple[str, ...]
    sas_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """What the initiator chose (RFC 6189 section 5.4)."""

    zid: bytes
    hash: str
    cipher: str
    auth_tag: str
    key_agreement: str
    sas_type: str


def parse(data: bytes) -> ZrtpMessage:
    """Read one packet; ValueError, naming what is wrong, when it is malformed. A wrong CRC is not an error here."""
    if len(data) < HEADER + _MESSAGE_HEADER + _CRC:
        raise ValueError(f"ZRTP packet of {len(data)} bytes is shorter than its headers")
    first, sequence, cookie, ssrc, preamble, words = unpack_from("!HHIIHH", data)
    if first >> 12 != 1:
        raise ValueError("a ZRTP packet begins with the bits 0001")
    if cookie != MAGIC_COOKIE:
        raise ValueError("the magic cookie of ZRTP is not there")
    if preamble != PREAMBLE:
        raise ValueError(f"ZRTP message begins with 0x{preamble:04X}, not with 0x{PREAMBLE:04X}")
    if HEADER + words * _WORD + _CRC != len(data) or words * _WORD < _MESSAGE_HEADER:
        raise ValueError(f"ZRTP message says {words} words, the packet has {len(data)} bytes")
    kind = _text(data[HEADER + 4 : HEADER + _MESSAGE_HEADER])
    if kind not in MESSAGE_TYPES:
        raise ValueError(f"ZRTP has no message {kind!r}")
    body = data[HEADER + _MESSAGE_HEADER : -_CRC]
    return ZrtpMessage(kind, sequence, ssrc, body, crc32c(data[:-_CRC]).to_bytes(4, "little") == data[-_CRC:])


def parse_hello(body: bytes) -> Hello:
    """Read the body of a Hello; ValueError when it is malformed."""
    if len(body) < _HELLO_FIXED:
        raise ValueError(f"Hello of {len(body)} bytes is shorter than its fixed part of {_HELLO_FIXED}")
    (flags,) = unpack_from("!I", body, _HELLO_FIXED - _WORD)
    counts = [flags >> shift & 0x0F for shift in (16, 12, 8, 4, 0)]
    if _HELLO_FIXED + sum(counts) * _WORD + _MAC != len(body):
        raise ValueError(f"Hello names {sum(counts)} algorithms, which {len(body)} bytes do not hold")
    names = iter(_words(body[_HELLO_FIXED:-_MAC]))
    hashes, ciphers, auth_tags, key_agreements, sas_types = (
        tuple(next(names) for _ in range(count)) for count in counts
    )
    return Hello(
        version=_text(body[0:4]),
        client=_text(body[4:20]),
        hash_image=body[20:52],
        zid=body[52:64],
        signing=bool(flags & 0x40000000),
        mitm=bool(flags & 0x20000000),
        passive=bool(flags & 0x10000000),
        hashes=hashes,
        ciphers=ciphers,
        auth_tags=auth_tags,
        key_agreements=key_agreements,
        sas_types=sas_types,
    )


def parse_commit(body: bytes) -> Commit:
    """Read the body of a Commit: Diffie-Hellman, multistream or preshared; ValueError when it is malformed."""
    if len(body) not in _COMMITS:
        raise ValueError(f"a Commit has not {len(body)} bytes")
    return Commit(body[32:44], *_words(body[44:64]))


def _words(data: bytes) -> list[str]:
    return [_text(data[at : at + _WORD]) for at in range(0, len(data), _WORD)]


def _text(data: bytes) -> str:
    """A field of characters, without the blanks and zeros that fill it."""
    return data.decode("ascii", "backslashreplace").rstrip(" \0")
