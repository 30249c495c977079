"""Who sits between: one noun for each adversary, told apart by `kind`. A new one is one class and one line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Attacker, Position
from .dtls import DtlsFault, DtlsFlaw, DtlsMitm, DtlsTamper, DtlsTampering
from .media import PlaintextInjection, SrtpBitflip, SrtpPart, SrtpReplay
from .path import Bystander, LaterKeys, Recorder
from .script import Script
from .signalling import (
    CandidateInjection,
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
    | DtlsMitm
    | DtlsFault
    | DtlsTamper
    | SrtpBitflip
    | SrtpReplay
    | PlaintextInjection
    | CandidateInjection
    | SdpRewrite
    | Reoffer
    | SignallingReplay
    | Reflection
    | IdentityForgery
    | Script,
    Field(discriminator="kind"),
]

__all__ = [
    "Adversary",
    "Attacker",
    "Bystander",
    "CandidateInjection",
    "DtlsFault",
    "DtlsFlaw",
    "DtlsMitm",
    "DtlsTamper",
    "DtlsTampering",
    "IdentityForgery",
    "LaterKeys",
    "PlaintextInjection",
    "Position",
    "Recorder",
    "Reflection",
    "Reoffer",
    "Rewrite",
    "Script",
    "SdpRewrite",
    "SignallingReplay",
    "SrtpBitflip",
    "SrtpPart",
    "SrtpReplay",
]
