"""One searcher in a process of its own: a JSON object on its command line, a JSON line for each call on its output.

What these endpoints cannot do is {"untried": {...}}, as soon as it is met with. Each call is {"call": {...}}, something
found is {"found": {...}}, the end is {"ended": true}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..model.endpoints import Endpoints
from ..model.search import Untried
from ..model.service_kind import ServiceKind
from .calls import RealCalls
from .possible import chat_untried
from .search import Bounds, Search, Tried, tally
from .writing import write

Say = Callable[[dict[str, Any]], None]


def work(asked: dict[str, Any], say: Say) -> None:
    """Search as asked: `bounds`, `endpoints`, `service`, and the folders `workshop`, `captures` and `out`."""
    endpoints = Endpoints.model_validate_json(json.dumps(asked["endpoints"]))
    service = ServiceKind(asked["service"])
    workshop, captures, out = (Path(asked[name]) for name in ("workshop", "captures", "out"))
    workshop.mkdir(parents=True, exist_ok=True)

    def refuse(one: Untried) -> None:
        say({"untried": one.model_dump(mode="json")})

    if (chat := chat_untried(endpoints, service)) is not None:
        refuse(chat)
    calls = RealCalls(endpoints, workshop, asked["network"], service)
    search = Search(calls, Bounds(**asked["bounds"]), lambda tried: say({"call": heard(tried)}), refuse=refuse)
    for found in search.run():
        say({"found": write(found, endpoints, out, captures, service).model_dump(mode="json")})
    say({"ended": True})


def heard(tried: Tried) -> dict[str, Any]:
    """What the others need to know of a call."""
    return {
        "plan": tried.plan.key,
        "moves": tally(tried),
        "outcome": tried.result.outcome,
        "violation": None if tried.violation is None else tried.violation.name,
        "unseeing": tried.unseeing,
        "known": tried.known,
    }


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    work(json.loads(sys.argv[1]), _say)
