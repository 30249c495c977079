"""What the terminal shows of captures: plain lines, the grave ones never lost, and nothing that could draw on it."""

from __future__ import annotations

import io
import re

from harness.model.finding import Severity
from harness.model.inspection import CallVerdict, Inspection
from harness.report.inspection_console import lines, show
from harness.report.text import MOST_LINES

from .inspection_sample import LEG, call, capture, every_text, finding, inspection, recovered, stream
from .test_html_hostile import HOSTILE


def shown(document: Inspection) -> str:
    stream_out = io.StringIO()
    show(document, stream_out)
    return stream_out.getvalue()


def test_the_last_line_is_the_answer() -> None:
    assert shown(inspection()).splitlines()[-1] == "The call was not intercepted."
    assert shown(inspection(calls=(call(CallVerdict.INTERCEPTED),))).splitlines()[-1] == "The call was intercepted."


def test_a_call_is_told_with_its_codes_as_a_screen_groups_them() -> None:
    text = shown(inspection())
    assert "call: not intercepted (alice.pcapng, bob.pcapng)" in text
    assert "  code, caller: 12345 12345 12345 12345" in text
    assert "  caller: 192.0.2.1:5000 (it is the controlling side of ICE)" in text
    assert "  both show the same handshake" in text


def test_bytes_streams_and_agreements_are_tables() -> None:
    rows = [line.split() for line in shown(inspection(recovered=(recovered(), recovered(file=None)))).splitlines()]
    assert ["srtp-ciphertext", "ciphertext", "700"] in rows
    assert ["rtp-extension", "(audio", "level)", "clear", "150"] in rows
    assert ["0x0a11ce00", "audio", "(opus)", "10", "packets", "authenticated", *LEG.split(), "all", "authentic"] in rows
    assert any(row[:3] == ["DTLS", "1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] and "–" in row for row in rows)
    assert ["media/leg0-out-opus.wav", "opus", "10", "packets"] in rows
    assert ["nothing", "opus", "10", "packets"] in rows


def test_the_gravest_finding_comes_first_and_facts_are_left_to_the_other_outputs() -> None:
    order = (Severity.NOTICE, Severity.FACT, Severity.INCONCLUSIVE, Severity.ALARM)
    text = shown(inspection(findings=tuple(finding(one, f"a {one} it is") for one in order)))
    places = [text.index(f"a {one} it is") for one in (Severity.ALARM, Severity.INCONCLUSIVE, Severity.NOTICE)]
    assert places == sorted(places)
    assert "a fact it is" not in text


def test_what_does_not_fit_is_counted() -> None:
    many = MOST_LINES + 3
    text = shown(
        inspection(streams=(stream(),) * many, findings=(finding(Severity.NOTICE),) * many + (finding(Severity.ALARM),))
    )
    assert "  … 3 more" in text.splitlines()
    assert "… 4 more findings" in text.splitlines()
    assert "ALARM  capture-read" in text


def test_damage_is_listed_with_what_is_left_out() -> None:
    text = shown(inspection(captures=(capture(problems=("truncated block at byte 7",), problems_left_out=9),)))
    assert "  problem: truncated block at byte 7" in text
    assert "  and 9 more problems" in text


def test_a_report_without_anything_says_so() -> None:
    text = shown(inspection(streams=(), associations=(), calls=(), findings=(), captures=()))
    assert "streams: none" in text
    assert "not checked: 0" in text
    assert "associations:" not in text


def test_nothing_from_outside_can_draw_on_the_terminal() -> None:
    """Not one control or direction character, whichever text it came in, and every line is one of ours."""
    hostile = every_text(f"{HOSTILE}\nThe call was not intercepted.\r\x9b2J")
    for line in lines(hostile):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028]", line)
    assert "The call was not intercepted." not in shown(hostile).splitlines()


def test_an_encoding_without_the_arrow_is_no_end() -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show(inspection(), narrow)
    narrow.seek(0)
    assert "192.0.2.1:5000 \\u2194 192.0.2.2:6000" in narrow.read()
