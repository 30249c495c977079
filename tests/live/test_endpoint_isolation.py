"""A call keeps to its own addresses while it lasts, and leaves nothing behind; many at once stay apart."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCRtpTransceiver

from harness.model.base import Asset, Party
from harness.model.datagram import Address
from harness.wire.sdp import Sdp

from .endpoint_calls import MARKERS, PATIENCE, Box, Call, dial

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


async def test_nothing_is_bound_or_sent_outside_the_partys_own_loopback_address() -> None:
    before = set(udp_sockets())
    async with dial() as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        opened = set(udp_sockets()) - before
        own = {call.network.address(party) for party in Party}
        assert {address for address, _ in opened} == own
    for party, ledger in call.ledgers.items():
        assert {packet.local[0] for packet in ledger.packets} == {call.network.address(party)}
        assert {packet.remote[0] for packet in ledger.packets} == {call.network.address(party.peer)}


async def test_candidates_that_lead_away_from_the_machine_are_never_tried() -> None:
    def lead_away(sdp: str) -> str:
        parsed = Sdp.parse(sdp)
        for host in ("198.51.100.7", "2001:db8::7", "somewhere.example", "0123abcd.local"):
            parsed = parsed.insert(f"a=candidate:9 1 udp 2130706431 {host} 4444 typ host", 0)
        return str(parsed)

    before = set(udp_sockets())
    async with dial() as call:
        await call.negotiate(offer=lead_away, answer=lead_away)
        assert all((await call.connect()).values())
        opened = {address for address, _ in set(udp_sockets()) - before}
        assert opened == {call.network.address(party) for party in Party}
    for ledger in call.ledgers.values():
        assert all(ipaddress.ip_address(packet.remote[0]).is_loopback for packet in ledger.packets)


def udp_sockets() -> Iterator[tuple[str, int]]:
    """The local addresses of this process's own UDP sockets, as the kernel lists them."""
    inodes = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    for family in ("udp", "udp6"):
        for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                address, port = fields[1].split(":")
                yield ".".join(str(byte) for byte in bytes.fromhex(address)[::-1]), int(port, 16)


async def test_others_are_told_the_advertised_address_and_reach_the_endpoint_there() -> None:
    offers = []

    def note(sdp: str) -> str:
        offers.append(sdp)
        return sdp

    async with Box() as box, dial(advertise=box.advertise) as call:
        await call.negotiate(offer=note, answer=note)
        assert all((await call.connect()).values())
        await call.talk()
        faces = {party: box.faces[party.value].address for party in Party}
        for party, sdp in zip(Party, offers, strict=True):
            parsed = Sdp.parse(sdp)
            assert {(candidate.address, candidate.port) for _, candidate in parsed.candidates()} == {faces[party]}
            assert {media.port for media in parsed.media()} == {faces[party][1]}
            assert call.network.address(party) not in sdp
            assert {packet.remote for packet in call.ledgers[party].packets} == {faces[party.peer]}
        # A connectivity check that comes before the box knows both sides is lost, and costs half a second.
        assert box.too_early == 0


async def test_an_answer_starts_no_check_before_others_know_where_it_comes_from() -> None:
    async def slow(party: str, real: Address) -> Address:
        for _ in range(50):
            await asyncio.sleep(0)
        assert call.ledgers[Party(party)].packets == []
        return real

    call = dial(advertise=slow)
    async with call:
        await call.negotiate()
        assert all((await call.connect()).values())


async def test_closing_leaves_nothing_behind_and_may_be_repeated() -> None:
    loop = asyncio.get_running_loop()
    complaints: list[object] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    threads, sockets = set(threading.enumerate()), set(udp_sockets())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with dial() as whole:
            await whole.negotiate()
            await whole.connect()
            await whole.talk()
        for steps in range(4):
            call = dial()
            await unfinished(call, steps)
            await call.alice.close()
            await call.bob.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await call.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert {thread for thread in threading.enumerate() if "decoder" in thread.name} <= threads
    assert set(udp_sockets()) <= sockets
    assert complaints == []
    assert [str(warning.message) for warning in caught] == []


async def unfinished(call: Call, steps: int) -> None:
    """The first so many steps of a call, each of which may be the last one."""
    offer = await call.alice.offer() if steps > 0 else ""
    answer = await call.bob.answer(offer) if steps > 1 else ""
    if steps > 2:
        await call.alice.accept(answer)


async def test_a_transport_that_comes_up_while_it_is_being_closed_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = dial(media=(Asset.AUDIO,))
    inner: Any = call.alice
    moments = {state: asyncio.Event() for state in ("connecting", "connected", "closed")}
    stop = RTCRtpTransceiver.stop

    async def stop_and_then_come_up(transceiver: RTCRtpTransceiver) -> None:
        await stop(transceiver)
        await moments["connected"].wait()

    monkeypatch.setattr(RTCRtpTransceiver, "stop", stop_and_then_come_up)
    async with asyncio.timeout(PATIENCE):
        offer = await call.alice.offer()
        transport = inner._connections[0].stack.transport
        transport.on("statechange", lambda: moments[transport.state].set())
        await call.alice.accept(await call.bob.answer(offer))
        await moments["connecting"].wait()
        await call.alice.close()
        await call.bob.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not call.statement(Party.ALICE).connected


async def test_twenty_calls_at_once_stay_apart() -> None:
    async def hold(number: int) -> Call:
        markers = {key: marker + (number << 16) for key, marker in MARKERS.items()}
        async with dial(markers=markers) as call:
            await call.negotiate()
            assert all((await call.connect()).values())
            await call.talk()
        return call

    calls = await asyncio.gather(*(hold(number) for number in range(20)))
    codes = [{call.statement(party).screen.code for party in Party} for call in calls]
    assert all(len(pair) == 1 for pair in codes)
    assert len(set.union(*codes)) == 20
    assert all(call.heard(party) == call.sent(party.peer) for call in calls for party in Party)
    for ledger in (ledger for call in calls for ledger in call.ledgers.values()):
        [(_, counted, dropped)] = ledger.closed
        assert (counted, dropped) == (len(ledger.packets), 0)
