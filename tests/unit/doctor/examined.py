"""One part of an examination."""

from __future__ import annotations

from harness.doctor.examination import examine
from harness.doctor.part import Part


def part(name: str) -> Part:
    (found,) = [one for one in examine() if one.name == name]
    return found
