"""The exchange at work: it holds the state, does the deeds of each outcome, and sends what is told.

Everything here runs between two turns of the event loop. A deed that is refused leaves the state as it was.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Callable
from operator import is_
from typing import Final, Protocol

from ...model.tenant import Tenant, domain_of
from ..exchange import chat as chats
from ..exchange import exchange as rules
from ..exchange.directory import Directory
from ..exchange.endings import RING_SECONDS
from ..exchange.outcome import Closed, Deed, Ended, Outcome, Written
from ..exchange.refusal import refuse
from ..exchange.said import Said
from ..exchange.state import NOBODY, Exchange, Session, Told
from ..exchange.told import Bye, FileOf, Frame, PresenceOf
from ..store.store import Store
from ..store.tenants import Answer
from .processor import MediaProcessor, Tell

AT_ONCE: Final = 16
"""Devices that are told the news in one turn of the event loop."""


class Connection(Protocol):
    """The way to a connected device. Neither method waits."""

    def tell(self, text: str) -> None:
        """Send a frame, some time; one that reads too slowly is closed."""

    def close(self, reason: str) -> None:
        """End the connection after what has been told."""


Witness = Callable[[Session, Said | Frame], None]
"""Is shown everything that a device says and is told, in order."""


def nobody(_session: Session, _what: Said | Frame) -> None:
    """Sees nothing, of a service whose work nobody watches."""


Telling = Callable[[str, Frame], Frame | None]
"""(a user's comparable name, what the service has for this user) -> what the user is told, None for nothing."""


def as_it_is(_user: str, frame: Frame) -> Frame | None:
    """Tells everybody the truth, as an honest service does."""
    return frame


class Switchboard:
    """`clock` gives seconds since the epoch; `rings` is how many of them a call rings."""

    def __init__(
        self,
        store: Store,
        processor: Callable[[Tell], MediaProcessor],
        clock: Callable[[], float],
        witness: Witness = nobody,
        directory: type[Directory] = Directory,
        telling: Telling = as_it_is,
        rings: float = RING_SECONDS,
    ) -> None:
        self._witness, self._of_tenants, self._telling, self._rings = witness, directory, telling, rings
        self.store = store
        self.clock = clock
        self.exchange: Exchange = NOBODY
        self.directory = directory(*store.tenants.all())
        self._processor = processor(self.tell_call)
        self._connections: dict[str, Connection] = {}
        self._news: dict[str, PresenceOf] = {}
        self._store_seen = store.changed_elsewhere()

    # devices

    def join(self, session: Session, connection: Connection) -> None:
        """A device is connected; an older connection with the same token is replaced. Refusal."""
        self._look()
        if session.id in self._connections:
            self.leave(session.id, "replaced")
        outcome = rules.joined(self.exchange, self.directory, session)
        self._connections[session.id] = connection
        self._done(outcome)

    def leave(self, session: str, reason: str | None = None) -> None:
        """A device is gone, or has to go for `reason`."""
        connection = self._connections.pop(session, None)
        if connection is None:
            return
        if reason is not None:
            connection.tell(Bye(reason=reason).encoded())
            connection.close(reason)
        self._done(rules.left(self.exchange, self.directory, session))

    def connected(self, session: str, connection: Connection) -> bool:
        """Whether this connection is still the session's."""
        return self._connections.get(session) is connection

    def has(self, session: str) -> bool:
        """Whether a device is connected with this session."""
        return session in self._connections

    def say(self, session: str, said: Said) -> None:
        """What a device says: it is told `ok`, and then the others hear of it. Refusal, sqlite3.Error: nobody does."""
        self._look()
        if (who := self.exchange.sessions.get(session)) is not None:
            self._witness(who, said)
        fresh = secrets.token_hex(16)
        self._done(rules.say(self.exchange, self.directory, session, said, fresh, self.clock()), (session, said.id))

    # what happens beside

    def file_sent(self, line: Written, file: FileOf) -> None:
        """A file has come in for somebody: a chat line that carries it. Refusal when either is gone meanwhile."""
        self._look()
        self.directory.named(line.sender)
        self.directory.colleague(line.sender, line.receiver)
        self._done(chats.delivered(self.exchange, self.directory, line, file))

    def tell_call(self, call: str, frame: Frame) -> None:
        """Something that both parties of a call are told."""
        if (found := self.exchange.calls.get(call)) is not None and not found.ringing:
            self._tell(Told(found.parties, frame))

    async def settled(self) -> None:
        """Until what has been begun about media is done: the next message may need it."""
        await self._processor.settled()

    def change(self, by: str, change: Callable[[Tenant], tuple[Tenant, Answer]]) -> Answer:
        """Change the tenant of user `by`, and tell who is concerned. Whatever `change` raises."""
        answer = self.store.tenants.change(change, self.store.tenants.home(by).domain)
        self._learn()
        return answer

    def remove_user(self, by: str, name: str) -> None:
        """A user of the tenant of `by` is one no more: the devices have to go, and calls end. Refused."""
        self.store.remove_user(name, self.store.tenants.home(by).domain)
        self._learn()

    def void(self, sessions: tuple[str, ...], reason: str) -> None:
        """Tokens that are no longer valid."""
        self._done(rules.voided(self.exchange, sessions, reason))

    async def spread(self) -> None:
        """Tell everybody the news of the own tenant since the last time. Others have their turn in between."""
        frames: defaultdict[str, list[str]] = defaultdict(list)
        for news in self._news.values():
            frames[self.directory.tenant_of(news.user).domain].append(news.encoded())
        self._news = {}
        if not frames:
            return
        for place, (session, connection) in enumerate(tuple(self._connections.items()), 1):
            if (who := self.exchange.sessions.get(session)) is not None:
                for frame in frames.get(self.directory.tenant_of(who.user).domain, ()):
                    connection.tell(frame)
            if place % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def tick(self) -> None:
        """Time has passed; or a command line has changed the store."""
        self._look()
        self._done(rules.ticked(self.exchange, self.directory, self.clock(), self._rings))

    def close(self) -> None:
        """The service ends: everybody is told."""
        for session in tuple(self._connections):
            connection = self._connections.pop(session)
            connection.tell(Bye(reason="service-ends").encoded())
            connection.close("service-ends")
        for call in self.exchange.calls:
            self._processor.do(Ended(call))
        self.exchange = NOBODY

    # inner steps

    def _look(self) -> None:
        """Whether a command line has changed the store."""
        seen = self.store.changed_elsewhere()
        if seen == self._store_seen:
            return
        self._store_seen = seen
        self._learn()
        valid = self.store.accounts.valid(self._connections, self.clock())
        self.void(tuple(one for one in self._connections if one not in valid), "signed-out")

    def _learn(self) -> None:
        if self._knows(tenants := self.store.tenants.all()):
            return
        before, self.directory = self.directory, self._of_tenants(*tenants)
        self._done(rules.changed(self.exchange, before, self.directory))
        gone = {one.domain for one in before.tenants} - {one.domain for one in tenants}
        # Its users' names are the first tenant's now, where nobody may hear of them.
        self._news = {user: news for user, news in self._news.items() if domain_of(user) not in gone}

    def _knows(self, tenants: tuple[Tenant, ...]) -> bool:
        """After something that came to nothing they are read again, and are the same in other objects."""
        known = self.directory.tenants
        if tenants != known:
            return False
        if not all(map(is_, tenants, known)):
            self.directory = self._of_tenants(*tenants)
        return True

    def _done(self, outcome: Outcome, asked: tuple[str, int] | None = None) -> None:
        """Deeds first, for they may be refused; then it is so, and told. `asked`: which frame of whom it answers."""
        told = [one for deed in outcome.deeds for one in self._do(deed)]
        self.exchange = outcome.exchange
        if asked is not None and (connection := self._connections.get(asked[0])) is not None:
            connection.tell(json.dumps({"type": "ok", "id": asked[1], **outcome.answer}))
        for one in (*told, *outcome.told):
            self._tell(one)
        for news in outcome.news:
            self._news[news.user] = news
        for deed in outcome.deeds:
            if isinstance(deed, Closed):
                self.leave(deed.session, deed.reason)

    def _do(self, deed: Deed) -> tuple[Told, ...]:
        """What must work before anything is changed, and what is to be told because of it."""
        match deed:
            case Written():
                way = deed.sender, deed.receiver
                with self.store.whole():
                    if not self._knows(self.store.tenants.all()):  # and perhaps the two are nobody any more
                        refuse("not-now", "The organisation has changed at this very moment: say it again.")
                    self.store.chats.write(deed.message, way, deed.text, deed.time, deed.file)
                return ()
            case Closed():
                return ()
        return self._processor.do(deed)

    def _tell(self, told: Told) -> None:
        text = told.frame.encoded()
        for session in told.to:
            if (connection := self._connections.get(session)) is None:
                continue
            frame: Frame = told.frame
            if (who := self.exchange.sessions.get(session)) is not None:
                if (otherwise := self._telling(who.user, frame)) is None:
                    continue
                frame = otherwise
                self._witness(who, frame)
            connection.tell(text if frame is told.frame else frame.encoded())
