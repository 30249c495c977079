"""Janus in real calls: openly, behind the users' backs, and searched. What it has is in its own files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.markers.recover import recover_all
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Status
from harness.model.visibility import Content, Observer, Sight
from harness.network import janus, process_memory
from harness.network.child import ChildFailed
from harness.network.janus import Janus
from harness.network.loopback import CallNetwork
from harness.placement import Placed, place, plan
from harness.runner import Options
from harness.vantage.janus_files import JanusFileKind, janus_files
from harness.wire.demux import PacketClass, classify
from tests.unit.network.test_child import alive

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(janus.lacking() is not None, reason=f"no janus ({janus.lacking()}): it was in no call"),
]
NUMBER = 0xE1A0
CALL: dict[str, Any] = {"media": ["audio", "video"], "seconds": 1.0}
PUT_IN = {"kind": "media-server", "program": "janus", "handling": "terminate"}
PROCESSES = {"alice": "aiortc-process", "bob": "aiortc-process"}


def placed(tmp_path: Path, expect: Outcome, adversary: Any, call: dict[str, Any], **changes: Any) -> Placed:
    known = plan("through-janus", adversary, expect, call).model_dump(mode="json")
    scenario = Scenario.model_validate_json(json.dumps(known | changes))
    return place(scenario, Options(captures=tmp_path, without=("wireshark",), first=NUMBER))


def folder(done: Placed) -> Path:
    assert done.recording is not None
    return done.recording / "media/media-server"


def held(done: Placed) -> dict[JanusFileKind, set[tuple[str, str]]]:
    """(asset, marker) of everything that its files of each kind give."""
    found: dict[JanusFileKind, set[tuple[str, str]]] = {kind: set() for kind in JanusFileKind}
    for file in janus_files(folder(done)):
        media = [one.data for one in file.packets if classify(one.data) is PacketClass.SRTP]
        found[file.kind] |= {(one.asset, f"{one.marker:016x}") for one in recover_all(media)}
    return found


def sent(done: Placed) -> set[tuple[str, str]]:
    assert done.recording is not None
    truth = json.loads((done.recording / "ground-truth.json").read_text())
    return {(one["asset"], one["marker"]) for one in truth["markers"]}


def test_as_the_media_server_of_an_ordinary_call_it_has_everything_and_nobody_is_deceived(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.DISCLOSED, None, CALL | {"mode": "service"}, processor="janus")
    assert done.result.status is Status.AS_EXPECTED, done.result.because
    assert len(sent(done)) == 4
    assert held(done) == dict.fromkeys(JanusFileKind, sent(done))
    matrix = done.result.visibility
    assert matrix is not None
    for content in (Content.AUDIO, Content.VIDEO):
        assert matrix.cell(content, Observer.SERVICE).sight is Sight.PLAINTEXT
        assert matrix.cell(content, Observer.SERVICE).where.startswith("media/media-server/")
        assert matrix.cell(content, Observer.PATH).sight is Sight.CIPHERTEXT
    assert matrix.cell(Content.MEDIA_KEYS, Observer.SERVICE).sight is Sight.NOT_MEASURED


def test_behind_the_users_backs_it_has_everything_and_the_codes_tell(tmp_path: Path) -> None:
    done = placed(tmp_path, Outcome.DETECTED, PUT_IN, CALL)
    assert (done.result.outcome, done.result.intercepted) == (Outcome.DETECTED, True), done.result.because
    assert held(done) == dict.fromkeys(JanusFileKind, sent(done))
    assert done.recording is not None
    index = json.loads((done.recording / "recording.json").read_text())
    assert index["provenance"]["janus"] == janus.version() != janus.UNKNOWN
    secret = {one["path"]: one["secret"] for one in index["files"] if one["path"].startswith("media/media-server/")}
    assert len(secret) == 9  # four recordings, two captures, two files of its configuration, its log
    assert all(secret.values())
    assert all((done.recording / path).stat().st_mode & 0o077 == 0 for path in secret)


@pytest.mark.skipif(process_memory.why_not() is not None, reason="no right to read memory: janus was not searched")
def test_in_its_memory_are_the_keys_of_both(tmp_path: Path) -> None:
    call = CALL | {"media": ["audio"]} | PROCESSES
    done = placed(tmp_path, Outcome.DETECTED, PUT_IN, call, memory=True)
    said = " ".join(one.detail for one in done.result.findings if one.reason.value == "key-in-memory")
    assert "of alice 1" in said
    assert "of bob 1" in said
    assert "memory-unseen" not in {one.reason.value for one in done.result.findings}


@pytest.mark.parametrize("wrong", ["sha-256 " + ":".join(["AA"] * 32), "sha-1 " + ":".join(["AA"] * 20)])
@pytest.mark.parametrize(("behind", "completed"), [(False, 2), (True, 0)])
def test_of_the_fingerprints_that_it_is_told_it_believes_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, behind: bool, completed: int
) -> None:
    """It compares: with another one behind the genuine line it gives nobody keys, and has nothing of the call."""
    as_it_is = Janus._inward

    def told(server: Janus, sdp: str) -> str:
        lines = [
            line for line in sdp.split("\r\n") if not line.startswith(("a=fingerprint:sha-3", "a=fingerprint:sha-5"))
        ]
        genuine = [line for line in lines if line.startswith("a=fingerprint:sha-256")]
        assert genuine
        added = f"a=fingerprint:{wrong}"
        both = {line: (line, added) if behind else (added, line) for line in genuine}
        return as_it_is(server, "\r\n".join(one for line in lines for one in both.get(line, (line,))))

    monkeypatch.setattr(Janus, "_inward", told)
    done = placed(tmp_path, Outcome.DETECTED, PUT_IN, {"media": ["audio"], "seconds": 0.5, "setup_seconds": 4})
    log = (folder(done) / janus.LOG).read_text()
    assert log.count("The DTLS handshake has been completed") == completed
    assert ("Fingerprint is NOT a match!" in log) is behind
    assert done.result.intercepted is not behind


@pytest.mark.asyncio
async def test_what_is_no_description_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    server = Janus(CallNetwork(NUMBER).address("turn"), tmp_path)
    await server.start()
    try:
        assert sockets(tmp_path) == []
        with pytest.raises(ChildFailed, match="janus refuses the offer"):
            await server.offered("no description", "alice", "bob")
    finally:
        await server.close()
    assert server.fault is None
    assert not alive(server.child.pid)


def sockets(folder: Path) -> list[str]:
    """The names of sockets in it: somebody else could connect there."""
    return [path.name for path in folder.rglob("*") if path.is_socket()]


HARNESS = """
import asyncio, sys, pathlib
from harness.network.janus import Janus
from harness.network.loopback import CallNetwork
async def main():
    server = Janus(CallNetwork(int(sys.argv[1])).address("turn"), pathlib.Path(sys.argv[2]))
    await server.start()
    print(server.child.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def test_it_goes_with_a_harness_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HARNESS, str(NUMBER), str(tmp_path)]
    harness = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert harness.stdout is not None
    pid = int(harness.stdout.readline())
    assert alive(pid)
    harness.kill()
    harness.wait()
    # The kernel ends it when the harness is gone; its output ends with it.
    subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=10, check=True)
    assert not alive(pid)
    assert sockets(tmp_path) == []
