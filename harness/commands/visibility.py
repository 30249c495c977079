"""`harness visibility`."""

from __future__ import annotations

from pathlib import Path

import click

from .ending import EXIT_INTERRUPTED, OUTPUT_HELP, fail, outputs_of


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help=OUTPUT_HELP)
def visibility(run: Path, outputs: tuple[str, ...]) -> None:
    """Show who saw what of the calls of a recorded RUN (captures/<run>), beside what was promised.

    One matrix for each mode that users were shown: assets by observers. "!" is plaintext beyond the promise, "not
    measured" is what nobody could look at. Exit code 1 when the codes do not tell of such plaintext, or a call was
    inconclusive.
    """
    try:
        from ..command_visibility import visibility_command

        ended = visibility_command(run, outputs_of(outputs))
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything was known")
    if ended is not None:
        fail(*ended)
