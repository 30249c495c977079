"""How an otherwise honest DTLS 1.2 handshake is bent. One value of each kind is what an honest end does."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from ...wire.dtls.writer import DTLS12, SECP256R1

ECDHE_ECDSA_AES128_GCM: Final = 0xC02B
"""The suite that every WebRTC endpoint has (RFC 8827 section 6.5)."""
ECDHE_RSA_AES128_GCM: Final = 0xC02F
"""The same for a server whose certificate is RSA: the engine differs in what it does not look at, the signature."""

SRTP_AEAD_AES_128_GCM: Final = 0x0007
SRTP_AES128_CM_80: Final = 0x0001


class Signature(Enum):
    """What proves that the sender of a certificate holds its key: CertificateVerify, or that of ServerKeyExchange."""

    TRUE = auto()
    FORGED = auto()
    MISSING = auto()
    """Only a client can leave its proof out: a ServerKeyExchange has a place for it."""


class Point(Enum):
    """The ephemeral public key: on the curve, or not (RFC 8422 section 5.11 demands the check)."""

    ON_CURVE = auto()
    OFF_CURVE = auto()


@dataclass(frozen=True)
class Session:
    """A session that two ends really made, by somebody who knows its secret (RFC 5246 section 7.3)."""

    identifier: bytes
    master: bytes = field(repr=False)


@dataclass(frozen=True)
class Bend:
    """What an end says. A client offers all `suites` and `srtp_profiles`. A server chooses the first suite, whatever
    was offered, for its own certificate is ECDSA; and of the profiles the first that was offered, or else the first.
    `group`: the only one that a client offers, and the one that a server chooses, whatever was offered.

    Without `srtp_profiles` there is no use_srtp. `certificate` False: a client that has none to show. `abbreviated`:
    a session is claimed that never was, so that no certificate would have to be shown (RFC 5246 section 7.3).
    `session`: one that really was, which is resumed if the peer knows it; else the handshake is a whole one.
    """

    suites: tuple[int, ...] = (ECDHE_ECDSA_AES128_GCM, ECDHE_RSA_AES128_GCM)
    version: int = DTLS12
    group: int = SECP256R1
    srtp_profiles: tuple[int, ...] = (SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_80)
    mki: bytes = b""
    certificate: bool = True
    signature: Signature = Signature.TRUE
    point: Point = Point.ON_CURVE
    abbreviated: bool = False
    session: Session | None = None

    @property
    def in_hello(self) -> bool:
        """Whether a client's ClientHello shows it already; else it is in the flight that answers the server's."""
        return (self.suites, self.version, self.group, self.srtp_profiles, self.mki) != (
            HONEST.suites,
            HONEST.version,
            HONEST.group,
            HONEST.srtp_profiles,
            HONEST.mki,
        )


HONEST: Final = Bend()
