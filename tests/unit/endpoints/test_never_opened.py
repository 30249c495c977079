"""A program whose network never came to be: that it was not started is no failure of the call's end."""

from __future__ import annotations

import asyncio

import pytest

from harness.endpoints.endpoint import EndpointSetup, NoStatement
from harness.endpoints.process import ProcessEndpoint
from harness.model.base import Party

from .test_behind_leg import Unseen

pytestmark = pytest.mark.asyncio


async def test_it_is_closed_without_a_word_of_an_interruption() -> None:
    there: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()

    async def inside() -> tuple[str, ...]:
        return await asyncio.shield(there)

    setup = EndpointSetup(
        party=Party.ALICE,
        peer_name="Bob",
        media=(),
        markers={},
        address="10.0.9.2",
        advertise=None,
        tap=Unseen(),
        keylog=lambda line: None,
        inside=inside,
    )
    endpoint = ProcessEndpoint(setup)
    there.cancel()
    await endpoint.close()
    with pytest.raises(NoStatement):
        endpoint.statement()
