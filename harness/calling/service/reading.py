"""JSON from outside, in two steps: its shape is bounded before anybody looks at what it says.

Validation names every fault, and an object of ten thousand unknown fields has ten thousand: half a second's work.
"""

from __future__ import annotations

import json
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from ..exchange.refusal import refuse

MOST_FIELDS: Final = 32
"""Of one object."""
MOST_ITEMS: Final = 20_000
"""Objects and fields of the whole document."""
Read = TypeVar("Read")


def read(kind: TypeAdapter[Read], text: str | bytes) -> Read:
    """What `text` says. Refusal `malformed`, or ValidationError, for what is no such thing."""
    counted = _Counted()
    try:
        json.loads(text, object_pairs_hook=counted.take)
    except (ValueError, RecursionError):
        refuse("malformed", "This is no JSON, or nested too deeply.")
    return kind.validate_json(text)


class _Counted:
    """Looks at each object when it is complete."""

    def __init__(self) -> None:
        self._items = 0

    def take(self, pairs: list[tuple[str, Any]]) -> None:
        self._items += 1 + len(pairs)
        if len(pairs) > MOST_FIELDS or self._items > MOST_ITEMS:
            refuse("malformed", f"An object has at most {MOST_FIELDS} fields, and a document {MOST_ITEMS}.")
        if len({name for name, _ in pairs}) != len(pairs):
            refuse("malformed", "A field is there twice.")
