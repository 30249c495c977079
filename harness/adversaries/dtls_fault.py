"""An interceptor whose handshake towards one party has a flaw that the party must not put up with.

Both parties are told the interceptor's fingerprints, so comparing them stops nothing. The party aimed at is dealt with
first: only when it has taken the flawed handshake does the interceptor turn to the other one, and then it intercepts.
Two flaws show themselves in a call that is up: packets under a transform that was not agreed on, and a renegotiation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..model.adversary import DtlsFlaw
from ..model.base import Party, Role
from ..model.ground_truth import ended_with
from ..wire.certificate import Identity
from ..wire.dtls.writer import DTLS10, SECP192R1
from .beside import replaced
from .dtls import HONEST, Bend, BentClient, BentLeg, BentServer, Leg, Point, Signature
from .dtls.renegotiating_leg import RenegotiatingServer
from .dtls_mitm import DtlsMitm, Plan
from .interception import Interception, is_client_hello
from .machine import CallUp, Command, Deed, Event, Forward
from .srtp_leg import SrtpLeg

BENT: Final = "handshake-bent"
RENEGOTIATION_ASKED: Final = "renegotiation-asked"
SECOND_CERTIFICATE_TAKEN: Final = "second-certificate-taken"
OTHERWISE_SEALED: Final = "packets-under-another-transform"

_AEAD, _COUNTER_MODE = "SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_HMAC_SHA1_80"

BENDS: Final[Mapping[DtlsFlaw, Bend]] = {
    DtlsFlaw.CIPHER_NULL: Bend(suites=(0xC006,)),  # TLS_ECDHE_ECDSA_WITH_NULL_SHA
    DtlsFlaw.CIPHER_EXPORT: Bend(suites=(0x0003,)),  # TLS_RSA_EXPORT_WITH_RC4_40_MD5
    DtlsFlaw.CIPHER_RC4: Bend(suites=(0xC007,)),  # TLS_ECDHE_ECDSA_WITH_RC4_128_SHA
    DtlsFlaw.CIPHER_ANONYMOUS: Bend(suites=(0xC018,)),  # TLS_ECDH_anon_WITH_AES_128_CBC_SHA
    DtlsFlaw.CIPHER_STATIC_RSA: Bend(suites=(0x009C,)),  # TLS_RSA_WITH_AES_128_GCM_SHA256
    DtlsFlaw.CIPHER_PSK: Bend(suites=(0x00A8,)),  # TLS_PSK_WITH_AES_128_GCM_SHA256
    DtlsFlaw.GROUP_WEAK: Bend(group=SECP192R1),  # deprecated by RFC 8422 section 5.1.1, 96 bits
    DtlsFlaw.VERSION_10: Bend(version=DTLS10),
    DtlsFlaw.PROFILE_NULL_80: Bend(srtp_profiles=(0x0005,)),
    DtlsFlaw.PROFILE_NULL_32: Bend(srtp_profiles=(0x0006,)),
    DtlsFlaw.PROFILE_SHA1_32: Bend(srtp_profiles=(0x0002,)),
    DtlsFlaw.PROFILE_UNKNOWN: Bend(srtp_profiles=(0x7F7F,)),
    DtlsFlaw.PROFILE_NONE: Bend(srtp_profiles=()),
    DtlsFlaw.MKI: Bend(mki=b"\x01\x02\x03\x04"),
    DtlsFlaw.OTHER_TRANSFORM: HONEST,
    DtlsFlaw.CERTIFICATE_MISSING: Bend(certificate=False),
    DtlsFlaw.SIGNATURE_MISSING: Bend(signature=Signature.MISSING),
    DtlsFlaw.SIGNATURE_FORGED: Bend(signature=Signature.FORGED),
    DtlsFlaw.POINT_OFF_CURVE: Bend(point=Point.OFF_CURVE),
    DtlsFlaw.RESUMPTION: Bend(abbreviated=True),
    DtlsFlaw.RENEGOTIATION: HONEST,
}
"""What each flaw makes of a handshake."""


class FaultyInterception(Interception):
    """An interception that goes on unless the flaw is refused. `second` is shown in a renegotiation."""

    def __init__(self, flaw: DtlsFlaw, target: Party, identities: Mapping[Party, Identity], second: Identity) -> None:
        super().__init__(identities)
        self._flaw = flaw
        self._target = target
        self._second = second
        self._hello: bytes | None = None
        self._bent = False
        self._taken = False
        self._retaken = False
        self._otherwise: SrtpLeg | None = None

    def call_up(self) -> Iterator[Command]:
        """Both parties have compared fingerprints, and will not do it again."""
        leg = self._sides[self._target].dtls
        datagrams: list[bytes] = []
        if self._flaw is DtlsFlaw.RENEGOTIATION and isinstance(leg, RenegotiatingServer):
            datagrams = leg.renegotiate(self._second)
        elif self._flaw is DtlsFlaw.RENEGOTIATION and isinstance(leg, BentClient):
            datagrams = leg.renegotiate()
        for datagram in datagrams:
            yield Forward(self._target, datagram)
            yield Deed(RENEGOTIATION_ASKED)

    def _leg(self, party: Party, *, client: bool) -> Leg:
        if party is not self._target:
            return super()._leg(party, client=client)
        identity = self._identities[party]
        if self._flaw is DtlsFlaw.RENEGOTIATION and not client:
            return RenegotiatingServer(identity)
        return (BentClient if client else BentServer)(identity, BENDS[self._flaw])

    # the party aimed at first, then the other

    def _dtls(self, sender: Party, data: bytes) -> Iterator[Command]:
        if sender is self._target or self._taken:
            yield from super()._dtls(sender, data)
        elif is_client_hello(data):
            self._hello = data
            yield from self._start_client(self._target)

    def _start_client(self, party: Party) -> Iterator[Command]:
        if party is self._target or self._taken:
            yield from super()._start_client(party)

    def _spoken(self, party: Party, datagrams: Iterable[bytes]) -> Iterator[Command]:
        yield from super()._spoken(party, datagrams)
        leg = self._sides[party].dtls
        if party is not self._target or leg is None:
            return
        if isinstance(leg, BentLeg) and leg.bent and not self._bent:
            self._bent = True
            yield Deed(BENT)
        if isinstance(leg, RenegotiatingServer) and leg.renegotiated and not self._retaken:
            self._retaken = True
            yield Deed(SECOND_CERTIFICATE_TAKEN)
        if leg.established and not self._taken:
            self._taken = True
            yield from self._turn_to(party.peer)

    def _turn_to(self, other: Party) -> Iterator[Command]:
        if self._hello is None:
            yield from self._start_client(other)
        else:
            yield from self._dtls(other, self._hello)

    # packets under a transform that was not agreed on, ahead of the true ones

    def _seal(self, to: Party, clear: bytes) -> Iterator[Command]:
        if to is self._target and self._flaw is DtlsFlaw.OTHER_TRANSFORM:
            yield from self._seal_otherwise(to, clear)
        yield from super()._seal(to, clear)

    def _seal_otherwise(self, to: Party, clear: bytes) -> Iterator[Command]:
        leg = self._sides[to].dtls
        if self._otherwise is None and isinstance(leg, BentLeg) and leg.established:
            agreed = leg.srtp_keys()
            other = _COUNTER_MODE if agreed is not None and agreed.profile == _AEAD else _AEAD
            self._otherwise = SrtpLeg(leg.srtp_keys_as(other), client=leg.client)
        sealed = None if self._otherwise is None else self._otherwise.seal(clear)
        if sealed is not None:
            yield Forward(to, sealed)
            yield Deed(OTHERWISE_SEALED)


class DtlsFault(DtlsMitm):
    """Swaps both fingerprints, and makes the flawed interception of the call's first association."""

    def __init__(self, flaw: DtlsFlaw, towards: Role, identities: Mapping[Party, Identity], second: Identity) -> None:
        super().__init__(Plan(frozenset(Role)), identities)
        self.required = required(flaw)
        self._faulty = FaultyInterception(flaw, towards.party, identities, second)
        self._interceptions[0] = self._faulty

    def handle(self, event: Event) -> Iterable[Command]:
        return self._faulty.call_up() if isinstance(event, CallUp) else super().handle(event)


def required(flaw: DtlsFlaw) -> tuple[str, ...]:
    """What must have happened for the attack to count. A flaw of the handshake is shown before anybody can refuse it;
    the two others need a call that is up."""
    swapped = tuple(replaced(role) for role in Role)
    up = tuple(ended_with(party) for party in Party)
    if flaw is DtlsFlaw.RENEGOTIATION:
        return (*swapped, *up, RENEGOTIATION_ASKED)
    if flaw is DtlsFlaw.OTHER_TRANSFORM:
        return (*swapped, *up, OTHERWISE_SEALED)
    return (*swapped, BENT)
