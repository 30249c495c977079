"""The relay over real sockets: the path it makes, the positions it keeps to, and what it does when something breaks."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from harness.adversaries.bystander import Bystander
from harness.adversaries.dtls_mitm import DtlsMitm, Plan
from harness.adversaries.faces import LegCounters
from harness.adversaries.machine import (
    CallUp,
    Command,
    Deed,
    Deliver,
    EarlierDatagram,
    Event,
    Forward,
    KeyGiven,
    OwnSocketOpened,
    PathDatagram,
    SendOffPath,
    Signal,
    StartTimer,
    Stopped,
    StrangerDatagram,
    TimerFired,
    WriteDown,
    let_pass,
)
from harness.adversaries.relay import Relay
from harness.model.adversary import Position
from harness.model.base import Party
from harness.model.datagram import Address
from harness.model.recording import SignalKind, SignalMessage
from harness.wire.certificate import fresh_identity

from ..unit.adversaries.dtls_peer import DtlsPeer

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

ALICE, BOB = Party.ALICE, Party.BOB
HOSTS = {"alice": "127.9.1.1", "bob": "127.9.1.2"}
ADDRESSES = {"relay-alice": "127.9.1.3", "relay-bob": "127.9.1.4", "attacker": "127.9.1.5"}
OFFER = SignalMessage(kind=SignalKind.OFFER, sender=ALICE, body="v=0\r\n")
PATIENCE = 5.0


class Scripted:
    """A machine that answers events of one type with the commands it was given, and remembers what it was told."""

    required: tuple[str, ...] = ()
    reroutes = False

    def __init__(self, on: type | None = None, answer: Callable[[Event], Iterable[Command]] = lambda _: ()) -> None:
        self.told: list[Event] = []
        self._on = on
        self._answer = answer

    def handle(self, event: Event) -> Iterable[Command]:
        self.told.append(event)
        return self._answer(event) if self._on is not None and isinstance(event, self._on) else let_pass(event)

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.told if isinstance(event, kind)]


class Phone:
    """A party's socket. Reading waits for a datagram."""

    def __init__(self, host: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((host, 0))
        self.address: Address = self.socket.getsockname()

    def send(self, data: bytes, to: Address) -> None:
        self.socket.sendto(data, to)

    async def read(self) -> tuple[bytes, Address]:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self.socket, readable.set)
        try:
            await asyncio.wait_for(readable.wait(), PATIENCE)
        finally:
            loop.remove_reader(self.socket)
        data, source = self.socket.recvfrom(65_535)
        return data, source

    def has_nothing(self) -> bool:
        try:
            self.socket.recv(65_535)
        except BlockingIOError:
            return True
        return False


class Setting:
    """A relay between two phones. `alice_dials` is where alice sends to reach bob, and the other way round."""

    def __init__(self, relay: Relay, loot: list[tuple[Party, bytes, float]]) -> None:
        self.relay = relay
        self.loot = loot
        self.alice = Phone(HOSTS["alice"])
        self.bob = Phone(HOSTS["bob"])
        self.alice_dials = self.bob.address
        self.bob_dials = self.alice.address

    async def advertise(self) -> None:
        self.bob_dials = await self.relay.advertise(ALICE, self.alice.address)
        self.alice_dials = await self.relay.advertise(BOB, self.bob.address)


@asynccontextmanager
async def between_phones(machine: Scripted | Bystander | DtlsMitm, *positions: Position) -> AsyncIterator[Setting]:
    loot: list[tuple[Party, bytes, float]] = []
    relay = Relay(
        machine,
        positions,
        ADDRESSES,
        lambda host: host.startswith("127.9.1."),
        lambda party, data, time: loot.append((party, data, time)),
        lambda party, message: None,
    )
    await relay.open()
    setting = Setting(relay, loot)
    try:
        await setting.advertise()
        yield setting
    finally:
        await relay.close()
        setting.alice.socket.close()
        setting.bob.socket.close()


# the path


