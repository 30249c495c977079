"""Who sits between: one noun for each adversary, told apart by `kind`. A new one is one class and one line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Attacker, Position
from .dtls import DtlsFault, DtlsFlaw, DtlsMitm, DtlsTamper, DtlsTampering
from .media import PlaintextInjection, SrtpBitflip, SrtpPart, SrtpReplay
from .path import Bystander, Recorder
from .signalling import CandidateInjection, Rewrite, SdpRewrite

Adversary = Annotated[
    Bystander
    | Recorder
    | DtlsMitm
    | DtlsFault
    | DtlsTamper
    | SrtpBitflip
    | SrtpReplay
    | PlaintextInjection
    | CandidateInjection
    | SdpRewrite,
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
    "PlaintextInjection",
    "Position",
    "Recorder",
    "Rewrite",
    "SdpRewrite",
    "SrtpBitflip",
    "SrtpPart",
    "SrtpReplay",
]
