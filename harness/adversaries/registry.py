"""From what a scenario says of its adversary to the machine that does it. A new adversary is one file and one line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from ..model import scenario
from ..model.base import Party
from ..model.scenario import Adversary, Position
from .bystander import Bystander
from .candidate_injection import CandidateAddition, CandidateReplacement
from .certificate import fresh_identity
from .dtls_mitm import DtlsMitm
from .machine import Machine
from .plaintext_injection import PlaintextInjection
from .recorder import Recorder
from .sdp_rewrite import SdpRewrite
from .srtp_bitflip import SrtpBitflip
from .srtp_replay import SrtpReplay


def create(adversary: Adversary, seed: str) -> Machine:
    """A machine for one call. The seed decides what the adversary makes up; certificates are fresh every time."""
    match adversary:
        case scenario.Bystander():
            return Bystander()
        case scenario.Recorder():
            return Recorder()
        case scenario.DtlsMitm():
            now = datetime.now(UTC)
            return DtlsMitm(adversary.swap, {party: fresh_identity(now) for party in Party})
        case scenario.SrtpBitflip():
            return SrtpBitflip(adversary.field, adversary.every)
        case scenario.SrtpReplay():
            return SrtpReplay(adversary.every)
        case scenario.PlaintextInjection():
            return PlaintextInjection(adversary.packets, seed, on_path=Position.PATH in adversary.position)
        case scenario.CandidateInjection():
            return CandidateAddition() if adversary.how == "add" else CandidateReplacement()
        case scenario.SdpRewrite():
            return SdpRewrite(adversary.rewrite, adversary.towards, seed)
        case _:
            assert_never(adversary)
