"""Screens that are shared in real calls: who shares what is seen by the other one, and by nobody who should not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.audit import recovered_markers
from harness.evidence.recording_folder import open_recording, read_ground_truth, read_statements
from harness.inspection.parameters.policy import load_policy
from harness.live_conditions import Conditions
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.run import IndexEntry
from harness.model.scenario import Scenario
from harness.model.visibility import Content, Observer, Sight, Visibility
from harness.record_calls import record_calls
from harness.recorded_call import Opened, case_of
from harness.visibility import visibility
from harness.wire.sdp import SLIDES, Sdp, sections_for

from .endpoint_calls import MARKERS, dial

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

ALL = (Asset.AUDIO, Asset.VIDEO, Asset.SCREEN)
OF_ONE = {
    sharing: {key: marker for key, marker in MARKERS.items() if key[1] is not Asset.SCREEN or key[0] is sharing}
    for sharing in Party
}


def seen_by(party: Party, *assets: Asset) -> dict[Asset, str]:
    return {asset: f"{MARKERS[party.peer, asset]:016x}" for asset in assets}


@pytest.mark.parametrize("kind", [EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS])
async def test_each_sees_the_screen_of_the_other_beside_the_camera(kind: EndpointKind) -> None:
    async with dial(kind, media=ALL) as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
        await call.close()
        for party in Party:
            assert call.heard(party) == seen_by(party, *ALL)


@pytest.mark.parametrize("sharing", Party)
async def test_who_shares_nothing_is_not_waited_for(sharing: Party) -> None:
    async with dial(media=ALL, markers=OF_ONE[sharing]) as call:
        await call.negotiate()
        await call.connect()
        await call.talk()
    assert call.heard(sharing.peer) == seen_by(sharing.peer, *ALL)
    assert call.heard(sharing) == seen_by(sharing, Asset.AUDIO, Asset.VIDEO)


async def test_both_descriptions_say_which_section_is_the_screens() -> None:
    told: dict[str, str] = {}

    def kept(name: str) -> Any:
        return lambda sdp: told.setdefault(name, sdp)

    async with dial(media=ALL, markers=OF_ONE[Party.ALICE]) as call:
        await call.negotiate(kept("offer"), kept("answer"))
    offer, answer = Sdp.parse(told["offer"]), Sdp.parse(told["answer"])
    assert [media.kind for media in offer.media()] == ["audio", "video", "video"]
    assert sections_for(offer, SLIDES) == sections_for(answer, SLIDES) == {"2"}
    assert [direction(one, 2) for one in (offer, answer)] == ["sendonly", "recvonly"]


def direction(sdp: Sdp, level: int) -> str:
    (found,) = (name for name in ("sendrecv", "sendonly", "recvonly", "inactive") if (level, "") in sdp.values(name))
    return found


async def test_the_order_of_the_sections_says_nothing() -> None:
    """The peer's offer has the screen before the camera, as one that began with the screen would."""

    async with (
        dial(media=(Asset.AUDIO, Asset.SCREEN, Asset.VIDEO)) as first,
        dial(media=(Asset.AUDIO, Asset.VIDEO, Asset.SCREEN)) as second,
    ):
        alice, bob = first.alice, second.bob
        offer = await alice.offer()
        assert sections_for(Sdp.parse(offer), SLIDES) == {"1"}
        await alice.accept(await bob.answer(offer))
        for end in (alice, bob):
            assert await end.connect(15)
        for end in (alice, bob):
            end.start_media()
        for end in (alice, bob):
            await end.wait_heard()
    assert first.heard(Party.ALICE) == seen_by(Party.ALICE, *ALL)
    assert second.heard(Party.BOB) == seen_by(Party.BOB, *ALL)


async def test_a_camera_whose_section_is_called_a_screen_is_not_taken_for_one() -> None:
    """Somebody on the way exchanges the labels for the answerer: nobody is shown anything as what it is not."""

    def exchanged(sdp: str) -> str:
        return sdp.replace("a=content:slides\r\n", "").replace("a=mid:1\r\n", "a=mid:1\r\na=content:slides\r\n")

    async with dial(media=ALL, markers=OF_ONE[Party.ALICE]) as call:
        await call.negotiate(exchanged)
        await call.connect()
        for end in call.endpoints.values():
            end.start_media()
        await call.ledgers[Party.BOB].more(200)
    assert set(call.heard(Party.BOB)) == {Asset.AUDIO}


