"""The page on captures: every byte drawn and counted, the gravest first, and hostile text stays text."""

from __future__ import annotations

import re

import pytest

from harness.model.byte_label import ByteLabel, Nature
from harness.model.finding import Severity
from harness.model.inspection import ByteRow, CallVerdict, Inspection, LegBytes, PacketFailure, Protection
from harness.report.inspection_html import MOST_ROWS, WIDTH, bar, render

from .html_tree import Element, Page
from .inspection_sample import (
    LEG,
    ROWS,
    association,
    call,
    capture,
    every_text,
    finding,
    inspection,
    recovered,
    stream,
)
from .test_html_hostile import HOSTILE


def page(document: Inspection) -> Element:
    return Page(render(document)).root


# bytes


def test_a_bar_is_full_and_in_proportion() -> None:
    drawn = bar("alice.pcapng", ROWS)
    assert drawn.total == 1000
    assert [(one.row.label, one.start, one.width) for one in drawn.segments] == [
        (ByteLabel.RTP_EXTENSION, 0, 150),
        (ByteLabel.FILE, 150, 100),
        (ByteLabel.SRTP_CIPHERTEXT, 250, 700),
        (ByteLabel.SRTP_TAG, 950, 50),
    ]
    assert drawn.segments[-1].start + drawn.segments[-1].width == WIDTH
    assert dict(drawn.by_nature) == {Nature.CLEAR: 250, Nature.CIPHERTEXT: 700, Nature.RANDOM: 50}


def test_a_bar_of_nothing_is_nothing() -> None:
    assert (bar("", ()).segments, bar("", ()).by_nature) == ((), ())
    assert page(inspection(captures=(capture(bytes_by_label=(), legs=()),))).one("h1").text


def test_the_table_of_labels_leaves_no_byte_out() -> None:
    panel = page(inspection()).one("section", kind="capture")
    tables = [
        {row.one("th").text: row.all("td")[1].text for row in table.one("tbody").all("tr")}
        for table in panel.all("table")
    ]
    assert tables[0] == {
        "rtp-extension audio level": "150", "file": "100", "srtp-ciphertext": "700", "srtp-tag": "50", "sum": "1000",
    }  # fmt: skip
    assert [table["sum"] for table in tables[1:]] == ["100", "900"]
    assert [one.one("summary").text for one in panel.all("details")][1:] == [
        "on no leg: file format and other protocols: 100 bytes",
        f"{LEG}: 900 bytes",
    ]


# calls, findings, streams


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (CallVerdict.INTERCEPTED, "Intercepted"),
        (CallVerdict.NOT_INTERCEPTED, "Not intercepted"),
        (CallVerdict.CANNOT_TELL, "Cannot tell whether it was intercepted"),
    ],
)
def test_a_call_says_its_verdict_its_codes_and_why(verdict: CallVerdict, words: str) -> None:
    panel = page(inspection(calls=(call(verdict),))).one("section", kind="call")
    assert panel.one("p", kind="formula").text == words
    assert [one.text for one in panel.all("dd", kind="digits")] == ["12345 12345 12345 12345"] * 2
    assert "both show the same handshake" in panel.text
    assert verdict.value in panel.attributes["class"]


def test_green_is_only_what_is_quiet() -> None:
    assert page(inspection()).one("body").attributes["class"] == "green"
    for grave in (Severity.ALARM, Severity.INCONCLUSIVE):
        assert page(inspection(findings=(finding(grave),))).one("body").attributes["class"] == "red"
    assert page(inspection(calls=(call(CallVerdict.INTERCEPTED),))).one("body").attributes["class"] == "red"


def test_findings_stand_by_their_weight_and_only_facts_are_folded() -> None:
    severities = (Severity.FACT, Severity.NOTICE, Severity.ALARM, Severity.INCONCLUSIVE)
    root = page(inspection(findings=tuple(finding(one, f"a {one}") for one in severities)))
    folds = [one for one in root.all("details") if one.all("table", kind="findings")]
    assert [one.one("summary").text for one in folds] == ["alarm 1", "inconclusive 1", "notice 1", "fact 1"]
    assert ["open" in one.attributes for one in folds] == [True, True, True, False]
    assert [one.all("td")[-1].text for one in folds] == ["a alarm", "a inconclusive", "a notice", "a fact"]


