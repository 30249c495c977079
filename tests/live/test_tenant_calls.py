"""Calls through the real calling service, as the harness records them: the policy decides, and the way is TLS."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.recording_folder import (
    STORE,
    open_recording,
    read_ground_truth,
    read_received,
    read_signalling,
    read_statements,
)
from harness.live_conditions import Conditions, LiveCallError
from harness.markers.chat import markers
from harness.model.base import Asset, Party
from harness.model.feature import FeatureRefusal
from harness.model.recording import Recording, SignalKind
from harness.model.scenario import Scenario
from harness.model.statement import Indicator
from harness.record_calls import record_calls
from harness.vantage import tcp
from harness.wire.tls import TlsContent, read_stream

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

DISABLE = "Set-CsTeamsEnhancedEncryptionPolicy -Identity Global -CallingEndtoEndEncryptionEnabledType Disabled"


async def recorded(tmp_path: Path, number: int, tenant: dict[str, Any], **call: Any) -> tuple[Path, Recording]:
    known = {"id": "a-tenants-call", "family": "control", "title": "A call", "why": "A test"}
    called = {"media": ["audio"], "seconds": 0.3, **call}
    text = json.dumps({**known, "call": called, "tenant": tenant, "expect": {"outcome": "SECURE"}})
    conditions = Conditions(run="r1", seed="seed", number=number, provenance={})
    root, digest = await record_calls(Scenario.model_validate_json(text), conditions, tmp_path / "calls")
    return root, open_recording(root, digest)


def screens(root: Path) -> list[tuple[Indicator, bool]]:
    return [(one.screen.indicator, one.screen.code is not None) for one in read_statements(root).values()]


async def test_both_screens_show_one_code_when_the_policy_allows_it_and_both_want_it(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 31_001, {})
    statements = read_statements(root)
    assert screens(root) == [(Indicator.LOCK, True)] * 2
    assert statements[Party.ALICE].screen.code == statements[Party.BOB].screen.code


@pytest.mark.parametrize(
    ("number", "tenant"),
    [
        (31_002, {"set": []}),
        (31_003, {"devices": {"bob": {"name": "phone line", "kind": "pstn"}}}),
        (31_004, {"set": [{"recording": True}]}),
    ],
)
async def test_otherwise_it_is_an_ordinary_call_and_the_service_has_its_media(
    tmp_path: Path, number: int, tenant: dict[str, Any]
) -> None:
    root, recording = await recorded(tmp_path, number, tenant, mode="service")
    assert screens(root) == [(Indicator.PLAIN, False)] * 2
    assert "media/service.pcapng" in {one.path for one in recording.files}


async def test_the_way_to_the_service_was_captured_whole_and_holds_nothing_but_tls(tmp_path: Path) -> None:
    words = "nobody on the way may read this"
    root, recording = await recorded(tmp_path, 31_005, {}, chat=[{"text": words}])
    assert {one.name for one in recording.service_legs} == {"alice-signalling", "bob-signalling"}
    for leg in recording.service_legs:
        seen = tcp.connections(root / leg.file)
        assert (len(seen), sum(len(one.sent) for one in seen), sum(len(one.received) for one in seen)) == (
            leg.connections,
            leg.sent,
            leg.received,
        )
        for one in seen:
            assert read_stream(one.sent).bytes_of(TlsContent.APPLICATION_DATA) > 0
            assert words.encode() not in one.sent + one.received
    assert any(words in one.message.body for one in read_signalling(root) if one.hop == "service")


async def test_the_store_of_the_service_is_in_the_recording_and_is_a_secret(tmp_path: Path) -> None:
    words = "kept by the service"
    root, recording = await recorded(tmp_path, 31_006, {}, chat=[{"text": words}])
    kept = {one.path: one.secret for one in recording.files if one.path.startswith(f"{STORE}/")}
    assert kept and all(kept.values())
    assert words.encode() in (root / STORE / "service.db").read_bytes()
    assert stat.S_IMODE((root / STORE).stat().st_mode) == 0o700


async def test_a_policy_that_changes_during_the_call_is_told_and_changes_nothing(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 31_007, {"later": [{"after": 0.1, "cmdlet": DISABLE}]})
    told = [one.hop for one in read_signalling(root) if one.message.kind is SignalKind.POLICY and one.direction == "in"]
    assert set(told) == {"alice", "bob"}
    assert screens(root) == [(Indicator.LOCK, True)] * 2


async def test_a_locked_feature_is_refused_by_name_and_an_ordinary_call_has_it(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path / "locked", 31_008, {}, features=["recording"])
    (refusal,) = [one for one in read_signalling(root) if one.message.kind is SignalKind.FEATURE_REFUSED]
    assert (refusal.hop, refusal.to) == ("alice", Party.ALICE)
    assert FeatureRefusal.model_validate_json(refusal.message.body).feature.value == "recording"
    root, recording = await recorded(
        tmp_path / "granted", 31_009, {"set": []}, mode="service", seconds=0.6, features=["recording", "captions"]
    )
    assert any(one.path.endswith(".wav") and one.secret for one in recording.files)
    assert not [one for one in read_signalling(root) if one.message.kind is SignalKind.FEATURE_REFUSED]


async def test_what_the_service_refuses_to_set_is_an_error_that_says_why(tmp_path: Path) -> None:
    tenant = {"set": [{"cmdlet": "Grant-CsTeamsEnhancedEncryptionPolicy -Identity nobody -PolicyName X"}]}
    with pytest.raises(LiveCallError, match="there is no user 'nobody'"):
        await recorded(tmp_path, 31_010, tenant)


async def test_also_during_the_call(tmp_path: Path) -> None:
    tenant = {"later": [{"after": 0.1, "cmdlet": "Remove-CsTeamsEnhancedEncryptionPolicy Global"}]}
    with pytest.raises(LiveCallError, match="Global"):
        await recorded(tmp_path, 31_011, tenant)


async def test_a_file_reaches_the_other_one_and_is_kept_by_the_service(tmp_path: Path) -> None:
    root, recording = await recorded(tmp_path, 31_012, {"files": [{"by": "bob"}]})
    truth = read_ground_truth(root)
    (sent,) = [one for one in truth.markers if one.asset is Asset.FILE]
    assert (sent.sender, recording.written) == (Party.BOB, {Asset.FILE: (Party.BOB,)})
    assert markers(read_received(root, Party.ALICE)) == (int(sent.marker, 16),)
    kept = [path for path in (root / STORE / "files").rglob("*") if path.is_file()]
    assert [markers(path.read_bytes()) for path in kept] == [(int(sent.marker, 16),)]
    assert {one.path: one.secret for one in recording.files}["received/alice.txt"]


async def test_the_presence_that_a_user_has_chosen_is_told_to_the_other_one(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 31_013, {"presence": {"bob": "away"}})
    told = [one for one in read_signalling(root) if one.message.kind is SignalKind.PRESENCE]
    assert {(one.hop, one.direction) for one in told} >= {("bob", "out"), ("service", "in"), ("alice", "in")}
    assert {(one.message.sender, one.message.body) for one in told if one.hop == "alice"} == {(Party.BOB, "away")}


ALLOW = f"{DISABLE}UserOverride"


async def test_who_is_of_another_organisation_is_shown_by_address_and_has_the_same_code(tmp_path: Path) -> None:
    root, _ = await recorded(tmp_path, 31_020, {"organisations": 2})
    statements = read_statements(root)
    assert screens(root) == [(Indicator.LOCK, True)] * 2
    assert statements[Party.ALICE].screen.code == statements[Party.BOB].screen.code
    shown = [statements[party].screen.peer for party in (Party.ALICE, Party.BOB)]
    assert shown == ["bob@fabrikam.example", "alice@contoso.example"]


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        (31_021, [{"cmdlet": ALLOW}, {"toggle": "alice"}]),
        (31_022, [{"cmdlet": ALLOW, "at": "bob"}, {"toggle": "bob"}]),
    ],
)
async def test_what_one_organisation_allows_is_not_allowed_by_the_other(
    tmp_path: Path, number: int, steps: list[dict[str, Any]]
) -> None:
    root, _ = await recorded(tmp_path, number, {"organisations": 2, "set": steps}, mode="service")
    assert screens(root) == [(Indicator.PLAIN, False)] * 2


async def test_nobody_of_one_organisation_turns_on_what_only_the_other_allows(tmp_path: Path) -> None:
    steps = [{"cmdlet": ALLOW}, {"toggle": "bob"}]
    with pytest.raises(LiveCallError, match=r"bob@fabrikam.example cannot turn it on"):
        await recorded(tmp_path, 31_023, {"organisations": 2, "set": steps})