async def test_a_datagram_arrives_from_the_senders_face_and_the_answer_finds_its_way_back() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        setting.alice.send(b"hello", setting.alice_dials)
        assert await setting.bob.read() == (b"hello", setting.bob_dials)
        setting.bob.send(b"good day", setting.bob_dials)
        assert await setting.alice.read() == (b"good day", setting.alice_dials)
        assert setting.relay.deeds == {"datagrams-forwarded": 2}


async def test_each_leg_has_its_own_address_of_the_relay() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        assert setting.alice_dials[0] == ADDRESSES["relay-alice"]
        assert setting.bob_dials[0] == ADDRESSES["relay-bob"]


async def test_a_socket_keeps_its_face() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        assert await setting.relay.advertise(ALICE, setting.alice.address) == setting.bob_dials


async def test_each_of_several_sockets_has_its_own_way() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        second = Phone(HOSTS["alice"])
        second_face = await setting.relay.advertise(ALICE, second.address)
        setting.alice.send(b"one", setting.alice_dials)
        second.send(b"two", setting.alice_dials)
        arrived = {await setting.bob.read() for _ in range(2)}
        assert arrived == {(b"one", setting.bob_dials), (b"two", second_face)}
        setting.bob.send(b"to the second", second_face)
        assert await second.read() == (b"to the second", setting.alice_dials)
        assert setting.alice.has_nothing()
        second.socket.close()


async def test_an_answer_of_the_machine_goes_back_where_the_datagram_came_from() -> None:
    machine = Scripted(PathDatagram, lambda _: [Forward(ALICE, b"echo")])
    async with between_phones(machine, Position.PATH) as setting:
        second = Phone(HOSTS["alice"])
        await setting.relay.advertise(ALICE, second.address)
        for phone in (setting.alice, second, setting.alice):
            phone.send(b"hello?", setting.alice_dials)
            assert await phone.read() == (b"echo", setting.alice_dials)
        second.socket.close()


async def test_the_machine_is_told_who_sent_it() -> None:
    machine = Scripted(PathDatagram, lambda _: ())
    async with between_phones(machine, Position.PATH) as setting:
        setting.alice.send(b"from alice", setting.alice_dials)
        setting.bob.send(b"from bob", setting.bob_dials)
    told = {(event.sender, event.data) for event in machine.told if isinstance(event, PathDatagram)}
    assert told == {(ALICE, b"from alice"), (BOB, b"from bob")}


async def test_a_stranger_at_a_face_is_counted_and_not_let_in() -> None:
    machine = Scripted()
    async with between_phones(machine, Position.PATH) as setting:
        stranger = Phone("127.9.1.77")
        stranger.send(b"let me in", setting.alice_dials)
        setting.bob.send(b"my own face", setting.alice_dials)
        await setting.relay.close()
        assert setting.relay.strangers == 2
        assert machine.of(PathDatagram) == []
        stranger.socket.close()


async def test_what_had_arrived_when_the_call_ended_still_counts() -> None:
    machine = Scripted()
    async with between_phones(machine, Position.PATH) as setting:
        setting.alice.send(b"last words", setting.alice_dials)
        await setting.relay.close()
    assert [type(event) for event in machine.told[-2:]] == [PathDatagram, Stopped]


async def test_datagrams_are_counted_for_each_leg() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        for _ in range(3):
            setting.alice.send(b"x", setting.alice_dials)
            await setting.bob.read()
        setting.bob.send(b"x", setting.bob_dials)
        await setting.alice.read()
    assert setting.relay.counters == {
        ALICE: LegCounters(received=3, sent=1, dropped=0, unsent=0),
        BOB: LegCounters(received=1, sent=3, dropped=0, unsent=0),
    }


async def test_what_the_kernel_dropped_is_known() -> None:
    sent = 400
    async with between_phones(Bystander(), Position.PATH) as setting:
        for _ in range(sent):
            setting.alice.send(bytes(60_000), setting.alice_dials)
        await setting.relay.close()
        alice = setting.relay.counters[ALICE]
    assert alice.dropped > 0
    assert alice.received + alice.dropped == sent


