"""A program that is no endpoint, each in its own way: `python odd_program.py NAME`. It needs nothing but Python."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Final

Said = dict[str, Any]
HELLO: Final = {"protocol": 1, "software": "odd/1"}


def say(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def proper(asked: Said) -> None:
    """Says who it is, and no to everything else."""
    if asked["op"] == "hello":
        say(id=asked["id"], ok=True, result=HELLO)
    else:
        say(id=asked["id"], ok=False, reason="unsupported", detail="this is no client")


def agreeable(asked: Said) -> None:
    say(id=asked["id"], ok=True, result=HELLO if asked["op"] == "hello" else {})


def silent(asked: Said) -> None:
    """Never says a word."""


def of_tomorrow(asked: Said) -> None:
    say(id=asked["id"], ok=True, result=HELLO | {"protocol": 2})


def misspelt(asked: Said) -> None:
    say(id=asked["id"], ok=True, result=HELLO | {"lacks": ["chat", "telepathy"]})


def dying(asked: Said) -> None:
    proper(asked)
    sys.stderr.write("out of paper\n")
    sys.exit(3)


def chatty(asked: Said) -> None:
    sys.stdout.write("Welcome to the client!\n")
    proper(asked)


def long_winded(asked: Said) -> None:
    sys.stdout.write('{"id": 1, "ok": true, "detail": "' + "x" * (2 << 20) + '"}\n')
    sys.stdout.flush()


def flooding(asked: Said) -> None:
    if asked["op"] != "hello":
        while True:
            sys.stdout.write('{"event": "failed", "reason": "ice-failed", "detail": ""}\n' * 1000)
    proper(asked)


ODD: Final = {
    "proper": proper,
    "agreeable": agreeable,
    "silent": silent,
    "of-tomorrow": of_tomorrow,
    "misspelt": misspelt,
    "dying": dying,
    "chatty": chatty,
    "long-winded": long_winded,
    "flooding": flooding,
    "staying": proper,
}


if __name__ == "__main__":
    for line in sys.stdin:
        ODD[sys.argv[1]](json.loads(line))
    while sys.argv[1] == "staying":
        time.sleep(1)
