"""Who sits between: one noun for each adversary, told apart by `kind`. A new one is one class and one line here."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from .base import Attacker, Position
from .dtls import CopiedCertificate, DtlsFault, DtlsFlaw, DtlsMitm, DtlsTamper, DtlsTampering, SessionTheft
from .media import (
    PlaintextInjection,
    ReplayTime,
    RocPoisoning,
    SrtcpFault,
    SrtcpTamper,
    SrtpBitflip,
    SrtpPart,
    SrtpReplay,
    SsrcCollision,
)
from .network import (
    Ailment,
    ClientHelloRace,
    DtlsJunk,
    DtlsNoise,
    Impairment,
    Injector,
    Malformation,
    MalformedMedia,
    RelayFault,
    RtpBleed,
    SrtpFlood,
    StunForgery,
    StunHijack,
    TurnTamper,
)
from .path import Bystander, LaterKeys, MediaServer, MediaServerMode, MediaServerProgram, Recorder, ServiceProcessor
from .script import Script
from .service import (
    ChatReader,
    E2eeStrip,
    FeatureInsertion,
    ForgedAcceptance,
    ForgedLock,
    PolicyFlip,
    SecondDevice,
)
from .signalling import (
    CandidateInjection,
    CertificateWatch,
    IdentityForgery,
    Reflection,
    Reoffer,
    Rewrite,
    SdpRewrite,
    SignallingReplay,
)

Adversary = Annotated[
    Bystander
    | Recorder
    | LaterKeys
    | ServiceProcessor
    | MediaServer
    | DtlsMitm
    | DtlsFault
    | DtlsTamper
    | SessionTheft
    | CopiedCertificate
    | SrtpBitflip
    | SrtpReplay
    | PlaintextInjection
    | CandidateInjection
    | SdpRewrite
    | Reoffer
    | SignallingReplay
    | Reflection
    | CertificateWatch
    | IdentityForgery
    | ChatReader
    | E2eeStrip
    | FeatureInsertion
    | ForgedAcceptance
    | ForgedLock
    | PolicyFlip
    | SecondDevice
    | Script
    | ClientHelloRace
    | DtlsJunk
    | StunHijack
    | RtpBleed
    | SrtpFlood
    | MalformedMedia
    | TurnTamper
    | Impairment
    | RocPoisoning
    | SsrcCollision
    | SrtcpTamper,
    Field(discriminator="kind"),
]

LOOKING: Final = (Recorder, LaterKeys, ServiceProcessor, CertificateWatch, ChatReader)
"""Adversaries that change nothing: that they were there is shown by nothing but what they have written down."""

__all__ = [
    "LOOKING",
    "Adversary",
    "Ailment",
    "Attacker",
    "Bystander",
    "CandidateInjection",
    "CertificateWatch",
    "ChatReader",
    "ClientHelloRace",
    "CopiedCertificate",
    "DtlsFault",
    "DtlsFlaw",
    "DtlsJunk",
    "DtlsMitm",
    "DtlsNoise",
    "DtlsTamper",
    "DtlsTampering",
    "E2eeStrip",
    "FeatureInsertion",
    "ForgedAcceptance",
    "ForgedLock",
    "IdentityForgery",
    "Impairment",
    "Injector",
    "LaterKeys",
    "Malformation",
    "MalformedMedia",
    "MediaServer",
    "MediaServerMode",
    "MediaServerProgram",
    "PlaintextInjection",
    "PolicyFlip",
    "Position",
    "Recorder",
    "Reflection",
    "RelayFault",
    "Reoffer",
    "ReplayTime",
    "Rewrite",
    "RocPoisoning",
    "RtpBleed",
    "Script",
    "SdpRewrite",
    "SecondDevice",
    "ServiceProcessor",
    "SessionTheft",
    "SignallingReplay",
    "SrtcpFault",
    "SrtcpTamper",
    "SrtpBitflip",
    "SrtpFlood",
    "SrtpPart",
    "SrtpReplay",
    "SsrcCollision",
    "StunForgery",
    "StunHijack",
    "TurnTamper",
]
