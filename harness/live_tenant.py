"""A tenant at the real calling service in one recorded call: where its parts live, and what of them is recorded."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from .calling.service.media import ServiceMedia
from .calling.service.processor import MediaProcessor, Tell
from .calling.service.switchboard import Telling, as_it_is
from .calling.signalling import Delivery
from .endpoints.service_client import ServiceClient, Told
from .evidence.recording_folder import KEPT, PROCESSED, STORE, RecordingFolder
from .live_guest import LiveGuest
from .live_media import TEXT
from .live_person import LivePerson
from .model.base import Party
from .model.datagram import Address
from .model.keying import Keying
from .model.recording import ServiceLeg
from .model.service_kind import ServiceKind
from .model.tenancy import Tenancy
from .network.loopback import CallNetwork
from .tenant_service import TenantService
from .vantage.loot import LootFile
from .vantage.stream_tap import StreamTap


class LiveTenant:
    """Create it inside a running event loop, `open` it before the call, `close` it after. `heed`, `telling`: see
    TenantService.

    `advertise` gives the address that Alice is told of her leg of an ordinary call. `tokens` stand in the files that
    parties send; `sent` says who did. `keyings` and `keylog`: see LiveMedia.
    """

    def __init__(
        self,
        tenancy: Tenancy,
        network: CallNetwork,
        folder: RecordingFolder,
        heed: Callable[[Delivery], None],
        tokens: Mapping[Party, str],
        kind: ServiceKind,
        keyings: Mapping[Party, Keying],
        keylog: Callable[[str, str], None],
        telling: Telling = as_it_is,
        guest: Callable[[str], LiveGuest] | None = None,
        advertise: Callable[[Address], Awaitable[Address]] | None = None,
    ) -> None:
        self._advertise = advertise
        known = () if guest is None else tenancy.people
        self.people = [LivePerson(one, guest(one.name)) for one in known if guest is not None]
        self._keylog = keylog
        self._tenancy, self._folder, self._tokens = tenancy, folder, tokens
        self.sent: list[Party] = []
        self._host = network.address("service")
        self._clear = LootFile(folder.path(PROCESSED), TEXT)
        self._taps = {party: self._tap(party) for party in Party}
        ways = {party: (network.address(f"relay-{party}"), tap) for party, tap in self._taps.items()}
        further = [(one.person, partial(_connected, one)) for one in self.people]
        self.service = TenantService(
            tenancy,
            self._host,
            ways,
            folder.path(STORE),
            self._processor,
            kind,
            time.time,
            heed,
            keyings,
            telling,
            further,
        )

    @property
    def fault(self) -> str | None:
        """What broke on the way to the service, or at a further device: then the recording is worthless."""
        devices = (one.fault or one.guest.tap.fault for one in self.people)
        if (fault := next(filter(None, devices), None)) is not None:
            return fault
        broken = ((party, tap.fault) for party, tap in self._taps.items() if tap.fault)
        return next((f"the tap of {party}'s connections broke: {fault}" for party, fault in broken), None)

    @property
    def beside(self) -> tuple[tuple[float, Callable[[], Awaitable[None]]], ...]:
        """What administrator and users do during the call, and when."""
        steps = ((step.after, partial(self.service.take, step)) for step in self._tenancy.later)
        files = ((one.after, partial(self._send_file, one.by)) for one in self._tenancy.files)
        return (*steps, *files, *((0.0, one.heard) for one in self.people))

    @property
    def guests(self) -> list[LiveGuest]:
        """The media of the further devices."""
        return [one.guest for one in self.people]

    def write(self) -> None:
        """What is to be known of the further devices."""
        for guest in self.guests:
            guest.write()

    async def open(self) -> None:
        """TenantServiceError, OSError."""
        await self.service.open()

    async def close(self) -> None:
        """The service ends, and with it what is written of it."""
        for person in self.people:
            await person.close()
        await self.service.close()
        for tap in self._taps.values():
            tap.close()
        self._clear.close()
        for path in self._folder.path(STORE).rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        for party, content in self.service.received.items():
            self._folder.received(party, content)
        self.service.received.clear()

    def legs(self) -> tuple[ServiceLeg, ...]:
        return self.service.legs()

    def opened(self, name: str, clear: bytes) -> None:
        """The service's media processor has a packet of a device in clear."""
        self._clear.of_device(self._known(name), clear, time.time())

    def agreed(self, name: str, line: str) -> None:
        """It has agreed on keys with a device."""
        self._keylog(self._known(name), line)

    async def _send_file(self, sender: Party) -> None:
        self.sent.append(sender)
        await self.service.send_file(sender, f"notes of {sender} {self._tokens[sender]}\n".encode())

    def _processor(self, tell: Tell) -> MediaProcessor:
        return ServiceMedia(self._host, self._folder.path(KEPT), tell, self, self._told_address)

    async def _told_address(self, name: str, real: Address) -> Address:
        return (
            real if self._advertise is None or name != self._tenancy.users[Party.ALICE] else await self._advertise(real)
        )

    def _known(self, user: str) -> str:
        """The party whose sign-in name this is, or the name."""
        return next((party.value for party, name in self._tenancy.users.items() if name == user), user)

    def _tap(self, party: Party) -> StreamTap:
        name = f"{party}-signalling"
        return StreamTap(name, party, self._folder.path(f"{name}.pcapng"))


def _connected(person: LivePerson, client: ServiceClient) -> Callable[[Told], None]:
    """The device has its client; whoever heeds what that is told."""
    person.client = client
    return person.told
