"""A page in the Firefox of this run, or in one of its own in a network namespace, as one party of a call."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...network.default_route import own_address
from ..endpoint import EndpointSetup
from ..process import ProcessEndpoint
from .handshakes import Handshakes
from .page_program import PageProgram
from .shared import SHARED, SharedFirefox


def firefox(setup: EndpointSetup) -> ProcessEndpoint:
    """Needs a running event loop; `close` it whatever happened."""
    handshakes = Handshakes(setup.tap)
    enclosed = setup.inside is not None
    speaker = partial(PageProgram, SharedFirefox(setup.within) if enclosed else SHARED, handshakes)
    at = setup.address if enclosed else own_address()
    return ProcessEndpoint(replace(setup, tap=handshakes), speaker=speaker, at=at)
