"""Chat: a line is for its two people, on all their devices, and is kept before anybody sees it."""

from __future__ import annotations

from .directory import Directory
from .outcome import Outcome, Written
from .refusal import refuse
from .said import Chat
from .state import Exchange, Session, Told
from .told import ChatLine, FileOf


def chat(exchange: Exchange, directory: Directory, session: Session, said: Chat, fresh: str, now: float) -> Outcome:
    """A line of text. `fresh` becomes its id."""
    receiver = directory.colleague(session.user, said.to)
    if receiver == session.user:
        refuse("yourself", "Nobody writes to herself.")
    line = Written(fresh, session.user, receiver, said.text, now)
    return delivered(exchange, directory, line)


def delivered(exchange: Exchange, directory: Directory, line: Written, file: FileOf | None = None) -> Outcome:
    """What comes of a line that is to be kept."""
    frame = ChatLine(
        message=line.message,
        sender=directory.name(line.sender),
        to=directory.name(line.receiver),
        text=line.text,
        time=line.time,
        file=file,
    )
    devices = tuple(one.id for user in (line.sender, line.receiver) for one in exchange.of_user(user))
    answer = {"message": line.message, "time": line.time}
    return Outcome(exchange, answer, (line,), (Told(devices, frame),) if devices else ())
