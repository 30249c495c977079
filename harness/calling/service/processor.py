"""Where the media processor plugs in: what the service does with the media of its own (`service`) calls.

Methods are called in the order of the call's messages, between two turns of the event loop: they may not block, and
begin tasks for whatever takes longer. In an `e2ee` call none of them is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..exchange.outcome import Answered, Asked, Found, Passed
from ..exchange.refusal import refuse
from ..exchange.told import Frame

Tell = Callable[[str, Frame], None]
"""(call, a frame for both its parties)"""


class MediaProcessor(Protocol):
    """A party's device is named by its session."""

    def answered(self, call: Answered) -> None:
        """A call is up, and descriptions follow."""

    def passed(self, description: Passed) -> str:
        """The description as the other device shall get it. Refusal when it cannot be used."""

    def found(self, candidates: Found) -> bool:
        """Whether the other device shall get them."""

    def asked(self, feature: Asked) -> None:
        """Do what a party asks for. Refusal when it cannot be done; then nobody is told of it."""

    def ended(self, call: str) -> None:
        """The call is over, whichever way. Also for calls that never came up."""

    async def settled(self) -> None:
        """Until every task that has been begun is done."""


class NoProcessor:
    """A service without a media processor: descriptions go through as they are, and there are no features."""

    def answered(self, call: Answered) -> None:
        return None

    def passed(self, description: Passed) -> str:
        return description.sdp

    def found(self, candidates: Found) -> bool:
        return True

    def asked(self, feature: Asked) -> None:
        refuse("no-processor", "The service has no media of this call to do it with.")

    def ended(self, call: str) -> None:
        return None

    async def settled(self) -> None:
        return None
