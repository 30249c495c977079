"""Which scenarios there are, in which order, and which a selector names; nothing is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalogue import ScenarioError, SelectionError, base_id, files, load, place, select
from harness.model.scenario import Scenario

TEXT = "schema_version: 1\nid: {id}\ntitle: T\nwhy: W\nexpect: {{outcome: SECURE}}\n"
FLIPS = "adversary: {kind: srtp-bitflip}\nmatrix: {adversary.field: [tag, header]}\n"


def write(root: Path, family: str, name: str, more: str = "") -> Path:
    path = root / family / f"{name}.call.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(id=name) + more)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "scenarios"
    write(folder, "media", "flip", FLIPS)
    write(folder, "media", "flip-all")
    write(folder, "signalling", "swap")
    write(folder, "control", "honest")
    return folder


def ids(scenarios: tuple[Scenario, ...]) -> list[str]:
    return [scenario.id for scenario in scenarios]


EVERYTHING = ["honest", "swap", "flip[field=tag]", "flip[field=header]", "flip-all"]


def test_controls_come_first_then_families_then_ids_and_variants_as_written(root: Path) -> None:
    assert ids(load(root)) == EVERYTHING


def test_single_files_and_folders_can_be_loaded_each_once(root: Path) -> None:
    swap = root / "signalling" / "swap.call.yaml"
    assert ids(load(swap, root / "control", swap, root / "signalling")) == ["honest", "swap"]


def test_the_faults_of_every_file_are_listed_together(root: Path) -> None:
    write(root, "control", "first", "oops: 1\n")
    write(root, "media", "second", "oops: 1\n")
    with pytest.raises(ScenarioError) as caught:
        load(root)
    assert [line.partition(": unknown")[0] for line in str(caught.value).splitlines()] == [
        f"{root}/control/first.call.yaml:6:1",
        f"{root}/media/second.call.yaml:6:1",
    ]


def test_one_id_in_two_families_is_refused_at_both_places(root: Path) -> None:
    here, there = root / "control" / "honest.call.yaml", write(root, "media", "honest")
    with pytest.raises(ScenarioError) as caught:
        load(root)
    assert str(caught.value).splitlines() == [
        f"{here}:2:1: the id 'honest' is also used by {there}",
        f"{there}:2:1: the id 'honest' is also used by {here}",
    ]


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path, root: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match="empty:1:1: no scenarios"):
        load(root, tmp_path / "empty")


def test_a_path_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(ScenarioError, match="nowhere:1:1: no such folder"):
        load(root / "nowhere")
    with pytest.raises(ScenarioError, match="there is no such file"):
        load(root / "control" / "nowhere.call.yaml")


@pytest.mark.parametrize("name", ["swap2.yaml", "swap2.call.yml"])
def test_a_file_that_only_looks_like_a_scenario_is_an_error(root: Path, name: str) -> None:
    (root / "signalling" / name).write_text(TEXT.format(id="swap2"))
    with pytest.raises(ScenarioError, match=f"{name}:1:1: the name of a scenario file ends in '.call.yaml'"):
        load(root)


def test_files_keep_what_belongs_together(root: Path) -> None:
    assert [(file.id, file.line, len(file.scenarios)) for file in files(root)] == [
        ("honest", 2, 1),
        ("swap", 2, 1),
        ("flip", 2, 2),
        ("flip-all", 2, 1),
    ]


def test_a_scenario_names_its_place_in_the_catalogue(root: Path) -> None:
    assert base_id("flip[field=tag]") == base_id("flip") == "flip"
    assert [place(scenario, root) for scenario in load(root)] == [
        file.path for file in files(root) for _ in file.scenarios
    ]


@pytest.mark.parametrize(
    ("selectors", "chosen"),
    [
        ([], EVERYTHING),
        (["swap"], ["swap"]),
        (["flip[field=header]"], ["flip[field=header]"]),
        (["flip"], ["flip[field=tag]", "flip[field=header]"]),
        (["media"], ["flip[field=tag]", "flip[field=header]", "flip-all"]),
        (["flip-all", "honest", "honest", "control"], ["honest", "flip-all"]),
        (["*"], EVERYTHING),
        (["*-all"], ["flip-all"]),
        (["flip[field=*]"], ["flip[field=tag]", "flip[field=header]"]),
        (["s?ap"], ["swap"]),
        (["fl?p"], ["flip[field=tag]", "flip[field=header]"]),
    ],
)
def test_what_a_selector_names(root: Path, selectors: list[str], chosen: list[str]) -> None:
    assert ids(select(load(root), selectors, root)) == chosen


def test_a_selector_may_be_a_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    found, here = load(), Path("scenarios")
    assert ids(select(found, ["scenarios/media/flip.call.yaml"], here)) == ["flip[field=tag]", "flip[field=header]"]
    assert ids(select(found, ["./scenarios/control/"], here)) == ["honest"]
    assert ids(select(found, [str(root)], here)) == ids(select(found, ["scenarios"], here)) == EVERYTHING


def test_a_path_outside_of_the_catalogue_names_nothing_of_it(root: Path, tmp_path: Path) -> None:
    stranger = write(tmp_path / "other", "control", "honest")
    with pytest.raises(SelectionError, match=r"no scenario is called .*honest"):
        select(load(root), [str(stranger)], root)


@pytest.mark.parametrize("selector", ["swab", "flip[field=payload]", "network", "x*", "", "signalling/swap"])
def test_a_selector_that_names_nothing_is_an_error_even_beside_a_good_one(
    root: Path, selector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    with pytest.raises(SelectionError) as caught:
        select(load(root), ["honest", selector], root)
    assert f"no scenario is called {selector!r}" in str(caught.value)


def test_near_misses_are_suggested_and_all_unknown_ones_are_named(root: Path) -> None:
    with pytest.raises(SelectionError) as caught:
        select(load(root), ["swab", "flip[field=tog]"], root)
    assert str(caught.value).splitlines() == [
        "no scenario is called 'swab'; did you mean 'swap'?",
        "no scenario is called 'flip[field=tog]'; did you mean 'flip[field=tag]'?",
    ]
