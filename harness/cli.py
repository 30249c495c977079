"""The command line: every command, put together. What a command does is imported when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from .commands import audit, code, endpoint, environment, interop, policy, run, search, serve, visibility
from .commands.ending import EXIT_USAGE, Commands, fail


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="call-interception-harness", prog_name="harness")
def main() -> None:
    """Tell whether a "secure" call really is one: real calls, real attacks, two codes, a verdict.

    Exit codes: 0 all as expected; 1 a breach, a false alarm or a regression; 2 usage or configuration; 3 harness
    error or inconclusive; 4 evidence does not verify; 5 nothing ran; 130 interrupted.
    """
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
    if sys.stdout is None:  # the next file that is opened would stand in its place
        fail(EXIT_USAGE, "standard output is closed: /dev/null takes what nobody wants to read")


for command in (
    run.run,
    run.attacks,
    run.selftest,
    run.list_,
    interop.interop,
    endpoint.endpoint,
    audit.audit,
    visibility.visibility,
    search.search,
    code.code,
    policy.policy,
    serve.serve,
    environment.doctor,
    environment.schema,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