async def test_a_datagram_too_long_to_send_is_counted_and_nothing_breaks() -> None:
    machine = Scripted(PathDatagram, lambda event: [Forward(BOB, bytes(70_000)), *let_pass(event)])
    async with between_phones(machine, Position.PATH) as setting:
        setting.alice.send(b"x", setting.alice_dials)
        assert (await setting.bob.read())[0] == b"x"
        assert setting.relay.counters[BOB] == LegCounters(received=0, sent=1, dropped=0, unsent=1)


class Asked(Bystander):
    """The same, of which the relay does not know that it is."""


@pytest.mark.parametrize("machine", [Bystander, Asked])
async def test_a_bystander_need_not_be_asked_and_the_same_comes_of_it(
    machine: type[Bystander], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Event] = []
    handle = Bystander.handle

    def listened(own: Bystander, event: Event) -> Iterable[Command]:
        asked.append(event)
        return handle(own, event)

    monkeypatch.setattr(Bystander, "handle", listened)
    async with between_phones(machine(), Position.PATH) as setting:
        setting.alice.send(b"there", setting.alice_dials)
        assert await setting.bob.read() == (b"there", setting.bob_dials)
        setting.bob.send(b"and back", setting.bob_dials)
        assert await setting.alice.read() == (b"and back", setting.alice_dials)
        assert setting.relay.deeds == {"datagrams-forwarded": 2}
    assert sum(isinstance(event, PathDatagram) for event in asked) == (2 if machine is Asked else 0)


@pytest.mark.parametrize("machine", [Bystander, Asked])
async def test_a_datagram_that_nobody_takes_was_not_forwarded_and_after_a_fault_or_the_end_none_is(
    machine: type[Bystander],
) -> None:
    way: list[bytes] = []
    async with between_phones(machine(), Position.PATH) as setting:
        relay, source = setting.relay, setting.alice.address
        relay.passes(ALICE, b"refused", source, lambda _: False, way.append)
        assert relay.deeds["datagrams-forwarded"] == 0
        relay.fault = "broken"
        relay.passes(ALICE, b"broken", source, way.append, way.append)
        relay.fault = None
        await relay.close()
        relay.passes(ALICE, b"over", source, way.append, way.append)
    assert relay.deeds["datagrams-forwarded"] == 0
    assert way == []


async def test_nor_does_a_bystander_pass_anything_on_where_it_is_not_on_the_path() -> None:
    way: list[bytes] = []
    async with between_phones(Bystander(), Position.OFF_PATH) as setting:
        setting.relay.passes(ALICE, b"x", setting.alice.address, way.append, way.append)
        assert way == []
        assert setting.relay.fault == "the relay broke: Bystander at PathDatagram: PermissionError: not on the path"


async def test_a_party_cannot_open_sockets_without_end() -> None:
    async with between_phones(Bystander(), Position.PATH) as setting:
        with pytest.raises(RuntimeError, match="64 are open"):
            for port in range(1, 100):
                await setting.relay.advertise(ALICE, (HOSTS["alice"], port))


# positions


async def test_off_the_path_there_are_no_faces() -> None:
    async with between_phones(Bystander(), Position.SIGNALLING, Position.OFF_PATH) as setting:
        assert (setting.bob_dials, setting.alice_dials) == (setting.alice.address, setting.bob.address)


async def test_a_machine_that_reroutes_has_faces_that_nobody_is_told_of() -> None:
    machine = Scripted()
    machine.reroutes = True
    async with between_phones(machine, Position.PATH) as setting:
        assert setting.bob_dials == setting.alice.address
        opened = [event for event in machine.told if type(event).__name__ == "FaceOpened"]
        assert len(opened) == 2


async def test_without_the_signalling_a_message_passes_unseen() -> None:
    machine = Scripted(Signal, lambda _: ())
    async with between_phones(machine, Position.PATH) as setting:
        assert await setting.relay.signal(OFFER) is OFFER
        assert machine.of(Signal) == []


