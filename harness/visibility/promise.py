"""The promised matrix, from the data file beside this one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from .. import strict_yaml
from ..model.adversary import Position
from ..model.mode import Mode
from ..model.visibility import AMOUNTS, Content, Observer, Promise, Sight

FILE: Final = Path(__file__).with_name("promise.yaml")

_IN_PLACE: Final = {
    Position.SIGNALLING: Observer.SERVICE,
    Position.PATH: Observer.PATH,
}
"""In whose place an adversary stands. Off the path it stands in nobody's."""


@cache
def promise() -> Promise:
    """The file is ours: that it cannot be read is a fault of the harness (OSError, strict_yaml.Refused, ValueError)."""
    return Promise.model_validate_json(json.dumps(strict_yaml.read(FILE.read_bytes()).value))


def promised(mode: Mode, content: Content, observer: Observer, positions: tuple[Position, ...] = ()) -> Sight:
    """The most that this observer may see; of an adversary, the most of those in whose place it stands."""
    row = promise().modes[mode][content]
    if observer is not Observer.ADVERSARY:
        return row.of(observer)
    places = [_IN_PLACE[one] for one in positions if one in _IN_PLACE]
    return max((row.of(one) for one in places), key=AMOUNTS.index, default=Sight.ABSENT)
