"""A page in the Firefox of this run as one party of a call."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...network.default_route import own_address
from ..endpoint import EndpointSetup
from ..process import ProcessEndpoint
from .handshakes import Handshakes
from .page_program import PageProgram
from .shared import SHARED


def firefox(setup: EndpointSetup) -> ProcessEndpoint:
    """Needs a running event loop; `close` it whatever happened."""
    handshakes = Handshakes(setup.tap)
    speaker = partial(PageProgram, SHARED, handshakes)
    return ProcessEndpoint(replace(setup, tap=handshakes), speaker=speaker, at=own_address())