# recorded and looked at


async def looked_at(tmp_path: Path, number: int, **parts: Any) -> tuple[Opened, Visibility]:
    described = {"id": "a-screen", "family": "control", "title": "A screen", "why": "A test", **parts}
    scenario = Scenario.model_validate_json(json.dumps(described))
    conditions = Conditions(run="r1", seed="seed", number=number, provenance={})
    root, digest = await record_calls(scenario, conditions, tmp_path / "calls")
    entry = IndexEntry(scenario=scenario.id, plan="0" * 64, recording="call-1", sha256=digest, seconds=0)
    recording = open_recording(root, digest)
    opened = Opened(entry, scenario, root, recording, read_ground_truth(root), read_statements(root))
    case = case_of(opened, "not asked", load_policy(), ("wireshark",))
    return opened, visibility(opened, case, ())


def row(seen: Visibility, content: Content) -> dict[Observer, Sight]:
    return {observer: seen.cell(content, observer).sight for observer in Observer}


async def test_of_an_encrypted_call_only_the_two_devices_see_the_screen(tmp_path: Path) -> None:
    call = {"media": ["audio"], "screen": ["callee"], "seconds": 0.8}
    opened, seen = await looked_at(tmp_path, 30_021, call=call, expect={"outcome": "SECURE"}, adversary=TAP)
    found = row(seen, Content.SCREEN)
    assert found.pop(Observer.PEER) is Sight.PLAINTEXT
    assert found.pop(Observer.SERVICE) is Sight.ABSENT
    assert set(found.values()) == {Sight.CIPHERTEXT}
    assert seen.cell(Content.VIDEO, Observer.PATH).sight is Sight.NOT_MEASURED
    assert Asset.SCREEN in opened.statements[Party.ALICE].heard


TAP = {"kind": "recorder", "position": ["path"]}


async def test_of_an_ordinary_call_the_service_sees_it_too(tmp_path: Path) -> None:
    call = {"mode": "service", "media": ["audio"], "screen": ["caller"], "seconds": 0.8}
    _, seen = await looked_at(tmp_path, 30_022, call=call, expect={"outcome": "DISCLOSED"})
    assert seen.cell(Content.SCREEN, Observer.SERVICE).sight is Sight.PLAINTEXT
    assert seen.cell(Content.SCREEN, Observer.SERVICE).where == "media/service.pcapng: the screen of alice"
    assert seen.cell(Content.SCREEN, Observer.PATH).sight is Sight.CIPHERTEXT


async def test_of_a_call_in_clear_everybody_sees_it(tmp_path: Path) -> None:
    call = {"mode": "clear", "media": ["audio"], "screen": ["caller", "callee"], "seconds": 0.8}
    clear = {"alice": "clear", "bob": "clear"}
    opened, seen = await looked_at(
        tmp_path, 30_023, call=call, endpoints=clear, expect={"outcome": "DISCLOSED"}, adversary=TAP
    )
    found = row(seen, Content.SCREEN)
    assert {found[one] for one in (Observer.PATH, Observer.RELAY, Observer.ADVERSARY)} == {Sight.PLAINTEXT}
    looted = {(one.asset, one.sender) for one in recovered_markers(opened.root, opened.truth)}
    assert looted == {(asset, party) for asset in (Asset.AUDIO, Asset.SCREEN) for party in Party}


async def test_the_interceptor_of_both_handshakes_has_the_screen(tmp_path: Path) -> None:
    call = {"media": ["audio"], "screen": ["caller", "callee"], "seconds": 0.8}
    mitm = {"kind": "dtls-mitm", "position": ["signalling", "path"], "swap": ["caller", "callee"]}
    opened, seen = await looked_at(tmp_path, 30_024, call=call, expect={"outcome": "DETECTED"}, adversary=mitm)
    assert seen.cell(Content.SCREEN, Observer.ADVERSARY).beyond
    looted = {(one.asset, one.sender) for one in recovered_markers(opened.root, opened.truth)}
    assert {(Asset.SCREEN, party) for party in Party} <= looted
