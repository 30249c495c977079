"""What an attack costs, as people read it: no chance is shown as nothing or as certain, and no time in a wrong unit."""

from __future__ import annotations

import io

import pytest

from harness.command_cost import Asked, cost
from harness.report.cost_console import duration, lines, number, probability, show, size


def table(asked: Asked, attacker: str, measured: float = 1e6) -> dict[str, list[str]]:
    """The cells of each row of one attacker's table, by the name of the code."""
    text = list(lines(cost(asked, measured)))
    start = next(place for place, line in enumerate(text) if line.startswith(f"{attacker}:"))
    end = text.index("", start)
    cells = [[cell for cell in line.split("  ") if cell.strip()] for line in text[start + 1 : end]]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in cells}


def test_our_code_is_told_in_each_order_of_events() -> None:
    rows = table(Asked(rates=(7.325e9,)), "--rate 7325000000.0")
    assert rows["code"] == ["bits", "blind", "answer last", "50 % after", "known in advance", "50 % after"]
    # 30 s × 7.325e9 × 1e-20; ln 2 × 1e20 / 7.325e9 s; 2 √(ln 2 × 1e20) / 7.325e9 s, with half of them in a table.
    assert rows["teams20/v1, 20 digits"] == ["66.4", "1.0e-20", "2.2e-09", "300 years", "> 99.9 %", "2.27 s, 124 GiB"]


def test_a_code_with_a_commitment_shows_that_trying_is_no_use() -> None:
    assert table(Asked(), "this machine")["ZRTP, base 256"] == ["16.0", "1.5e-05", "as blind", "–", "as blind", "–"]


def test_a_code_of_long_lived_keys_has_a_time_and_no_table() -> None:
    bits, blind, last, after, known, after_too = table(Asked(), "this machine")["Signal, 60 digits"]
    assert (bits, blind) == ("199.3", "1.0e-60")
    assert (last, after) == (known, after_too)
    assert after.endswith("years")


def test_what_was_assumed_and_who_says_so_is_told() -> None:
    text = "\n".join(lines(cost(Asked(ring=45, fingerprints=2), 1e6)))
    assert "The caller waits 45 s; with our code the callee accepts 2 fingerprints; a table has at most 1 TiB." in text
    for source in ("RFC 6189 section 4.4.1.1", "hashcat 6.2.6", "libsignal", "measured just now"):
        assert source in text
    assert "a commitment binds both ends" in text


def test_every_line_is_written() -> None:
    document, stream = cost(Asked(), 1e6), io.StringIO()
    show(document, stream)
    assert stream.getvalue().splitlines() == list(lines(document))


@pytest.mark.parametrize(
    ("chance", "shown"),
    [
        (1e-60, "1.0e-60"),
        (9.99e-4, "1.0e-03"),
        (0.001, "0.1 %"),
        (0.5, "50.0 %"),
        (0.99949, "99.9 %"),
        (0.9995, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_a_chance_is_never_nothing_and_never_certain(chance: float, shown: str) -> None:
    assert probability(chance) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (2.5e-11, "2.5e-11 s"),
        (0.104, "0.104 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (2 * 86_400, "2 days"),
        (300 * 31_557_600, "300 years"),
        (607_016 * 31_557_600, "607,000 years"),
        (3e20 * 31_557_600, "3.0e+20 years"),
    ],
)
def test_a_time_is_told_in_the_unit_of_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(16, "16 bytes"), (1024, "1 KiB"), (3 * 2**20, "3 MiB"), (2**30, "1 GiB"), (2**50, "1,020 TiB")],
)
def test_a_size_is_told_in_binary_units(count: float, shown: str) -> None:
    assert size(count) == shown


def test_a_number_has_three_digits_that_count() -> None:
    assert [number(value) for value in (0, 4.689, 986_456, 7.325e9)] == ["0", "4.69", "986,000", "7.3e+09"]
