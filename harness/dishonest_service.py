"""The real calling service in an adversary's hands: it tells its users other descriptions than they were sent.

Over TLS nobody else can: who ends the users' connections is the service. It stays the same service otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .calling.exchange.told import Described, Frame
from .model.base import Party
from .model.recording import SignalMessage
from .model.tenant import same
from .service_frames import told

Passed = Callable[[SignalMessage], SignalMessage | None]
"""What an adversary makes of a message on its way to the other party; None when it does not arrive."""


class DishonestService:
    """`tell` is what becomes of a frame for a user: `calling.service.switchboard.Telling`. `users` are the parties'."""

    def __init__(self, passed: Passed, users: Mapping[Party, str]) -> None:
        self._passed, self._users = passed, users

    def tell(self, user: str, frame: Frame) -> Frame | None:
        party = next((party for party, name in self._users.items() if same(name) == user), None)
        if party is None or not isinstance(frame, Described):
            return frame
        return self._described(party, frame)

    def _described(self, party: Party, frame: Described) -> Frame | None:
        message = told(frame.model_dump(mode="json", by_alias=True), party, self._users[party])
        passed = None if message is None else self._passed(message)
        return None if passed is None else frame.model_copy(update={"sdp": passed.body})
