"""A script from the words of a scenario file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from harness.adversaries.script import Script
from harness.model.adversary.script import Move
from harness.model.base import Party
from harness.wire.certificate import fresh_identity

MOVE: TypeAdapter[Move] = TypeAdapter(Move)
IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}


def move(do: str, **fields: Any) -> Move:
    return MOVE.validate_json(json.dumps({"do": do, **fields}))


def script(*moves: Move) -> Script:
    return Script(moves, IDENTITIES, "seed")
