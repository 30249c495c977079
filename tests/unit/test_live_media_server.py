"""A media server that relays leaves the devices' own candidates in, and the service takes them out; what one recorded
is read whole, or it is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.adversaries.media_server import RECORDED
from harness.evidence.recording_folder import LOOT, MEDIA_SERVER, RecordingFolder
from harness.live_media_server import LiveMediaServer, only_through
from harness.model.adversary import MediaServerMode, MediaServerProgram
from harness.model.base import Party
from harness.network.loopback import CallNetwork
from harness.vantage.loot import LootFile, read_loot
from tests.unit.vantage.test_mjr import PACKETS, WHOLE

OFFER = (
    "v=0\r\nm=audio 30000 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 127.0.9.8\r\n"
    "a=candidate:1 1 udp 2130706431 127.0.9.1 4000 typ host\r\n"
    "a=candidate:2 1 udp 16777215 127.0.9.8 30000 typ relay raddr 127.0.9.1 rport 4000\r\n"
    "a=candidate:broken\r\n"
    "a=ice-ufrag:abcd\r\n"
)


def test_only_the_way_through_the_server_is_left() -> None:
    kept = only_through("127.0.9.8", OFFER)
    assert [line.split()[4] for line in kept.splitlines() if line.startswith("a=candidate")] == ["127.0.9.8"]
    assert [line for line in OFFER.splitlines() if "candidate" not in line] == [
        line for line in kept.splitlines() if "candidate" not in line
    ]


def collected(tmp_path: Path, name: str, content: bytes) -> tuple[LiveMediaServer, Path]:
    """A Janus that left one file, after what it has was taken down."""
    folder = RecordingFolder(tmp_path / "call-1")
    server = LiveMediaServer(MediaServerProgram.JANUS, MediaServerMode.TERMINATE, CallNetwork(9), folder)
    folder.path(MEDIA_SERVER).mkdir()
    (folder.path(MEDIA_SERVER) / name).write_bytes(content)
    loot = LootFile(folder.path(LOOT))
    server.collect(loot)
    loot.close()
    return server, folder.path(LOOT)


@pytest.mark.asyncio
async def test_what_janus_recorded_of_a_party_is_what_it_got_of_it(tmp_path: Path) -> None:
    server, loot = collected(tmp_path, "bob-audio.mjr", WHOLE)
    assert (server.fault, server.deeds[RECORDED]) == (None, 2)
    assert read_loot(loot) == {Party.ALICE: (), Party.BOB: PACKETS}


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "content"), [("bob-audio.mjr", WHOLE[:-1]), ("carol-audio.mjr", WHOLE)])
async def test_a_file_that_is_not_what_it_should_be_is_a_fault(tmp_path: Path, name: str, content: bytes) -> None:
    server, _ = collected(tmp_path, name, content)
    assert server.fault is not None
    assert server.fault.startswith("what janus recorded cannot be read:")
