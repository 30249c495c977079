"""What the call window of a client shows, and all that it has shown since the call came up."""

from __future__ import annotations

import time
from typing import Final

from ..model.statement import Indicator, Screen
from .screen_history import ScreenHistory

CODE_CHANGED: Final = "The security code has changed. Compare it again."


class Display:
    """`screen` is the one of the call, also after its end; its history tells since when which screen was there."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.screen = self.empty()
        self.history = ScreenHistory()

    def empty(self) -> Screen:
        return Screen(indicator=Indicator.NONE, code=None, peer=self.peer)

    def plain(self) -> Screen:
        return Screen(indicator=Indicator.PLAIN, code=None, peer=self.peer)

    def locked(self, code: str) -> Screen:
        return Screen(indicator=Indicator.LOCK, code=code, peer=self.peer)

    def rename(self, peer: str) -> None:
        """The other person is called otherwise."""
        self.peer = peer
        self.screen = self.screen.model_copy(update={"peer": peer})

    def show(self, screen: Screen) -> None:
        """Change the screen, and tell the user when the code is another one than before."""
        if self.screen.code is not None and screen.code != self.screen.code:
            screen = screen.model_copy(update={"notice": CODE_CHANGED})
        self.screen = screen
        self.history.shows(screen, time.time())

    def announce(self, notice: str) -> None:
        """Say something beside what the screen shows."""
        self.show(self.screen.model_copy(update={"notice": notice}))

    def close(self) -> None:
        """The call is over; its last screen stays in memory."""
        self.history.ends(time.time())
