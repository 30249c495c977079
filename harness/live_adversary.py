"""The adversary of one recorded call: its relay, what it is given to know, and the file that it writes down into."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress

from .adversaries import registry as adversaries
from .adversaries.relay import Relay
from .adversaries.relay_process import RelayProcess
from .endpoints.endpoint import Endpoint
from .evidence.recording_folder import LOOT, RecordingFolder
from .live_conditions import Conditions, Past
from .live_namespaces import LiveNamespaces
from .model.adversary import Adversary, LaterKeys, Position, SessionTheft
from .model.base import Party
from .model.datagram import Address
from .model.mode import Mode
from .model.recording import SignalEntry, SignalMessage
from .model.relay_protocol import RelayOrder
from .model.scenario import Scenario
from .network.loopback import CallNetwork
from .vantage.loot import LootFile


class LiveAdversary:
    """`bring` brings a message of its own to a party. What it does with all that is the business of its machine."""

    def __init__(
        self,
        scenario: Scenario,
        adversary: Adversary,
        conditions: Conditions,
        folder: RecordingFolder,
        network: CallNetwork,
        spaces: LiveNamespaces | None,
        bring: Callable[[Party, SignalMessage], None],
    ) -> None:
        self._scenario, self._adversary, self._folder = scenario, adversary, folder
        self.loot: LootFile | None = None
        machine = adversaries.create(adversary, conditions.seed, scenario.call.code_digits)
        place = adversary.position, network.addresses("relay-alice", "relay-bob", "attacker")
        self.relay: Relay
        if scenario.relay_apart:
            self.relay = RelayProcess(self._order(conditions), machine, *place, network.contains, bring)
            return
        self.loot = LootFile(folder.path(LOOT))
        self.relay = Relay(
            machine,
            *place,
            network.contains,
            self.loot.write_down,
            bring,
            nullcontext if spaces is None else spaces.attacker,
            None if spaces is None else spaces.forge,
        )

    async def open(self, past: Past) -> None:
        """Ready for the call, and told of those before it."""
        await self.relay.open()
        for number, entries in enumerate(past.signalling, 1):
            self.relay.earlier(number, _as_sent(entries))
        for number, datagrams in enumerate(past.traffic, 1):
            self.relay.earlier_traffic(number, datagrams)
        if isinstance(self._adversary, SessionTheft):
            # Who has had one of the devices in his hands since, has the secrets of its earlier sessions.
            for number, keylogs in enumerate(past.keylogs, 1):
                self.relay.earlier_keys(number, Party.ALICE, keylogs[Party.ALICE])

    async def close(self, endpoints: Mapping[Party, Endpoint]) -> None:
        """The call is over: a thief may come. A key goes from hand to hand and into no file."""
        if isinstance(self._adversary, LaterKeys):
            for party, endpoint in endpoints.items():
                key = endpoint.certificate_key()
                if key is not None:
                    self.relay.key_given(party, key)
        await self.relay.close()

    def release(self) -> None:
        """Let go of the file, when the call could not be recorded."""
        if self.loot is not None:
            with suppress(OSError):
                self.loot.close()

    @property
    def pieces_written_down(self) -> int:
        """How many it has in its file."""
        if isinstance(self.relay, RelayProcess):
            return 0 if self.relay.state is None else self.relay.state.loot
        return 0 if self.loot is None else self.loot.packets

    def on_path(self, party: Party) -> bool:
        """Whether it is on this party's leg. The leg of the callee of an ordinary call is the service's."""
        ordinary = self._scenario.call.mode is Mode.SERVICE
        return Position.PATH in self._adversary.position and (not ordinary or party is Party.ALICE)

    async def advertise(self, party: Party, real: Address, faced: bool) -> Address:
        """Which address the other one is told: that of a face, where it has one there; else the real one."""
        self.relay.learned(party, real)
        return await self.relay.advertise(party, real) if faced and self.on_path(party) else real

    def _order(self, conditions: Conditions) -> RelayOrder:
        """For a relay in a process of its own."""
        return RelayOrder(
            adversary=self._adversary,
            seed=conditions.seed,
            code_digits=self._scenario.call.code_digits,
            network=conditions.number,
            loot=str(self._folder.path(LOOT).absolute()),
            word=secrets.token_hex(16),
        )


def _as_sent(entries: tuple[SignalEntry, ...]) -> tuple[SignalMessage, ...]:
    return tuple(entry.message for entry in entries if (entry.hop, entry.direction) == ("service", "in"))
