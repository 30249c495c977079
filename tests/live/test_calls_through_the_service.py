"""Two clients that call each other through the calling service itself: over TLS, under its policy, with its media."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.calling.store.kept import KEPT
from harness.endpoints.service_client import ServiceRefused
from harness.model.base import Asset, Party
from harness.model.feature import Feature
from harness.model.statement import Indicator
from harness.wire.sdp import Sdp
from tests.live.endpoint_calls import PATIENCE
from tests.live.service_people import USERS, calling
from tests.unit.calling.service.running import ADMIN, ALICE, BOB

pytestmark = [pytest.mark.asyncio, pytest.mark.live]


async def test_where_policy_and_toggles_allow_it_both_screens_show_one_code(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=True) as call:
        await call.endpoints.talk()
        assert call.mode == "e2ee"
        assert call.indicators() == {Indicator.LOCK}
        (code,) = call.codes()
        assert code is not None
        assert len(code.replace(" ", "")) == 20
        for party in Party:
            assert call.endpoints.heard(party) == call.endpoints.sent(party.peer)


async def test_under_the_policy_of_a_new_tenant_it_is_a_service_call(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        await call.endpoints.talk()
        assert call.mode == "service"
        assert call.indicators() == {Indicator.PLAIN}
        assert call.codes() == {None}
        for party in Party:
            assert call.endpoints.heard(party) == call.endpoints.sent(party.peer)
            service = call.endpoints.network.address("service")
            assert {one.remote[0] for one in call.endpoints.ledgers[party].packets} == {service}


@pytest.mark.parametrize("feature", Feature)
async def test_a_locked_feature_is_refused_and_neither_lock_nor_code_changes(tmp_path: Path, feature: Feature) -> None:
    async with calling(tmp_path, encrypted=True) as call:
        before = call.codes()
        for person in (call.alice, call.bob):
            with pytest.raises(ServiceRefused) as refused:
                await person.say("feature", feature=feature.value, on=True, argument=BOB)
            assert refused.value.reason == "locked-feature"
        await call.endpoints.talk()
        assert call.codes() == before
        assert call.indicators() == {Indicator.LOCK}
    assert not (tmp_path / "store" / KEPT).exists()


async def test_in_a_service_call_captions_are_told_to_both_and_a_recording_is_kept(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        for feature in ("captions", "recording"):
            await call.alice.say("feature", feature=feature, on=True)
            for person in (call.alice, call.bob):
                assert (await person.told("feature"))["by"] == ALICE
        await call.endpoints.talk()
        spoken = {user: f"[chord {call.endpoints.markers[party, Asset.AUDIO]:016x}]" for party, user in USERS.items()}
        for person in (call.alice, call.bob):
            heard: dict[str, str] = {}
            while heard != spoken:
                caption = await person.told("caption")
                heard[caption["user"]] = caption["text"]
        with pytest.raises(ServiceRefused, match="unavailable"):
            await call.bob.say("feature", feature="add-participant", on=True, argument="cem@contoso.example")
        kept = tmp_path / "store" / KEPT / "@" / call.alice.call
    names = {path.name for path in kept.iterdir()}
    assert names == {"captions.txt", "recording-alice-contoso-example.wav", "recording-bob-contoso-example.wav"}
    assert {path.stat().st_mode & 0o077 for path in (kept, *kept.iterdir())} == {0}


async def test_a_call_that_must_be_recorded_and_cannot_be_does_not_come_up(tmp_path: Path) -> None:
    """What is kept has no place: then whoever must record has nothing."""
    async with calling(tmp_path, encrypted=False) as call:
        assert call.place is not None
        await call.alice.say("hang-up")
        await call.bob.told("hung-up")
        admin = await call.place.service.sign_in(ADMIN)
        assert (await admin.rest("PUT", "/api/recording", {"on": True, "user": BOB}))[0] == 200
        (tmp_path / "store" / KEPT).write_text("no folder")
        again = await call.alice.client.say("invite", to=BOB, media=["audio"])
        call.alice.call = call.bob.call = again["call"]
        await call.bob.told("incoming")
        with pytest.raises(ServiceRefused, match="must be recorded"):
            await call.bob.say("accept")


@pytest.mark.parametrize("profile", ["UDP/TLS/RTP/SAVPF", "RTP/AVP"])
async def test_a_description_without_the_keys_that_were_announced_passes_nobody_by(
    tmp_path: Path, profile: str
) -> None:
    async with calling(tmp_path, encrypted=False) as call:
        offer = Sdp.parse(await call.alice.endpoint.offer()).with_protocol(profile)
        with pytest.raises(ServiceRefused, match="the profile"):
            await call.alice.say("offer", sdp=str(offer))


@pytest.mark.parametrize("encrypted", [True, False])
async def test_a_restart_of_ice_goes_through_the_service(tmp_path: Path, encrypted: bool) -> None:
    async with calling(tmp_path, encrypted=encrypted) as call:
        before = call.codes()
        await call.describe()
        assert await call.endpoints.connect() == {Party.ALICE: True, Party.BOB: True}
        await call.endpoints.talk()
        assert call.codes() == before


async def test_a_call_in_which_the_other_device_is_lost_ends_for_both(tmp_path: Path) -> None:
    async with calling(tmp_path, encrypted=True) as call:
        await call.bob.client.request("POST", "/api/sign-out", {})
        assert (await call.alice.told("hung-up"))["reason"] == "disconnected"
        async with asyncio.timeout(PATIENCE):
            await call.endpoints.alice.wait_failed()
