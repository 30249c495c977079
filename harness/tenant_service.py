"""The real calling service in one recorded call: its store in the recording, a path and a device for each party."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from .calling.policy.transitions import add_user
from .calling.service.app import Parts
from .calling.service.certificates import AUTHORITY, tls_context
from .calling.service.processor import MediaProcessor, Tell
from .calling.service.serve import served
from .calling.service.switchboard import Telling, as_it_is
from .calling.services import DIRECTORIES
from .calling.signalling import Delivery
from .calling.store.accounts import Account, Work, hashed
from .calling.store.store import Store, alone
from .endpoints.service_client import ServiceClient, ServiceLost, ServiceRefused, Told
from .model.base import Party
from .model.byte_stream import StreamTap
from .model.datagram import Address
from .model.keying import Keying
from .model.recording import ServiceLeg, SignalKind, SignalMessage
from .model.service_kind import ServiceKind
from .model.tenancy import DOMAIN, OTHER_DOMAIN, Person, Tenancy, TenantStep
from .model.tenant import Client, ClientKind, Tenant
from .network.stream_path import StreamPath
from .service_signalling import DELIVERY, ServiceSignalling, TenantServiceError

ADMINISTRATORS: Final = {Party.ALICE: f"admin@{DOMAIN}", Party.BOB: f"admin@{OTHER_DOMAIN}"}
"""By the party in whose organisation it is, where there are two."""
CHEAP: Final = Work(n=2, r=1, p=1)
"""What a password costs here. It protects nothing, and a catalogue of calls signs in very often."""


Further = tuple[Person, Callable[[ServiceClient], Callable[[Told], None]]]
"""A further device: given its client, it says who heeds what the service tells it."""


class TenantService:
    """`host` is where the service listens, `ways` where the way to it begins for each party, `keyings` how each gets
    the keys of ordinary calls; `heed` and `clock` as in `ServiceSignalling`; `telling` is what the service tells
    instead, in whose hands it may be. `open` it before the call, `close` it after. `received` are the files that a
    party got.
    """

    def __init__(
        self,
        tenancy: Tenancy,
        host: str,
        ways: Mapping[Party, tuple[str, StreamTap]],
        store: Path,
        processor: Callable[[Tell], MediaProcessor],
        kind: ServiceKind,
        clock: Callable[[], float],
        heed: Callable[[Delivery], None],
        keyings: Mapping[Party, Keying],
        telling: Telling = as_it_is,
        people: Sequence[Further] = (),
    ) -> None:
        self._people = people
        self._keyings = keyings
        self._tenancy, self._host, self._ways, self._store = tenancy, host, ways, store
        self._processor, self._kind, self._telling = processor, kind, telling
        self._password = secrets.token_urlsafe()
        self._open = AsyncExitStack()
        self._paths: dict[Party, StreamPath] = {}
        self._clients: dict[Party, ServiceClient] = {}
        self._users = tenancy.users
        self._administrators: dict[Party, ServiceClient] = {}
        self.received: dict[Party, bytes] = {}
        self._arrived: dict[Party, asyncio.Future[str]] = {}
        devices = {party: tenancy.device(party).name for party in Party}
        self.signalling = ServiceSignalling(self._clients, self._users, devices, clock, heed, self._file_told)

    async def open(self) -> None:
        """Start the service, set the tenant, sign both parties in. TenantServiceError, OSError."""
        try:
            address = await self._serve()
            for party, name in self._led().items():
                client = self._administrators[party] = await self._client(address)
                await client.sign_in(name, self._password, self._tenancy.device(Party.ALICE))
            for party in Party:
                self._clients[party] = await self._client(await self._path(party, address))
                await self._clients[party].sign_in(self._users[party], self._password, self._tenancy.device(party))
            for step in self._tenancy.set:
                await self.take(step)
            for party in Party:
                await self._clients[party].connect(partial(self.signalling.told, party), self._keyings[party])
            for person, heed in self._people:
                client = await self._client(address)
                await client.sign_in(
                    self._user(person), self._password, Client(name=person.name, kind=ClientKind.WINDOWS)
                )
                await client.connect(heed(client))
            for party, presence in self._tenancy.presence.items():
                chosen = SignalMessage(kind=SignalKind.PRESENCE, sender=party, body=presence)
                [_ async for _ in self.signalling.carry(chosen)]
        except (ServiceLost, ServiceRefused, ValueError) as error:
            raise TenantServiceError(f"the calling service cannot be set up: {error}") from error

    async def close(self) -> None:
        """Everybody leaves and the service ends. May be called again."""
        self.signalling.end()
        await self._open.aclose()

    def legs(self) -> tuple[ServiceLeg, ...]:
        """What was captured between each party and the service."""
        return tuple(
            ServiceLeg(
                name=f"{party}-signalling",
                party=party,
                file=f"{party}-signalling.pcapng",
                connections=path.connections,
                sent=path.sent,
                received=path.received,
            )
            for party, path in self._paths.items()
        )

    async def take(self, step: TenantStep) -> None:
        """Somebody sets something, by the same requests that the pages make. TenantServiceError when it is refused."""
        try:
            if step.toggle is not None:
                await self._clients[step.toggle].request("PUT", "/api/me/toggle", {"on": step.on})
            elif step.voicemail is not None:
                await self._clients[step.voicemail].request("PUT", "/api/me/voicemail", {"on": step.on})
            elif step.recording is not None:
                of = {} if step.of is None else {"user": self._users[step.of]}
                await self._of_administrator(step.of or step.at, "PUT", "/api/recording", {"on": step.recording, **of})
            elif step.group is not None:
                members = [self._users[party] for party in step.members]
                path = f"/api/groups/{quote(step.group, safe='')}"
                await self._of_administrator(step.at, "PUT", path, {"members": members})
            else:
                await self._of_administrator(step.at, "POST", "/api/console", {"text": step.cmdlet})
        except ServiceRefused as refusal:
            raise TenantServiceError(f"the service refuses what the tenant is to set: {refusal.detail}") from refusal
        except ServiceLost as error:
            raise TenantServiceError(f"the tenant cannot be set: {error}") from error

    async def send_file(self, sender: Party, content: bytes) -> None:
        """A party sends the other one a file, whose device fetches it when it is told of it. TenantServiceError."""
        receiver = sender.peer
        told = self._arrived[receiver] = asyncio.get_running_loop().create_future()
        way = f"/api/files?to={quote(self._users[receiver])}&name=notes.txt"
        try:
            async with asyncio.timeout(DELIVERY):
                await self._clients[sender].request("POST", way, content)
                self.received[receiver] = await self._clients[receiver].file(quote(await told, safe=""))
        except (ServiceLost, ServiceRefused, TimeoutError) as error:
            raise TenantServiceError(f"a file of {sender} did not arrive: {error or 'in time'}") from error

    def _file_told(self, to: Party, name: str) -> None:
        arrived = self._arrived.get(to)
        if arrived is not None and not arrived.done():
            arrived.set_result(name)

    # setting up

    async def _serve(self) -> Address:
        self._open.enter_context(alone(self._store))
        store = self._open.enter_context(closing(Store(self._store)))
        self._organise(store)
        others = [self._user(person) for person, _ in self._people if person.of is None]
        for name in others:
            store.tenants.change(partial(_with_user, name=name))
        for name in (*self._users.values(), *others):
            store.accounts.put(self._account(name))
        context = tls_context(self._store, self._host)
        parts = Parts(
            self._processor,
            work=CHEAP,
            witness=self.signalling.witness,
            directory=DIRECTORIES[self._kind],
            telling=self._telling,
            rings=self._tenancy.rings,
        )
        return self._host, await self._open.enter_async_context(served(store, context, (self._host, 0), parts))

    async def _path(self, party: Party, service: Address) -> Address:
        host, tap = self._ways[party]
        path = self._paths[party] = StreamPath(host, service, tap)
        self._open.push_async_callback(path.close)
        address = await path.open()
        if self._kind is ServiceKind.GREETING_IN_CLEAR:
            await _greeted(address, self._users[party])
        return address

    async def _client(self, address: Address) -> ServiceClient:
        return await self._open.enter_async_context(ServiceClient(address, self._host, str(self._store / AUTHORITY)))

    def _led(self) -> dict[Party, str]:
        """The administrators that there are, by the party in whose organisation: of one, Alice's is everybody's."""
        return {party: ADMINISTRATORS[party] for party in list(Party)[: self._tenancy.organisations]}

    def _organise(self, store: Store) -> None:
        """The first tenant has an Alice and a Bob already, and gets an administrator; a further one gets both."""
        first, *others = self._led().items()
        store.tenants.change(partial(_with_user, name=first[1]))
        store.accounts.put(self._account(first[1], administrator=True))
        for party, name in others:
            store.add_tenant(OTHER_DOMAIN, self._account(name, administrator=True))
            store.tenants.change(partial(_with_user, name=self._users[party]), OTHER_DOMAIN)

    def _account(self, name: str, *, administrator: bool = False) -> Account:
        return Account(name, administrator, hashed(self._password, CHEAP))

    async def _of_administrator(self, where: Party, method: str, path: str, body: dict[str, object]) -> None:
        administrator = self._administrators.get(where) or self._administrators.get(Party.ALICE)
        if administrator is None:
            raise ServiceLost("the administrator is not signed in")
        await administrator.request(method, path, body)

    def _user(self, person: Person) -> str:
        return f"{person.name}@{DOMAIN}" if person.of is None else self._users[person.of]


def _with_user(tenant: Tenant, name: str) -> tuple[Tenant, None]:
    return add_user(tenant, name, name.partition("@")[0].title()), None


async def _greeted(address: Address, user: str) -> None:
    """A planted fault: the device says who it is before there is TLS, and waits until the service has hung up."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(f"{user} is here\r\n\r\n".encode())
    await reader.read()
    writer.close()