def test_a_stream_that_failed_names_its_frames() -> None:
    failures = tuple(PacketFailure(frame=number, why="its tag is wrong") for number in (7, 9))
    one = stream(protection=Protection.FAILED, failures=failures, failures_left_out=5)
    cell = page(inspection(streams=(one,))).one("section", **{"aria-labelledby": "streams"}).one("td", kind="detail")
    assert cell.one("summary").text == "7 packets not authentic"
    assert [item.text for item in cell.all("li")] == ["frame 7: its tag is wrong", "frame 9: its tag is wrong"]


def test_every_kind_of_protection_has_its_number() -> None:
    items = page(inspection()).one("ul", kind="protections").all("li")
    assert [one.text for one in items] == ["1 authenticated", "0 failed", "0 plaintext", "0 ciphertext", "0 unknown"]


def test_an_association_shows_what_was_not_seen_as_not_seen() -> None:
    panel = page(inspection(associations=(association(),))).one("details", kind="panel")
    facts = {one.one("dt").text: one.one("dd").text for one in panel.all("div")}
    assert facts["SRTP profile"] == "not seen"
    assert facts["group"] == "x25519"
    assert facts["client’s certificate 1"].startswith("ab" * 32)


def test_recovered_media_is_listed_and_so_is_what_could_not_be() -> None:
    root = page(inspection(recovered=(recovered(), recovered(file=None, seconds=None, problems=("no codec",)))))
    written, nothing = root.one("section", **{"aria-labelledby": "recovered"}).all("li")
    assert written.text == "media/leg0-out-opus.wav opus, 10 packets, 0.2 s"
    assert nothing.text == "no file opus, 10 packets; no codec"


def test_what_does_not_fit_on_a_page_is_counted() -> None:
    row = ByteRow(label=ByteLabel.UNKNOWN, nature=Nature.CLEAR, bytes=1)
    root = page(
        inspection(
            streams=(stream(),) * (MOST_ROWS + 1),
            findings=(finding(Severity.NOTICE),) * (MOST_ROWS + 2),
            captures=(capture(legs=(LegBytes(leg="a", rows=(row,)),) * (MOST_ROWS + 3)),),
        )
    )
    assert [one.text for one in root.all("p", kind="outside")] == [
        "2 more are in the JSON output.",
        "3 more legs are in the JSON output.",
        "1 more are in the JSON output.",
    ]


# what a page may not do


def test_hostile_text_stays_text_wherever_it_comes_from() -> None:
    text = render(every_text(HOSTILE))
    root = Page(text).root
    assert not root.all("script")
    assert not root.all("img")
    assert "49" not in root.one("h1").text
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    assert text.count("&lt;script&gt;") >= 25


@pytest.mark.parametrize("document", [inspection(), every_text(HOSTILE)], ids=["plain", "hostile"])
def test_the_page_stands_alone(document: Inspection) -> None:
    root = page(document)
    assert not re.search(r"url\(|@import|expression\(", root.one("style").text)
    for element in root.all():
        assert element.tag not in {"script", "link", "iframe", "object", "embed", "img", "form", "base"}
        assert not {name for name in element.attributes if name.startswith("on") or name in {"src", "action", "srcdoc"}}
        assert element.attributes.get("href", "#").startswith("#")
    policy = root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"].split("; ")
    assert policy[:2] == ["default-src 'none'", "style-src 'unsafe-inline'"]


@pytest.mark.parametrize("document", [inspection(recovered=(recovered(),)), every_text("x")], ids=["plain", "strange"])
def test_ids_are_unique_and_every_link_leads_somewhere(document: Inspection) -> None:
    root = page(document)
    ids = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    pointed = [one.attributes["href"][1:] for one in root.all("a")]
    pointed += [name for one in root.all() for name in one.attributes.get("aria-labelledby", "").split()]
    assert set(pointed) <= set(ids)


def test_it_can_be_used_without_seeing_it() -> None:
    root = page(inspection(recovered=(recovered(),), findings=tuple(finding(one) for one in Severity)))
    assert root.one("html").attributes["lang"] == "en"
    assert [len(root.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert all(one.attributes.get("scope") in {"col", "row"} for one in root.all("th"))
    for picture in root.all("svg"):
        assert picture.attributes["role"] == "img"
        assert "bytes" in picture.attributes["aria-label"]
    for one in root.all("div", kind="scroll"):
        assert one.attributes["tabindex"] == "0"
        assert one.attributes["aria-label"]


def test_dark_phone_and_paper_are_provided_for() -> None:
    root = page(inspection())
    for query in ("prefers-color-scheme: dark", "max-width: 820px", "@media print"):
        assert query in root.one("style").text
