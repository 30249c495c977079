"""An adversary that boasts of every deed and does nothing: the proof of an attack must not be its own word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

from harness.adversaries import registry
from harness.adversaries.machine import Command, Deed, Event, Machine, let_pass
from harness.catalogue import load
from harness.model.adversary import Adversary
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.ground_truth import ended_with
from harness.model.network import Network
from harness.model.scenario import Family, Scenario
from harness.model.verdict import Result, RunDocument, Status
from harness.runner import Options, Runner

pytestmark = pytest.mark.live

ELSEWHERE: Final = {"media-server"}
"""Kinds that are other people's programs: what they do is not told by a machine of ours."""

_CREATE: Final = registry.create


class Liar:
    """Says that it did all that its machine would have to do, many times, and that it ended DTLS with both."""

    def __init__(self, machine: Machine) -> None:
        self.required, self.reroutes, self._told = machine.required, machine.reroutes, False

    def handle(self, event: Event) -> Iterable[Command]:
        yield from let_pass(event)
        if not self._told:
            self._told = True
            yield from (Deed(name, 1000) for name in (*self.required, *map(ended_with, Party)))


def _lying(one: Adversary, seed: str, code_digits: int) -> Machine:
    return Liar(_CREATE(one, seed, code_digits))


class _Nobody:
    def started(self, scenario: str) -> None:
        """Nobody watches."""

    def ended(self, result: Result) -> None:
        """Nobody watches."""


def _of_our_own(scenario: Scenario) -> bool:
    ends = {scenario.endpoints.of(party) for party in Party}
    here = scenario.network is Network.LOOPBACK and not scenario.memory and ends == {EndpointKind.AIORTC}
    attacked = scenario.adversary is not None and scenario.adversary.kind not in ELSEWHERE
    return here and attacked and scenario.family is not Family.SPECIMENS


def _one_of_each_kind() -> Iterator[Scenario]:
    """The variant whose call is the shortest, so that all of them together take no longer than they must."""
    known: dict[str, Scenario] = {}
    for scenario in sorted(filter(_of_our_own, load()), key=lambda one: one.call.seconds + one.call.patience):
        assert scenario.adversary is not None
        known.setdefault(scenario.adversary.kind, scenario)
    yield from known.values()


def _run(scenarios: list[Scenario], captures: Path) -> RunDocument:
    runner = Runner(scenarios, Options(captures, without=("wireshark",), first=0x7000), _Nobody())
    with asyncio.Runner() as loop:
        return loop.run(runner.run())


def test_no_attack_is_shown_by_its_adversarys_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variant for each kind of adversary that is a machine of ours."""
    monkeypatch.setattr(registry, "create", _lying)
    every = list(_one_of_each_kind())
    kinds = {one.id: one.adversary.kind for one in every if one.adversary is not None}
    everywhere = {one.adversary.kind for one in load() if one.adversary is not None}
    assert everywhere - set(kinds.values()) == ELSEWHERE
    document = _run(every, tmp_path)
    green = {one.scenario for one in document.results if one.status in (Status.AS_EXPECTED, Status.KNOWN_DEVIATION)}
    # Who only forwards does what it says even when it lies.
    assert {kinds[name] for name in green} == {"bystander"}
    assert not [one.because for one in document.results if one.status is Status.ERROR]
