"""The account of a program's call: what it says of it, and what was seen of it from here.

A program need not tell what the harness knows anyway: whether its call came up, why it failed, what its screen showed
whenever somebody looked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from pydantic import JsonValue

from ..codes import teams20
from ..markers import chat
from ..model.base import Role
from ..model.certificate import certificate_of
from ..model.endpoint_protocol import OF_THE_HARNESS
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..model.statement import Failure, Indicator, Screen
from .endpoint import EndpointSetup
from .rules import CallRules, Progress
from .screen_history import ScreenHistory

_SHIELD: Final[dict[Mode | None, Indicator]] = {Mode.E2EE: Indicator.LOCK, Mode.SERVICE: Indicator.PLAIN}


class Account:
    """Of one program in one call. `asked` is when the program was asked for its own account. `read`: the marker of the
    line of chat that it was told last."""

    def __init__(self, setup: EndpointSetup) -> None:
        self._setup = setup
        self.software = ""
        self.peer_name = setup.peer_name
        self.failure: Failure | None = None
        self.asked: float | None = None
        self.read: int | None = None
        self._rules, self._progress = CallRules(), Progress.begun(setup.party.role)
        self._up_at = self._failed_at = 0.0
        self._screens = ScreenHistory()
        self._connected = False

    def told(self, message: SignalMessage) -> None:
        """What the service says, taken as the reference client takes it: a mode, once accepted, stays."""
        if message.kind is SignalKind.INVITE:
            self._progress = self._rules.invited(self._progress)
        elif message.kind is SignalKind.ACCEPT:
            with suppress(ValueError):  # that the mode is none, the program has to say itself
                self._progress = self._rules.accepted(self._progress, message.body)
        elif message.kind is SignalKind.CHAT:
            self.read = next(iter(chat.markers(message.body.encode())), self.read)

    def picked_up(self) -> None:
        """Its user accepts."""
        self._progress = self._rules.picked_up(self._progress)

    def came_up(self, screen: Screen | None) -> None:
        """The call, or its restart, is up, and this is on the screen, if there is one."""
        # Somebody may have given up since it came up, before anybody had looked.
        self._connected, self._up_at = True, self._failed_at or time.time()
        if screen is not None:
            self._screens.shows(screen, self._up_at)

    def failed(self, failure: Failure) -> None:
        """The first failure is the cause."""
        if self.failure is None:
            self.failure, self._failed_at = failure, time.time()

    def statement(
        self, shown: Screen | None, said: Mapping[str, JsonValue], known: Mapping[str, JsonValue]
    ) -> dict[str, JsonValue]:
        """The fields of a statement: what it said, and in every other field what is known here.

        `shown` is what its user sees; None for a program without a screen, where what the reference client would show
        takes its place. `known` are fields that are not the program's to tell, in this call. ValueError when it tells
        one of them.
        """
        claimed = [name for name in (*OF_THE_HARNESS, *known) if name in said]
        if claimed:
            raise ValueError(f"its statistics speak of {claimed[0]!r}, which is not theirs to tell")
        # Whoever keeps a history of its screens also knows which was the last one.
        seen = self._reference_screen(said) if shown is None else shown
        screen = seen if "screens" in said else self._last(seen)
        return {
            "connected": self._connected,
            "failure": None if self.failure is None else self.failure.model_dump(mode="json"),
            "screens": [one.model_dump(mode="json") for one in self._screens.moments],
            **said,
            **known,
            "party": self._setup.party.value,
            "role": self._setup.party.role.value,
            "software": self.software,
            "screen": screen.model_dump(mode="json"),
            "screen_told": shown is not None or self._shield is not Indicator.LOCK or seen.code is not None,
            "packets_told": "packets" in said,
            "asked": self.asked,
        }

    @property
    def _shield(self) -> Indicator:
        """What the reference client would draw, if its code can be made."""
        mode = self._rules.describing(self._progress) if self._connected else None
        return _SHIELD.get(mode, Indicator.NONE)

    def _reference_screen(self, said: Mapping[str, JsonValue]) -> Screen:
        """By the certificates that the program tells: no lock without a code."""
        code = self._code(said) if self._shield is Indicator.LOCK else None
        indicator = Indicator.NONE if self._shield is Indicator.LOCK and code is None else self._shield
        return Screen(indicator=indicator, code=code, peer=self.peer_name)

    def _code(self, said: Mapping[str, JsonValue]) -> str | None:
        own, peer = said.get("local_certificate"), said.get("presented_certificate")
        if not isinstance(own, str) or not isinstance(peer, str):
            return None
        try:
            thumbprints = [teams20.thumbprint(certificate_of(text)) for text in (own, peer)]
            caller, callee = thumbprints if self._setup.party.role is Role.CALLER else thumbprints[::-1]
            return teams20.short_code(caller, callee, self._setup.code_digits)
        except ValueError:
            return None

    def _last(self, shown: Screen) -> Screen:
        """The last screen while the call was up: one that failed leaves an empty one behind."""
        if self._connected and self._screens.last is None:
            self._screens.shows(shown, self._up_at)
        if self.failure is None:
            if self._connected:
                self._screens.shows(shown, time.time())
            return shown
        last = shown if self._screens.last is None else self._screens.last.screen
        self._screens.ends(self._failed_at)
        return last
