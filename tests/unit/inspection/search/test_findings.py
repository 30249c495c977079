"""What the search tells a person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.inspection.search.findings import findings
from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.search import LIMIT, Search
from harness.model.finding import Finding, Reason, Severity

from .hiding import KEY, stream, windows


def say(search: Search, file: str = "") -> tuple[Finding, ...]:
    return findings(search, "a.pcap", lambda leg: f"a.pcap leg {leg}", lambda hit: hit.spot.file == file != "")


def search_for(*patterns: Pattern) -> Search:
    search = Search(patterns)

    def hide(at: int, packet: bytearray) -> None:
        if at == 4:
            packet[20:36] = bytes(byte ^ 0x5A for byte in KEY)

    for window in windows(stream(10, hide)):
        search.add(window)
    return search


def test_each_kind_of_secret_has_its_own_alarm() -> None:
    expected = {
        PatternKind.MARKER: Reason.MARKER_ON_WIRE,
        PatternKind.FRAME: Reason.FRAME_ON_WIRE,
        PatternKind.SESSION_SALT: Reason.KEY_ON_WIRE,
        PatternKind.PRIVATE_KEY: Reason.KEY_ON_WIRE,
    }
    for kind, reason in expected.items():
        alarm, searched = say(search_for(Pattern("alice", kind, KEY)))
        assert (alarm.reason, alarm.severity, alarm.vantage) == (reason, Severity.ALARM, "a.pcap leg 0")
        assert alarm.detail == (
            f"the {kind} of 'alice' lies open in one SRTP message, frame 5 from byte 62 on: raw, XORed with 0x5a"
        )
        assert (searched.reason, searched.severity) == (Reason.SEARCHED, Severity.FACT)


def test_one_alarm_for_a_secret_that_is_in_several_places_of_a_leg() -> None:
    def hide(at: int, packet: bytearray) -> None:
        packet[20:36] = KEY
        packet[40:56] = KEY[::-1]

    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for window in windows(stream(10, hide)):
        search.add(window)
    alarm, _ = say(search)
    assert alarm.detail.endswith("frame 1 from byte 62 on: raw; also in 1 other way")


def test_a_secret_where_it_belongs_is_a_notice_there_and_an_alarm_elsewhere() -> None:
    search = Search([Pattern("alice", PatternKind.SRTP_MASTER_KEY, KEY)])
    search.text("offer.sdp", KEY.hex().encode())
    search.text("log.txt", KEY.hex().encode())
    alarm, notice, _ = say(search, "offer.sdp")
    assert (alarm.vantage, alarm.reason, alarm.severity) == ("log.txt", Reason.KEY_ON_WIRE, Severity.ALARM)
    assert (notice.vantage, notice.reason, notice.severity) == ("offer.sdp", Reason.KEYS_IN_CAPTURE, Severity.NOTICE)


def test_a_secret_in_the_file_and_not_in_its_frames_is_a_notice() -> None:
    """As the decryption secrets of a pcapng are."""
    (window,) = windows(stream(2))
    frames = replace(window.frames, offset=window.frames.offset + 20, data=np.r_[np.zeros(20, np.uint8), window.data])
    frames.data[:16] = np.frombuffer(KEY, np.uint8)
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    search.add(replace(window, frames=frames, data=frames.data, offset=window.offset + 20))
    notice, _ = say(search)
    assert (notice.vantage, notice.reason, notice.severity) == ("a.pcap", Reason.KEYS_IN_CAPTURE, Severity.NOTICE)
    assert "in the capture file, outside of its frames: raw" in notice.detail


def test_what_was_not_searched_for_is_said() -> None:
    refused, nothing = say(Search([Pattern("bob", PatternKind.MARKER, b"1234567")]))
    assert (refused.reason, refused.severity) == (Reason.NOT_CHECKED, Severity.INCONCLUSIVE)
    assert "of 'bob' cannot be searched for: it has 7 bytes" in refused.detail
    assert (nothing.reason, nothing.severity) == (Reason.NOT_CHECKED, Severity.FACT)


def test_the_limit_of_the_search_is_part_of_every_result() -> None:
    (searched,) = say(search_for(Pattern("nowhere", PatternKind.MASTER, KEY[::-1][:9] + KEY[:9])))
    assert LIMIT in searched.detail
    assert "1 secret in " in searched.detail


def test_a_reached_limit_is_inconclusive() -> None:
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for number in range(40):
        search.text(f"{number}.txt", KEY)
    *_, reached, _ = say(search)
    assert (reached.reason, reached.severity) == (Reason.LIMIT_REACHED, Severity.INCONCLUSIVE)
    assert reached.detail == "8 further matches were counted, but not listed"


def test_no_finding_repeats_a_secret() -> None:
    for finding in say(search_for(Pattern("alice", PatternKind.MASTER, KEY))):
        assert KEY.hex() not in finding.detail.lower()
