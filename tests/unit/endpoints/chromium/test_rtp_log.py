"""The browser's log, taken apart: each tab's packets by the process that logged them."""

from __future__ import annotations

from pathlib import Path

from harness.endpoints.chromium.rtp_log import RtpLog, dump_of, ssrcs
from harness.wire.rtp_dump import parse_dump
from harness.wire.sdp import Sdp

OF_ALICE = "O 00:00:55.029 0000 80 6f 00 01 00 00 00 00 00 00 00 0a ff # RTP_DUMP"
TO_ALICE = "I 00:00:55.030 0000 80 6f 00 07 00 00 00 00 00 00 00 0b ee # RTP_DUMP"
OF_BOB = TO_ALICE.replace("I", "O", 1)


def message(process: int, line: str) -> str:
    return f"[{process}:77:1129/010455.029964:VERBOSE1:third_party/webrtc/pc/srtp_session.cc:549] \n\n{line}\n"


LOG = (
    "[1:1:1129/010403.650673:ERROR:dbus/bus.cc:405] Failed to connect\n"
    + message(10, OF_ALICE)
    + message(20, OF_BOB)
    + message(10, TO_ALICE)
)


def test_a_dump_is_that_of_the_process_that_sends_with_the_partys_ssrc() -> None:
    assert dump_of(LOG, {0xA}) == f"{OF_ALICE}\n{TO_ALICE}\n"
    assert dump_of(LOG, {0xB, 0xC}) == f"{OF_BOB}\n"


def test_a_browser_that_logs_none_of_a_partys_packets_gives_no_dump() -> None:
    """Which is not the same as a dump without packets: what was not looked at must not raise an alarm."""
    assert dump_of(LOG, {0xF}) is None
    assert dump_of("", {0xA}) is None


def test_a_line_that_might_be_anybodys_spoils_every_dump() -> None:
    torn = LOG + f"[10:77:1129/0104[20:78:1129/0{TO_ALICE}\n"
    for ssrc in (0xA, 0xB):
        dump = dump_of(torn, {ssrc})
        assert dump is not None
        assert parse_dump(dump).problem is not None


def test_the_ssrcs_of_a_description() -> None:
    sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    assert ssrcs(Sdp.parse(sdp + "a=ssrc:10 cname:x\r\na=ssrc:11 msid:y\r\na=ssrc:x cname:z\r\n")) == {10, 11}


def test_the_log_is_a_file_of_this_process_without_a_name() -> None:
    log = RtpLog()
    begin = log.opened()
    with Path(log.place).open("a") as writer:
        writer.write("first\n")
    assert log.taken(begin) == "first\n"
    assert log.opened() == 0, "what nobody waits for is let go of"
    assert log.taken(0) == ""
    place = Path(log.place)
    assert "memfd" in str(place.readlink())
    log.close()
    assert not place.exists()
