"""An ordinary call as the harness records it: through the service, with what the service had in its hands."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.recording_folder import (
    KEPT,
    LOOT,
    PROCESSED,
    open_recording,
    read_ground_truth,
    read_guests,
    read_signalling,
    read_statements,
)
from harness.inspection.parameters.policy import load_policy
from harness.live_conditions import Conditions
from harness.markers.recover import recover
from harness.model.base import Asset, Party
from harness.model.recording import Recording, SignalKind
from harness.model.run import IndexEntry
from harness.model.scenario import Scenario
from harness.record_calls import record_calls
from harness.recorded_call import Opened, case_of
from harness.vantage import table
from harness.vantage.loot import read_loot, read_processed
from harness.visibility import reached
from harness.wire.demux import PacketClass

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

CALL = {"mode": "service", "media": ["audio", "video"], "seconds": 0.6}


def planned(**parts: Any) -> Scenario:
    known = {"id": "an-ordinary-call", "family": "control", "title": "An ordinary call", "why": "A test", "call": CALL}
    return Scenario.model_validate_json(json.dumps({**known, "expect": {"outcome": "DISCLOSED"}, **parts}))


async def recorded(tmp_path: Path, number: int, **parts: Any) -> tuple[Path, Recording]:
    scenario = planned(**parts)
    conditions = Conditions(run="r1", seed="seed", number=number, provenance={})
    root, digest = await record_calls(scenario, conditions, tmp_path / "calls")
    return root, open_recording(root, digest)


def assert_heard(root: Path) -> set[tuple[Asset, str]]:
    """Each heard exactly what the other one sent. Everything that was sent."""
    truth, statements = read_ground_truth(root), read_statements(root)
    for one in truth.markers:
        assert statements[one.sender.peer].heard[one.asset] == one.marker
    return {(one.asset, one.marker) for one in truth.markers}


async def test_the_service_had_everything_in_clear_and_its_file_is_a_secret(tmp_path: Path) -> None:
    root, recording = await recorded(tmp_path, 30_001)
    sent = assert_heard(root)
    assert {one.name for one in recording.vantages} == {"alice-processor", "bob-processor"}
    found = {(Asset(one.asset), f"{one.marker:016x}") for one in recover(read_processed(root / PROCESSED))}
    assert found == sent
    assert {one.path: one.secret for one in recording.files}[PROCESSED]
    assert stat.S_IMODE((root / PROCESSED).stat().st_mode) == 0o600


async def test_on_the_legs_is_ciphertext(tmp_path: Path) -> None:
    root, recording = await recorded(tmp_path, 30_002)
    for one in recording.vantages:
        seen = table.read(root / one.file, one.near)
        packets = [seen.payload(int(row)) for row in seen.select(PacketClass.SRTP)]
        assert len(packets) > 20
        assert recover(packets) == ()


async def test_a_call_between_the_two_devices_passes_no_processor(tmp_path: Path) -> None:
    root, recording = await recorded(
        tmp_path, 30_003, call={"media": ["audio"], "seconds": 0.6}, expect={"outcome": "SECURE"}
    )
    assert_heard(root)
    assert {one.name for one in recording.vantages} == {"alice-bob", "bob-alice"}
    assert not (root / PROCESSED).exists()


async def test_an_adversary_on_the_path_stands_between_the_caller_and_the_service(tmp_path: Path) -> None:
    root, recording = await recorded(tmp_path, 30_004, adversary={"kind": "recorder"})
    assert_heard(root)
    assert {one.name for one in recording.vantages} == {"alice-relay", "bob-processor"}
    truth = read_ground_truth(root)
    assert truth.deeds["datagrams-recorded"] > 50
    for party, packets in read_loot(root / LOOT).items():
        assert packets, party
        assert recover(packets) == ()


def asking(*features: dict[str, Any] | str, seconds: float) -> dict[str, Any]:
    return {"mode": "service", "media": ["audio"], "seconds": seconds, "features": list(features)}


async def test_a_device_that_is_brought_in_has_a_leg_a_tap_and_a_secret_file(tmp_path: Path) -> None:
    transfer = {"feature": "transfer", "by": "bob", "argument": "carol", "after": 0.5}
    root, recording = await recorded(tmp_path, 30_006, call=asking(transfer, seconds=2.5))
    (guest,) = read_guests(root)
    assert (guest.name, guest.connected, len(guest.told), len(guest.said)) == ("carol", True, 1, 1)
    assert guest.vantage.packets == guest.vantage.sockets > 50
    secret = {one.path: one.secret for one in recording.files}
    assert secret["keys/guest-carol.json"]
    assert "guest-carol.pcapng" in secret
    truth = read_ground_truth(root)
    (marker,) = truth.guests
    assert guest.heard == {
        one.asset: one.marker for one in truth.markers if one.sender is Party.ALICE and one.asset is Asset.AUDIO
    }
    assert marker.marker not in {one.marker for one in truth.markers}


async def test_whose_sound_arrived_where_is_found_in_the_files_alone(tmp_path: Path) -> None:
    transfer = {"feature": "transfer", "by": "bob", "argument": "carol", "after": 0.5}
    root, _ = await recorded(tmp_path, 30_007, call=asking("recording", transfer, seconds=3.0))
    assert arrived(root) == {
        "alice": {"bob", "carol"},
        "bob": {"alice"},
        "carol": {"alice"},
        "recording": {"alice", "bob", "carol"},
    }


async def test_what_was_asked_for_is_heard_however_short_the_call_is_meant_to_be(tmp_path: Path) -> None:
    park: dict[str, Any] = {"feature": "park", "by": "bob", "after": 0}
    taken = park | {"on": False, "argument": "tablet"}
    root, _ = await recorded(tmp_path, 30_010, call=asking(park, taken, seconds=0.1))
    assert arrived(root) == {"alice": {"bob", "tablet"}, "bob": {"alice"}, "tablet": {"alice"}}


async def test_a_device_that_never_comes_is_waited_for_no_longer_than_the_call_allows(tmp_path: Path) -> None:
    transfer = {"feature": "transfer", "by": "bob", "argument": "carol", "after": 0}
    wish = asking(transfer, "recording", seconds=0.1) | {"media": ["video"], "patience": 0.2}
    root, recording = await recorded(tmp_path, 30_011, call=wish)
    assert recording.monotonic_seconds is not None
    assert SignalKind.FEATURE in {one.message.kind for one in read_signalling(root)}


async def test_what_nobody_asked_for_is_kept_nowhere_and_heard_by_nobody_else(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 30_008, call=asking(seconds=0.6))
    assert arrived(root) == {"alice": {"bob"}, "bob": {"alice"}}
    assert not (root / KEPT).exists()


@pytest.mark.parametrize("argument", ["", "alice", "../../carol", "CAROL"])
async def test_a_feature_that_cannot_be_had_is_refused_and_the_call_goes_on(tmp_path: Path, argument: str) -> None:
    transfer = {"feature": "transfer", "by": "bob", "argument": argument, "after": 0.2}
    root, _ = await recorded(tmp_path, 30_009, call=asking(transfer, seconds=0.6))
    kinds = [one.message.kind for one in read_signalling(root) if one.hop == "bob" and one.direction == "in"]
    assert SignalKind.FEATURE_REFUSED in kinds
    assert SignalKind.FEATURE not in kinds
    assert read_guests(root) == ()
    assert_heard(root)


def arrived(root: Path) -> dict[str, set[str]]:
    recording = open_recording(root)
    scenario = planned(call={**CALL, "media": ["audio"]})
    entry = IndexEntry(scenario=scenario.id, plan="0" * 64, error="not asked", seconds=0)
    opened = Opened(entry, scenario, root, recording, read_ground_truth(root), read_statements(root))
    case = case_of(opened, "not asked", load_policy(), ("wire",))
    return {place: set(people) for place, people in reached(opened, case).items()}


async def test_a_restart_of_the_caller_goes_through_the_service(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 30_005, call={**CALL, "seconds": 1.2, "restart_after": 0.4})
    assert_heard(root)
    assert all(statement.failure is None for statement in read_statements(root).values())
    assert {party.value for party in Party} <= {path.stem.removeprefix("endpoint-") for path in root.glob("endpoint-*")}
