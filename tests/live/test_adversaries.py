"""Each adversary in a real call between two aiortc endpoints: its deeds are done, and a healthy endpoint copes."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field

import pytest
from pydantic import TypeAdapter

from harness.adversaries import registry
from harness.adversaries.relay import Relay
from harness.endpoints import registry as endpoints
from harness.endpoints.endpoint import CallFailed, Endpoint, EndpointSetup
from harness.markers.recover import recover
from harness.model.adversary import Adversary
from harness.model.base import Asset, Party
from harness.model.datagram import Address
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import EndpointStatement
from harness.network.loopback import CallNetwork
from harness.wire import rtp
from harness.wire.demux import PacketClass, classify

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

ALICE, BOB = Party.ALICE, Party.BOB
MARKERS = {
    ALICE: {Asset.AUDIO: 0x0123456789ABCDEF, Asset.VIDEO: 0xFEDCBA9876543210},
    BOB: {Asset.AUDIO: 0x1111222233334444, Asset.VIDEO: 0x5555666677778888},
}
_NUMBERS = itertools.count(0xF000)


class Wire:
    """A tap that keeps what a party received."""

    def __init__(self) -> None:
        self.received: list[tuple[Address, bytes]] = []

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        if not outward:
            self.received.append((remote, data))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        pass


@dataclass
class Call:
    """What is left of a call."""

    relay: Relay
    hosts: dict[str, str]
    statements: dict[Party, EndpointStatement] = field(default_factory=dict)
    wires: dict[Party, Wire] = field(default_factory=dict)
    loot: list[tuple[Party, bytes]] = field(default_factory=list)

    @property
    def undone(self) -> set[str]:
        return {deed for deed in self.relay.machine.required if not self.relay.deeds[deed]}

    def both_connected(self) -> bool:
        return all(statement.connected and not statement.failure for statement in self.statements.values())

    def heard_everything(self) -> bool:
        return all(
            {asset: int(marker, 16) for asset, marker in self.statements[party].heard.items()} == MARKERS[party.peer]
            for party in Party
        )

    def failure(self, party: Party) -> Reason | None:
        found = self.statements[party].failure
        return None if found is None else found.reason


async def call(seconds: float = 1.2, mode: Mode = Mode.E2EE, **fields: object) -> Call:
    """A call with this adversary. Whoever fails hangs up, as the clients of a calling service do."""
    adversary: Adversary = TypeAdapter(Adversary).validate_json(json.dumps(fields))
    network = CallNetwork(next(_NUMBERS))
    loot: list[tuple[Party, bytes]] = []
    hosts = {name: network.address(name) for name in ("relay-alice", "relay-bob", "attacker")}
    relay = Relay(
        registry.create(adversary, "seed"),
        adversary.position,
        hosts,
        network.contains,
        lambda party, data, _time: loot.append((party, data)),
        lambda party, message: None,
    )

    async def advertise(party: str, real: Address) -> Address:
        relay.learned(Party(party), real)
        return await relay.advertise(Party(party), real)

    made = Call(relay, hosts, wires={party: Wire() for party in Party}, loot=loot)
    people = {
        party: endpoints.create(
            EndpointKind.AIORTC,
            EndpointSetup(
                party=party,
                peer_name=party.peer,
                media=(Asset.AUDIO, Asset.VIDEO),
                markers=MARKERS[party],
                address=network.address(party),
                advertise=advertise,
                tap=made.wires[party],
                keylog=lambda _: None,
            ),
        )
        for party in Party
    }
    await relay.open()
    try:
        await converse(relay, people, seconds, mode)
    finally:
        await asyncio.gather(*(person.close() for person in people.values()))
        await relay.close()
    made.statements = {party: person.statement() for party, person in people.items()}
    assert relay.fault is None
    assert relay.refused == []
    return made


async def converse(relay: Relay, people: dict[Party, Endpoint], seconds: float, mode: Mode) -> None:
    async def carried(kind: SignalKind, sender: Party, body: str, to: Party | None = None) -> str:
        passed = await relay.signal(SignalMessage(kind=kind, sender=sender, body=body), to)
        assert passed is not None
        if kind not in (SignalKind.OFFER, SignalKind.ANSWER):
            people[to or sender.peer].told(passed)
        return passed.body

    async def hang_up_when_failed(party: Party) -> None:
        why = await people[party].wait_failed()
        await carried(SignalKind.HANGUP, party, why.reason)

    watchers = [asyncio.create_task(hang_up_when_failed(party)) for party in Party]
    try:
        await carried(SignalKind.INVITE, ALICE, "audio video")
        people[BOB].picked_up()
        for to in (BOB, None):
            await carried(SignalKind.ACCEPT, BOB, mode, to)
        offer = await carried(SignalKind.OFFER, ALICE, await people[ALICE].offer())
        answer = await carried(SignalKind.ANSWER, BOB, await people[BOB].answer(offer))
        await people[ALICE].accept(answer)
        if all(await asyncio.gather(*(person.connect(10) for person in people.values()))):
            relay.call_up()
            for person in people.values():
                person.start_media()
            await asyncio.wait(watchers, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    except CallFailed:
        pass  # stands in the statement
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


def assert_nearly_all(counted: int, done: int) -> None:
    """The last few packets of a call reach an endpoint that is closing already, and that counts no more."""
    assert 0 < done - 4 <= counted <= done


async def test_a_bystander_changes_nothing() -> None:
    made = await call(kind="bystander")
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    codes = {statement.screen.code for statement in made.statements.values()}
    assert len(codes) == 1
    assert {statement.presented_certificate for statement in made.statements.values()} == {
        statement.local_certificate for statement in made.statements.values()
    }
    legs = made.relay.counters.values()
    assert sum(leg.received for leg in legs) == sum(leg.sent for leg in legs) == made.relay.deeds["datagrams-forwarded"]
    assert {leg.dropped for leg in legs} == {leg.unsent for leg in legs} == {0}


async def test_a_recorder_gets_every_datagram_and_no_plaintext() -> None:
    made = await call(kind="recorder")
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    kinds = Counter(classify(data) for _, data in made.loot)
    assert set(kinds) == {PacketClass.STUN, PacketClass.DTLS, PacketClass.SRTP, PacketClass.SRTCP}
    assert {sender for sender, _ in made.loot} == set(Party)
    assert sum(kinds.values()) == made.relay.deeds["datagrams-recorded"]


async def test_the_media_processor_of_the_service_has_every_picture_and_tone_of_an_ordinary_call() -> None:
    made = await call(kind="service-processor", mode=Mode.SERVICE)
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    for party in Party:
        assert not made.relay.deeds[f"packets-not-opened-from-{party}"]
        looted = {marker for _, _, marker in recover(data for sender, data in made.loot if sender is party)}
        assert looted == set(MARKERS[party].values())


async def test_the_same_processor_gets_nothing_of_a_call_of_the_two_devices_own() -> None:
    made = await call(kind="service-processor")
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    for party in Party:
        assert made.relay.deeds[f"packets-not-opened-from-{party}"] > 10
        assert not made.relay.deeds[f"packets-opened-from-{party}"]
    assert recover(data for _, data in made.loot) == ()


async def test_an_interceptor_whose_fingerprints_are_signalled_gets_both_directions() -> None:
    made = await call(kind="dtls-mitm", position=["signalling", "path"], swap=["caller", "callee"])
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    for party in Party:
        assert made.relay.deeds[f"rtp-decrypted-from-{party}"] > 10
        assert made.relay.deeds[f"rtcp-decrypted-from-{party}"] > 0
        assert made.statements[party].presented_certificate != made.statements[party.peer].local_certificate
        assert made.statements[party].packets.not_authenticated == 0
    codes = {statement.screen.code for statement in made.statements.values()}
    assert len(codes) == 2
    clear = [(sender, data) for sender, data in made.loot if classify(data) is PacketClass.SRTP]
    payloads = {(sender, rtp.parse(data).payload_type) for sender, data in clear}
    assert len(payloads) >= 4, "audio and video of both"
    assert not any(name.startswith("packets-") for name in made.relay.deeds)


@pytest.mark.parametrize(
    ("swap", "refusing"),
    [([], {ALICE, BOB}), (["caller"], {ALICE}), (["callee"], {BOB})],
)
async def test_an_honest_view_of_one_party_is_enough_to_block_it(swap: list[str], refusing: set[Party]) -> None:
    made = await call(kind="dtls-mitm", position=["signalling", "path"], swap=swap)
    assert made.undone == set()
    refused = {party for party in Party if made.failure(party) is Reason.FINGERPRINT_MISMATCH}
    assert refused and refused <= refusing
    # Whoever was deceived may say BYE to the interceptor; nobody sends it media.
    assert [data for _, data in made.loot if classify(data) is PacketClass.SRTP] == []


@pytest.mark.parametrize("part", ["header", "payload", "tag"])
async def test_flipped_bits_are_found_and_the_media_survive(part: str) -> None:
    made = await call(kind="srtp-bitflip", field=part)
    assert made.both_connected() and made.heard_everything()
    refused = sum(statement.packets.not_authenticated for statement in made.statements.values())
    assert_nearly_all(refused, made.relay.deeds["packets-flipped"])
    assert sum(statement.packets.replayed for statement in made.statements.values()) == 0


async def test_replays_are_found_and_the_media_survive() -> None:
    made = await call(kind="srtp-replay")
    assert made.both_connected() and made.heard_everything()
    replayed = sum(statement.packets.replayed for statement in made.statements.values())
    assert_nearly_all(replayed, made.relay.deeds["packets-replayed"])


@pytest.mark.parametrize("position", ["path", "off-path"])
async def test_clear_packets_arrive_and_are_not_taken(position: str) -> None:
    made = await call(kind="plaintext-injection", position=[position])
    assert made.both_connected() and made.heard_everything()
    injected = made.relay.deeds["packets-injected"]
    assert_nearly_all(injected, 40)
    refused = [statement.packets.not_authenticated for statement in made.statements.values()]
    assert_nearly_all(sum(refused), injected)
    assert min(refused) > 10, "both got some"
    attacker = made.hosts["attacker"]
    for wire, seen in zip(made.wires.values(), refused, strict=True):
        from_attacker = [data for (host, _), data in wire.received if host == attacker]
        assert len(from_attacker) == (seen if position == "off-path" else 0)


async def test_an_added_candidate_is_tried_and_the_call_goes_on() -> None:
    made = await call(kind="candidate-injection", position=["signalling"])
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    assert made.relay.deeds["candidate-added"] == 2


async def test_replaced_candidates_lead_the_whole_call_through_the_relay() -> None:
    made = await call(kind="candidate-injection", position=["signalling", "path"], how="replace")
    assert made.both_connected() and made.heard_everything()
    assert made.undone == set()
    for party, wire in made.wires.items():
        assert {host for (host, _), _ in wire.received} == {made.hosts[f"relay-{party}"]}


@pytest.mark.parametrize("rewrite", ["fingerprint-missing", "hash-md5", "setup-holdconn", "fingerprint-truncated"])
async def test_a_rewritten_description_is_refused(rewrite: str) -> None:
    made = await call(kind="sdp-rewrite", rewrite=rewrite)
    assert made.undone == set()
    assert not made.both_connected()


async def test_digits_in_lower_case_are_the_same_fingerprint() -> None:
    made = await call(kind="sdp-rewrite", rewrite="fingerprint-lower-case")
    assert made.both_connected() and made.heard_everything()
    assert made.relay.deeds == {"descriptions-rewritten": 2}
