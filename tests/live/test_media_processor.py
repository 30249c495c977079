"""Two real clients through the service's media processor: keys on each leg, features, and what is left on the disk."""

from __future__ import annotations

import asyncio
import stat
import wave
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from harness.calling.media.captions import Line
from harness.calling.media.processor import MediaProcessor
from harness.endpoints.endpoint import Endpoint, EndpointSetup
from harness.endpoints.registry import create
from harness.markers import audio
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.feature import Feature
from harness.model.mode import Mode
from harness.model.statement import Indicator
from harness.wire.demux import PacketClass

from .endpoint_calls import MARKERS, PATIENCE, Call, Ledger, accept, dial, markers_in

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

ALICE, BOB = MARKERS[Party.ALICE, Asset.AUDIO], MARKERS[Party.BOB, Asset.AUDIO]
CAROL = 0xCA20100000000A0D


class Through:
    """A call through a processor, and perhaps a further device."""

    def __init__(self, call: Call, processor: MediaProcessor) -> None:
        self.call, self.processor = call, processor
        self.told: dict[str, list[str]] = {"alice": [], "bob": [], "carol": []}
        self.carols = Ledger()
        self.carol: Endpoint | None = None

    async def up(self) -> None:
        session = self.processor.session
        if not session.legs:
            for name in ("alice", "bob"):
                await self.processor.open(name)
        offer = session.passed_offer(await self.call.alice.offer(), "alice", "bob")
        answer = session.passed_answer(await self.call.bob.answer(offer), "bob", "alice")
        self.told["alice"].append(answer)
        self.told["bob"].append(offer)
        await self.call.alice.accept(answer)
        assert all((await self.call.connect()).values())
        self.processor.connect("alice", "bob")

    async def ask(self, feature: Feature, on: bool = True) -> None:
        """Bob asks for a feature that takes carol's device: she is offered the call and answers."""
        bring = self.processor.asked(feature, on, "bob", "carol")
        assert bring is not None
        self.carol = self._device()
        offer = await self.processor.bring(bring)
        self.told["carol"].append(offer)
        self.processor.joined("carol", await self.carol.answer(offer))
        assert await self.carol.connect(PATIENCE)
        self.carol.start_media()

    def _device(self) -> Endpoint:
        setup = EndpointSetup(
            party=Party.BOB,
            peer_name="Alice",
            media=(Asset.AUDIO,),
            markers={Asset.AUDIO: CAROL},
            address=self.call.network.address("guest"),
            advertise=None,
            tap=self.carols,
            keylog=lambda line: None,
        )
        device = create(EndpointKind.AIORTC, setup)
        accept(device, Mode.SERVICE)
        return device

    async def carols_ears(self) -> set[int]:
        """What carol's client says that it heard, once it has."""
        assert self.carol is not None
        async with asyncio.timeout(PATIENCE):
            await self.carol.wait_heard()
        return {int(marker, 16) for marker in self.carol.statement().heard.values()}

    def heard(self, name: str) -> set[int]:
        """The markers in what reached a device, opened with the key that the service told it."""
        ledger = self.carols if name == "carol" else self.call.ledgers[Party(name)]
        return markers_in(ledger, self.told[name])

    async def until_heard(self, name: str, *markers: int) -> None:
        ledger = self.carols if name == "carol" else self.call.ledgers[Party(name)]
        async with asyncio.timeout(PATIENCE):
            while not self.heard(name) >= set(markers):
                await ledger.more()

    async def close(self) -> None:
        if self.carol is not None:
            await self.carol.conclude()
        await self.call.close()
        if self.carol is not None:
            await self.carol.close()
        await self.processor.close()
        assert self.processor.fault is None


@asynccontextmanager
async def through(
    folder: Path, lines: list[Line] | None = None, media: tuple[Asset, ...] = (Asset.AUDIO,)
) -> AsyncIterator[Through]:
    call = dial(mode=Mode.SERVICE, media=media)
    told = None if lines is None else lines.append
    made = Through(call, MediaProcessor(call.network.address("service"), folder, told=told))
    try:
        yield made
    finally:
        await made.close()


def markers_of(path: Path) -> tuple[int, ...]:
    with wave.open(str(path)) as file:
        return audio.decode_all(np.frombuffer(file.readframes(file.getnframes()), np.int16))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_two_clients_hear_and_see_each_other_through_the_service(tmp_path: Path) -> None:
    async with through(tmp_path / "kept", media=(Asset.AUDIO, Asset.VIDEO)) as made:
        await made.up()
        await made.call.talk()
    for party in Party:
        statement = made.call.statement(party)
        assert statement.heard == made.call.sent(party.peer)
        assert statement.screen.indicator is Indicator.PLAIN
        assert (statement.failure, statement.packets.not_authenticated, statement.packets.replayed) == (None, 0, 0)
        leg = made.processor.session.legs[party.value]
        assert leg.counts["not-opened"] == leg.counts["strangers"] == leg.counts["not-sealed"] == 0
        assert leg.counts["opened"] > 0
    assert not (tmp_path / "kept").exists(), "nobody asked for anything to be kept"


