"""Which scenarios a program has no place in, by its own word of what it lacks (model/ability)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .model.ability import Ability, ProgramUnderTest
from .model.adversary import (
    Adversary,
    Ailment,
    DtlsFault,
    DtlsFlaw,
    E2eeStrip,
    Impairment,
    Malformation,
    MalformedMedia,
    PlaintextInjection,
    Position,
    Reflection,
    RelayFault,
    Reoffer,
    RocPoisoning,
    RtpBleed,
    SrtcpTamper,
    SrtpBitflip,
    SrtpFlood,
    SrtpReplay,
    SsrcCollision,
    TurnTamper,
)
from .model.adversary.script import Flip, Forgery, Inject, PacketKind, Reflect, Replay, Script, Truncate
from .model.adversary.service_moves import TellMode
from .model.base import Party, Role
from .model.call import Call
from .model.endpoints import BARE_PAGES, EndpointKind
from .model.mode import Mode
from .model.scenario import Scenario
from .model.voice import quoted

_FALSE_PACKETS: Final = (
    PlaintextInjection,
    RocPoisoning,
    RtpBleed,
    SrtcpTamper,
    SrtpBitflip,
    SrtpFlood,
    SrtpReplay,
    SsrcCollision,
)
"""Who brings packets to SRTP that must be refused, and can do nothing else."""
_WITHOUT_KEYS: Final = frozenset({EndpointKind.CHROMIUM, *BARE_PAGES})
"""Who gives nobody its keys, so that those of the other end must prove what both sent."""
_MEDIA: Final = frozenset({PacketKind.SRTP, PacketKind.SRTCP})
_FORGED_MEDIA: Final = frozenset({Forgery.RTP, Forgery.SENDER_REPORT, Forgery.BYE})


def why_beyond(scenario: Scenario, party: Party, program: ProgramUnderTest) -> str | None:
    """Why this program cannot take the party's place there; None when it can, or says so."""
    lacking = sorted(program.lacks & frozenset(needed(scenario, party)))
    if not lacking:
        return None
    return f"{party} is the program {quoted(program.software)}, which says that it lacks {', '.join(lacking)}"


def needed(scenario: Scenario, party: Party) -> Iterator[Ability]:
    """What this scenario asks of this party's client, of what a client may lack."""
    yield from _for_the_call(scenario.call)
    if scenario.endpoints.of(party.peer) in _WITHOUT_KEYS:
        yield Ability.KEYS
    if scenario.adversary is not None:
        yield from _for_the_attack(scenario.adversary, party)


def _for_the_call(call: Call) -> Iterator[Ability]:
    asked = {
        Ability.SCREEN: bool(call.screen),
        Ability.CHAT: bool(call.chat),
        Ability.RESTART: call.restart_after is not None,
        Ability.ORDINARY_CALLS: call.mode is Mode.SERVICE,
        Ability.FIRST_SEQUENCE: call.first_sequence is not None or call.replay_window is not None,
    }
    return (ability for ability, wanted in asked.items() if wanted)


def _for_the_attack(adversary: Adversary, party: Party) -> Iterator[Ability]:
    """Whether a packet was refused, nobody but the client knows; an offer that changes nothing of the keys is one to
    answer; and an ordinary call is one, whoever made it one."""
    if _brings_false_packets(adversary, party):
        yield Ability.PACKETS
    if isinstance(adversary, Reoffer) and adversary.change != "fingerprint" and party.role is Role.CALLEE:
        yield Ability.RESTART
    if isinstance(adversary, E2eeStrip) and party.role in adversary.towards:
        yield Ability.ORDINARY_CALLS
    if isinstance(adversary, Script):
        told = [one for one in adversary.moves if isinstance(one, TellMode) and one.towards is party.role]
        if any(one.mode is Mode.SERVICE for one in told):
            yield Ability.ORDINARY_CALLS


def _brings_false_packets(adversary: Adversary, party: Party) -> bool:
    match adversary:
        case DtlsFault():
            return adversary.flaw is DtlsFlaw.OTHER_TRANSFORM and adversary.towards is party.role
        case Impairment():
            return adversary.ailment is Ailment.DUPLICATE
        case MalformedMedia():
            return adversary.malformation in (Malformation.RTP, Malformation.RTCP, Malformation.OVERSIZE)
        case Reflection():
            return Position.PATH in adversary.position
        case Script():
            return any(_is_false_packet(move) for move in adversary.moves)
        case TurnTamper():
            return adversary.fault is RelayFault.MIX
    return isinstance(adversary, _FALSE_PACKETS)


def _is_false_packet(move: object) -> bool:
    match move:
        case Flip() | Reflect() | Replay() | Truncate():
            return move.packet in _MEDIA
        case Inject():
            return move.what in _FORGED_MEDIA
    return False
