"""ClientHello, ServerHello and Certificate (RFC 6347 section 4.2, RFC 5246 section 7.4, RFC 5764 section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .extension import extension_name
from .vector import Cursor

SUPPORTED_GROUPS: Final = 10
USE_SRTP: Final = 14
EXTENDED_MASTER_SECRET: Final = 23
SUPPORTED_VERSIONS: Final = 43
KEY_SHARE: Final = 51

_RETRY_RANDOM: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3)."""

_VERSIONS: Final = {0xFEFF: "DTLSv1", 0xFEFD: "DTLSv1.2", 0xFEFC: "DTLSv1.3"}

Extensions = tuple[tuple[int, bytes], ...]
"""Type and body of each extension, in the order of the wire."""


def version_name(version: int) -> str:
    """OpenSSL's name of a DTLS version, or "DTLS 0x1234" for one that does not exist."""
    return _VERSIONS.get(version, f"DTLS 0x{version:04X}")


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client offers. `versions`, best first, is its supported_versions, or else only `legacy_version`.

    `srtp_profiles` is empty when it does not offer use_srtp; `srtp_mki` is the master key identifier it asks for.
    `groups` are those it supports, `key_shares` those it sends a share of right away (DTLS 1.3).
    """

    legacy_version: int
    random: bytes
    session_id: bytes
    cookie: bytes
    suites: tuple[int, ...]
    extensions: Extensions
    versions: tuple[int, ...]
    srtp_profiles: tuple[int, ...]
    srtp_mki: bytes
    extended_master_secret: bool
    groups: tuple[int, ...] = ()
    key_shares: tuple[int, ...] = ()

    @property
    def extension_names(self) -> tuple[str, ...]:
        return _names(self.extensions)


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a server chose. `version` is the one in force, also for DTLS 1.3. `retry` marks a HelloRetryRequest.

    `srtp_profile` is None when the hello does not show one; DTLS 1.3 sends it encrypted. `key_share` is the group of
    DTLS 1.3; in a HelloRetryRequest, the group that the server asks for.
    """

    version: int
    random: bytes
    session_id: bytes
    suite: int
    extensions: Extensions
    srtp_profile: int | None
    srtp_mki: bytes
    extended_master_secret: bool
    key_share: int | None = None

    @property
    def retry(self) -> bool:
        return self.random == _RETRY_RANDOM

    @property
    def extension_names(self) -> tuple[str, ...]:
        return _names(self.extensions)


def parse_client_hello(body: bytes) -> ClientHello:
    """Read the body of a ClientHello; ValueError when it is malformed."""
    cursor = Cursor(body)
    legacy_version = cursor.number(2, "version")
    random = cursor.take(32, "random")
    session_id = cursor.vector(1, "session id")
    cookie = cursor.vector(1, "cookie")
    suites = cursor.numbers(2, 2, "cipher suites")
    cursor.vector(1, "compression methods")
    extensions = _extensions(cursor)
    cursor.end("ClientHello")
    known = dict(extensions)
    profiles, mki = _use_srtp(known[USE_SRTP]) if USE_SRTP in known else ((), b"")
    return ClientHello(
        legacy_version=legacy_version,
        random=random,
        session_id=session_id,
        cookie=cookie,
        suites=suites,
        extensions=extensions,
        versions=_offered_versions(known.get(SUPPORTED_VERSIONS), legacy_version),
        srtp_profiles=profiles,
        srtp_mki=mki,
        extended_master_secret=EXTENDED_MASTER_SECRET in known,
        groups=_supported_groups(known.get(SUPPORTED_GROUPS)),
        key_shares=_key_shares(known.get(KEY_SHARE)),
    )


def parse_server_hello(body: bytes) -> ServerHello:
    """Read the body of a ServerHello; ValueError when it is malformed."""
    cursor = Cursor(body)
    legacy_version = cursor.number(2, "version")
    random = cursor.take(32, "random")
    session_id = cursor.vector(1, "session id")
    suite = cursor.number(2, "cipher suite")
    cursor.take(1, "compression method")
    extensions = _extensions(cursor)
    cursor.end("ServerHello")
    known = dict(extensions)
    profiles, mki = _use_srtp(known[USE_SRTP]) if USE_SRTP in known else ((), b"")
    if len(profiles) > 1:
        raise ValueError(f"ServerHello chose {len(profiles)} SRTP profiles, not one")
    return ServerHello(
        version=_chosen_version(known.get(SUPPORTED_VERSIONS), legacy_version),
        random=random,
        session_id=session_id,
        suite=suite,
        extensions=extensions,
        srtp_profile=profiles[0] if profiles else None,
        srtp_mki=mki,
        extended_master_secret=EXTENDED_MASTER_SECRET in known,
        # A share is the group, a length and the key; a HelloRetryRequest names only the group.
        key_share=Cursor(known[KEY_SHARE]).number(2, "group of key_share") if KEY_SHARE in known else None,
    )


def parse_certificates(body: bytes) -> tuple[bytes, ...]:
    """The DER certificates of a DTLS 1.2 Certificate message, the sender's own first; ValueError when malformed.

    Empty when a client has none to show (RFC 5246 section 7.4.6).
    """
    cursor = Cursor(body)
    chain = Cursor(cursor.vector(3, "certificate list"))
    cursor.end("Certificate")
    certificates: list[bytes] = []
    while chain.left:
        certificate = chain.vector(3, "certificate")
        if not certificate:
            raise ValueError(f"certificate {len(certificates)} of the list is empty")
        certificates.append(certificate)
    return tuple(certificates)


def _extensions(cursor: Cursor) -> Extensions:
    if not cursor.left:
        return ()
    block = Cursor(cursor.vector(2, "extensions"))
    found: dict[int, bytes] = {}
    while block.left:
        code = block.number(2, "extension type")
        body = block.vector(2, f"extension {code}")
        if code in found:
            raise ValueError(f"extension {code} is there twice")
        found[code] = body
    return tuple(found.items())


def _names(extensions: Extensions) -> tuple[str, ...]:
    return tuple(extension_name(code) for code, _ in extensions)


def _supported_groups(body: bytes | None) -> tuple[int, ...]:
    if body is None:
        return ()
    cursor = Cursor(body)
    groups = cursor.numbers(2, 2, "supported groups")
    cursor.end("supported_groups")
    return groups


def _key_shares(body: bytes | None) -> tuple[int, ...]:
    if body is None:
        return ()
    cursor = Cursor(body)
    shares = Cursor(cursor.vector(2, "key shares"))
    cursor.end("key_share")
    groups: list[int] = []
    while shares.left:
        groups.append(shares.number(2, "group of key_share"))
        shares.vector(2, "key share")
    return tuple(groups)


def _use_srtp(body: bytes) -> tuple[tuple[int, ...], bytes]:
    cursor = Cursor(body)
    profiles = cursor.numbers(2, 2, "SRTP profiles")
    mki = cursor.vector(1, "srtp_mki")
    cursor.end("use_srtp")
    if not profiles:
        raise ValueError("use_srtp names no profile")
    return profiles, mki


def _offered_versions(body: bytes | None, legacy_version: int) -> tuple[int, ...]:
    if body is None:
        return (legacy_version,)
    cursor = Cursor(body)
    versions = cursor.numbers(1, 2, "supported versions")
    cursor.end("supported_versions")
    return versions


def _chosen_version(body: bytes | None, legacy_version: int) -> int:
    if body is None:
        return legacy_version
    cursor = Cursor(body)
    version = cursor.number(2, "selected version")
    cursor.end("supported_versions")
    return version