async def test_the_two_talk_to_the_service_only_and_each_under_keys_of_its_own(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        await made.call.talk()
    service = made.call.network.address("service")
    for ledger in made.call.ledgers.values():
        assert {one.remote[0] for one in ledger.packets} == {service}
    sent, came = (
        {one.data for one in made.call.ledgers[party].packets if one.outward is out and one.kind is PacketClass.SRTP}
        for party, out in ((Party.ALICE, True), (Party.BOB, False))
    )
    assert came
    assert not sent & came, "what reached bob was sealed anew"


async def test_a_restart_goes_through_the_service(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        await made.up()
        await made.call.talk()
    for party in Party:
        assert made.call.statement(party).heard == made.call.sent(party.peer)
        assert made.call.statement(party).failure is None


async def test_a_recording_holds_what_both_said(tmp_path: Path) -> None:
    async with through(tmp_path / "kept") as made:
        await made.up()
        assert made.processor.asked(Feature.RECORDING, True, "alice") is None
        await made.call.talk()
    files = {path.name: path for path in (tmp_path / "kept").iterdir()}
    assert files.keys() == {"recording-alice.wav", "recording-bob.wav"}
    assert markers_of(files["recording-alice.wav"]) == (ALICE,)
    assert markers_of(files["recording-bob.wav"]) == (BOB,)
    assert {mode_of(path) for path in files.values()} == {0o600}
    assert mode_of(tmp_path / "kept") == 0o700


async def test_a_recording_that_was_ended_holds_nothing_of_what_came_after(tmp_path: Path) -> None:
    async with through(tmp_path / "kept") as made:
        await made.up()
        made.processor.asked(Feature.RECORDING, True, "alice")
        made.processor.asked(Feature.RECORDING, False, "alice")
        await made.call.talk()
    assert list((tmp_path / "kept").iterdir()) == []


async def test_captions_and_a_transcript_say_what_the_service_heard(tmp_path: Path) -> None:
    lines: list[Line] = []
    async with through(tmp_path / "kept", lines) as made:
        await made.up()
        made.processor.asked(Feature.CAPTIONS, True, "alice")
        made.processor.asked(Feature.TRANSCRIPTION, True, "bob")
        await made.call.talk()
        await made.call.ledgers[Party.BOB].until(lambda: len(lines) >= 2)
    expected = {("alice", f"[chord {ALICE:016x}]"), ("bob", f"[chord {BOB:016x}]")}
    assert {(one.speaker, one.text) for one in lines} == expected, "shown on the screens"
    for name in ("captions.txt", "transcription.txt"):
        path = tmp_path / "kept" / name
        assert {tuple(line[9:].split(": ")) for line in path.read_text().splitlines()} == expected
        assert mode_of(path) == 0o600


async def test_a_third_party_hears_both_and_is_heard_by_both(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        await made.call.talk()
        await made.ask(Feature.ADD_PARTICIPANT)
        await made.until_heard("carol", ALICE, BOB)
        await made.until_heard("alice", BOB, CAROL)
        await made.until_heard("bob", ALICE, CAROL)
        assert await made.carols_ears() <= {ALICE, BOB}, "her own client hears the mixture"


async def test_a_transfer_takes_the_call_to_another_device(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        await made.call.talk()
        await made.ask(Feature.TRANSFER)
        await made.until_heard("carol", ALICE)
        await made.until_heard("alice", CAROL)
        assert made.heard("carol") == {ALICE}, "bob is not heard any more"
        assert await made.carols_ears() == {ALICE}


async def test_a_parked_call_is_taken_up_from_another_device(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        made.call.alice.start_media()
        made.processor.asked(Feature.PARK, True, "bob")
        held = made.call.ledgers[Party.ALICE]
        await held.until(lambda: held.count(PacketClass.SRTP, outward=False) > 20)
        assert made.heard("alice") == set(), "only the tone"
        await made.ask(Feature.PARK, on=False)
        await made.until_heard("carol", ALICE)
        async with asyncio.timeout(PATIENCE):
            await made.call.alice.wait_heard()
        assert made.call.heard(Party.ALICE) == {Asset.AUDIO: f"{CAROL:016x}"}


async def test_a_voicemail_answers_for_the_callee_and_keeps_what_the_caller_says(tmp_path: Path) -> None:
    async with through(tmp_path / "kept") as made:
        await made.processor.open("alice")
        await made.call.alice.accept(made.processor.voicemail("alice", await made.call.alice.offer()))
        assert await made.call.alice.connect(PATIENCE)
        made.call.alice.start_media()
        leg = made.processor.session.legs["alice"]
        await made.call.ledgers[Party.ALICE].until(lambda: leg.counts["opened"] > 60)
    (path,) = (tmp_path / "kept").iterdir()
    assert path.name == "voicemail-alice.wav"
    assert markers_of(path) == (ALICE,)


async def test_who_answers_nothing_that_is_of_use_leaves_the_call_as_it_was(tmp_path: Path) -> None:
    async with through(tmp_path) as made:
        await made.up()
        bring = made.processor.asked(Feature.TRANSFER, True, "bob", "carol")
        assert bring is not None
        offer = await made.processor.bring(bring)
        with pytest.raises(ValueError, match="the key that was sent to the peer"):
            made.processor.joined("carol", offer)
        assert made.processor.session.talking == ("alice", "bob")
        await made.call.talk()


async def test_a_fault_of_the_service_is_named_and_nothing_passes_any_more(tmp_path: Path) -> None:
    def broken(data: bytes) -> Iterable[object]:
        raise RuntimeError("disk on fire")

    async with through(tmp_path) as made:
        await made.processor.open("alice")
        made.processor.session.datagram = broken  # type: ignore[assignment,method-assign]
        made.processor.arrived("alice", b"", ("127.0.0.1", 1))
        fault, made.processor.fault = made.processor.fault, None
    assert fault is not None
    assert fault.startswith("the media processor broke: TypeError")
