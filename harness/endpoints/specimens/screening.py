"""Clients whose screen, or whose details of a call, say what is not so, or too little, or too early."""

from __future__ import annotations

from typing import Final

from ...model.base import Role
from ...model.mode import Mode
from ...model.statement import EndpointStatement, Indicator, Screen
from .. import announcements
from ..aiortc import AiortcEndpoint
from ..clear import ClearEndpoint
from .coding import CONSTANT_CODE

WISHED_FOR: Final = "DTLSv1.3"


class ClearWithLock(ClearEndpoint):
    """A call without any encryption, with the lock and a code on both screens."""

    def screen(self) -> Screen:
        return Screen(indicator=Indicator.LOCK, code=CONSTANT_CODE, peer=self._setup.peer_name)


class LockOnServiceCall(AiortcEndpoint):
    """Draws the lock wherever there is SRTP, and beside it a code, which in an ordinary call comes from nothing."""

    def screen(self) -> Screen:
        return self._display.locked(CONSTANT_CODE)


class LockBeforeDtls(AiortcEndpoint):
    """Draws the lock as soon as it has read the peer's description, because an encrypted call was agreed on."""

    def read(self, sdp: str) -> str:
        self._show(Screen(indicator=Indicator.LOCK, code=None, peer=self._display.peer))
        return sdp


class LockWithoutCode(AiortcEndpoint):
    """Shows the lock and no code: there is nothing that two people could compare."""

    def screen(self) -> Screen:
        return super().screen().model_copy(update={"code": None})


class CodeOnOneSide(AiortcEndpoint):
    """Shows the code to whoever called, and only the lock to whoever was called."""

    def screen(self) -> Screen:
        called = self._setup.party.role is Role.CALLEE
        return super().screen().model_copy(update={"code": None} if called else {})


class LockOnOneSide(AiortcEndpoint):
    """Shows lock and code to whoever called, and nothing to whoever was called."""

    def screen(self) -> Screen:
        return self._display.empty() if self._setup.party.role is Role.CALLEE else super().screen()


class CodeWithoutLock(AiortcEndpoint):
    """Shows a code beside the plain shield of an ordinary call: two people who compare it believe that it tells."""

    def screen(self) -> Screen:
        return super().screen().model_copy(update={"code": CONSTANT_CODE} if self._mode is Mode.SERVICE else {})


class LockTakenBack(AiortcEndpoint):
    """Takes the lock away when the service says that a policy has changed, though the call goes on as it was."""

    def announce(self, notice: str) -> None:
        if notice == announcements.POLICY and self._connected:
            self._show(self._display.plain())
        super().announce(notice)


class NoticeUntold(AiortcEndpoint):
    """Says afterwards that its screen had no notice, which its own history of that screen shows."""

    def statement(self) -> EndpointStatement:
        stated = super().statement()
        return stated.model_copy(update={"screen": stated.screen.model_copy(update={"notice": None})})


class ParametersMisstated(AiortcEndpoint):
    """Says in its details of the call what its maker wishes it had negotiated."""

    def statement(self) -> EndpointStatement:
        stated = super().statement()
        wished = None if stated.dtls is None else stated.dtls.model_copy(update={"version": WISHED_FOR})
        return stated.model_copy(update={"dtls": wished})


class FailureUntold(AiortcEndpoint):
    """Ends a call that it must not go on with, and says nowhere why: neither its user nor its maker will ever know."""

    def statement(self) -> EndpointStatement:
        return super().statement().model_copy(update={"failure": None})


class CodeChangedSilently(AiortcEndpoint):
    """Shows the new code when a restart brings another certificate, and tells nobody that it is another one."""

    def _show(self, screen: Screen) -> None:
        self._display.screen = self._display.empty()
        super()._show(screen)


class OwnNameShown(AiortcEndpoint):
    """Shows its user's own name where that of the other person belongs."""

    def _show(self, screen: Screen) -> None:
        super()._show(screen.model_copy(update={"peer": self._setup.party.capitalize()}))
