"""From what a scenario says of its adversary to the machine that does it. A new adversary is one file and one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..codes.teams20 import DIGITS
from ..model import adversary
from ..model.adversary import Adversary, Attacker, MediaServerProgram, Position
from ..model.base import Party, Role
from ..wire.certificate import Identity, fresh_identity
from . import volleys
from .bystander import Bystander
from .candidate_injection import CandidateAddition, CandidateRemoval, CandidateReplacement
from .certificate_watch import CertificateWatch
from .chat_reader import ChatReader
from .copied_certificate import CopiedCertificate
from .dtls_fault import DtlsFault
from .dtls_mitm import DtlsMitm, Plan
from .dtls_tamper import DtlsTamper
from .feature_insertion import FeatureInsertion
from .forged_acceptance import ForgedAcceptance
from .grinding import Agreement
from .identity_forgery import IdentityForgery
from .impairment import Impairment
from .later_keys import LaterKeys
from .machine import Machine
from .media_server import MediaServer
from .mode_lies import E2eeStrip, ForgedLock, PolicyFlip
from .plaintext_injection import PlaintextInjection
from .recorder import Recorder
from .reflection import FingerprintReflection, OfferReflection, PacketReflection
from .reoffer import ForgedReoffer
from .script import Script
from .sdp_rewrite import SdpRewrite
from .second_device import LateDevice, OtherDevice
from .service_processor import ServiceProcessor
from .session_theft import SessionTheft
from .signalling_replay import SignallingReplay
from .srtcp_tamper import SrtcpTamper
from .srtp_bitflip import SrtpBitflip
from .srtp_replay import SrtpReplay
from .turn_tamper import TurnTamper

MACHINES: Final[Mapping[type[Attacker], Callable[[Any, str], Machine]]] = {
    adversary.Bystander: lambda _, __: Bystander(),
    adversary.Recorder: lambda _, __: Recorder(),
    adversary.LaterKeys: lambda _, __: LaterKeys(),
    adversary.ServiceProcessor: lambda _, __: ServiceProcessor(),
    adversary.MediaServer: lambda one, _: MediaServer(captures=one.program is MediaServerProgram.JANUS),
    adversary.DtlsMitm: lambda one, _: DtlsMitm(_interception(one), _identities()),
    adversary.DtlsFault: lambda one, _: DtlsFault(one.flaw, one.towards, _identities(), _identity()),
    adversary.DtlsTamper: lambda one, _: DtlsTamper(one.tampering, one.towards),
    adversary.SessionTheft: lambda _, __: SessionTheft(_identities()),
    adversary.CopiedCertificate: lambda _, __: CopiedCertificate(_identities()),
    adversary.SrtpBitflip: lambda one, _: SrtpBitflip(one.field, one.every),
    adversary.SrtpReplay: lambda one, _: SrtpReplay(one.every, one.when),
    adversary.SrtcpTamper: lambda one, seed: SrtcpTamper(one.fault, seed),
    adversary.TurnTamper: lambda one, _: TurnTamper(one.fault, one.every),
    adversary.Impairment: lambda one, seed: Impairment(one.ailment, seed),
    adversary.PlaintextInjection: lambda one, seed: PlaintextInjection(one.packets, seed, on_path=_on_path(one)),
    adversary.Reoffer: lambda one, _: ForgedReoffer(one, _identity()),
    adversary.SignallingReplay: lambda one, _: SignallingReplay(one),
    adversary.Reflection: lambda one, _: _reflection(one),
    adversary.CertificateWatch: lambda _, __: CertificateWatch(),
    adversary.IdentityForgery: lambda one, _: IdentityForgery(one),
    adversary.ForgedAcceptance: lambda _, __: ForgedAcceptance(),
    adversary.E2eeStrip: lambda one, _: E2eeStrip(one.towards),
    adversary.ForgedLock: lambda _, seed: ForgedLock(seed),
    adversary.PolicyFlip: lambda one, seed: PolicyFlip(seed, keys=one.keys),
    adversary.FeatureInsertion: lambda one, seed: FeatureInsertion(one.feature, one.holder, _identities(), seed),
    adversary.SecondDevice: lambda one, _: _SECOND_DEVICES[one.answers](_identities()),
    adversary.ChatReader: lambda _, __: ChatReader(),
    adversary.Script: lambda one, seed: Script(one.moves, _identities(), seed),
    adversary.ClientHelloRace: lambda one, seed: volleys.clienthello_race(one, seed),
    adversary.DtlsJunk: lambda one, seed: volleys.dtls_junk(one, seed),
    adversary.StunHijack: lambda one, seed: volleys.stun_hijack(one, seed),
    adversary.RtpBleed: lambda one, seed: volleys.rtp_bleed(one, seed),
    adversary.SrtpFlood: lambda one, seed: volleys.srtp_flood(one, seed),
    adversary.RocPoisoning: lambda one, seed: volleys.roc_poisoning(one, seed),
    adversary.SsrcCollision: lambda one, seed: volleys.ssrc_collision(one, seed),
    adversary.MalformedMedia: lambda one, seed: volleys.malformed_media(one, seed),
    adversary.CandidateInjection: lambda one, _: _CANDIDATES[one.how](one.towards),
    adversary.SdpRewrite: lambda one, seed: SdpRewrite(one.rewrite, one.towards, seed),
}
"""How each noun becomes a machine: (what the scenario says, seed) -> machine."""

_SECOND_DEVICES: Final[Mapping[str, Callable[[Mapping[Party, Identity]], Machine]]] = {
    "late": lambda identities: LateDevice(identities),
    "instead": lambda identities: OtherDevice(identities),
}

_CANDIDATES: Final[Mapping[str, Callable[[tuple[Role, ...]], Machine]]] = {
    "add": lambda _: CandidateAddition(),
    "replace": lambda _: CandidateReplacement(),
    "remove": lambda towards: CandidateRemoval(towards, ended=False),
    "remove-ended": lambda towards: CandidateRemoval(towards, ended=True),
}


def create(one: Adversary, seed: str, code_digits: int = DIGITS) -> Machine:
    """A machine for one call, whose screens show so many digits. The seed decides what the adversary makes up;
    certificates are fresh every time."""
    if isinstance(one, adversary.DtlsMitm) and one.agree_last > code_digits:
        # Digits that nobody sees need not agree.
        one = one.model_copy(update={"agree_last": code_digits})
    return MACHINES[type(one)](one, seed)


def _identities() -> dict[Party, Identity]:
    return {party: _identity() for party in Party}


def _identity() -> Identity:
    return fresh_identity(datetime.now(UTC))


def _interception(one: adversary.DtlsMitm) -> Plan:
    agreement = Agreement(one.agree_first, one.agree_last) if one.agree_first or one.agree_last else None
    return Plan(frozenset(one.swap), one.how, one.lines, one.algorithm, one.begin == "restart", agreement)


def _reflection(one: adversary.Reflection) -> Machine:
    if one.what == "fingerprint":
        return FingerprintReflection()
    return PacketReflection() if _on_path(one) else OfferReflection()


def _on_path(one: Attacker) -> bool:
    return Position.PATH in one.position
