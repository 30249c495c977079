"""Services that are broken on purpose: one planted fault each, to prove that the harness sees it."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.base import Party
from ..model.recording import SignalKind, SignalMessage
from ..model.scenario import Mode
from .signalling import CallingService


class ChatLogged(CallingService):
    """Writes every line of chat into its log, in clear: whoever gets the disk reads what people wrote."""

    def logged(self, message: SignalMessage) -> str:
        line = super().logged(message)
        return f"{line}: {message.body!r}" if message.kind is SignalKind.CHAT else line


class ToggleIgnored(CallingService):
    """Makes every call an ordinary one, whatever the two users have chosen. Their screens say so."""

    def outcome(self, message: SignalMessage) -> Iterator[tuple[Party, SignalMessage]]:
        for to, outgoing in super().outcome(message):
            ordinary = {"body": Mode.SERVICE.value} if outgoing.kind is SignalKind.ACCEPT else {}
            yield to, outgoing.model_copy(update=ordinary)
