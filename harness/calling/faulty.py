"""Services that are broken on purpose: one planted fault each, to prove that the harness sees it.

The last two are the real service with one rule of its policies turned round.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model.base import Party
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..model.tenant import Client, User, same
from .exchange.directory import Directory
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


class FeatureAllowed(CallingService):
    """Turns on in an end-to-end encrypted call what such a call cannot have, and tells both so."""

    def outcome(self, message: SignalMessage) -> Iterator[tuple[Party, SignalMessage]]:
        if message.kind is SignalKind.FEATURE:
            yield from ((party, message) for party in (message.sender, message.sender.peer))
        else:
            yield from super().outcome(message)


class GroupsFirst(Directory):
    """Lets the policy of a group go before the one that is assigned to the user directly."""

    def named(self, name: str) -> User:
        user, tenant = super().named(name), self.tenant_of(name)
        ranked = {same(one.group) for one in tenant.ranking}
        of_groups = {same(one) for group in tenant.groups if same(group.name) in ranked for one in group.members}
        return user.model_copy(update={"policy": None}) if same(user.name) in of_groups else user


class ComplianceIgnored(Directory):
    """Forgets that the organisation has to record its calls: what is decided is as if it had not."""

    def mode(self, caller: tuple[str, Client], callee: tuple[str, Client]) -> Mode:
        unrecorded = (one.model_copy(update={"compliance_recording": False}) for one in self.tenants)
        return Directory(*unrecorded).mode(caller, callee)
