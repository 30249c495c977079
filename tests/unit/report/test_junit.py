"""The build server's view. The shape is that of the xunit plugin's junit-10.xsd."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from harness.model.self_test import SelfTest
from harness.model.verdict import RunDocument, Status
from harness.report.junit import render

from .sample import code, detected, document, not_run, realistic, result


@dataclass(frozen=True)
class Shape:
    """Which attributes an element must and may have, and what may stand in it."""

    required: frozenset[str]
    allowed: frozenset[str]
    children: frozenset[str]


def shape(required: str = "", allowed: str = "", children: str = "") -> Shape:
    needed = frozenset(required.split())
    return Shape(needed, needed | frozenset(allowed.split()), frozenset(children.split()))


STOPPED = shape(allowed="type message")
SCHEMA = {
    "testsuites": shape(allowed="name time tests failures errors", children="testsuite"),
    "testsuite": shape(
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": shape(children="property"),
    "property": shape("name value"),
    "testcase": shape("name", "time classname group", "skipped error failure system-out system-err"),
    "failure": STOPPED,
    "error": STOPPED,
    "skipped": STOPPED,
    "system-out": shape(),
    "system-err": shape(),
}
TIME = re.compile(r"[0-9]*(\.[0-9]{0,3})?")


def parsed(run: RunDocument) -> Element:
    """The document as a build server reads it, from bytes."""
    return ElementTree.fromstring(render(run).encode())


def suite_of(run: RunDocument) -> Element:
    found = parsed(run).find("testsuite")
    assert found is not None
    return found


def properties(run: RunDocument) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in suite_of(run).findall("properties/property")}


@pytest.mark.parametrize("run", [realistic(troubled=True)[0], document([])], ids=["whole run", "empty run"])
def test_the_document_has_the_shape_of_the_schema(run: RunDocument) -> None:
    root = parsed(run)
    assert root.tag == "testsuites"
    for element in root.iter():
        known = SCHEMA[element.tag]
        assert known.required <= set(element.attrib) <= known.allowed, element.tag
        assert {child.tag for child in element} <= known.children, element.tag
        assert TIME.fullmatch(element.attrib.get("time", ""))


def test_each_result_is_one_case_of_its_family() -> None:
    cases = suite_of(document([result("honest-call"), detected("fingerprint-swap", seconds=2.5)])).findall("testcase")
    assert [(case.attrib["classname"], case.attrib["name"], case.attrib["time"]) for case in cases] == [
        ("control", "honest-call", "1.800"),
        ("signalling", "fingerprint-swap", "2.500"),
    ]


@pytest.mark.parametrize(
    ("status", "tag"),
    [
        (Status.UNEXPECTED, "failure"),
        (Status.WRONG_REASON, "failure"),
        (Status.INVALID, "failure"),
        (Status.INCONCLUSIVE, "error"),
        (Status.ERROR, "error"),
        (Status.NOT_RUN, "skipped"),
    ],
)
def test_what_is_not_green_says_why(status: Status, tag: str) -> None:
    case = suite_of(document([result("a", status=status, because="for this reason")])).find("testcase")
    assert case is not None
    assert [child.tag for child in case] == [tag, "system-out"]
    stopped = case[0]
    assert (stopped.attrib["type"], stopped.attrib["message"]) == (status, "for this reason")


def test_green_is_a_case_with_nothing_against_it() -> None:
    case = suite_of(document([result("a")])).find("testcase")
    assert case is not None
    assert [child.tag for child in case] == ["system-out"]


def test_every_status_has_a_place() -> None:
    for status in Status:
        render(document([result("a", status=status)]))


def test_the_counts_add_up() -> None:
    root = parsed(
        document([*(result(f"r{number}", status=status) for number, status in enumerate(Status)), result("z")])
    )
    suite = root[0]
    assert {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "9",
        "failures": "3",
        "errors": "2",
        "skipped": "2",
    }
    assert {name: root.attrib[name] for name in ("tests", "failures", "errors")} == {
        "tests": "9",
        "failures": "3",
        "errors": "2",
    }
    assert suite.attrib["time"] == "16.200"


def test_outcome_codes_and_recording_are_properties() -> None:
    facts = properties(document([detected("swap"), not_run("late", "interrupted")]))
    alice = code("swap alice")
    assert facts["swap.outcome"] == "DETECTED"
    assert facts["swap.code.alice"] == f"{alice[:5]} {alice[5:10]} {alice[10:15]} {alice[15:]}"
    assert facts["swap.codes"] == "differ"
    assert facts["swap.intercepted"] == "yes"
    assert facts["swap.recording"] == "swap/call-1"
    assert facts["late.recording"] == "none"
    assert facts["late.code.bob"] == "none"
    assert facts["self-test"].startswith("not run")
    assert facts["provenance.aiortc"] == "1.16.0"


def test_the_facts_stand_in_the_case_too() -> None:
    case = suite_of(document([detected("swap", not_checked=("wireshark",))])).find("testcase/system-out")
    assert case is not None
    assert case.text is not None
    assert {"outcome: DETECTED", "codes: differ", "not-checked: wireshark"} <= set(case.text.splitlines())


def test_alarms_are_told_with_a_failure() -> None:
    case = suite_of(document([detected("swap", status=Status.WRONG_REASON, because="x")])).find("testcase/failure")
    assert case is not None
    assert "alarm codes codes-differ at call: the two screens show different codes" in (case.text or "")
    assert "call-established" not in (case.text or "")


def test_a_scenario_that_was_never_planned_has_a_class_all_the_same() -> None:
    case = suite_of(document([not_run("late", "interrupted")])).find("testcase")
    assert case is not None
    assert case.attrib["classname"] == "unknown"


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1b", "\ufffe", "\uffff", "\x85", "\u202e"])
def test_characters_that_xml_forbids_do_not_reach_it(bad: str) -> None:
    hostile = f"a{bad}<b>&\"']]>"
    run = document(
        [result(hostile, title=hostile, family=hostile, because=hostile, recording=hostile, status=Status.ERROR)],
        run=hostile,
        provenance={hostile: hostile},
        self_test=SelfTest(sentence=hostile),
    )
    assert bad not in render(run)
    case = suite_of(run).find("testcase")
    assert case is not None
    assert case.attrib["name"] == f"a<U+{ord(bad):04X}><b>&\"']]>"
