"""The search for a certificate in a process of its own, so that the calls of a run go on meanwhile.

One line of JSON comes in, `Task` with its bytes in hex; one line goes out: the number of the try, or null. The input
stays open as long as the answer is wanted: when it ends, so does the process, whatever became of who started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from .grinding import Agreement, Task, search


def written(task: Task) -> str:
    """A task as the line that the worker reads."""
    fields = {
        "der": task.der.hex(),
        "caller": task.caller.hex(),
        "wanted": task.wanted,
        "first": task.agreement.first,
        "last": task.agreement.last,
        "most": task.most,
    }
    return f"{json.dumps(fields)}\n"


def read(line: str) -> Task:
    """The task of a line. ValueError, TypeError or KeyError when it is none: we write it ourselves."""
    fields = json.loads(line)
    return Task(
        der=bytes.fromhex(fields["der"]),
        caller=bytes.fromhex(fields["caller"]),
        wanted=fields["wanted"],
        agreement=Agreement(fields["first"], fields["last"]),
        most=fields["most"],
    )


def _end_with_the_input(descriptor: int) -> None:
    """Read past Python's buffers: at the end of the process nobody may be holding their locks."""
    while os.read(descriptor, 1):
        continue
    os._exit(1)


def main() -> None:
    """Answer one task."""
    task = read(sys.stdin.readline())
    threading.Thread(target=_end_with_the_input, args=(sys.stdin.fileno(),), daemon=True).start()
    sys.stdout.write(f"{json.dumps(search(task))}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
