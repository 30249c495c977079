"""A plan of the search: what kind of call, and the moves on it. The shortest attack of all is an honest call."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..model.adversary import Position, Script
from ..model.adversary.script import Move
from ..model.adversary.service_moves import ForgeAccept
from ..model.base import Asset, Party
from ..model.call import Call, ChatLine
from ..model.endpoints import WITHOUT_CHAT, Endpoints
from ..model.expectation import Expectation
from ..model.mode import Mode
from ..model.scenario import Family, Scenario
from ..model.service_kind import ServiceKind
from ..model.verdict import Outcome


class Shape(StrEnum):
    """What the two people do: talk; restart ICE while they talk; talk after an earlier call. With the last two nobody
    interferes: talk in an ordinary call of the service; talk while the numbers of the packets wrap."""

    PLAIN = "plain"
    RESTART = "restart"
    EARLIER = "earlier"
    ORDINARY = "ordinary"
    WRAPPING = "wrapping"


SECONDS: Final = 0.5
"""How long media flows: a marker takes 16 packets of 20 ms, and RTCP says goodbye at the end."""
PATIENCE: Final = 0.4
SETUP_SECONDS: Final = 2.0
"""Shorter than a user would wait: a call that is held up is no violation, and waiting is what a search has least of."""
RESTART_AFTER: Final = 0.1
NEARLY_WRAPPED: Final = 2**16 - 10
"""Where numbers begin that wrap within such a call: sound has 50 packets a second."""
SMALL_WINDOW: Final = 64
"""Of received numbers (RFC 3711 section 3.3.2): with a larger one a receiver has no place for those before the wrap."""
LONG_RING: Final = 3.0
"""How long it rings where somebody wants to be quicker than the user. A call that is up by then waits for nobody."""
CHAT: Final = tuple(ChatLine(by=party, text="Hello?", after=0.05) for party in Party)
"""What people write tells on a service, or on a client, without any move."""


@dataclass(frozen=True)
class Plan:
    """One thing to try."""

    shape: Shape = Shape.PLAIN
    moves: tuple[Move, ...] = ()

    @property
    def key(self) -> str:
        """Two plans with the same key are the same plan."""
        return json.dumps([self.shape, [move.model_dump(mode="json") for move in self.moves]])

    def name(self, endpoints: Endpoints, service: ServiceKind) -> str:
        """An id for a scenario: of the same plan between others it is another one."""
        told = json.dumps([self.key, endpoints.model_dump(mode="json"), service])
        return f"found-{hashlib.sha256(told.encode()).hexdigest()[:10]}"

    @property
    def positions(self) -> tuple[Position, ...]:
        """What the adversary must control for its moves, and no more."""
        needed = {position for move in self.moves for position in move.needs}
        return tuple(position for position in Position if position in needed)

    @property
    def adversary(self) -> Script | None:
        if not self.moves:
            return None
        return Script(kind="script", position=self.positions, moves=self.moves)

    def call(self, endpoints: Endpoints) -> Call:
        """What these two do. Who has no chat is not asked to write: it would keep the whole call from being made."""
        return Call(
            mode=Mode.SERVICE if self.shape is Shape.ORDINARY else Mode.E2EE,
            media=(Asset.AUDIO,),
            seconds=SECONDS,
            setup_seconds=SETUP_SECONDS,
            patience=PATIENCE,
            restart_after=RESTART_AFTER if self.shape is Shape.RESTART else None,
            earlier=1 if self.shape is Shape.EARLIER else 0,
            ring=LONG_RING if self._early else 0,
            chat=CHAT if WITHOUT_CHAT.isdisjoint((endpoints.alice, endpoints.bob)) else (),
            first_sequence=NEARLY_WRAPPED if self.shape is Shape.WRAPPING else None,
            replay_window=SMALL_WINDOW if self.shape is Shape.WRAPPING else None,
        )

    @property
    def family(self) -> Family:
        if Position.SIGNALLING in self.positions:
            return Family.SIGNALLING
        return Family.NETWORK if self.moves else Family.CONTROL

    @property
    def _early(self) -> bool:
        """Whether somebody wants to be quicker than the callee's user."""
        return any(isinstance(move, ForgeAccept) and move.when == "ringing" for move in self.moves)

    def scenario(
        self,
        endpoints: Endpoints,
        expect: Expectation | None = None,
        service: ServiceKind = ServiceKind.REFERENCE,
    ) -> Scenario:
        """The scenario that tries it. Without an expectation: what the property asks for."""
        return Scenario(
            id=self.name(endpoints, service),
            family=self.family,
            title=f"Found by the search: {self.described}"[:200],
            why="Nobody wrote this down: the search put the moves together, and the system did what it must not do.",
            call=self.call(endpoints),
            endpoints=endpoints,
            service=service,
            adversary=self.adversary,
            expect=expect or Expectation(outcome=Outcome.SECURE),
        )

    @property
    def described(self) -> str:
        """The plan in a few words."""
        return f"{_KINDS[self.shape]}, {', '.join(move.do for move in self.moves) or 'no attack at all'}"


_KINDS: Final = {
    Shape.PLAIN: "a call",
    Shape.RESTART: "a call with a restart",
    Shape.EARLIER: "a second call",
    Shape.ORDINARY: "an ordinary call of the service",
    Shape.WRAPPING: "a call whose numbers wrap",
}
