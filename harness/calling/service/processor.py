"""Where the media processor plugs in: what the service does with the media of its own (`service`) calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..exchange.outcome import Answered, Ended, Found, Left, MediaDeed, Passed
from ..exchange.refusal import refuse
from ..exchange.state import Told
from ..exchange.told import CandidatesOf, Described, Frame

Tell = Callable[[str, Frame], None]
"""(call, a frame for its parties)"""


class MediaProcessor(Protocol):
    """A party's device is named by its session. Of `e2ee` calls it hears nothing."""

    def do(self, deed: MediaDeed) -> tuple[Told, ...]:
        """Do it, and say what is to be told because of it. Refusal when it cannot be done: then nothing has changed.

        Called in the order of a call's messages, between two turns of the event loop: it may not block, and begins
        tasks for whatever takes longer.
        """

    async def settled(self) -> None:
        """Until every task that has been begun is done."""


class NoProcessor:
    """A service without a media processor: descriptions go through as they are, and there are no features."""

    def do(self, deed: MediaDeed) -> tuple[Told, ...]:
        if isinstance(deed, Passed | Found):
            return as_it_is(deed)
        if not isinstance(deed, Answered | Left | Ended):
            refuse("no-processor", "The service has no media of this call to do it with.")
        return ()

    async def settled(self) -> None:
        return None


def as_it_is(deed: Passed | Found) -> tuple[Told, ...]:
    """A description, or candidates, as the other device sent them."""
    if isinstance(deed, Found):
        return (Told((deed.to,), CandidatesOf(call=deed.call, candidates=deed.candidates)),)
    return (Told((deed.to,), Described(type=deed.kind, call=deed.call, sdp=deed.sdp)),)
