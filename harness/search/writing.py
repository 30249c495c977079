"""What was found, written down: a scenario file that makes it happen again, and the recording that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..model.endpoints import Endpoints
from ..model.scenario import Scenario
from ..model.search import Found
from ..model.service_kind import ServiceKind
from ..report.files import write_new
from ..scenario_file import SUFFIX
from .calls import run_of
from .expected import expectation
from .search import Finding, Tried


def write(
    finding: Finding, endpoints: Endpoints, out: Path, captures: Path, service: ServiceKind = ServiceKind.REFERENCE
) -> Found:
    """Keep the recording below `captures`, write the scenario below `out`, in the folder of its family.

    What cannot be written is said in `unwritten`: a finding is told whether or not there is room for it.
    """
    calls = (finding.first, *finding.again) if finding.stable else (finding.first,)
    shown = calls[-1]
    scenario = finding.plan.scenario(endpoints, expectation(*(one.result for one in calls)), service)
    path, failures = out / scenario.family / f"{scenario.id}{SUFFIX}", list[str]()
    with _told(path, failures):
        _create(path, text_of(scenario))
    recording = ""
    with _told(captures, failures):
        recording = _kept(shown, captures)
    return _found(finding, shown, str(path) if path.exists() else "", recording, tuple(failures))


@contextmanager
def _told(path: Path, failures: list[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        failures.append(f"{path}: {error.strerror or error}")


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # found before: the name comes from plan and endpoints, so it is the same
        write_new(path, text)


def text_of(scenario: Scenario) -> str:
    """The scenario as a file: YAML whose values are written as JSON, which is YAML too."""
    content = scenario.model_dump(mode="json", exclude_defaults=True, exclude={"family"})
    content = {"schema_version": scenario.schema_version, **content}
    return "".join(f"{line}\n" for line in _lines(content))


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        moves = value.get("moves") if key == "adversary" else None
        if moves is None:
            yield f"{key}: {_flow(value)}"
            continue
        yield f"{key}:"
        yield from (f"  {name}: {_flow(value[name])}" for name in ("kind", "position"))
        yield "  moves:"
        yield from (f"    - {_flow(move)}" for move in moves)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        value = dict(sorted(value.items(), key=lambda item: item[0] not in ("do", "kind")))
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    return json.dumps(value)


def _kept(shown: Tried, captures: Path) -> str:
    if shown.recording is None:
        return ""
    run = run_of(shown.recording)
    kept = run.rename(captures / run.name)
    return str(kept / shown.recording.relative_to(run))


def _found(finding: Finding, shown: Tried, scenario: str, recording: str, unwritten: tuple[str, ...]) -> Found:
    broken = shown.violation
    assert broken is not None
    return Found(
        name=broken.name,
        why=broken.why,
        detail=broken.detail,
        plan=finding.plan.described,
        moves=tuple(_flow(move.model_dump(mode="json", exclude_defaults=True)) for move in finding.plan.moves),
        stable=finding.stable,
        scenario=scenario,
        recording=recording,
        unwritten=unwritten,
        seconds=finding.seconds,
        calls=finding.calls,
    )
