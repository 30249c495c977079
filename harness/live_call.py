"""One real call, recorded: endpoints, the service between them, an adversary perhaps, and a tap on each leg.

Planning is done before (the scenario), interpreting after (the audit). Nothing here knows what is expected.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

from .adversaries.relay import Relay
from .adversaries.relay_process import RelayProcess
from .auditors.leg import Leg
from .call_course import NAMES, CallCourse
from .calling.service.switchboard import Telling, as_it_is
from .calling.services import SERVICES
from .calling.signalling import Signalling, carried_as_it_is, granted
from .dishonest_service import DishonestService
from .endpoints import registry as endpoints
from .endpoints.endpoint import Endpoint, EndpointSetup, ScreenPicture
from .endpoints.process import ProcessEndpoint
from .evidence.recording_folder import RecordingFolder
from .live_adversary import LiveAdversary
from .live_conditions import Conditions, LiveCallError, Past
from .live_guest import LiveGuest
from .live_media import LiveMedia
from .live_media_server import LiveMediaServer
from .live_memory import LiveMemory, Suspect, leg_so_far
from .live_namespaces import LiveNamespaces
from .live_tenant import LiveTenant
from .live_turn import LiveTurn
from .markers import chat
from .model.adversary import (
    MediaServer,
    MediaServerMode,
    MediaServerProgram,
    Position,
)
from .model.base import Asset, Party
from .model.datagram import Address
from .model.endpoints import EndpointKind
from .model.memory import Holder
from .model.mode import Mode
from .model.network import Network
from .model.recording import SignalMessage
from .model.scenario import Scenario
from .model.service_kind import Processor
from .model.tenancy import Tenancy
from .network.loopback import CallNetwork
from .network.namespaces import NamespacePlan
from .service_signalling import TenantServiceError
from .vantage.tap import LegTap

ENDING = 45.0
"""Seconds that everything of a call may take to end, on a machine that does much else."""


def marker(seed: str, scenario: str, sender: str, asset: Asset) -> int:
    """The 64-bit marker of one asset and direction: random over seeds, the same again for the same seed."""
    text = "\0".join((seed, scenario, sender, asset))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


LATE = 5.0
"""Seconds after which it is asked whether who carries the call is still there: who waits for it cannot end."""


class LiveCall:
    """The parts of one call, wired together."""

    def __init__(self, scenario: Scenario, conditions: Conditions, folder: RecordingFolder, past: Past) -> None:
        self.scenario = scenario
        self.conditions = conditions
        self.folder = folder
        self.past = past
        plan = NamespacePlan if scenario.network is Network.NAMESPACES else CallNetwork
        self.network: CallNetwork = plan(conditions.number)
        self.spaces = self._spaces()
        self.keylogs: dict[Party, list[str]] = {party: [] for party in Party}
        self.adversary = self._adversary()
        self.tenant = self._tenant()
        self.turn = self._turn()
        self.media_server = self._media_server()
        self.media = self._media()
        self.disk: list[str] = []
        self.service = self._service() if self.tenant is None else self.tenant.service.signalling
        self.deeds: Counter[str] = Counter()
        self.pictures: dict[Party, ScreenPicture] = {}
        self.plaintext: dict[Party, bytes] = {}
        self.taps = {party: self._tap(party) for party in Party}
        self.endpoints = {party: self._endpoint(party) for party in Party}
        tokens = {party: chat.token(self.marker(party, Asset.CHAT)) for party in Party}
        beside = () if self.tenant is None else self.tenant.beside
        settled = None if self.media is None or Asset.AUDIO not in scenario.call.media else self.media.settled
        self.memory = self._memory(tokens)
        heard = None if self.memory is None else self.memory.during
        self.course = CallCourse(
            scenario.call, self.endpoints, self.service, self._call_up, tokens, beside, settled, heard
        )

    async def run(self) -> None:
        """Set up, let media flow, and end the call. A call that fails is a result, not an error."""
        try:
            if self.spaces is not None:
                await self.spaces.open(self.relay)
            if self.adversary is not None:
                await self.adversary.open(self.past)
            if self.turn is not None:
                await self.turn.open(self.relay)
            if self.media_server is not None:
                await self.media_server.open()
            if self.media is not None:
                await self.media.open(self._advertised_to_alice)
            if self.tenant is not None:
                await self.tenant.open()
            await self.course.run()
        except TenantServiceError as error:
            raise LiveCallError(str(error)) from error
        finally:
            await _to_the_end(self._close_in_time())

    @property
    def fault(self) -> str | None:
        """A relay or a tap that broke: it makes the recording worthless, whatever the call looked like."""
        broken = [f"the tap of {party} broke: {tap.fault}" for party, tap in self.taps.items() if tap.fault]
        parts = (self.relay, self.media, self.tenant, self.turn, self.spaces, self.media_server)
        broken += [one.fault for one in parts if one is not None and one.fault]
        return broken[0] if broken else None

    async def _close_in_time(self) -> None:
        """One end that never ends would hold up the whole run; where something broke before, that is the reason."""
        closing = asyncio.create_task(self._close())
        try:
            waited = await self._waited_for(closing)
        finally:
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)
        if not closing.cancelled():
            closing.result()
            return
        first = "" if self.fault is None else f"{self.fault}; then "
        for service in (self.turn, self.media_server):
            if service is not None:
                await service.close()
        raise LiveCallError(f"{first}what took part in the call could not be ended within {waited:g} s")

    async def _waited_for(self, closing: asyncio.Task[None]) -> float:
        """How many seconds, at most, the call had for its end: fewer where it is known why it does not come."""
        late = min(LATE, ENDING)
        await asyncio.wait({closing}, timeout=late)
        if not closing.done() and self.turn is not None:
            await self.turn.ask()
        if closing.done() or self.fault is not None:
            return late
        await asyncio.wait({closing}, timeout=ENDING - late)
        return ENDING

    async def _close(self) -> None:
        """End everything, also when something else cannot be ended; what went wrong first is raised."""
        # First all of them: the end of one must not look like a failure to the other.
        ended = await asyncio.gather(*(one.conclude() for one in self.endpoints.values()), return_exceptions=True)
        ended += await asyncio.gather(*(one.close() for one in self.endpoints.values()), return_exceptions=True)
        if self.memory is not None:
            await self.memory.after()
        for service in (self.media, self.tenant, self.turn, self.media_server):
            if service is not None:
                await service.close()
        if self.adversary is not None:
            await self.adversary.close(self.endpoints)
        if self.spaces is not None:
            await self.spaces.close()
        for error in ended:
            if error is not None:
                raise error

    def release(self) -> None:
        """Let go of the files that a call which could not be recorded has left open."""
        for tap in self.taps.values():
            with suppress(OSError):
                tap.close()
        if self.adversary is not None:
            self.adversary.release()

    @property
    def relay(self) -> Relay | None:
        return None if self.adversary is None else self.adversary.relay

    def _call_up(self) -> None:
        if self.relay is not None:
            self.relay.call_up()

    def _bring(self, to: Party, message: SignalMessage) -> None:
        self.course.bring(to, message)

    def _tenant(self) -> LiveTenant | None:
        """The real service, where a scenario says what is set at it."""
        tenancy = self.scenario.tenant
        if tenancy is None:
            return None
        tokens = {party: chat.token(self.marker(party, Asset.FILE)) for party in Party}
        heed = lambda brought: self.course.deliver(brought)  # noqa: E731 - the course is made later
        telling = as_it_is if self.relay is None else self._telling(self.relay, tenancy)
        kind, keyings = self.scenario.service, self.scenario.keyings
        agreed, guest = self._agreed, self._guest
        return LiveTenant(
            tenancy,
            self.network,
            self.folder,
            heed,
            tokens,
            kind,
            keyings,
            agreed,
            telling=telling,
            guest=guest,
            advertise=self._advertised_to_alice,
        )

    def _telling(self, relay: Relay, tenancy: Tenancy) -> Telling:
        """What the real service tells its users: the truth, unless the adversary has it in hand."""
        adversary = self.scenario.adversary
        in_hand = adversary is not None and Position.SIGNALLING in adversary.position
        return DishonestService(relay.signal_at_once, tenancy.users).tell if in_hand else as_it_is

    def _spaces(self) -> LiveNamespaces | None:
        if not isinstance(self.network, NamespacePlan):
            return None
        return LiveNamespaces(self.scenario, self.network, self.folder)

    def _turn(self) -> LiveTurn | None:
        """The relay that both devices are forced through; an adversary on the path is that relay."""
        if not self.scenario.network.turn:
            return None
        own = not self.scenario.relayed_by_coturn
        return LiveTurn(self.scenario.network, self.network, self.folder, own)

    def _media_server(self) -> LiveMediaServer | None:
        """A media server of other people's that the service puts into the call, openly or not."""
        if self.scenario.processor is Processor.JANUS:
            return LiveMediaServer(MediaServerProgram.JANUS, MediaServerMode.TERMINATE, self.network, self.folder)
        adversary = self.scenario.adversary
        if not isinstance(adversary, MediaServer):
            return None
        return LiveMediaServer(adversary.program, adversary.handling, self.network, self.folder)

    def _memory(self, tokens: Mapping[Party, str]) -> LiveMemory | None:
        """The search of the processes of this call, where a scenario asks for it."""
        if not self.scenario.memory:
            return None
        suspects = [one for part in (self.turn, self.media_server) if part is not None for one in part.suspects()]
        if isinstance(self.relay, RelayProcess):
            suspects.append(Suspect("relay", Holder.INTERMEDIARY, partial(getattr, self.relay, "pid"), self.relay.word))
        suspects += [
            Suspect(party.value, Holder.ENDPOINT, partial(getattr, endpoint, "pid"))
            for party, endpoint in self.endpoints.items()
            if isinstance(endpoint, ProcessEndpoint)
        ]
        return LiveMemory(self._legs, tokens, suspects)

    def _legs(self) -> tuple[Leg, ...]:
        """What the taps have written by now."""
        legs = (leg_so_far(self.taps[party], self.keylogs[party]) for party in Party)
        return tuple(leg for leg in legs if leg is not None)

    def _media(self) -> LiveMedia | None:
        """The media processor of the service that is in the same process. The real one has its own."""
        theirs = self.tenant is not None or self.media_server is not None
        if theirs or self.scenario.call.mode is not Mode.SERVICE:
            return None
        keyings = self.scenario.keyings
        return LiveMedia(self.network.address("service"), self.folder, self._guest, keyings, self._agreed)

    def _agreed(self, name: str, line: str) -> None:
        """The service has agreed on keys with a party: a browser tells nobody, so its leg has the service's key log."""
        if name in set(Party):
            self.keylogs[Party(name)].append(line)

    def _guest(self, name: str) -> LiveGuest:
        """A further device of this name, with sound only: it is heard, and nobody sees it."""
        markers = {asset: self.marker(name, asset) for asset in {Asset.AUDIO} & set(self.spoken(Party.BOB))}
        make = partial(endpoints.create, EndpointKind.AIORTC)
        return LiveGuest(name, self.folder, markers, self.network.address("guest"), make)

    def _service(self) -> Signalling:
        """The service that carries the messages, in somebody's hands perhaps; in an ordinary call its media, too."""
        tamper = None if self.relay is None else self.relay.signal
        if self.media_server is not None:
            tamper = self.media_server.signal
        describe = carried_as_it_is if self.media is None else self.media.passed
        grant = granted if self.media is None else self.media.granted
        kind = SERVICES[self.scenario.service]
        return kind(time.time, self.scenario.call.mode, tamper, describe, self.disk.append, grant)

    def _adversary(self) -> LiveAdversary | None:
        adversary = self.scenario.adversary
        if adversary is None:
            return None
        parts = self.conditions, self.folder, self.network, self.spaces, self._bring
        return LiveAdversary(self.scenario, adversary, *parts)

    def _tap(self, party: Party) -> LegTap:
        ordinary = self.scenario.call.mode is Mode.SERVICE
        far = (
            "relay" if self._on_path(party) or self.turn is not None else "processor" if ordinary else party.peer.value
        )
        name = f"{party}-{far}"
        return LegTap(name, party, self.folder.path(f"{name}.pcapng"))

    def _endpoint(self, party: Party) -> Endpoint:
        call, kind = self.scenario.call, self.scenario.endpoints.of(party)
        program = self.conditions.programs.get(party) if kind is EndpointKind.PROGRAM else None
        setup = EndpointSetup(
            party=party,
            peer_name=NAMES[party.peer],
            media=call.negotiated,
            markers={asset: self.marker(party, asset) for asset in self.spoken(party)},
            address=self.network.address(party),
            advertise=self._advertise,
            tap=self.taps[party],
            keylog=self.keylogs[party].append,
            code_digits=call.code_digits,
            memory=self.past.memories[party],
            voice=call.voice,
            first_sequence=call.first_sequence,
            replay_window=call.replay_window,
            through_leg=self.taps[party].through_leg,
            as_told=self.taps[party].as_told,
            deeds=self.deeds,
            picture=partial(self.pictures.__setitem__, party),
            plaintext=partial(self.plaintext.__setitem__, party),
            command=() if program is None else program.command,
            lacks=None if program is None else program.lacks,
            peer_shares=party.peer in call.sharing,
            turn=None if self.turn is None else self.turn.servers[party],
            keying=self.scenario.keyings[party],
            inside=None if self.spaces is None else partial(self.spaces.prefix, party),
            within=nullcontext if self.spaces is None else partial(self.spaces.device, party),
        )
        return endpoints.create(kind, setup)

    def spoken(self, party: Party) -> tuple[Asset, ...]:
        """The assets that carry something of this party: none in a call that lasts no time."""
        call = self.scenario.call
        shared = (Asset.SCREEN,) if party in call.sharing else ()
        return (*call.media, *shared) if call.seconds else ()

    def marker(self, sender: str, asset: Asset) -> int:
        return marker(self.conditions.seed, f"{self.scenario.id}/{self.folder.root.name}", sender, asset)

    def _on_path(self, party: Party) -> bool:
        return self.adversary is not None and self.adversary.on_path(party)

    async def _advertise(self, party: str, real: Address) -> Address:
        """Which address the others are told: the relay's face when one is on the path, else the real one."""
        if self.adversary is None:
            return real
        faced = self.turn is None and self.spaces is None and self.media_server is None
        return await self.adversary.advertise(Party(party), real, faced)

    async def _advertised_to_alice(self, real: Address) -> Address:
        """In an ordinary call the service is who Alice talks to; an adversary on the path stands between them."""
        return real if self.relay is None else await self.relay.advertise(Party.BOB, real)


async def _to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Close, even if we are cancelled meanwhile: half-closed endpoints keep threads and sockets."""
    task = asyncio.create_task(closing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
