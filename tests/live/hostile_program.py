"""A program that takes part in no call, and says what no honest program says when it is asked about it.

`python hostile_program.py NAME`: nothing is imported but what every Python has, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Final

Said = dict[str, Any]
ESCAPES: Final = "\x1b[2J\x07\x00\u202e<script>alert(1)</script>\u2028"

SCREEN: Final = {"indicator": "none", "code": None, "peer": "Bob", "notice": None}
STATEMENT: Final = {
    "screens": [],
    "connected": False,
    "failure": {"reason": "ice-failed", "detail": "nobody is there"},
    "local_certificate": None,
    "presented_certificate": None,
    "dtls": None,
    "packets": {},
    "heard": {},
    "addresses": [],
}


def raw(*parts: tuple[bytes, int]) -> Callable[[Said], bytes]:
    """A line instead of an answer: each part so many times."""
    return lambda said: b"".join(part * times for part, times in parts) + b"\n"


def text(said: Said) -> bytes:
    return json.dumps(said).encode() + b"\n"


def statement(**changes: Any) -> Callable[[Said], bytes]:
    """Other fields in the answer to `stats`."""

    def change(said: Said) -> bytes:
        if "statement" in said["result"]:
            said["result"]["statement"] |= changes
        return text(said)

    return change


def screen(**changes: Any) -> Callable[[Said], bytes]:
    """Another screen in the answer to `screen`."""

    def change(said: Said) -> bytes:
        if "screen" in said["result"]:
            said["result"]["screen"] |= changes
        return text(said)

    return change


def event(**fields: Any) -> Callable[[Said], bytes]:
    """An event in front of the answer; "{own}" stands for the address that the program was given."""
    return lambda said: text(fields) + text(said)


def packet(**changes: Any) -> Callable[[Said], bytes]:
    fields = {"local": "{own}:4000", "remote": "127.9.9.8:4000", "time": 1_800_000_000.0, "data": "eA=="}
    return event(event="packet", outward=True, **fields | changes)


MISCHIEF: Final[dict[str, Callable[[Said], bytes]]] = {
    "none": text,
    "a-hundred-megabytes": raw((b"x", 100_000_000)),
    "a-hundred-megabytes-of-json": raw((b'{"id": 1, "ok": true, "detail": "', 1), (b"x", 100_000_000), (b'"}', 1)),
    "deep-json": raw((b"[", 100_000), (b"]", 100_000)),
    "deep-statement": raw((b'{"id": 1, "ok": true, "result": ', 1), (b'{"a": ', 100_000), (b"1", 1), (b"}", 100_001)),
    "half-a-line": lambda said: b'{"id": ',
    "no-answer-at-all": lambda said: b"",
    "nul": raw((b"\x00", 1000)),
    "no-text": raw((b"\xff\xfe\xfd", 1)),
    "lone-surrogate": raw((b'{"id": 1, "ok": true, "detail": "\\ud800"}', 1)),
    "the-answer-to-another-request": lambda said: text(said | {"id": 999_999}),
    "two-answers": lambda said: text(said) + text(said),
    "refusal": lambda said: text({"id": said["id"], "ok": False, "reason": ESCAPES, "detail": ESCAPES}),
    "no-statement": lambda said: text(said | {"result": {}}),
    "wrong-types": statement(connected="yes"),
    "out-of-range": statement(packets={"rtp_sent": -1}),
    "far-out-of-range": statement(packets={"rtp_sent": 10**300}),
    "certificate-that-is-none": statement(presented_certificate="30"),
    "certificate-in-escapes": statement(local_certificate=ESCAPES),
    "unknown-field": statement(**{ESCAPES: 1}),
    "the-other-party": statement(party="bob"),
    "a-reason-of-nobody": statement(failure={"reason": ESCAPES, "detail": ""}),
    "a-name-without-end": screen(peer="x" * 900_000),
    "no-indicator": screen(indicator=ESCAPES),
    "packet-of-another": packet(local="127.9.9.9:4000"),
    "packet-before-time": packet(time=-1.0),
    "packet-of-the-world": packet(remote="example.org:80"),
    "packet-without-bytes": packet(data="*"),
    "socket-of-another": event(**{"event": "socket-closed", "local": "127.9.9.9:1", "counted": 1, "dropped": 0}),
    "key-that-is-none": event(event="key", line="CLIENT_RANDOM 00 11"),
    "key-of-two-lines": event(event="key", line="CLIENT_RANDOM 00\n11"),
    "unheard-of-event": event(event="applause"),
}
"""What becomes of the answers to `screen` and `stats`."""


def answer(asked: Said) -> Said:
    """As an honest program answers that cannot make a call."""
    results: dict[str, Said] = {
        "hello": {"protocol": 1, "software": "hostile/1", "tells_packets": True},
        "open": {},
        "screen": {"screen": dict(SCREEN)},
        "stats": {"statement": dict(STATEMENT)},
        "close": {},
    }
    if asked["op"] in results:
        return {"id": asked["id"], "ok": True, "result": results[asked["op"]]}
    reason = "ice-failed" if asked["op"] in ("offer", "answer") else "unsupported"
    return {"id": asked["id"], "ok": False, "reason": reason, "result": {}}


def main(mischief: Callable[[Said], bytes]) -> None:
    own = ""
    for line in sys.stdin:
        asked = json.loads(line)
        own = asked["arguments"].get("address", own)
        said = answer(asked)
        wrong = asked["op"] in ("screen", "stats")
        sys.stdout.buffer.write(mischief(said).replace(b"{own}", own.encode()) if wrong else text(said))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(MISCHIEF[sys.argv[1]])
