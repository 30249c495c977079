"""The thinking half in a process of its own, beside the live half: a line names recordings, a line answers each.

Requests are JSON lines on standard input: {"run": path, "entries": [...], "policy": path or null}. Answers are the
`Result` of each entry in order, then one line {"done": n}. Anything that goes wrong is one line {"error": "..."}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from .audit import audit_entries
from .evidence.files import EvidenceError
from .evidence.run_folder import open_run
from .garbage import collect_seldom
from .inspection.parameters.policy import load_policy
from .model.run import IndexEntry


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the requests end."""
    for line in requests:
        for answer in _answer(line):
            answers.write(f"{answer}\n")
            answers.flush()


def _answer(line: str) -> Iterator[str]:
    request = json.loads(line)
    entries = tuple(IndexEntry.model_validate_json(json.dumps(entry)) for entry in request["entries"])
    policy = load_policy(Path(request["policy"]) if request["policy"] else None)
    count = 0
    try:
        for result in audit_entries(open_run(Path(request["run"])), entries, policy, each_alone=True):
            count += 1
            yield result.model_dump_json()
    except (EvidenceError, OSError) as error:
        yield json.dumps({"error": str(error)})
        return
    yield json.dumps({"done": count})


if __name__ == "__main__":
    # Who is late with an answer has lost nothing; a call that has to wait for the processor is another call.
    os.nice(5)
    collect_seldom()
    serve(sys.stdin, sys.stdout)
