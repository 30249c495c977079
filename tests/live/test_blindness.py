"""The harness loses a part of itself in the middle of a call: it names the part, is never green, and others are.

All of it happens in one run, at the same time, beside calls that nobody harms.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from harness.adversaries.machine import Command, Event
from harness.endpoints import dialogue
from harness.live_call import LiveCall
from harness.model.base import Party
from harness.model.verdict import Outcome, Status
from harness.vantage.tap import LegTap

from .sabotage import (
    APART,
    AUDIO,
    BYSTANDER,
    EARLY,
    INTERCEPTOR,
    LATE,
    PATIENCE,
    Harm,
    Ran,
    catalogued,
    impatient,
    inconclusive,
    nothing_left,
    pid_of,
    planted,
    run,
    scenario,
    scenario_of,
)

pytestmark = pytest.mark.live

_FIRST_MISSED = 30
"""An early one of a hundred, so that a call of which a slow machine makes little has one, too."""


def machine_breaks(call: LiveCall, _: LegTap) -> None:
    def handle(event: Event) -> Iterable[Command]:
        raise RuntimeError("out of order")

    assert call.relay is not None
    call.relay.machine.handle = handle  # type: ignore[method-assign]


def shell_breaks(call: LiveCall, _: LegTap) -> None:
    def pass_on(*_: object) -> None:
        raise LookupError("no such face")

    assert call.relay is not None
    call.relay._faces._passes = pass_on


def sockets_close(call: LiveCall, _: LegTap) -> None:
    assert call.relay is not None
    for udp in call.relay._sockets():
        udp.close()


def kill(call: LiveCall, _: LegTap) -> None:
    os.kill(pid_of(call), signal.SIGKILL)


def stop(call: LiveCall, _: LegTap) -> None:
    os.kill(pid_of(call), signal.SIGSTOP)


def disk_is_full(_: LiveCall, tap: LegTap) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, tap._capture._writer.f.fileno())
    os.close(full)


def file_closes(_: LiveCall, tap: LegTap) -> None:
    tap._capture._writer.f.close()


@dataclass(frozen=True)
class Case:
    """A harm, and what must be said of the scenario."""

    harm: Harm
    status: Status
    cause: str
    adversary: dict[str, Any] | None = None
    expect: Outcome = Outcome.SECURE
    call: dict[str, Any] = field(default_factory=lambda: AUDIO)


BROKEN: Final = "the call could not be recorded: the relay broke: "
KILLED: Final = "alice left no statement: 'it was killed by signal 9 (SIGKILL)"
STOPPED: Final = f"alice left no statement: \"it gave no answer to 'screen' for {dialogue.PATIENCE:g} s"
RECORDER: Final = {"kind": "recorder", "position": ["path"]}
UNTOUCHED: Final = INTERCEPTOR | {"swap": []}

CASES: Final = {
    "machine-breaks": Case(
        Harm(machine_breaks),
        Status.ERROR,
        f"{BROKEN}Recorder at PathDatagram: RuntimeError: out of order",
        RECORDER,
    ),
    "machine-breaks-late": Case(
        Harm(machine_breaks, LATE), Status.ERROR, f"{BROKEN}Recorder at PathDatagram", RECORDER
    ),
    "shell-breaks": Case(
        Harm(shell_breaks), Status.ERROR, f"{BROKEN}Bystander at a datagram: LookupError: no such face", BYSTANDER
    ),
    "sockets-close": Case(Harm(sockets_close), Status.ERROR, f"{BROKEN}Bystander at 3 of its 3 sockets", BYSTANDER),
    "sockets-close-late": Case(
        Harm(sockets_close, LATE), Status.ERROR, f"{BROKEN}Bystander at 3 of its 3 sockets", BYSTANDER
    ),
    "interceptor-breaks": Case(
        Harm(machine_breaks, LATE),
        Status.ERROR,
        f"{BROKEN}DtlsMitm at ",  # a datagram, or a timer of its handshakes
        INTERCEPTOR,
        Outcome.DETECTED,
    ),
    "interceptor-dies-at-once": Case(
        Harm(sockets_close, 3, media=False),
        Status.ERROR,
        f"{BROKEN}DtlsMitm at 3 of its 3 sockets",
        UNTOUCHED,
        Outcome.BLOCKED,
        AUDIO | {"setup_seconds": 1.0},
    ),
    "endpoint-killed": Case(Harm(kill), Status.INCONCLUSIVE, KILLED, call=APART),
    "endpoint-killed-late": Case(Harm(kill, LATE), Status.INCONCLUSIVE, KILLED, call=APART),
    "endpoint-killed-when-intercepted": Case(
        Harm(kill, LATE), Status.INCONCLUSIVE, KILLED, INTERCEPTOR, Outcome.DETECTED, APART
    ),
    "endpoint-stopped": Case(Harm(stop), Status.INCONCLUSIVE, STOPPED, call=APART),
    "endpoint-stopped-late": Case(Harm(stop, LATE), Status.INCONCLUSIVE, STOPPED, call=APART),
    "disk-is-full": Case(Harm(disk_is_full), Status.ERROR, "the tap of alice broke: packet "),
    "file-closes": Case(Harm(file_closes), Status.ERROR, "the tap of alice broke: packet "),
    "one-packet-in-a-hundred-missed": Case(
        Harm(lambda call, tap: None),
        Status.INCONCLUSIVE,
        "establishment could not tell: packets-lost-by-tap at alice-bob: the tap wrote ",
        call=AUDIO | {"seconds": 1.2},
    ),
    "kernel-drops": Case(
        Harm(lambda call, tap: None),
        Status.INCONCLUSIVE,
        "packets-lost-by-tap at alice-bob: the kernel dropped 1 packets before the tap",
    ),
}
HEALTHY: Final = {
    "healthy": scenario("healthy"),
    "healthy-beside-a-relay": scenario("healthy-beside-a-relay", BYSTANDER),
    "healthy-apart": scenario("healthy-apart", call=APART),
    "fingerprint-swap": catalogued("fingerprint-swap"),
}


def leaky(patch: pytest.MonkeyPatch) -> None:
    """A tap that never gets every hundredth packet; a kernel that says it has dropped one."""
    seen, closed = LegTap.seen, LegTap.socket_closed
    count = 0

    def lossy(tap: LegTap, *args: Any) -> None:
        nonlocal count
        mine = scenario_of(tap) == "one-packet-in-a-hundred-missed" and tap._party is Party.ALICE
        count += mine
        if not mine or count % 100 != _FIRST_MISSED:
            seen(tap, *args)

    def dropping(tap: LegTap, local: Any, counted: int, dropped: int) -> None:
        mine = scenario_of(tap) == "kernel-drops" and tap._party is Party.ALICE
        closed(tap, local, counted, dropped + mine)

    patch.setattr(LegTap, "seen", lossy)
    patch.setattr(LegTap, "socket_closed", dropping)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("blindness")
    planned = [scenario(name, one.adversary, one.expect, one.call, PATIENCE) for name, one in CASES.items()]
    with pytest.MonkeyPatch.context() as patch, nothing_left(patch, folder / "temporary"):
        impatient(patch)
        planted(patch, {name: one.harm for name, one in CASES.items()})
        leaky(patch)
        found = run(folder / "captures", [*planned, *HEALTHY.values()])
    yield found


@pytest.mark.parametrize("name", CASES)
def test_whatever_is_lost_is_named_and_never_green(ran: Ran, name: str) -> None:
    result = ran.of(name)
    assert result.status is CASES[name].status, result.because
    assert CASES[name].cause in result.because
    if result.status is not Status.INCONCLUSIVE:
        assert result.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", HEALTHY)
def test_calls_beside_them_are_unharmed(ran: Ran, name: str) -> None:
    ran.unharmed(name)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("endpoint-")])
def test_of_an_endpoint_that_dies_nothing_is_taken_for_known(ran: Ran, name: str) -> None:
    result = ran.of(name)
    assert result.outcome is Outcome.UNKNOWN
    assert result.codes.keys() <= {Party.BOB}
    reasons = {reason for reason, _ in inconclusive(result)}
    assert {"statement-missing", "packets-lost-by-tap"} <= reasons
    assert any("no statement: " in one.detail for one in result.findings)


def test_what_a_dead_endpoint_had_told_is_in_its_capture(ran: Ran) -> None:
    capture = next((ran.folder / "endpoint-killed-late").rglob("alice-bob.pcapng"))
    assert capture.stat().st_size > LATE * 100


def test_the_disk_and_the_missed_packets_are_told_in_numbers(ran: Ran) -> None:
    assert "[Errno 28] No space left on device" in ran.of("disk-is-full").because
    assert "write to closed file" in ran.of("file-closes").because
    words = ran.of("one-packet-in-a-hundred-missed").because.split()
    wrote, counted = int(words[words.index("wrote") + 1]), int(words[-1])
    assert counted >= _FIRST_MISSED
    assert wrote == counted - (counted - _FIRST_MISSED) // 100 - 1


def test_an_endpoint_that_is_stopped_is_ended_when_its_scenario_has_had_its_time(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, nothing_left(patch, tmp_path / "temporary"):
        impatient(patch)
        planted(patch, {"stopped": Harm(stop, EARLY)})
        long_call = scenario("stopped", call=APART | {"seconds": 60})
        found = run(tmp_path / "captures", [long_call, scenario("healthy")], timeout=10.0)
    result = found.of("stopped")
    assert result.status is Status.ERROR
    assert result.because.startswith("not ended within its time limit of 10 s")
    found.unharmed("healthy")
