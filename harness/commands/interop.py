"""`harness interop`: every pair of endpoints over every network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .ending import EXIT_INTERRUPTED, EXIT_USAGE, fail, finish, outputs_of
from .run import COMMAND_LINE, calls


@click.command()
@click.argument("selectors", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "--endpoints",
    metavar="KIND,...",
    help="Default: aiortc,chromium-raw,firefox,gstreamer. Each calls each, and itself.",
)
@click.option(
    "--network", metavar="NETWORK,...", help="loopback, turn (turn-udp, turn-tcp), namespaces. Default: all of them."
)
@click.option("--again", metavar="RUN", type=click.Path(path_type=Path), help="No calls: the table of a recorded run.")
@calls
def interop(
    selectors: tuple[str, ...],
    endpoints: str | None,
    network: str | None,
    again: Path | None,
    reports: Path,
    outputs: tuple[str, ...],
    **chosen: Any,
) -> None:
    """Make a call, by default an honest one, between every two endpoints over every network, and show it as a table.

    The table is kept as interop.html and interop.json beside the report of the run. --again makes it from the
    recordings. What cannot be is counted as not
    run, with the reason: exit code 3 when endpoints or networks were named, 0 when all else is as expected.
    """
    try:
        from ..command_interop import again_command, interop_command

        if again is None:
            chosen |= COMMAND_LINE
            ended = interop_command(selectors, (endpoints, network), reports, outputs_of(outputs), chosen)
        elif selectors or endpoints or network:
            fail(
                EXIT_USAGE,
                "--again: the run says which calls there are; no scenario, endpoint or network goes with it",
            )
        else:
            ended = again_command(again, reports, outputs_of(outputs), chosen["policy"])
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    finish(ended)
