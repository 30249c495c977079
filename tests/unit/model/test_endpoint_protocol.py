"""Lines of a program: what is one is read as what it says, and everything else is refused before it is understood."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.model.datagram import address_text, parse_address
from harness.model.endpoint_events import (
    LINE,
    BoundEvent,
    FailedEvent,
    KeyEvent,
    PacketEvent,
    PictureEvent,
    RtpEvent,
    SocketClosedEvent,
    SoundEvent,
)
from harness.model.endpoint_protocol import Answer

PACKET = {
    "event": "packet",
    "outward": True,
    "local": "127.1.0.1:4000",
    "remote": "127.1.0.2:5000",
    "time": 1.5,
    "data": base64.b64encode(b"\xff\xfe").decode(),
}
RTP = "806f0001000000000000000178"
LINES = {
    "an answer": ({"id": 3, "ok": True, "result": {"sdp": "v=0"}}, Answer(id=3, ok=True, result={"sdp": "v=0"})),
    "a refusal": ({"id": 3, "ok": False, "reason": "unsupported"}, Answer(id=3, ok=False, reason="unsupported")),
    "a packet": (
        PACKET,
        PacketEvent(outward=True, local="127.1.0.1:4000", remote="127.1.0.2:5000", time=1.5, data=b"\xff\xfe"),
    ),
    "a socket's end": (
        {"event": "socket-closed", "local": "127.1.0.1:4000", "counted": 2, "dropped": 0},
        SocketClosedEvent(local="127.1.0.1:4000", counted=2, dropped=0),
    ),
    "a key": ({"event": "key", "line": "CLIENT_RANDOM 00 11"}, KeyEvent(line="CLIENT_RANDOM 00 11")),
    "a socket": ({"event": "bound", "address": "127.1.0.1:4000"}, BoundEvent(address="127.1.0.1:4000")),
    "an RTP packet": ({"event": "rtp", "data": "gG8AAQAAAAAAAAABeA=="}, RtpEvent(data=bytes.fromhex(RTP))),
    "sound": ({"event": "sound", "rate": 48000, "data": "AAE="}, SoundEvent(rate=48_000, data=b"\x00\x01")),
    "a picture": (
        {"event": "picture", "width": 2, "height": 1, "data": "AP8="},
        PictureEvent(width=2, height=1, data=b"\x00\xff"),
    ),
    "a failure": ({"event": "failed", "reason": "r", "detail": "d"}, FailedEvent(reason="r", detail="d")),
}


@pytest.mark.parametrize("name", LINES)
def test_each_line_is_read_and_written_as_itself(name: str) -> None:
    said, meant = LINES[name]
    assert LINE.validate_json(json.dumps(said)) == meant
    assert LINE.validate_json(meant.model_dump_json()) == meant


def changed(**changes: Any) -> bytes:
    return json.dumps(PACKET | changes).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b'"hello"',
        b"hello",
        b"{}",
        b'{"id": 1}',
        b'{"id": "1", "ok": true}',
        b'{"id": -1, "ok": true}',
        b'{"id": 1, "ok": 1}',
        b'{"id": 1, "ok": true, "more": 1}',
        b'{"id": 1, "ok": false, "reason": "\\ud800"}',
        b'{"id": 1, "ok": false, "reason": "\xff"}',
        b'{"id": 1, "ok": true, "result": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b"[" * 500_000,
        b'{"id": ' + b"9" * 10_000 + b', "ok": true}',
        b'{"event": "applause"}',
        b'{"event": "key", "line": "a\\u0000b"}',
        b'{"event": "key", "line": "CLIENT_RANDOM 1\\nCLIENT_RANDOM 2"}',
        changed(local="127.1.0.1"),
        changed(local="127.1.0.1:0"),
        changed(local="127.1.0.1:65536"),
        changed(remote="::1:4000"),
        changed(remote="example.org:4000"),
        changed(time=float("nan")),
        changed(time=float("inf")),
        changed(time=-1),
        changed(data="*"),
        changed(data=base64.b64encode(bytes(65_536)).decode()),
        changed(outward="yes"),
        b'{"event": "rtp", "data": "gG8="}',
        b'{"event": "sound", "rate": 8000, "data": "AAE="}',
        b'{"event": "sound", "rate": 48001, "data": "AAE="}',
        b'{"event": "sound", "rate": 48000, "data": ""}',
        b'{"event": "picture", "width": 2, "height": 2, "data": "AP8="}',
        b'{"event": "picture", "width": -2, "height": -1, "data": "AP8="}',
        b'{"event": "picture", "width": 0, "height": 0, "data": ""}',
    ],
)
def test_what_is_no_line_of_the_protocol_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        LINE.validate_json(line)


def test_an_address_is_read_as_it_is_written() -> None:
    assert parse_address(address_text(("127.1.2.3", 4000))) == ("127.1.2.3", 4000)


@pytest.mark.parametrize(
    "text", ["", ":", "127.1.2.3", "127.1.2.3:", "127.1.2:1", "127.1.2.3:²", "127.1.2.3:1:2", "h:1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse_address(text)
