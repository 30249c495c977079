"""Clients whose keys, certificates and random numbers are not fresh, not random, or not gone when the call is over."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar, Final, cast

from aiortc import RTCIceTransport

from ...model.base import Role
from ...wire.dtls import ContentType, HandshakeType
from ...wire.dtls import writer as write
from ..aiortc import AiortcEndpoint
from ..aiortc_door import (
    BrainpoolCertificate,
    CallCertificate,
    DtlsTransport,
    LongFlightTransport,
    OldDtlsCertificate,
    ResumingCertificate,
    ResumingTransport,
    StaticRsaCertificate,
    Transport,
    Watcher,
    believing_conflicts,
    without_proof,
)
from ..sessions import REPLAY_WINDOW, Inbound, Outbound, inbound_session, outbound_session
from .media import Sessions, profile_of, with_sessions
from .sessions import Restarting, RolloverFollowed, RolloverLost

RESTARTED_AFTER: Final = 12
"""Packets: no multiple of the five after which the marker's frames come again, so the plaintext is another one; and
fewer than it takes to hear the marker, so that no call ends before."""
NEW_NUMBER_AFTER: Final = 27
"""Packets: enough to hear the marker, because a receiver drops what follows."""
FAR_BACK: Final = 200
"""Packets that no network reorders by (RFC 3550 appendix A.1), and more than were sent."""

_ANOTHER_SUITE: Final = 0xC009
"""TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA."""
_FIRST: Final = 0
"""The number of the Finished, which is the first record under keys."""

_LATE: Final = 100
"""A record number that no handshake comes to."""

_COUNTER_MODE: Final = ("SRTP_AES128_CM_HMAC_SHA1_80",)
_FEW: Final = 1 << 14
_ICE_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class CertificateReused(AiortcEndpoint):
    """Makes its certificate in the first call, and presents it in all later ones."""

    def call_certificate(self) -> CallCertificate:
        return cast(CallCertificate, self._setup.memory.setdefault("certificate", super().call_certificate()))


class SessionResumed(AiortcEndpoint):
    """Keeps its DTLS as it is from call to call: OpenSSL's context with its certificate, and the sessions made in it.

    Two faults in one, because a session stands for the certificates that it was made with: resumed under new ones, it
    would not pass the comparison of fingerprints, which is healthy here.
    """

    transport: ClassVar[type[Transport]] = ResumingTransport

    def call_certificate(self) -> CallCertificate:
        return cast(CallCertificate, self._setup.memory.setdefault("dtls", ResumingCertificate.fresh()))


class CertificateKeyPredictable(AiortcEndpoint):
    """Draws its private keys from a few thousand, odd ones when it calls and even ones when it is called."""

    def call_certificate(self) -> CallCertificate:
        odd = self._setup.party.role is Role.CALLER
        return CallCertificate.with_scalar(2 * secrets.randbelow(_FEW) + (1 if odd else 2))


class CertificateExpired(AiortcEndpoint):
    """Presents a certificate that was valid until last week."""

    def call_certificate(self) -> CallCertificate:
        return CallCertificate.valid_until(datetime.now(UTC) - timedelta(days=7))


class _SeedingWithAConstant(DtlsTransport):
    def ice_credentials(self) -> tuple[str, str]:
        draw = Random(20)
        return "".join(draw.choices(_ICE_CHARACTERS, k=4)), "".join(draw.choices(_ICE_CHARACTERS, k=22))


class IceCredentialsPredictable(AiortcEndpoint):
    """Seeds the generator of its ICE credentials with the same number at each start."""

    transport: ClassVar[type[Transport]] = _SeedingWithAConstant


class _Believing(DtlsTransport):
    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, certificate, watcher)
        without_proof(ice)


class ChecksUnproved(AiortcEndpoint):
    """Once the call is up it answers every check of the right name, whether or not its sender has the password."""

    transport: ClassVar[type[Transport]] = _Believing


class _Yielding(DtlsTransport):
    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, certificate, watcher)
        believing_conflicts(ice)


class RoleGivenUp(AiortcEndpoint):
    """Gives up its ICE role at the first conflict that anybody claims, and can be made to let a stranger nominate."""

    transport: ClassVar[type[Transport]] = _Yielding


class NoForwardSecrecy(AiortcEndpoint):
    """Encrypts the secret of a call with the key of an RSA certificate. Who gets that key later, reads it all."""

    transport: ClassVar[type[Transport]] = LongFlightTransport

    def call_certificate(self) -> CallCertificate:
        return StaticRsaCertificate.fresh()


class ReofferIgnored(AiortcEndpoint):
    """As aiortc is: says yes to an offer that names another certificate, and goes on under the old one."""


class _AnsweringTwice(DtlsTransport):
    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        if self._role == "server":
            hello = write.server_hello(self._ssl.server_random(), _ANOTHER_SUITE, ())
            message = write.handshake(HandshakeType.SERVER_HELLO, 0, hello)
            self.send_beside(write.record(ContentType.HANDSHAKE, message, _LATE))


class HandshakeAmbiguous(AiortcEndpoint):
    """As a DTLS server, says its ServerHello again when all is over, with another suite and the random it had.

    No peer listens any more. But whoever reads the recording finds two answers, and readers differ in which they take.
    """

    transport: ClassVar[type[Transport]] = _AnsweringTwice


class _NumberingAnew(DtlsTransport):
    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        self.send_beside(write.record(ContentType.APPLICATION_DATA, secrets.token_bytes(40), _FIRST, epoch=1))


class RecordNumberReused(AiortcEndpoint):
    """Numbers the records under its keys from zero again after its Finished: whoever replays one of the two, passes."""

    transport: ClassVar[type[Transport]] = _NumberingAnew


class Dtls10Allowed(AiortcEndpoint):
    """Speaks DTLS 1.0 and takes it from its peer, because its library is that old."""

    def call_certificate(self) -> CallCertificate:
        return OldDtlsCertificate.fresh()


class GroupNotRecommended(AiortcEndpoint):
    """Agrees on its keys in a group that no recommendation for DTLS names, and in no other."""

    transport: ClassVar[type[Transport]] = LongFlightTransport

    def call_certificate(self) -> CallCertificate:
        return BrainpoolCertificate.fresh()


def _one_key(dtls: DtlsTransport, _inbound: Inbound, _outbound: Outbound) -> Sessions:
    both, profile = sorted(dtls.keys_and_salts()), profile_of(dtls)
    return inbound_session(both[0], profile, REPLAY_WINDOW), outbound_session(both[0], profile)


class KeyInBothDirections(AiortcEndpoint):
    """Takes the first of the two master keys for both directions."""

    transport = with_sessions(_one_key)


def _restarting(_dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return inbound, Restarting(outbound, RESTARTED_AFTER, RESTARTED_AFTER)


class KeystreamReused(AiortcEndpoint):
    """Counts its packets from the beginning again in the middle of a call, under the same key, in counter mode."""

    transport = with_sessions(_restarting, profiles=_COUNTER_MODE)


class NonceReused(AiortcEndpoint):
    """Counts its packets from the beginning again in the middle of a call, under the same key, with AES-GCM."""

    transport = with_sessions(_restarting)


def _counting_anew(_dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return inbound, Restarting(outbound, NEW_NUMBER_AFTER, FAR_BACK)


class SequenceRestarted(AiortcEndpoint):
    """Draws a new sequence number in the middle of a call and keeps the key: this time no number comes twice."""

    transport = with_sessions(_counting_anew)


def _losing_the_rollover(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    (to_open, to_seal), profile = dtls.keys_and_salts(), profile_of(dtls)
    return (
        RolloverFollowed(inbound, lambda: inbound_session(to_open, profile, REPLAY_WINDOW)),
        RolloverLost(outbound, lambda: outbound_session(to_seal, profile)),
    )


class RolloverReset(AiortcEndpoint):
    """Does not count the rollovers of its sequence numbers, and follows a peer that does not either.

    It takes both: a receiver that counts them refuses whatever such a sender makes after the first one.
    """

    transport = with_sessions(_losing_the_rollover)
