"""The calls of one scenario, one after the other, each in a recording of its own."""

from __future__ import annotations

import time
from pathlib import Path

from .endpoints import registry as endpoints
from .evidence.recording_folder import RecordingFolder
from .live_call import LiveCall
from .live_conditions import Conditions, Past, Start
from .live_recording import traffic, write
from .model.recording import EarlierCall
from .model.scenario import Scenario

EARLIER_SECONDS = 0.4
"""How long media flows in a call that only comes before the one in question."""


async def record_calls(scenario: Scenario, conditions: Conditions, root: Path) -> tuple[Path, str]:
    """Make the scenario's call, after its earlier ones, below `root`; returns its folder and its index's SHA-256.

    Raises LiveCallError, or OSError (disk full, no socket): then there is no closed recording.
    """
    past = Past()
    for number in range(1, scenario.call.earlier + 1):
        call, digest = await _record(_earlier(scenario), conditions, root / f"call-{number}", past)
        past.calls.append(EarlierCall(call=call.folder.root.name, sha256=digest))
        past.signalling.append(call.service.entries)
        past.traffic.append(traffic(call))
        past.keylogs.append(call.keylogs)
    call, digest = await _record(scenario, conditions, root / f"call-{scenario.call.earlier + 1}", past)
    return call.folder.root, digest


async def let_go() -> None:
    """At the end of a run: end what its calls shared."""
    await endpoints.let_go()


async def _record(scenario: Scenario, conditions: Conditions, root: Path, past: Past) -> tuple[LiveCall, str]:
    started = Start(time.time(), time.monotonic())
    call = LiveCall(scenario, conditions, RecordingFolder(root), past)
    try:
        await call.run()
        return call, write(call, started)
    finally:
        call.release()


def _earlier(scenario: Scenario) -> Scenario:
    """The same two devices, without anybody between them, and no longer than needed."""
    call = scenario.call
    plain = {"restart_after": None, "features": (), "chat": (), "screen": ()}
    brief = {"seconds": min(call.seconds, EARLIER_SECONDS), "ring": min(call.ring, EARLIER_SECONDS)}
    short = call.model_copy(update={**plain, **brief})
    return scenario.model_copy(update={"adversary": None, "call": short})
