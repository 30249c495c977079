"""The memory of intermediaries in real calls: clean where they carry packets, and not where they have keys."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Status
from harness.network import coturn, process_memory, rtpengine
from harness.placement import Placed, place, plan
from harness.runner import Options
from harness.vantage.packet_tap import may_listen

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(process_memory.why_not() is not None, reason="no right to read memory: none was searched"),
]
COTURN = pytest.mark.skipif(
    not (coturn.installed() and may_listen()), reason="no coturn, or no packet sockets: its memory was not searched"
)
RTPENGINE = pytest.mark.skipif(not rtpengine.installed(), reason="no rtpengine: its memory was not searched")
NUMBER = 0xE180
CALL: dict[str, Any] = {"media": ["audio"], "seconds": 1.0, "alice": "aiortc-process", "bob": "aiortc-process"}


def placed(tmp_path: Path, expect: Outcome, adversary: dict[str, Any] | None = None, **changes: Any) -> Placed:
    alice = changes.pop("alice", "aiortc-process")
    scenario = plan("searched", adversary, expect, CALL | {"alice": alice}).model_dump(mode="json")
    searched = Scenario.model_validate_json(json.dumps(scenario | {"memory": True} | changes))
    return place(searched, Options(captures=tmp_path, without=("wireshark",), first=NUMBER))


def reasons(done: Placed) -> set[str]:
    return {one.reason.value for one in done.result.findings}


@COTURN
def test_coturn_is_searched_twice_and_holds_nothing(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.SECURE, network="turn-udp")
    assert done.result.status is Status.AS_EXPECTED, done.result.because
    assert "memory-clean" in reasons(done)
    assert done.recording is not None
    text = (done.recording / "recording.json").read_text()
    searches = json.loads(text)["memory"]
    assert [(one["process"], one["when"]) for one in searches] == [
        ("coturn", "during"),
        ("alice", "during"),
        ("bob", "during"),
        ("coturn", "after"),
    ]
    secrets = [line.split()[2] for name in ("alice", "bob") for line in keylog(done.recording, name)]
    assert secrets
    assert not [one for one in secrets if one in text]


@COTURN
def test_a_key_that_a_client_tells_its_relay_is_found_in_it(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.BREACH, network="turn-udp", alice="relay-told-a-key")
    assert "key-in-memory" in reasons(done)
    assert "memory-clean" not in reasons(done)


@RTPENGINE
def test_rtpengine_that_relays_holds_nothing(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.SECURE, {"kind": "media-server", "handling": "relay"})
    assert (done.result.outcome, "memory-clean" in reasons(done)) == (Outcome.SECURE, True), done.result.because


@RTPENGINE
def test_rtpengine_that_ends_dtls_holds_the_keys_of_both(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.DETECTED, {"kind": "media-server", "handling": "terminate"})
    said = " ".join(one.detail for one in done.result.findings if one.reason.value == "key-in-memory")
    assert "of alice 1" in said
    assert "of bob 1" in said


def test_our_relay_that_forwards_holds_nothing(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.SECURE, {"kind": "bystander", "position": ["path"]})
    assert (done.result.status, "memory-clean" in reasons(done)) == (Status.AS_EXPECTED, True), done.result.because
    assert done.recording is not None
    searches = json.loads((done.recording / "recording.json").read_text())["memory"]
    assert [one["when"] for one in searches if one["process"] == "relay"] == ["during", "after"]
    assert os.getpid() not in {one["pid"] for one in searches}


def test_our_relay_that_ends_dtls_holds_the_keys_of_both_and_what_was_said(tmp_path: Path) -> None:
    swap = {"kind": "dtls-mitm", "position": ["path", "signalling"], "swap": ["caller", "callee"]}
    done = placed(tmp_path, Outcome.DETECTED, swap)
    said = " ".join(one.detail for one in done.result.findings if one.reason.value == "key-in-memory")
    assert (done.result.intercepted, "of alice 1" in said, "of bob 1" in said) == (True, True, True)
    assert "content-in-memory" in reasons(done)


def keylog(recording: Path, party: str) -> list[str]:
    lines = (recording / "keys" / f"{party}.keylog").read_text().splitlines()
    return [line for line in lines if line.startswith("CLIENT_RANDOM")]
