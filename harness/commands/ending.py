"""What commands share: exit codes, options, and how one ends. With `cli`, the only files that print or exit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from ..model.cost import Cost
    from ..model.endpoint_check import EndpointCheck
    from ..model.inspection import Inspection
    from ..model.policy_audit import PolicyAudit
    from ..model.search import SearchDocument
    from ..model.verdict import RunDocument
    from ..outputs import Output

EXIT_OK = 0
EXIT_FINDING = 1
EXIT_USAGE = 2
EXIT_HARNESS = 3
EXIT_EVIDENCE = 4
EXIT_NOTHING_RAN = 5
EXIT_INTERRUPTED = 130

_LONGEST = 2000
"""Characters of a line that says why nothing came of a command."""

OUTPUT_HELP = "json=PATH, junit=PATH or html=PATH; '-' is standard output. Repeatable."


class Commands(click.Group):
    """Commands that are imported when they are called. Where a Python package is missing, each says which."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if missing in ("", __name__.partition(".")[0]):
                raise
            how = "make run installs what is needed into .venv, and .venv/bin/harness finds it there"
            fail(EXIT_HARNESS, f"the Python package {missing} is not installed for {sys.executable}: {how}")


class Defaulting(click.Group):
    """A group whose first word may be left out: `code CALLER CALLEE` is `code derive CALLER CALLEE`. Options may stand
    before that word: `policy --store DIR call A B` is `policy call A B --store DIR`."""

    default = "derive"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        before = self._options_before(args)
        if args[before : before + 1] and args[before] in self.commands:
            return super().parse_args(ctx, [*args[before:], *args[:before]])
        named = bool(args) and args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [self.default, *args])

    def _options_before(self, args: list[str]) -> int:
        """How many of the first words are options of the command that may be left out, and their values."""
        known = {name: one for one in self.commands[self.default].params for name in one.opts}
        place = 0
        while place < len(args) and args[place].startswith("-"):
            name, _, value = args[place].partition("=")
            option = known.get(name)
            if not isinstance(option, click.Option):
                return 0
            place += 1 if option.is_flag or value else 2
        return place


class Seconds(click.FloatRange):
    """A time in a range. Of "nan" no comparison says that it lies outside, so it has to be refused by itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if seconds != seconds:
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


def of_store(command: Callable[..., None]) -> Callable[..., None]:
    """The option of every command that works on a store."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path),
        default=Path("calling-service"),
        show_default=True,
        help="Folder of tenants, accounts and chats. A new one has a tenant with alice and bob.",
    )(command)


def of_tenant(command: Callable[..., None]) -> Callable[..., None]:
    """The option of commands that work on one tenant of a store."""
    return click.option(
        "--tenant",
        default="",
        metavar="DOMAIN",
        help="One that `harness serve tenant add` made (default: the first tenant).",
    )(command)


def say(answer: str | tuple[int, str]) -> None:
    if isinstance(answer, tuple):
        fail(*answer)
    if answer:
        click.echo(answer)


def outputs_of(texts: tuple[str, ...]) -> tuple[Output, ...]:
    from ..outputs import parse_outputs

    try:
        return parse_outputs(texts)
    except ValueError as error:
        fail(EXIT_USAGE, str(error))


def finish(
    ended: RunDocument | Inspection | Cost | SearchDocument | PolicyAudit | EndpointCheck | tuple[int, str],
    otherwise: int = EXIT_OK,
) -> NoReturn:
    """Turn what a command came to into an exit code."""
    from ..outputs import exit_code

    if isinstance(ended, tuple):
        fail(*ended)
    sys.exit(exit_code(ended) or otherwise)


def fail(exit_with: int, message: str) -> NoReturn:
    """Say why, line by line: what a file holds, or is called, may be quoted in it."""
    from ..report.text import visible

    shown = "\n".join(visible(line, _LONGEST) for line in message.split("\n"))
    with suppress(OSError):  # the exit code says it too, should nobody be able to read this
        click.echo(f"harness: {shown}", err=True)
    sys.exit(exit_with)
