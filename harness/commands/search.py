"""`harness search`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .ending import EXIT_INTERRUPTED, Seconds, fail, finish, outputs_of


@click.command()
@click.option(
    "--endpoint", "endpoints", multiple=True, metavar="PARTY=KIND", help="alice=KIND or bob=KIND. Repeatable."
)
@click.option("--service", default="reference", show_default=True, metavar="KIND", help="Which service carries it.")
@click.option("--seconds", type=Seconds(1, 86_400), default=300.0, show_default=True, help="When to stop.")
@click.option("--calls", type=click.IntRange(1, 10_000_000), help="Calls to make at most.")
@click.option("--moves", type=click.IntRange(1, 12), default=6, show_default=True, help="Moves of a plan at most.")
@click.option("--seed", help="Makes the plans of a search the same again.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Searchers at the same time, each in a process.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("found"), show_default=True)
@click.option("--captures", type=click.Path(path_type=Path), default=Path("captures"), show_default=True)
@click.option("-o", "--output", "outputs", multiple=True, metavar="json=PATH", help="'-' is standard output.")
def search(outputs: tuple[str, ...], **chosen: Any) -> None:
    """Look for attacks that nobody wrote down: moves put together, tried on real calls, judged by one property.

    Lock shown and call up: intercepted exactly when the codes differ, and no plaintext or key in sight. What is found
    is shrunk and written to DIR/<family>/ as a scenario, with its recording in the captures. Wireshark is left out.
    """
    try:
        from ..command_search import search_command

        ended = search_command(chosen, outputs_of(outputs))
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything was tried")
    finish(ended)
