"""Own fingerprints beside the genuine ones: when has that attack been made, whatever its victims do about it?

Whoever reads such a description and refuses it ends the call there: nobody is shown a certificate any more, and of an
offer that is refused no answer comes back. Who does not refuse it is shown the interceptor's certificate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Role
from ..model.recording import SignalMessage
from .interception import PRESENTED
from .machine import Command, Deed, Event, Signal
from .signalling import refusal_by

TRIED: Final = "fingerprints-tried"
"""Both descriptions had our lines and our certificate was presented, or who was told of them refused to read them."""


class Beside:
    """Watches what a machine does. `swap`: in whose descriptions the lines are to stand."""

    def __init__(self, swap: Iterable[Role]) -> None:
        self._whole = frozenset({PRESENTED, *map(replaced, swap)})
        self._done: set[str] = set()
        self._tried = False

    def seen(self, event: Event, commands: Iterable[Command]) -> Iterator[Command]:
        """The commands that the machine gave for the event, and behind them, once, that the attack has been made."""
        for command in commands:
            yield command
            if isinstance(command, Deed):
                self._done.add(command.name)
        refused = isinstance(event, Signal) and self._refused(event.message)
        if not self._tried and (refused or self._whole <= self._done):
            self._tried = True
            yield Deed(TRIED)

    def _refused(self, message: SignalMessage) -> bool:
        party = refusal_by(message)
        return party is not None and replaced(party.peer.role) in self._done


def replaced(role: Role) -> str:
    """The deed of having put own fingerprints into this one's description."""
    return f"fingerprint-replaced-{role}"
