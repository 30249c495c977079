"""`harness visibility`: who saw what of the calls of a recorded run, measured again from its files."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .audit import WIRESHARK, audit_entries, document
from .call_views import call_views
from .evidence.files import EvidenceError
from .evidence.run_folder import NotARun, open_run
from .inspection.parameters.policy import load_policy
from .outputs import Output, trouble, write_outputs
from .report.console import encodable
from .report.text import visible
from .report.visibility import matrices, sentence, visibility_lines

FINDING, USAGE, HARNESS, EVIDENCE, NOTHING = 1, 2, 3, 4, 5
PLANTED = "Specimens alone: what is beyond the promise here was planted, and no call under test is in this run."


def visibility_command(root: Path, outputs: tuple[Output, ...]) -> tuple[int, str] | None:
    """Measure, print the matrix of each mode; None when nothing is beyond the promise that the codes do not tell, there
    were packets in which it could have been, and no auditor could not tell.

    What a specimen leaks was planted: its matrix is shown where a run holds nothing else, and is no finding.
    Wireshark is not asked: it sees nothing that the matrix is made of.
    """
    if not root.is_dir():
        return USAGE, f"{root}: is no folder of a run"
    try:
        run = open_run(root)
        without = tuple(dict.fromkeys((*run.header.without, WIRESHARK)))
        run = replace(run, header=run.header.model_copy(update={"without": without}))
        results = {one.scenario: one for one in audit_entries(run, run.entries, load_policy())}
        made = document(run, results, interrupted=bool(run.not_ended))
        measured = matrices(made.results)
        planted = () if measured else matrices(made.results, specimens=True)
        with suppress(BrokenPipeError):
            lines = [*([PLANTED] if planted else []), *visibility_lines(measured or planted)]
            sys.stderr.write("".join(f"{encodable(line, sys.stderr)}\n" for line in lines))
        write_outputs(outputs, made, lambda: call_views(root, made), sys.stdout)
    except NotARun as error:
        return USAGE, str(error)
    except EvidenceError as error:
        return EVIDENCE, str(error)
    except OSError as error:
        return HARNESS, trouble(error, str(root))
    if not measured and not planted:
        return NOTHING, f"{root}: holds no recorded call of which anything could be measured"
    if all(one.nothing_seen for one in measured or planted):
        return NOTHING, f"{root}: there is no packet to look at of any of its calls"
    untold = [one for matrix in measured for one in matrix.breaks if not one.told]
    if untold:
        return FINDING, f"plaintext beyond the promise: {sentence(untold[0])}"
    unclear = next((one for matrix in measured for one in matrix.unclear), None)
    if unclear is not None:
        return FINDING, f"more may have been seen of {visible(unclear.scenario)}: {visible(unclear.because)}"
    return None
