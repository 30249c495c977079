"""pytest collects `*.call.yaml` and makes one real call per scenario; fixtures place calls in a test of your own.

A scenario item runs its own `asyncio.Runner` and never depends on an async plugin: left to one, items can be counted
as passed without having run. Each item therefore signs for its own execution, and a session in which fewer items
signed than were selected ends with exit code 3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .model.scenario import Scenario
    from .model.verdict import Result
    from .placement import Placed
    from .runner import Options

SUFFIX = ".call.yaml"
SIGNED = "harness-executed"
NOT_EXECUTED = 3


class NotGreen(AssertionError):
    """A scenario that was not AS_EXPECTED."""

    def __init__(self, result: Result, recording: Path | None) -> None:
        super().__init__(result.because)
        self.result = result
        self.recording = recording


class CallFile(pytest.File):
    """A scenario file; each of its variants is one item."""

    def collect(self) -> Iterable[CallItem]:
        from .scenario_error import ScenarioError
        from .scenario_file import read

        try:
            file = read(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from error
        for scenario in file.scenarios:
            yield CallItem.from_parent(self, name=scenario.id, scenario=scenario)


class CallItem(pytest.Item):
    """One real call, judged."""

    def __init__(self, *, scenario: Scenario, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._scenario = scenario

    def runtest(self) -> None:
        from .model.verdict import Status
        from .placement import place

        self.user_properties.append((SIGNED, self.nodeid))
        placed = place(self._scenario, _options(self.config))
        self.user_properties.append(("outcome", str(placed.result.outcome)))
        self.user_properties.append(("status", str(placed.result.status)))
        self.user_properties.append(("recording", str(placed.recording)))
        if placed.result.status is Status.KNOWN_DEVIATION:
            pytest.xfail(placed.result.because)
        if placed.result.status is not Status.AS_EXPECTED:
            raise NotGreen(placed.result, placed.recording)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, NotGreen):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        lines = [f"{result.status}: {result.because}", f"recording: {excinfo.value.recording}"]
        lines += [
            f"  {one.severity} {one.auditor} {one.reason} at {one.vantage}: {one.detail}" for one in result.findings
        ]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, self.name


class Census:
    """Counts scenario items that were selected and those that signed; works the same with and without xdist."""

    def __init__(self) -> None:
        self.selected: set[str] = set()
        self.executed: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.selected |= {item.nodeid for item in session.items if isinstance(item, CallItem)}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.selected |= {one for one in ids if f"{SUFFIX}::" in one}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (SIGNED, report.nodeid) in report.user_properties and report.when == "call":
            self.executed.add(report.nodeid)

    @property
    def missing(self) -> list[str]:
        return sorted(self.selected - self.executed)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        if self.missing and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = NOT_EXECUTED
        yield

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.selected:
            terminalreporter.write_line(f"scenarios: {len(self.selected)} selected, {len(self.executed)} executed")
        for name in self.missing:
            terminalreporter.write_line(f"NOT EXECUTED {name}", red=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "real calls from *.call.yaml")
    group.addoption("--harness-captures", default="captures", help="folder for the recordings (captures)")
    group.addoption("--harness-without", action="append", default=[], help="leave an auditor out, by name")
    group.addoption("--harness-timeout", type=float, default=60.0, help="limit of each scenario in seconds (60)")


def pytest_configure(config: pytest.Config) -> None:
    # A worker's items are counted by the controller, which sees all reports.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Census(), "harness-census")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CallFile | None:
    return CallFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIX) else None


def _options(config: pytest.Config) -> Options:
    from .runner import Options

    return Options(
        captures=config.rootpath / config.getoption("--harness-captures"),
        timeout=config.getoption("--harness-timeout"),
        without=tuple(config.getoption("--harness-without")),
    )


@pytest.fixture
def place_relay() -> Callable[..., Mapping[str, Any]]:
    """Describe an adversary for `place_call`: `place_relay("dtls-mitm", position=["signalling", "path"], …)`."""

    def describe(kind: str, **options: Any) -> Mapping[str, Any]:
        from pydantic import TypeAdapter

        from .model.adversary import Adversary

        described = {"kind": kind, **options}
        TypeAdapter(Adversary).validate_json(json.dumps(described))
        return described

    return describe


@pytest.fixture
def place_call(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Placed]:
    """Make one real call and judge it: `place_call(adversary=…, media=["audio"], bob="constant-code").result`."""

    def make(adversary: Mapping[str, Any] | None = None, expect: str = "SECURE", **call: Any) -> Placed:
        from dataclasses import replace

        from .model.verdict import Outcome
        from .placement import place, plan

        options = replace(_options(request.config), captures=tmp_path / "captures")
        return place(plan("placed-by-test", adversary, Outcome(expect), call), options)

    return make
