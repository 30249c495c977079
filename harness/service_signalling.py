"""The signalling of one recorded call through the real calling service: devices say frames, and are told others."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Final, Literal

from .calling.exchange.said import Said
from .calling.exchange.state import Session
from .calling.exchange.told import Accepted, Cancelled, Frame, HungUp
from .calling.signalling import Delivery, Hop
from .endpoints.service_client import ServiceClient, ServiceLost, ServiceRefused, Told
from .model.base import Party, Role
from .model.recording import SignalEntry, SignalKind, SignalMessage
from .model.tenant import domain_of, same
from .service_frames import heard, refused, said, sayable, told

DELIVERY: Final = 20.0
"""Seconds for a message that the service has taken to reach the other party."""

_NAMED: Final = (SignalKind.INVITE, SignalKind.ACCEPT)
"""Messages with which the service says what their sender is called, as its directory does."""
_OF_NO_CALL: Final = (SignalKind.INVITE, SignalKind.CHAT, SignalKind.PRESENCE)
_ENDS: Final = (SignalKind.DECLINE, SignalKind.CANCEL, SignalKind.HANGUP)

_Direction = Literal["in", "out"]
_Arrival = asyncio.Future[SignalMessage]


class TenantServiceError(RuntimeError):
    """The service of a scenario could not be set up, or refused what its scenario makes it do; the message says why."""


class ServiceSignalling:
    """Implements `calling.signalling.Signalling`. `clients` are connected devices, by party; `users` and
    `devices`, what their users and they themselves are called.

    `heed` is given what the service says to a party without being asked, `heed_file` a party and the name of the file
    that it is told of. `clock` gives seconds since the epoch.
    """

    def __init__(
        self,
        clients: Mapping[Party, ServiceClient],
        users: Mapping[Party, str],
        devices: Mapping[Party, str],
        clock: Callable[[], float],
        heed: Callable[[Delivery], None],
        heed_file: Callable[[Party, str], None],
    ) -> None:
        self._users, self._devices = users, devices
        self._clients, self._clock, self._heed, self._heed_file = clients, clock, heed, heed_file
        self._call: str | None = None
        self._over = False
        self._up = False
        self._out: set[Party] = set()
        self._entries: list[SignalEntry] = []
        self._awaited: defaultdict[tuple[Party, str], deque[_Arrival]] = defaultdict(deque)

    @property
    def entries(self) -> tuple[SignalEntry, ...]:
        return tuple(self._entries)

    async def carry(self, message: SignalMessage) -> AsyncIterator[Delivery]:
        """Take a message from its sender. What arrives of it, where it arrives and when. TenantServiceError."""
        message = sayable(message)
        sender, kind, fields = message.sender, *said(message, self._users[message.sender.peer])
        self._saw(sender.value, "out", message if message.kind in _NAMED else message.model_copy(update={"name": None}))
        arrivals = {to: self._expect(to, expected) for to, expected in self._reached(message)}
        try:
            answer = await self._clients[sender].say(kind, **fields, **self._of_call(message.kind))
        except ServiceRefused as refusal:
            for queue in self._awaited.values():
                for arrival in arrivals.values():
                    with suppress(ValueError):
                        queue.remove(arrival)
            if message.kind is SignalKind.FEATURE:
                yield self._answered(sender, refused(message, refusal.reason, refusal.detail))
            elif message.kind not in _ENDS:  # the other one may have ended it first
                raise TenantServiceError(f"the service refuses {kind!r} of {sender}: {refusal}") from refusal
            return
        except ServiceLost as error:
            raise TenantServiceError(f"{sender} cannot say {kind!r}: {error}") from error
        if message.kind is SignalKind.INVITE:
            self._call = str(answer.get("call"))
        if message.kind is SignalKind.ACCEPT:
            yield self._answered(sender, message.model_copy(update={"body": str(answer.get("mode")), "name": None}))
        for to, arrival in arrivals.items():
            yield Delivery(to, await _arrived(to, kind, arrival))

    def bring(self, to: Party, message: SignalMessage) -> Delivery:
        """Nobody has this service in hand: what nobody sent cannot come from it."""
        raise TenantServiceError("an adversary in the signalling needs the service that is in the same process")

    def told(self, to: Party, frame: Told) -> None:
        """The service says something to a party: what is waited for, or what it tells on its own."""
        message = None if self._over else told(frame, to, self._users[to])
        if message is None:
            return
        own = message.sender is to
        if isinstance(file := frame.get("file"), dict):
            if not own:
                self._heed_file(to, str(file.get("file")))
            return
        awaited = self._awaited[to, _arrives_as(message)]
        if message.kind is SignalKind.PRESENCE and not awaited:
            return  # the service says by itself that somebody is there, or in a call
        self._saw(to.value, "in", message, answered=to if own else None)
        if awaited:
            awaited.popleft().set_result(message)
        elif not (own and message.kind is SignalKind.CHAT):  # what one has written shows on one's other devices
            self._heed(Delivery(to, message))

    def witness(self, session: Session, what: Said | Frame) -> None:
        """What the service itself is told and tells, next to its own switchboard; nothing of other devices."""
        known = ((party, (same(self._users[party]), name)) for party, name in self._devices.items())
        party = next((party for party, one in known if one == (session.user, session.device.name)), None)
        if party is None or self._over:
            return
        self._up = self._up or isinstance(what, Accepted)
        if isinstance(what, Cancelled | HungUp):
            self._out.add(party)
        frame, out = what.model_dump(mode="json", by_alias=True), isinstance(what, Frame)
        message = told(frame, party, self._users[party]) if out else heard(frame, party)
        if message is not None and (message.kind is not SignalKind.PRESENCE or not out):
            answered = party if out and message.sender is party else None
            self._saw("service", "out" if out else "in", message, answered)

    def end(self) -> None:
        """The call is over: what the service says because devices leave is no part of it."""
        self._over = True

    # inner steps

    def _of_call(self, kind: SignalKind) -> dict[str, str]:
        """Which call a frame is about; an invitation makes one, and a line of chat needs none."""
        return {} if kind in _OF_NO_CALL else {"call": self._call or ""}

    def _reached(self, message: SignalMessage) -> Iterator[tuple[Party, SignalMessage]]:
        """Whom the service tells what of a message that it takes: the other one the same, and of a feature both.

        Who is out of the call is told nothing. An offer is then answered: by the service, or whoever else is there.
        """
        sender, other = message.sender, message.sender.peer
        if message.kind is SignalKind.FEATURE:
            yield sender, message
            if not self._up and (sender is Role.CALLER.party or self._apart):
                return  # whom it rings at is told of nothing else, and who calls from outside of nothing there
        if message.kind is SignalKind.RINGING and self._apart:
            return  # who calls from outside was told at once
        if message.kind is SignalKind.CHAT or other not in self._out:
            yield other, message
        elif message.kind is SignalKind.OFFER:
            yield sender, message.model_copy(update={"kind": SignalKind.ANSWER})

    @property
    def _apart(self) -> bool:
        """Whether the two parties are of different tenants."""
        return len({domain_of(user) for user in self._users.values()}) > 1

    def _expect(self, to: Party, message: SignalMessage) -> _Arrival:
        arrival: _Arrival = asyncio.get_running_loop().create_future()
        self._awaited[to, _arrives_as(message)].append(arrival)
        return arrival

    def _answered(self, to: Party, message: SignalMessage) -> Delivery:
        self._saw(to.value, "in", message, answered=to)
        return Delivery(to, message)

    def _saw(self, hop: Hop, direction: _Direction, message: SignalMessage, answered: Party | None = None) -> None:
        entry = SignalEntry(time=self._clock(), hop=hop, direction=direction, message=message, to=answered)
        self._entries.append(entry)


def _arrives_as(message: SignalMessage) -> str:
    """By what it is recognised when it arrives: its kind, and of a presence which one."""
    return f"{message.kind} {message.body}" if message.kind is SignalKind.PRESENCE else message.kind.value


async def _arrived(to: Party, kind: str, arrival: _Arrival) -> SignalMessage:
    try:
        async with asyncio.timeout(DELIVERY):
            return await arrival
    except TimeoutError as error:
        raise TenantServiceError(f"the service took {kind!r} and did not give it to {to}") from error
