"""`harness endpoint`: programs that take a party's place."""

from __future__ import annotations

import click

from .ending import EXIT_INTERRUPTED, fail, finish, outputs_of


@click.group()
def endpoint() -> None:
    """Anybody's program as a party of a call (docs/endpoint-protocol.md)."""


@endpoint.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] COMMAND...")
@click.option(
    "--media", type=click.Choice(["audio", "video"]), multiple=True, default=("audio", "video"), show_default=True
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help="json=PATH; '-' is standard output."
)
def check(command: tuple[str, ...], media: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    """Ask a program everything that the protocol asks, in calls with our own client, and say what is wrong with it.

    COMMAND is a program and its arguments, started as they are: no shell reads them. Options of this command stand
    before them, and "--" between. What it says that it lacks is skipped. Exit code 0 when every other check passed, 1
    when one did not.
    """
    try:
        from ..command_endpoint import check_command

        ended = check_command(command, media, outputs_of(outputs))
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before every check was made")
    finish(ended)
