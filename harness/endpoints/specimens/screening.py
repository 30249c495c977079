"""Clients whose screen says what is not so."""

from __future__ import annotations

from ...model.statement import Indicator, Screen
from ..aiortc import AiortcEndpoint
from ..clear import ClearEndpoint
from .coding import CONSTANT_CODE


class ClearWithLock(ClearEndpoint):
    """A call without any encryption, with the lock and a code on both screens."""

    def screen(self) -> Screen:
        return Screen(indicator=Indicator.LOCK, code=CONSTANT_CODE, peer=self._setup.peer_name)


class LockOnServiceCall(AiortcEndpoint):
    """Draws the lock wherever there is SRTP, and beside it a code, which in an ordinary call comes from nothing."""

    def screen(self) -> Screen:
        return self._locked(CONSTANT_CODE)


class LockBeforeDtls(AiortcEndpoint):
    """Draws the lock as soon as it has read the peer's description, because an encrypted call was agreed on."""

    def read(self, sdp: str) -> str:
        self._show(Screen(indicator=Indicator.LOCK, code=None, peer=self._peer_name))
        return sdp


class CodeChangedSilently(AiortcEndpoint):
    """Shows the new code when a restart brings another certificate, and tells nobody that it is another one."""

    def _show(self, screen: Screen) -> None:
        self._screen = self._no_call()
        super()._show(screen)
