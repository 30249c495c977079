"""`harness interop`: every pair of endpoints over every network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .ending import EXIT_INTERRUPTED, fail, finish, outputs_of
from .run import calls


@click.command()
@click.argument("selectors", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "--endpoints",
    metavar="KIND,...",
    help="Default: aiortc,chromium-raw,firefox,gstreamer. Each calls each, and itself.",
)
@click.option(
    "--network", metavar="NETWORK,...", help="loopback, turn (turn-udp, turn-tcp), namespaces. Default: all but TCP."
)
@calls
def interop(
    selectors: tuple[str, ...],
    endpoints: str | None,
    network: str | None,
    reports: Path,
    outputs: tuple[str, ...],
    **chosen: Any,
) -> None:
    """Make a call, by default an honest one, between every two endpoints over every network, and show it as a table.

    The table is kept as interop.html and interop.json beside the report of the run. What cannot be is counted as not
    run, with the reason: exit code 3 when endpoints or networks were named, 0 when all else is as expected.
    """
    try:
        from ..command_interop import interop_command

        ended = interop_command(selectors, (endpoints, network), reports, outputs_of(outputs), chosen)
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    finish(ended)
