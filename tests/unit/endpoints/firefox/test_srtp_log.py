"""Firefox's own log, taken apart: what became of each packet, and whose it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.endpoints.firefox.srtp_log import SrtpLog, counts
from harness.model.statement import PacketCounts

ALICE, BOB, OTHER_OF_BOB = (f"{{{digit * 8}-0000-4000-8000-000000000000}}" for digit in "abc")
PAGES = {ALICE: "harness-a1.html", BOB: "harness-b2.html", OTHER_OF_BOB: "harness-b2.html"}


def socket(text: str) -> str:
    return f"[Socket 26757: Socket Thread]: V/mtransport {text}\n"


def came(to: str) -> str:
    name = f"PC:{to} 1795957101227274 (id=23622320130 url=file:///tmp/harness-firefox-1/{PAGES[to]})"
    return socket(
        f"Flow[transport_0(none)]; Layer[ice]: PacketReceived({name} transport-id=transport_0,1,90)"
    ) + socket("Flow[transport_0(none)]; Layer[dtls]: PacketReceived(90)")


def keyed(to: str) -> str:
    return came(to) + socket("Created SRTP flow!")


def opened(to: str, what: str = "SRTP") -> str:
    return came(to) + socket(f"Successfully unprotected an {what} packet of len 74")


def refused(to: str, error: int, what: str = "SRTP") -> str:
    again = f"Flow[x]; Layer[srtp]: Error unprotecting {what[1:]} len=90[90 6d 52 f9]"
    return came(to) + socket(f"Error unprotecting {what} packet error={error}") + socket(again)


def sent(by: str, what: str = "RTP", way: str = "Transmit audio[{c0}]") -> str:
    return f"[Child 27004: Socket Thread]: D/MediaPipeline {by}| {way} sending {what} packet\n"


def test_each_packet_is_counted_for_the_page_that_it_came_to() -> None:
    log = keyed(ALICE) + keyed(BOB) + opened(ALICE) + refused(BOB, 7) + opened(BOB, "SRTCP") + opened(ALICE)
    log += refused(ALICE, 9, "SRTCP")
    assert counts(log, PAGES[ALICE]) == PacketCounts(rtp_received=2, replayed=1)
    assert counts(log, PAGES[BOB]) == PacketCounts(rtcp_received=1, not_authenticated=1)


@pytest.mark.parametrize(
    ("error", "field"),
    [(7, "not_authenticated"), (21, "not_authenticated"), (9, "replayed"), (10, "replayed"), (1, "refused")],
)
def test_a_refusal_has_the_reason_that_libsrtp_gave(error: int, field: str) -> None:
    assert counts(keyed(BOB) + refused(BOB, error), PAGES[BOB]) == PacketCounts(**{field: 1})


def test_what_is_sent_is_counted_whoever_of_a_connection_sends_it() -> None:
    log = keyed(BOB) + opened(BOB) + sent(BOB) + sent(BOB, "RTCP", "Receive audio") + sent(ALICE) + opened(ALICE)
    assert counts(log, PAGES[BOB]) == PacketCounts(rtp_received=1, rtp_sent=1, rtcp_sent=1)


def test_what_is_given_to_an_srtp_layer_without_keys_is_not_sent() -> None:
    """DTLS agreed on no profile at Bob's end, and his RTP goes on; in clear it does not leave. That another connection
    of his page has keys, makes no difference."""
    log = sent(ALICE) + keyed(OTHER_OF_BOB) + came(BOB) + keyed(ALICE) + sent(BOB) + sent(ALICE)
    assert counts(log, PAGES[BOB]) == PacketCounts()
    assert counts(log, PAGES[ALICE]) == PacketCounts(rtp_sent=1)


def test_nothing_is_said_by_a_log_in_which_packets_were_opened_without_keys() -> None:
    """It tells of keys in other words, then, and what was sent cannot be told."""
    assert counts(opened(ALICE) + sent(ALICE), PAGES[ALICE]) is None


def test_a_datagram_of_another_protocol_is_no_packet() -> None:
    assert counts(came(ALICE) + keyed(BOB) + opened(BOB) + came(ALICE), PAGES[ALICE]) == PacketCounts()


def test_nothing_is_said_of_a_page_of_which_the_log_does_not_speak() -> None:
    """Which is not the same as a page to which nothing came: who counts nothing must not pass for one that refused."""
    assert counts(opened(BOB), PAGES[ALICE]) is None
    assert counts("", PAGES[ALICE]) is None


def test_nothing_is_said_by_a_log_in_which_a_packet_is_nobodys() -> None:
    nobodys = socket("Successfully unprotected an SRTP packet of len 74")
    assert counts(keyed(ALICE) + opened(ALICE) + nobodys, PAGES[ALICE]) is None


def test_nothing_is_said_by_a_log_whose_lines_ran_into_each_other() -> None:
    torn = refused(ALICE, 7).replace("error=7\n", "error=")
    assert counts(keyed(ALICE) + opened(ALICE) + torn + opened(ALICE), PAGES[ALICE]) is None


def test_a_packet_that_came_before_the_log_begins_and_a_line_that_is_on_its_way_spoil_nothing() -> None:
    before = socket("Successfully unprotected an SRTP packet of len 74")
    after = socket("Error unprotecting SRTP packet error=7")[:-3]
    assert counts(before + keyed(ALICE) + opened(ALICE) + came(ALICE) + after, PAGES[ALICE]) == PacketCounts(
        rtp_received=1
    )


def test_a_log_is_let_go_of_when_nobody_wants_it(tmp_path: Path) -> None:
    log = SrtpLog(tmp_path)
    file = tmp_path / "srtp.child-1.moz_log"
    assert log.environment["MOZ_LOG_FILE"] == str(tmp_path / "srtp")
    file.write_text(opened(BOB))
    begin = log.opened()
    assert (begin, file.stat().st_size) == (0, 0)
    file.write_text(keyed(BOB) + opened(BOB))
    later = log.opened()
    with file.open("a") as writer:
        writer.write(keyed(ALICE) + opened(ALICE))
    assert log.counts(begin, PAGES[BOB]) == PacketCounts(rtp_received=1)
    assert log.counts(later, PAGES[BOB]) is None
    assert log.counts(later, PAGES[ALICE]) == PacketCounts(rtp_received=1)
    log.left()
    log.opened()
    assert file.stat().st_size, "the first one still wants it"


def test_a_log_that_is_too_long_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = SrtpLog(tmp_path)
    begin = log.opened()
    (tmp_path / "srtp.child-1.moz_log").write_text(keyed(ALICE) + opened(ALICE))
    assert log.counts(begin, PAGES[ALICE]) is not None
    monkeypatch.setattr("harness.endpoints.firefox.srtp_log.MOST_BYTES", 100)
    assert log.counts(begin, PAGES[ALICE]) is None
