"""What `harness code cost` computes and where it writes: every attacker, every code, every order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import command_cost
from harness.adversaries.grinding import Task, search
from harness.codes.cost import Order
from harness.codes.rates import PUBLISHED
from harness.codes.scheme import SISTERS
from harness.command_cost import MOST_RATES, Asked, cost, cost_command, tries_per_second
from harness.model.cost import Cost, PriceReport
from harness.outputs import Format, Output, exit_code, parse_outputs

MEASURED = 1e6


def row(document: Cost, scheme: str, attacker: str, order: Order) -> PriceReport:
    (found,) = (
        price
        for price in document.prices
        if price.scheme.startswith(scheme) and (price.attacker, price.order) == (attacker, order.value)
    )
    return found


def test_every_attacker_pays_for_every_code_in_every_order() -> None:
    document = cost(Asked(), MEASURED)
    assert [one.name for one in document.attackers] == ["this machine", *(rate.name for rate in PUBLISHED)]
    assert [one.name for one in document.schemes] == ["teams20/v1, 20 digits", *(scheme.name for scheme in SISTERS)]
    told = [(price.attacker, price.scheme, price.order) for price in document.prices]
    assert told == [(a.name, s.name, o.value) for a in document.attackers for s in document.schemes for o in Order]


def test_the_measured_rate_is_used_and_given_ones_take_the_place_of_published_ones() -> None:
    document = cost(Asked(rates=(2e6, 5e9, 2e6), ring=10), MEASURED)
    assert [one.tries_per_second for one in document.attackers] == [MEASURED, 2e6, 5e9]
    chances = [row(document, "teams20", one.name, Order.ANSWER_LAST).chance for one in document.attackers]
    assert chances == [pytest.approx(10 * rate * 1e-20, rel=1e-6, abs=0) for rate in (MEASURED, 2e6, 5e9)]


def test_rates_that_look_alike_are_told_apart() -> None:
    document = cost(Asked(rates=(1_000_000.0, 1_000_000.5)), MEASURED)
    assert len({one.name for one in document.attackers}) == 3


def test_ring_time_digits_and_fingerprints_count() -> None:
    plain = row(cost(Asked(digits=12), MEASURED), "teams20/v1, 12", "this machine", Order.ANSWER_LAST)
    longer = row(cost(Asked(digits=12, ring=60), MEASURED), "teams20/v1, 12", "this machine", Order.ANSWER_LAST)
    more = row(cost(Asked(digits=12, fingerprints=3), MEASURED), "teams20/v1, 12", "this machine", Order.ANSWER_LAST)
    assert plain.chance == pytest.approx(30 * MEASURED * 1e-12, rel=1e-4, abs=0)
    assert longer.chance == pytest.approx(2 * plain.chance, rel=1e-4, abs=0)
    assert more.chance == pytest.approx(3 * plain.chance, rel=1e-4, abs=0)


def test_only_our_code_is_tried_with_several_fingerprints() -> None:
    one, three = cost(Asked(), MEASURED), cost(Asked(fingerprints=3), MEASURED)
    assert [price for price in one.prices if not price.scheme.startswith("teams20")] == [
        price for price in three.prices if not price.scheme.startswith("teams20")
    ]


def test_even_the_smallest_chance_is_in_the_data() -> None:
    document = json.loads(cost(Asked(), MEASURED).model_dump_json())
    assert all(price["chance"] > 0 for price in document["prices"])
    smallest = min(price["chance"] for price in document["prices"])
    assert smallest == pytest.approx(1e-60, rel=1e-6, abs=0)


def test_the_rate_is_the_tries_that_were_made_by_the_time_they_took(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def counted(task: Task) -> None:
        tried.append(task.most)
        assert search(task) is None, "who finds something has made fewer tries"

    monkeypatch.setattr(command_cost, "search", counted)
    clock = iter([100.0, 100.1, 100.6, 101.1, 101.7])
    assert tries_per_second(1.5, clock.__next__) == pytest.approx(sum(tried) / 1.7)
    assert len(tried) == 3
    assert next(clock, None) is None


def test_this_machine_is_measured_for_real() -> None:
    assert tries_per_second(0.01) > 1000


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(rates=(0.0,)), "a rate is"),
        (Asked(ring=-1.0), "a caller waits"),
        (Asked(fingerprints=0), "an endpoint accepts"),
        (Asked(digits=3), "4 to 20 digits"),
        (Asked(rates=tuple(float(rate) for rate in range(1, MOST_RATES + 2))), "at most 16"),
    ],
)
def test_a_number_without_sense_is_a_usage_error(asked: Asked, words: str) -> None:
    ended = cost_command(asked, ())
    assert isinstance(ended, tuple)
    assert ended[0] == 2
    assert words in ended[1]


@pytest.mark.parametrize("output_format", [Format.JUNIT, Format.HTML])
def test_only_data_can_be_had_besides_the_table(output_format: Format, tmp_path: Path) -> None:
    ended = cost_command(Asked(), (Output(output_format, tmp_path / "out"),))
    assert isinstance(ended, tuple)
    assert ended == (2, "-o: what an attack costs can be had as json")
    assert not (tmp_path / "out").exists()


def test_the_table_goes_to_standard_output_also_beside_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = cost_command(Asked(), parse_outputs([f"json={tmp_path / 'cost.json'}"]))
    assert isinstance(ended, Cost)
    assert exit_code(ended) == 0
    assert Cost.model_validate_json((tmp_path / "cost.json").read_text()) == ended
    shown = capsys.readouterr()
    assert "this machine" in shown.out
    assert shown.err == ""


def test_data_on_standard_output_stays_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    ended = cost_command(Asked(), parse_outputs(["json=-"]))
    shown = capsys.readouterr()
    assert Cost.model_validate_json(shown.out) == ended
    assert "this machine" in shown.err


def test_a_folder_that_is_gone_is_an_error_with_a_name(tmp_path: Path) -> None:
    ended = cost_command(Asked(), (Output(Format.JSON, tmp_path / "gone" / "cost.json"),))
    assert isinstance(ended, tuple)
    assert ended[0] == 3
    assert str(tmp_path / "gone") in ended[1]
