"""What `harness interop` does, short of printing and exiting."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .audit import audit_run
from .command_run import EVIDENCE, HARNESS, USAGE, Ended, Ran, carry_out, go_where_namespaces_are, options_of
from .deviations import load as load_deviations
from .evidence.files import EvidenceError
from .evidence.run_folder import NotARun
from .inspection.parameters.policy import load_policy
from .interop import JOBS, SCENARIOS, between, endpoints_of, interop_of, networks_of, pairings
from .model.interop import Interop
from .model.scenario import Scenario
from .network.own_folder import temporary_files
from .outputs import Format, Output, render, trouble, write_texts
from .report.console import encodable
from .report.interop_console import interop_lines
from .report.interop_html import Links
from .report.interop_html import render as page
from .selection import selected


def interop_command(
    selectors: Sequence[str],
    axes: tuple[str | None, str | None],
    reports: Path,
    outputs: tuple[Output, ...],
    chosen: dict[str, Any],
) -> Ended:
    """Run the matrix, write it, show it. `axes`: endpoints and networks in the user's words, None without a word."""
    try:
        scenarios = _scenarios(selectors or SCENARIOS, axes, chosen["root"])
        named = frozenset(one.id for one in scenarios) if any(axes) else frozenset[str]()
        options = replace(options_of(chosen), asked=named, jobs=chosen["jobs"] or JOBS)
        load_policy(options.policy)
        load_deviations()
    except ValueError as error:
        return USAGE, str(error)
    go_where_namespaces_are(scenarios, chosen)
    return carry_out(scenarios, options, reports, lambda ran: _present(ran, outputs))


def again_command(folder: Path, reports: Path, outputs: tuple[Output, ...], policy: Path | None) -> Ended:
    """The same table once more, from the files of a run alone. No call is made, and nothing is kept but `outputs`."""
    try:
        allowed = load_policy(policy)
        with temporary_files():
            document = audit_run(folder, allowed)
        _show(Ran(folder, reports / document.run, document), outputs)
    except NotARun as error:
        return USAGE, str(error)
    except EvidenceError as error:
        return EVIDENCE, str(error)
    except ValueError as error:
        return USAGE, str(error)
    except OSError as error:
        return HARNESS, trouble(error, str(folder))
    return document


def _scenarios(
    selectors: Sequence[str], axes: tuple[str | None, str | None], root: Path | None
) -> tuple[Scenario, ...]:
    endpoints, networks = endpoints_of(axes[0]), networks_of(axes[1])
    chosen = selected(root, selectors)
    return tuple(between(one, pairing) for one in chosen for pairing in pairings(endpoints, networks))


def _present(ran: Ran, outputs: Sequence[Output]) -> None:
    kept = (Output(Format.JSON, ran.reports / "interop.json"), Output(Format.HTML, ran.reports / "interop.html"))
    _show(ran, (*kept, *outputs))
    with suppress(BrokenPipeError):
        sys.stderr.write(f"\ntable       {ran.reports / 'interop.html'}\n")


def _show(ran: Ran, outputs: Sequence[Output]) -> None:
    """The tables for people, then data to where it shall go. ValueError when the run is no matrix."""
    table = interop_of(ran.document)
    with suppress(BrokenPipeError):
        sys.stderr.write("".join(f"{encodable(line, sys.stderr)}\n" for line in interop_lines(table)))
    write_texts(outputs, lambda output: _text(output, table, ran), sys.stdout)


def _text(output: Output, table: Interop, ran: Ran) -> str:
    if output.format is Format.JSON:
        return f"{table.model_dump_json(indent=1)}\n"
    if output.format is Format.HTML:
        start = Path() if output.path is None else output.path.parent
        return page(table, Links(_link(ran.reports / "report.html", start), _link(ran.recordings, start)))
    return render(output.format, ran.document, ran.views)


def _link(target: Path, start: Path) -> str:
    """How a page in the folder `start` points there."""
    return quote(os.path.relpath(target.resolve(), start.resolve()))
