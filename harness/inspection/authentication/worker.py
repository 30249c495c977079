"""`python -m harness.inspection.authentication.worker MEMORY`: unprotects packets for another process, see `team`.

Reads one JSON message per line: the size of the shared memory, a sender's key, or runs of rows. Answers "done" to runs.
Keys come through the pipe, never as arguments: everybody on the machine may read those.
"""

from __future__ import annotations

import json
import mmap
import sys
from typing import BinaryIO

from .team import Receivers
from .workspace import Workspace


def serve(memory: int, requests: BinaryIO, answers: BinaryIO) -> None:
    """Serve until no more requests come; `memory` is an open file of the workspace."""
    receivers, space = Receivers(), Workspace(bytearray(), 0, 0)
    for line in requests:
        message = json.loads(line)
        if "size" in message:
            size, rows = message["size"], message["rows"]
            space = Workspace(mmap.mmap(memory, Workspace.room(size, rows)), size, rows)
        elif "key" in message:
            key = bytes.fromhex(message["key"])
            receivers.open(message["sender"], message["profile"], key, message["ssrc"])
        else:
            for sender, rtcp, start, stop, near in message["runs"]:
                receivers.run(space, sender, rtcp, range(start, stop), near)
            answers.write(b"done\n")
            answers.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
