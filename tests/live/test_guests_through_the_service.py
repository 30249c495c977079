"""Further people in an ordinary call, with real media: who hears whom after each feature, measured by markers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.calling.store.kept import KEPT
from harness.endpoints.service_client import ServiceRefused
from harness.model.base import Party
from harness.model.tenant import Client, ClientKind
from tests.live.endpoint_calls import PATIENCE, Ledger, markers_in
from tests.live.service_people import Called, Person, calling, comes_in
from tests.unit.calling.service.running import ALICE, BOB, CEM

pytestmark = [pytest.mark.asyncio, pytest.mark.live]
CEMS = 0xCE0000000000CE01
SPOKEN = {Party.ALICE: 0xA11CE00000000A0D, Party.BOB: 0xB0B0000000000A0D}


async def heard(person: Person, ledger: Ledger, *markers: int) -> None:
    """Wait until all of these have reached the device, under the keys that the service has told it."""
    async with asyncio.timeout(PATIENCE):
        while not markers_in(ledger, person.descriptions) >= set(markers):
            await ledger.more()


async def brought(call: Called, feature: str, by: Person, *, on: bool = True) -> tuple[Person, Ledger]:
    """Cem is asked for and is in the call."""
    assert call.place is not None
    cem = await call.place.guest(CEM, CEMS)
    await by.say("feature", feature=feature, on=on, argument=CEM)
    await comes_in(cem, by.call)
    return cem, call.place.ledgers[-1]


async def test_a_third_person_is_heard_by_both_and_hears_both(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        cem, ledger = await brought(call, "add-participant", call.bob)
        assert (await call.alice.told("party"))["user"] == CEM
        await heard(cem, ledger, *SPOKEN.values())
        for party, person in ((Party.ALICE, call.alice), (Party.BOB, call.bob)):
            await heard(person, call.endpoints.ledgers[party], SPOKEN[party.peer], CEMS)
        here = [await cem.told("party") for _ in Party]
        assert [(one["user"], one["there"]) for one in here] == [(ALICE, True), (BOB, True)]
        await call.alice.say("hang-up")
        gone = await cem.told("party")
        assert (gone["user"], gone["there"]) == (ALICE, False)
        await call.bob.say("hang-up")
        assert (await cem.told("hung-up"))["reason"] == "user"


async def test_a_transfer_leaves_the_other_two_in_the_call(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        cem, ledger = await brought(call, "transfer", call.bob)
        assert (await call.bob.told("hung-up"))["reason"] == "transferred"
        await heard(cem, ledger, SPOKEN[Party.ALICE])
        await heard(call.alice, call.endpoints.ledgers[Party.ALICE], CEMS)
        assert SPOKEN[Party.BOB] not in markers_in(ledger, cem.descriptions)
        with pytest.raises(ServiceRefused, match="unknown-call"):
            await call.bob.say("hang-up")
        await cem.say("hang-up")
        assert (await call.alice.told("hung-up"))["reason"] == "user"


async def test_a_consultation_is_between_the_two_and_only_then_the_call_is_handed_over(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        cem, ledger = await brought(call, "consult-transfer", call.bob)
        await heard(cem, ledger, SPOKEN[Party.BOB])
        await heard(call.bob, call.endpoints.ledgers[Party.BOB], CEMS)
        assert SPOKEN[Party.ALICE] not in markers_in(ledger, cem.descriptions), "she is held"
        assert CEMS not in markers_in(call.endpoints.ledgers[Party.ALICE], call.alice.descriptions)
        await call.bob.say("feature", feature="consult-transfer", on=False)
        assert (await call.bob.told("hung-up"))["reason"] == "transferred"
        await heard(cem, ledger, SPOKEN[Party.ALICE])
        await heard(call.alice, call.endpoints.ledgers[Party.ALICE], CEMS)


async def test_a_parked_call_is_taken_up_by_somebody_else(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        await call.bob.say("feature", feature="park", on=True)
        assert (await call.bob.told("hung-up"))["reason"] == "parked"
        cem, ledger = await brought(call, "park", call.alice, on=False)
        await heard(cem, ledger, SPOKEN[Party.ALICE])
        await heard(call.alice, call.endpoints.ledgers[Party.ALICE], CEMS)


async def test_a_companion_speaks_in_the_place_of_the_first_device(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        assert call.place is not None
        phone = await call.place.guest(BOB, CEMS, Client(name="phone", kind=ClientKind.IOS))
        await call.bob.say("feature", feature="companion", on=True, argument="phone")
        await comes_in(phone, call.bob.call)
        await heard(phone, call.place.ledgers[-1], SPOKEN[Party.ALICE])
        await heard(call.alice, call.endpoints.ledgers[Party.ALICE], CEMS)
        await call.bob.say("feature", feature="companion", on=False)
        assert (await phone.told("hung-up"))["reason"] == "companion"


async def test_voicemail_records_whom_it_answers(tmp_path: Path) -> None:
    """Bob forwards a call that rings: Alice describes her media to the service, and what she says is kept."""
    async with calling(tmp_path, encrypted=False) as call:
        assert call.place is not None
        await call.alice.say("hang-up")
        await call.bob.told("hung-up")
        cem = await call.place.guest(CEM, CEMS, party=Party.ALICE)
        answer = await cem.client.say("invite", to=BOB, media=["audio"])
        cem.call = call.bob.call = answer["call"]
        await call.bob.told("incoming")
        await call.bob.say("feature", feature="voicemail", on=True)
        assert (await cem.told("accepted"))["display"] == "Voicemail of Bob"
        await cem.say("offer", sdp=await cem.endpoint.offer())
        await cem.endpoint.accept((await cem.told("answer"))["sdp"])
        assert await cem.endpoint.connect(PATIENCE)
        cem.endpoint.start_media()
        kept = tmp_path / "store" / KEPT / "@" / cem.call
        async with asyncio.timeout(PATIENCE):
            while not any(path.stat().st_size > 50_000 for path in kept.glob("*.wav")):
                await call.place.ledgers[-1].more()
        await cem.say("hang-up")
    assert [path.name for path in kept.iterdir()] == ["voicemail-cem-contoso-example.wav"]


async def test_a_guest_who_declines_leaves_the_call_as_it_was(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        assert call.place is not None
        cem = await call.place.guest(CEM, CEMS)
        await call.bob.say("feature", feature="add-participant", on=True, argument=CEM)
        cem.call = (await cem.told("incoming"))["call"]
        await cem.say("decline", why="declined")
        while (await call.alice.told("feature"))["on"]:
            pass
        await call.endpoints.talk()
        for party in Party:
            assert call.endpoints.heard(party) == call.endpoints.sent(party.peer)


async def test_in_an_encrypted_call_nobody_is_even_rung(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=True) as call:
        assert call.place is not None
        cem = await call.place.guest(CEM, CEMS)
        for feature in ("add-participant", "transfer", "merge", "consult-transfer"):
            with pytest.raises(ServiceRefused, match="locked-feature"):
                await call.bob.say("feature", feature=feature, on=True, argument=CEM)
        await cem.client.say("chat", to=ALICE, text="still here")
        await cem.told("chat")
        assert cem.frames.empty()
