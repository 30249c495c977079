"""The SRTP keys of a leg: those that follow from a handshake and a secret, and those that descriptions hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..wire import srtp
from ..wire.dtls import DtlsAssociation, srtp_profile_name
from .authenticity import PROFILES, SendingKey

DTLS13: Final = "DTLSv1.3"


@dataclass(frozen=True)
class SessionKeys:
    """SRTP keys of one association, for each direction of this leg, and the secret they come from."""

    client_random: bytes
    master_secret: bytes
    outward: SendingKey
    inward: SendingKey


@dataclass(frozen=True)
class SignalledKeys:
    """SRTP keys that the descriptions of a call hold, for each direction of one leg: never empty (RFC 4568)."""

    outward: tuple[SendingKey, ...]
    inward: tuple[SendingKey, ...]


def session_keys(association: DtlsAssociation, keylog: Mapping[bytes, bytes]) -> Iterator[SessionKeys]:
    """SRTP keys by RFC 5764 section 4.2; none without a secret, or when the handshake was not seen whole.

    DTLS 1.3 encrypts which profile was chosen: under each that was offered, and a packet fits one of them.
    """
    client = association.client_random
    secret = keylog.get(client or b"")
    if not client or not secret:
        return
    for profile in profiles(association):
        try:
            keys = srtp.split_keying_material(_material(association, profile, secret), profile)
        except ValueError:  # a suite or a secret that no DTLS handshake has
            continue
        of_client, of_server = (
            SendingKey(profile, key) for key in (keys.client_key_and_salt, keys.server_key_and_salt)
        )
        outward, inward = (of_client, of_server) if association.client_is_near else (of_server, of_client)
        yield SessionKeys(client, secret, outward, inward)


def profiles(one: DtlsAssociation) -> tuple[str, ...]:
    """The SRTP profile of a handshake; of DTLS 1.3, which hides the choice, those that were offered."""
    if one.version != DTLS13:
        return (one.srtp_profile,) if one.srtp_profile in PROFILES else ()
    offered = () if one.client_hello is None else one.client_hello.srtp_profiles
    return tuple(name for code in offered if (name := srtp_profile_name(code)) in PROFILES)


def _material(one: DtlsAssociation, profile: str, secret: bytes) -> bytes:
    """ValueError when the handshake was not seen whole, or the secret has the length of none."""
    length = srtp.keying_material_length(profile)
    if one.version == DTLS13:
        return srtp.export_keying_material_tls13(secret, length)
    if not (one.client_random and one.server_random and one.suite_iana):
        raise ValueError("the handshake was not seen whole")
    return srtp.export_keying_material_tls12(secret, one.client_random, one.server_random, length, one.prf_hash)
