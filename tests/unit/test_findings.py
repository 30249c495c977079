"""What makers of stacks are told can be seen again, and all that is known of their stacks is told to them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from harness.catalogue import load, select
from harness.commands.run import STACKS
from harness.deviations import load as deviations
from harness.model.deviation import Deviation

FINDINGS = (Path(__file__).parents[2] / "docs" / "findings.md").read_text()
COMMAND = re.compile(r"harness run [^`;]+")
KNOWN = re.compile(r"^\*Known as:\* (.+)\.$", re.MULTILINE)
CATALOGUE = load()
DEVIATIONS = {one.id: one for one in deviations()}


def parts(command: str) -> tuple[list[str], list[str]]:
    """What a command selects, and the values of its options."""
    words = shlex.split(command)[2:]
    at = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
    return words[:at], [word for word in words[at:] if not word.startswith("--")]


def checked(command: str) -> None:
    names, options = parts(command)
    assert names and select(CATALOGUE, names), command
    assert all(option.partition("=")[2] in STACKS for option in options), command


FOUND = FINDINGS.split("\n## ")[1:]
PARAGRAPHS = [one for one in FOUND if COMMAND.search(one)]
TOLD = [one for one in FOUND if KNOWN.search(one)]


def heading(paragraph: str) -> str:
    return paragraph.partition("\n")[0]


def known(paragraph: str) -> list[str]:
    """The deviations that a paragraph is about."""
    return [name for line in KNOWN.findall(paragraph) for name in re.findall("`([^`]+)`", line)]


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=heading)
def test_the_steps_of_a_finding_name_what_there_is(paragraph: str) -> None:
    for command in COMMAND.findall(paragraph):
        checked(command)


@pytest.mark.parametrize("said", ["Steps:", "What happens:", "What helps:"])
def test_each_finding_says_what_a_maintainer_needs(said: str) -> None:
    for one in FOUND:
        assert f"*{said}*" in one, heading(one)


def test_every_deviation_has_its_paragraph_and_only_one() -> None:
    assert sorted(name for one in TOLD for name in known(one)) == sorted(DEVIATIONS)


@pytest.mark.parametrize("paragraph", TOLD, ids=heading)
def test_the_paragraph_of_a_deviation_says_of_which_version_how_to_see_it_and_what_is_asked(paragraph: str) -> None:
    shown = {one.id for command in COMMAND.findall(paragraph) for one in select(CATALOGUE, parts(command)[0])}
    for name in known(paragraph):
        one = DEVIATIONS[name]
        version = rf"\b{re.escape(one.stack)}\b[\w ]* {re.escape(one.version)}"
        assert re.search(version, heading(paragraph), re.IGNORECASE), name
        assert any(one.names(scenario) for scenario in shown), f"no step shows {name}"
    asked = paragraph.partition("*What is asked:*")[2].partition("\n*")[0]
    assert re.search(r"RFC \d+|W3C", asked), "no document is named"


@pytest.mark.parametrize("deviation", DEVIATIONS.values(), ids=lambda one: one.id)
def test_the_reference_of_a_deviation_names_what_there_is(deviation: Deviation) -> None:
    for command in COMMAND.findall(deviation.reference):
        checked(command)
