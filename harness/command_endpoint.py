"""What `harness endpoint check` does, short of printing and exiting."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from .endpoint_check.run import conformance
from .model.base import Asset
from .model.endpoint_check import Check, EndpointCheck
from .network.own_folder import temporary_files
from .outputs import Format, Output, trouble, write_outputs
from .report.console import encodable
from .report.endpoint_check_console import closing_line, line

USAGE, HARNESS = 2, 3


def check_command(
    command: tuple[str, ...], media: tuple[str, ...], outputs: Sequence[Output]
) -> EndpointCheck | tuple[int, str]:
    """Check a program, say each check as it ends (stderr), write what was asked for."""
    if any(output.format is not Format.JSON for output in outputs):
        return USAGE, "a conformance run can be had as json"
    if shutil.which(command[0]) is None:
        return USAGE, f"there is no program {command[0]!r}"

    def tell(check: Check) -> None:
        _say(line(check), sys.stderr)

    try:
        with temporary_files():
            document = asyncio.run(conformance(command, tuple(Asset(one) for one in media), tell))
        _say(closing_line(document), sys.stderr)
        write_outputs(outputs, document, lambda: (), sys.stdout)
    except OSError as error:
        return HARNESS, trouble(error, "the program")
    return document


def _say(text: str, stream: TextIO) -> None:
    with suppress(BrokenPipeError):
        stream.write(f"{encodable(text, stream)}\n")
        stream.flush()
