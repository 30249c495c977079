"""What makers of stacks are told can be seen again: each command that stands there names scenarios that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from harness.catalogue import load, select
from harness.commands.run import STACKS
from harness.deviations import load as deviations

FINDINGS = (Path(__file__).parents[2] / "docs" / "findings.md").read_text()
COMMAND = re.compile(r"harness run [^`;]+")
CATALOGUE = load()


def parts(command: str) -> tuple[list[str], list[str]]:
    """What a command selects, and the values of its options."""
    words = shlex.split(command)[2:]
    at = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
    return words[:at], [word for word in words[at:] if not word.startswith("--")]


def checked(command: str) -> None:
    names, options = parts(command)
    assert names and select(CATALOGUE, names), command
    assert all(option.partition("=")[2] in STACKS for option in options), command


PARAGRAPHS = [one for one in FINDINGS.split("\n## ")[1:] if COMMAND.search(one)]


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=[one.partition("\n")[0] for one in PARAGRAPHS])
def test_the_steps_of_a_finding_name_what_there_is(paragraph: str) -> None:
    for command in COMMAND.findall(paragraph):
        checked(command)


@pytest.mark.parametrize("heading", ["Steps:", "What happens:", "What helps:"])
def test_each_finding_says_what_a_maintainer_needs(heading: str) -> None:
    for one in FINDINGS.split("\n## ")[1:]:
        assert f"*{heading}*" in one, one.partition("\n")[0]


@pytest.mark.parametrize("deviation", deviations(), ids=lambda one: one.id)
def test_the_reference_of_a_deviation_names_what_there_is(deviation: object) -> None:
    for command in COMMAND.findall(str(getattr(deviation, "reference", ""))):
        checked(command)
