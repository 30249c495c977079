"""The relay that is a process of its own: what it is asked, and what becomes of it when it goes away."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from harness.adversaries import registry, relay_process
from harness.adversaries.relay_process import RelayProcess, RelayProcessFailed
from harness.model.adversary import Bystander, DtlsMitm, Position
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage
from harness.model.relay_protocol import RelayOrder
from harness.network.loopback import CallNetwork

pytestmark = [pytest.mark.live, pytest.mark.asyncio]
NETWORK = CallNetwork(0xE181)
ALICE = (NETWORK.address("alice"), 40_000)
FORWARDS = Bystander(kind="bystander")
SWAPS = DtlsMitm(kind="dtls-mitm", position=(Position.PATH, Position.SIGNALLING))
HANGUP = SignalMessage(kind=SignalKind.HANGUP, sender=Party.ALICE, body="bye")


@asynccontextmanager
async def opened(folder: Path, adversary: Bystander | DtlsMitm = FORWARDS) -> AsyncIterator[RelayProcess]:
    order = RelayOrder(
        adversary=adversary, seed="s", code_digits=20, network=0xE181, loot=str(folder / "loot.pcapng"), word="w" * 16
    )
    relay = RelayProcess(
        order,
        registry.create(adversary, "s"),
        adversary.position,
        NETWORK.addresses("relay-alice", "relay-bob", "attacker"),
        NETWORK.contains,
        lambda *_: None,
    )
    await relay.open()
    try:
        yield relay
    finally:
        await relay.close()
        with pytest.raises(ProcessLookupError):
            os.kill(relay.pid, 0)


async def test_it_gives_faces_on_its_own_addresses_and_says_in_the_end_what_it_did(tmp_path: Path) -> None:
    async with opened(tmp_path) as relay:
        host, _ = await relay.advertise(Party.ALICE, ALICE)
        assert host == NETWORK.address("relay-bob")
        assert await relay.signal(HANGUP) == HANGUP
        assert relay.state is None
    assert relay.state is not None
    assert (relay.state.deeds, relay.state.loot, relay.fault) == ({}, 0, None)


async def test_a_message_passes_the_machine_over_there(tmp_path: Path) -> None:
    async with opened(tmp_path, SWAPS) as relay:
        assert await relay.signal(HANGUP) == HANGUP


async def test_an_address_outside_the_run_is_refused_over_there_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as relay:
        relay.learned(Party.ALICE, ("192.0.2.1", 4000))
        with pytest.raises(RelayProcessFailed, match="is not in this run's network"):
            await relay.advertise(Party.ALICE, ("192.0.2.1", 4000))
        assert relay.fault is not None
        assert "could not do what it was told" in relay.fault


async def test_one_that_is_killed_is_missed_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as relay:
        os.kill(relay.pid, signal.SIGKILL)
        with pytest.raises(RelayProcessFailed, match="the relay's process ended by itself"):
            await relay.advertise(Party.ALICE, ALICE)
        assert relay.fault == "the relay's process ended by itself"
        with pytest.raises(RelayProcessFailed, match="ended by itself"):
            relay.call_up()
    assert relay.state is None


async def test_one_that_is_stopped_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as relay:
        monkeypatch.setattr(relay_process, "PATIENCE", 0.3)
        monkeypatch.setattr(relay_process, "GRACE", 0.3)
        os.kill(relay.pid, signal.SIGSTOP)
        with pytest.raises(RelayProcessFailed, match="gave no answer"):
            await relay.advertise(Party.ALICE, ALICE)
        assert relay.fault is not None


async def test_what_an_earlier_call_left_cannot_be_told_to_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as relay:
        relay.earlier_traffic(1, [(Party.ALICE, b"x")])
        assert relay.fault is not None
        assert "cannot be told" in relay.fault