async def test_with_the_signalling_a_message_may_be_changed_or_swallowed() -> None:
    other = OFFER.model_copy(update={"body": "v=1\r\n"})
    async with between_phones(Scripted(Signal, lambda _: [Deliver(other)]), Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is other
    async with between_phones(Scripted(Signal, lambda _: ()), Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is None


async def test_a_service_that_holds_nothing_back_is_answered_at_once() -> None:
    other = OFFER.model_copy(update={"body": "v=1\r\n"})
    async with between_phones(Scripted(Signal, lambda _: [Deliver(other)]), Position.SIGNALLING) as setting:
        assert setting.relay.signal_at_once(OFFER) is other


async def test_off_path_packets_leave_from_the_own_socket_to_every_known_address() -> None:
    machine = Scripted(CallUp, lambda _: [SendOffPath(ALICE, b"boo")])
    async with between_phones(machine, Position.OFF_PATH) as setting:
        second = Phone(HOSTS["alice"])
        setting.relay.learned(ALICE, setting.alice.address)
        setting.relay.learned(ALICE, second.address)
        setting.relay.learned(ALICE, second.address)
        setting.relay.call_up()
        (own,) = [event.address for event in machine.told if isinstance(event, OwnSocketOpened)]
        assert own[0] == ADDRESSES["attacker"]
        assert await setting.alice.read() == await second.read() == (b"boo", own)
        assert second.has_nothing()
        second.socket.close()


TOO_LONG = bytes(65_536)
"""More than fits into a datagram: the kernel refuses it (udp(7), EMSGSIZE)."""


@pytest.mark.parametrize(("data", "counted"), [(b"boo", 1), (TOO_LONG, 0)])
async def test_what_the_kernel_did_not_take_off_the_path_is_no_deed(data: bytes, counted: int) -> None:
    machine = Scripted(CallUp, lambda _: [SendOffPath(ALICE, data), Deed("thrown")])
    async with between_phones(machine, Position.OFF_PATH) as setting:
        setting.relay.learned(ALICE, setting.alice.address)
        setting.relay.call_up()
        assert setting.relay.deeds["thrown"] == counted
        assert setting.relay.fault is None


@pytest.mark.parametrize(("data", "counted"), [(b"boo", 1), (TOO_LONG, 0)])
async def test_nor_on_the_path_and_the_next_event_is_told_for_itself(data: bytes, counted: int) -> None:
    left = [b"b", data]
    machine = Scripted(PathDatagram, lambda _: [Forward(BOB, left.pop()), Deed("thrown")])
    async with between_phones(machine, Position.PATH) as setting:
        setting.alice.send(b"a", setting.alice_dials)
        setting.alice.send(b"b", setting.alice_dials)
        while (await setting.bob.read())[0] != b"b":
            pass
        assert setting.relay.deeds["thrown"] == counted + 1


async def test_whoever_has_just_written_can_be_answered_alone() -> None:
    def answered(event: object) -> list[Command]:
        return [SendOffPath(ALICE, b"you", event.source)] if isinstance(event, StrangerDatagram) else []

    machine = Scripted(StrangerDatagram, answered)
    async with between_phones(machine, Position.OFF_PATH) as setting:
        second = Phone(HOSTS["alice"])
        setting.relay.learned(ALICE, setting.alice.address)
        setting.relay.learned(ALICE, second.address)
        (own,) = [event.address for event in machine.told if isinstance(event, OwnSocketOpened)]
        second.send(b"hello", own)
        assert await second.read() == (b"you", own)
        assert setting.alice.has_nothing()
        second.socket.close()


async def test_only_who_was_on_the_path_has_the_packets_of_an_earlier_call() -> None:
    kept = [(ALICE, b"one"), (BOB, b"two")]
    for position, told in ((Position.PATH, kept), (Position.OFF_PATH, [])):
        machine = Scripted()
        async with between_phones(machine, position) as setting:
            setting.relay.earlier_traffic(1, kept)
        assert [(one.sender, one.data) for one in machine.told if isinstance(one, EarlierDatagram)] == told


async def test_a_stolen_key_is_told_to_the_machine_before_it_hears_that_all_is_over() -> None:
    machine = Scripted(None, lambda _: [])
    async with between_phones(machine, Position.PATH) as setting:
        setting.relay.key_given(BOB, b"pem")
    (given,) = machine.of(KeyGiven)
    assert isinstance(given, KeyGiven)
    assert (given.party, given.pem) == (BOB, b"pem")
    assert machine.told.index(given) < machine.told.index(machine.of(Stopped)[0])


async def test_what_reaches_the_own_socket_is_told() -> None:
    machine = Scripted()
    async with between_phones(machine, Position.SIGNALLING) as setting:
        (own,) = [event.address for event in machine.told if isinstance(event, OwnSocketOpened)]
        setting.alice.send(b"who is there?", own)
        await setting.relay.close()
        (stranger,) = [event for event in machine.told if isinstance(event, StrangerDatagram)]
        assert (stranger.source, stranger.data) == (setting.alice.address, b"who is there?")


@pytest.mark.parametrize(
    ("positions", "command", "why"),
    [
        ((Position.SIGNALLING, Position.OFF_PATH), Forward(ALICE, b"x"), "not on the path"),
        ((Position.SIGNALLING, Position.PATH), SendOffPath(ALICE, b"x"), "not off-path"),
        ((Position.OFF_PATH,), SendOffPath(BOB, b"x"), "no address of bob"),
        ((Position.OFF_PATH,), SendOffPath(BOB, b"x", ("127.0.0.1", 1)), "no address of bob"),
        ((Position.PATH,), Forward(ALICE, b"x"), "how to reach alice"),
        ((Position.SIGNALLING,), Deliver(OFFER), "in answer to a Signal"),
    ],
)
async def test_a_command_beyond_the_position_is_a_fault_and_its_deed_is_not_done(
    positions: tuple[Position, ...], command: Command, why: str
) -> None:
    async with between_phones(Scripted(CallUp, lambda _: [command, Deed("done")]), *positions) as setting:
        setting.relay.learned(ALICE, setting.alice.address)
        setting.relay.call_up()
        assert setting.relay.fault is not None
        assert why in setting.relay.fault
        assert setting.relay.deeds == {}
        assert setting.alice.has_nothing()


# addresses outside the run


@pytest.mark.parametrize("outside", ["192.0.2.1", "127.9.2.1", "8.8.8.8"])
async def test_an_address_outside_the_run_is_refused_and_never_sent_to(outside: str) -> None:
    machine = Scripted(CallUp, lambda _: [SendOffPath(ALICE, b"x")])
    async with between_phones(machine, Position.PATH, Position.OFF_PATH) as setting:
        with pytest.raises(PermissionError, match=outside):
            setting.relay.learned(ALICE, (outside, 9))
        with pytest.raises(PermissionError, match=outside):
            await setting.relay.advertise(ALICE, (outside, 9))
        setting.relay.call_up()
        assert setting.relay.refused == [(outside, 9), (outside, 9)]
        assert setting.relay.fault is not None
        assert "no address of alice" in setting.relay.fault


async def test_the_own_addresses_must_belong_to_the_run_too() -> None:
    relay = Relay(Bystander(), (Position.PATH,), ADDRESSES, lambda _: False, lambda *_: None, lambda *_: None)
    with pytest.raises(PermissionError):
        await relay.open()


# loot, timers, faults


async def test_loot_is_written_down_with_its_sender_and_the_time_of_the_event() -> None:
    machine = Scripted(PathDatagram, lambda _: [WriteDown(ALICE, b"secret")])
    async with between_phones(machine, Position.PATH) as setting:
        setting.alice.send(b"x", setting.alice_dials)
        await setting.relay.close()
        (event,) = machine.of(PathDatagram)
        assert setting.loot == [(ALICE, b"secret", event.time)]


async def test_a_timer_fires_once_and_a_new_one_replaces_it() -> None:
    fired = asyncio.Event()

    def answer(event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp):
            return [StartTimer("late", 0.01), StartTimer("late", 0.06), StartTimer("early", 0.03)]
        if isinstance(event, TimerFired) and event.token == "late":
            fired.set()
        return ()

    machine = Scripted(object, answer)
    async with between_phones(machine, Position.OFF_PATH) as setting:
        setting.relay.call_up()
        await asyncio.wait_for(fired.wait(), PATIENCE)
    assert [event.token for event in machine.told if isinstance(event, TimerFired)] == ["early", "late"]


async def test_no_timer_outlives_the_call() -> None:
    async with between_phones(Scripted(CallUp, lambda _: [StartTimer("never", 0.01)]), Position.OFF_PATH) as setting:
        setting.relay.call_up()
        await setting.relay.close()
        passed = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.03, passed.set_result, None)
        await passed
        assert isinstance(setting.relay.machine, Scripted)
        assert setting.relay.machine.of(TimerFired) == []


async def test_a_timer_that_never_fired_keeps_nothing_alive() -> None:
    machine = Scripted(CallUp, lambda _: [StartTimer("in an hour", 3600)])
    alive = weakref.ref(machine)
    async with between_phones(machine, Position.OFF_PATH) as setting:
        setting.relay.call_up()
    del machine, setting
    gc.collect()
    assert alive() is None


async def test_a_machine_that_breaks_is_named_and_nothing_passes_any_more() -> None:
    def breaks(event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram) and event.data == b"poison":
            raise ZeroDivisionError("of its own")
        return let_pass(event)

    async with between_phones(Scripted(object, breaks), Position.PATH, Position.SIGNALLING) as setting:
        setting.alice.send(b"fine", setting.alice_dials)
        assert (await setting.bob.read())[0] == b"fine"
        setting.alice.send(b"poison", setting.alice_dials)
        setting.alice.send(b"after", setting.alice_dials)
        await setting.relay.close()
        assert setting.relay.fault == "the relay broke: Scripted at PathDatagram: ZeroDivisionError: of its own"
        assert await setting.relay.signal(OFFER) is None
        assert setting.bob.has_nothing()


async def test_sockets_that_go_behind_its_back_are_a_fault() -> None:
    async with between_phones(Scripted(), Position.PATH) as setting:
        setting.relay._faces.sockets[0].close()
        await setting.relay.close()
        assert setting.relay.fault is not None
        assert "1 of its 3 sockets were closed while the call went on" in setting.relay.fault


async def test_a_relay_that_is_closed_twice_is_none_the_worse() -> None:
    async with between_phones(Scripted(), Position.PATH) as setting:
        await setting.relay.close()
        await setting.relay.close()
        assert setting.relay.fault is None


async def test_a_message_cannot_be_delivered_twice() -> None:
    machine = Scripted(Signal, lambda _: [Deliver(OFFER), Deliver(OFFER)])
    async with between_phones(machine, Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is None
        assert setting.relay.fault is not None


async def test_closing_twice_is_closing_once() -> None:
    machine = Scripted()
    async with between_phones(machine, Position.PATH) as setting:
        await setting.relay.close()
        await setting.relay.close()
        assert len(machine.of(Stopped)) == 1
        with pytest.raises(RuntimeError, match="no more faces"):
            await setting.relay.advertise(ALICE, (HOSTS["alice"], 1))


# DTLS over a path that loses packets


async def test_a_flight_that_was_lost_is_repeated_by_the_interceptor() -> None:
    identities = {party: fresh_identity(datetime.now(UTC)) for party in Party}
    async with between_phones(DtlsMitm(Plan(), identities), Position.PATH) as setting:
        bob, alice = DtlsPeer(client=True), DtlsPeer(client=False)
        setting.bob.send(bob.hello(), setting.bob_dials)
        await setting.bob.read()
        lost, _ = await setting.alice.read()
        repeated, _ = await setting.alice.read()
        assert repeated[13:] == lost[13:], "the same ClientHello in a new record"
        for reply in alice.receive(repeated):
            setting.alice.send(reply, setting.alice_dials)
        while not alice.done:
            datagram, _ = await setting.alice.read()
            for reply in alice.receive(datagram):
                setting.alice.send(reply, setting.alice_dials)
        assert alice.presented() == identities[ALICE].der
