"""Which attacks at an ICE restart two stacks cannot be tried with: what they do at an honest one leaves nothing to see.

Found by `honest-restart` and `late-mitm` between these stacks, of the versions in `deviations.yaml`.
"""

from __future__ import annotations

from typing import Final

from .model.adversary import DtlsMitm
from .model.adversary.script import Intercept, Script
from .model.base import Party
from .model.endpoints import EndpointKind
from .model.scenario import Scenario

_CHROMIUM: Final = frozenset({EndpointKind.CHROMIUM, EndpointKind.CHROMIUM_RAW})
_KEEPING: Final = _CHROMIUM | {EndpointKind.FIREFOX}
"""They go on with the DTLS association that there is."""

_RENEWING: Final = frozenset({EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS})
"""They begin another one."""


def why_no_restart(scenario: Scenario) -> str | None:
    """Why this attack cannot be made at the restart between these two; None when it can, or there is none."""
    if scenario.call.restart_after is None or scenario.adversary is None:
        return None
    kinds = {party: scenario.endpoints.of(party) for party in Party}
    both = f"alice is {kinds[Party.ALICE]} and bob is {kinds[Party.BOB]}"
    if not {*kinds.values()}.isdisjoint(_KEEPING) and not {*kinds.values()}.isdisjoint(_RENEWING):
        return f"{both}: at a restart only one of them begins another DTLS association, and an honest call ends there"
    if kinds[Party.ALICE] in _CHROMIUM and kinds[Party.BOB] is EndpointKind.FIREFOX:
        return f"{both}: after a restart by Chromium, Firefox hears nothing of it any more, in an honest call as well"
    if _meets_a_second_association(scenario) and EndpointKind.FIREFOX in kinds.values():
        return f"{both}: Firefox begins no second DTLS association, so that nobody can come between the two in it"
    return None


def _meets_a_second_association(scenario: Scenario) -> bool:
    """Whether the attack is one on the association of the restart. That two ends in Firefox keep the first one all the
    same is what an interceptor of their calls finds, and is judged.
    """
    match scenario.adversary:
        case DtlsMitm(begin="restart"):
            return {scenario.endpoints.of(party) for party in Party} != {EndpointKind.FIREFOX}
        case Script(moves=moves):
            return any(isinstance(move, Intercept) and move.association > 1 for move in moves)
    return False
