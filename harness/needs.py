"""What a scenario needs that is not there: such a scenario is not run, and counted as that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .endpoints.chromium.installed import PROGRAMS, program
from .model.base import Party
from .model.scenario import EndpointKind, Scenario
from .model.unmet import Unmet


def unmet(scenarios: Iterable[Scenario], programs: Collection[Party], asked: Collection[str]) -> tuple[Unmet, ...]:
    """Each scenario that cannot be run, with the reason. `programs`: the parties for which a command was given.

    `asked` are the scenarios that the user named one by one.
    """
    return tuple(
        Unmet(scenario=scenario.id, why=why, asked=scenario.id in asked)
        for scenario in scenarios
        if (why := _why_not(scenario, programs)) is not None
    )


def _why_not(scenario: Scenario, programs: Collection[Party]) -> str | None:
    for party in Party:
        if scenario.endpoints.of(party) is EndpointKind.PROGRAM and party not in programs:
            return f"{party} is a program, and which one only the command line says: --program {party}='COMMAND'"
        if scenario.endpoints.of(party) is EndpointKind.CHROMIUM and program() is None:
            return f"{party} sits at a browser, and none of these is installed: {', '.join(PROGRAMS)}"
    return None
