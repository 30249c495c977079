"""Presence: news for everybody in the same tenant when what the directory says of a user changes."""

from __future__ import annotations

from dataclasses import replace

from .directory import Directory
from .outcome import Outcome
from .said import BePresent
from .state import Exchange, Session
from .told import PresenceOf


def be_present(exchange: Exchange, directory: Directory, session: Session, said: BePresent) -> Outcome:
    """A user chooses. In a call it shows when the call is over."""
    chosen = Outcome(replace(exchange, presence={**exchange.presence, session.user: said.presence}))
    return with_presence(exchange, chosen, directory, session.user)


def with_presence(before: Exchange, after: Outcome, directory: Directory, user: str) -> Outcome:
    """`after`, with the news of it if the user shows another presence than `before`."""
    presence = after.exchange.present(user)
    if presence is before.present(user):
        return after
    return replace(after, news=(*after.news, PresenceOf(user=directory.name(user), presence=presence)))
