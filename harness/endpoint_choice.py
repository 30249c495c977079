"""Which software the two people use, from the words of a command line; and which scenarios that changes."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .model.base import Party
from .model.endpoints import EndpointKind
from .model.scenario import Family, Scenario
from .wording import suggestion

Command = tuple[str, ...]
"""A program and its arguments, as the system is given them: no shell reads them."""
_HEALTHY: Final = frozenset({EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS})
"""One client, in our process or in its own: which of them, a scenario knows better than a command line."""


def parse_endpoints(texts: Sequence[str]) -> dict[Party, EndpointKind]:
    """`alice=KIND` and `bob=KIND`. ValueError says what is wrong."""
    kinds: dict[Party, EndpointKind] = {}
    for party, kind in _by_party("endpoint", texts):
        if kind not in set(EndpointKind):
            nearest = suggestion(kind, [str(one) for one in EndpointKind])
            raise ValueError(f"--endpoint {party}={kind}: no endpoint is called {kind!r}{nearest}")
        kinds[party] = EndpointKind(kind)
    return kinds


def parse_programs(texts: Sequence[str]) -> dict[Party, Command]:
    """`alice=COMMAND` and `bob=COMMAND`, split into words as a shell would, and that is all. ValueError as above."""
    commands: dict[Party, Command] = {}
    for party, text in _by_party("program", texts):
        try:
            command = tuple(shlex.split(text))
        except ValueError as error:
            raise ValueError(f"--program {party}={text}: {error}") from error
        if not command:
            raise ValueError(f"--program {party}=: the command is missing")
        if shutil.which(command[0]) is None:
            raise ValueError(f"--program {party}={text}: there is no program {command[0]!r}")
        commands[party] = command
    return commands


def choose(endpoints: Sequence[str], programs: Sequence[str]) -> tuple[dict[Party, EndpointKind], dict[Party, Command]]:
    """Both options together: to name a command is to choose a program. ValueError when they contradict each other."""
    kinds, commands = parse_endpoints(endpoints), parse_programs(programs)
    for party in commands:
        kind = kinds.setdefault(party, EndpointKind.PROGRAM)
        if kind is not EndpointKind.PROGRAM:
            raise ValueError(f"--program {party}: {party} is to be {kind.value!r}, which is no program")
    return kinds, commands


def with_endpoints(scenarios: Iterable[Scenario], kinds: Mapping[Party, EndpointKind]) -> tuple[Scenario, ...]:
    """The scenarios with these endpoints in place of the healthy one; whatever else a scenario names is its own.

    Specimens stay what they are: they test the harness, and nothing else.
    """
    return tuple(_with(scenario, kinds) for scenario in scenarios)


def concerned(scenario: Scenario, kinds: Mapping[Party, EndpointKind]) -> bool:
    """Whether anything of this choice is in the scenario: where it names other software for whoever is chosen, what
    comes of it says nothing of the choice."""
    placed = {party: scenario.endpoints.of(party) for party in kinds}
    return not kinds or any(placed[party] in (*_HEALTHY, kind) for party, kind in kinds.items())


def _with(scenario: Scenario, kinds: Mapping[Party, EndpointKind]) -> Scenario:
    if scenario.family is Family.SPECIMENS:
        return scenario
    changed = {
        party.value: kind
        for party, kind in kinds.items()
        if scenario.endpoints.of(party) in _HEALTHY and kind is not EndpointKind.AIORTC
    }
    return scenario.model_copy(update={"endpoints": scenario.endpoints.model_copy(update=changed)})


def _by_party(option: str, texts: Sequence[str]) -> Iterable[tuple[Party, str]]:
    named: dict[Party, str] = {}
    for text in texts:
        party, separator, value = text.partition("=")
        if not separator or party not in set(Party):
            raise ValueError(f"--{option} {text}: use alice={option.upper()} or bob={option.upper()}")
        if party in named:
            raise ValueError(f"--{option} {text}: {party} is named twice")
        named[Party(party)] = value
    return named.items()
