"""rtpengine in a call, one program in two ways: its own recording holds the markers in one, and none in the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.model.verdict import Outcome
from harness.network import rtpengine
from harness.network.child import ChildFailed
from harness.network.loopback import CallNetwork
from harness.network.rtpengine import RELAYS, Rtpengine
from harness.placement import Placed, place, plan
from harness.runner import Options

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not rtpengine.installed(), reason="rtpengine is not installed: it was in no call"),
]
NUMBER = 0xE100
CALL: dict[str, Any] = {"media": ["audio"], "seconds": 1.0}


def placed(tmp_path: Path, mode: str, expect: Outcome) -> Placed:
    scenario = plan("through-rtpengine", {"kind": "media-server", "handling": mode}, expect, CALL)
    return place(scenario, Options(captures=tmp_path, without=("wireshark",), first=NUMBER))


def truth(done: Placed) -> dict[str, Any]:
    assert done.recording is not None
    content: dict[str, Any] = json.loads((done.recording / "ground-truth.json").read_text())
    return content


def test_as_a_man_in_the_middle_it_has_the_media_and_the_codes_tell(tmp_path: Path) -> None:
    done = placed(tmp_path, "terminate", Outcome.DETECTED)
    assert (done.result.outcome, done.result.intercepted) == (Outcome.DETECTED, True)
    assert "certificate-reused" in {one.reason.value for one in done.result.findings}
    assert truth(done)["deeds"]["descriptions-rewritten"] == 2


def test_as_a_relay_it_has_ciphertext_and_the_codes_are_equal(tmp_path: Path) -> None:
    done = placed(tmp_path, "relay", Outcome.SECURE)
    assert (done.result.outcome, done.result.intercepted) == (Outcome.SECURE, False)
    assert truth(done)["deeds"]["packets-recorded"] > 20
    assert done.recording is not None
    index = json.loads((done.recording / "recording.json").read_text())
    assert index["provenance"]["rtpengine"] == rtpengine.version()
    secret = {one["path"]: one["secret"] for one in index["files"] if one["path"].startswith("media/media-server/")}
    assert secret
    assert all(secret.values())
    assert all((done.recording / path).stat().st_mode & 0o077 == 0 for path in secret)


@pytest.mark.asyncio
async def test_what_is_no_description_is_refused_with_its_reason(tmp_path: Path) -> None:
    server = Rtpengine(CallNetwork(NUMBER).address("turn"), tmp_path, RELAYS)
    await server.start()
    try:
        with pytest.raises(ChildFailed, match="rtpengine refuses the offer"):
            await server.offered("no description", "alice", "bob")
    finally:
        await server.close()
    assert server.fault is None
