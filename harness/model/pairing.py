"""Which two endpoints call each other over which network, and how the id of a scenario names that."""

from __future__ import annotations

import re
from typing import Final

from pydantic import Field

from .base import Noun, Party
from .endpoints import EndpointKind
from .network import Network

_PAIRED: Final = re.compile(
    r"(?P<base>[^\[\]]+)\[(?:(?P<own>[^\[\]]+),)?alice=(?P<alice>[a-z0-9-]+),bob=(?P<bob>[a-z0-9-]+)"
    r",network=(?P<network>[a-z-]+)\]"
)


class Pairing(Noun):
    """A cell of the interop matrix. Alice calls, and makes the offer."""

    alice: EndpointKind = Field(strict=False)
    bob: EndpointKind = Field(strict=False)
    network: Network = Field(strict=False)

    def of(self, party: Party) -> EndpointKind:
        return self.alice if party is Party.ALICE else self.bob

    def id_of(self, scenario: str) -> str:
        """The id of the scenario between these two: as a matrix of its file would have made it."""
        own = scenario.removesuffix("]").replace("[", ",", 1).split(",", 1)
        label = ",".join((*own[1:], f"alice={self.alice}", f"bob={self.bob}", f"network={self.network}"))
        return f"{own[0]}[{label}]"


def paired(name: str) -> tuple[str, Pairing] | None:
    """The scenario and the pairing of such an id; None for the id of a scenario as its file has it."""
    found = _PAIRED.fullmatch(name)
    if found is None:
        return None
    try:
        pairing = Pairing.model_validate({part: found[part] for part in ("alice", "bob", "network")})
    except ValueError:
        return None
    return f"{found['base']}[{found['own']}]" if found["own"] else found["base"], pairing
