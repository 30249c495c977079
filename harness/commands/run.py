"""`harness run`, `selftest` and `list`: the commands that know scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, Final

import click

from .ending import EXIT_HARNESS, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, OUTPUT_HELP, Seconds, fail, finish, outputs_of

STACKS = ("aiortc", "chromium-raw", "firefox", "gstreamer")
"""The stacks that can be attacked with one word."""

ROOT_HELP: Final = "Folder of scenario files. Default: scenarios, where you are."

COMMAND_LINE: Final = {"command_line": True}
"""Said to what may start this program again, as nobody may who only calls it."""


def calls(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that makes calls."""
    options = (
        click.option("--scenarios", "root", type=click.Path(path_type=Path), help=ROOT_HELP),
        click.option("--captures", type=click.Path(path_type=Path), default=Path("captures"), show_default=True),
        click.option("--reports", type=click.Path(path_type=Path), default=Path("reports"), show_default=True),
        click.option("--jobs", type=click.IntRange(1, 256), help="Calls that overlap."),
        click.option("--timeout", type=Seconds(1, 3600), help="Limit of each scenario, in seconds."),
        click.option("--seed", help="Makes the markers of a run the same again."),
        click.option("--without", multiple=True, metavar="AUDITOR", help="Leave an auditor out; every result says so."),
        click.option("--policy", type=click.Path(path_type=Path), help="Allowed versions, suites, profiles, keys."),
        click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help=OUTPUT_HELP),
    )
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)


@click.command()
@calls
def selftest(reports: Path, outputs: tuple[str, ...], **chosen: Any) -> None:
    """Test the harness's own eyes: every system that is broken on purpose, and its healthy twin under the same attack.

    Exit code 1 when a specimen was not recognised by the right reason, or a healthy twin raised an alarm; 3 when an
    auditor was left out.
    """
    try:
        from ..command_run import self_test_command

        ended = self_test_command(reports, outputs_of(outputs), chosen)
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    finish(ended, otherwise=EXIT_OK if isinstance(ended, tuple) or ended.self_test.passed else EXIT_HARNESS)


@click.command()
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--self-test", is_flag=True, help="Run the specimens too, so that the report says whether we can see.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="PARTY=KIND", help="In place of the healthy client.")
@click.option(
    "--program", "programs", multiple=True, metavar="PARTY=COMMAND", help="The party's client is this program."
)
@calls
def run(selectors: tuple[str, ...], reports: Path, outputs: tuple[str, ...], **chosen: Any) -> None:
    """Make the selected calls (all of them without a SELECTOR), attack them, and judge what happened.

    A SELECTOR is a scenario's id, a family, a glob, or a path. PARTY is alice or bob. A program speaks the lines of
    docs/endpoint-protocol.md; COMMAND is split into words, and no shell reads it. What it says that it lacks is not
    run, and asked for by name that is exit code 3. Specimens keep their endpoints.
    """
    try:
        from ..command_run import run_command

        ended = run_command(selectors, reports, outputs_of(outputs), COMMAND_LINE | chosen)
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    finish(ended)


@click.command()
@click.argument("stack", type=click.Choice(STACKS))
@calls
def attacks(stack: str, reports: Path, outputs: tuple[str, ...], **chosen: Any) -> None:
    """Put one stack, at both ends of each call, under every attack that is about stacks (harness/attack_list.py).

    Exit code 0 when it does what is right, or what is known of its version; what it cannot be tried with is counted.
    """
    try:
        from ..command_run import attacks_command

        ended = attacks_command(stack, reports, outputs_of(outputs), chosen)
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    finish(ended)


@click.command("list")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--scenarios", "root", type=click.Path(path_type=Path), help=ROOT_HELP)
def list_(selectors: tuple[str, ...], root: Path | None) -> None:
    """List scenarios: id, expected outcome, title."""
    from ..catalogue import CatalogueError
    from ..selection import selected

    try:
        scenarios = selected(root, selectors)
    except CatalogueError as error:
        fail(EXIT_USAGE, str(error))
    width = max(len(scenario.id) for scenario in scenarios)
    for scenario in scenarios:
        click.echo(f"{scenario.id:<{width}}  {scenario.expect.outcome:<11}  {scenario.title}")
