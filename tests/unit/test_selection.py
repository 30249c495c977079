"""What a command line asks for: of the catalogue, and of files that need none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.catalogue import CatalogueError
from harness.selection import selected, selection_of
from harness.self_test import members

CATALOGUE = Path(__file__).parent.parent.parent / "scenarios"
TURNED = CATALOGUE / "signalling" / "reoffer-new-fingerprint.call.yaml"
SPECIMEN = CATALOGUE / "specimens" / "constant-code.call.yaml"
ANY: dict[str, Any] = {"root": None}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """We are in a folder that has nothing of the harness in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("there", "asked"), [(False, True), (True, False)])
def test_who_names_a_stack_that_is_not_installed_asks_for_every_call_with_it(
    there: bool, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.needs.firefox.lacking", lambda enclosed: "" if there else "no firefox-esr")
    for listed in ({}, {"listed": True}):
        chosen: dict[str, Any] = {"root": None, "endpoints": ("alice=firefox",), **listed}
        named = selection_of(("honest-brief*", "constant-cod*"), chosen).asked
        assert any(one.startswith("honest-brief") for one in named) is asked
        assert "constant-code" not in named, "a specimen keeps its own stack"


def test_what_names_its_software_itself_has_no_place_for_another_but_in_a_self_test() -> None:
    chosen: dict[str, Any] = {"root": None, "endpoints": ("bob=aiortc-process",)}
    alone = selection_of(("chromium-fingerprint-appended", "fingerprint-swap", "constant-code"), chosen)
    assert alone.elsewhere == {"chromium-fingerprint-appended"}
    whole = selection_of((), {**chosen, "self_test": True})
    tested = {one.id for one in members(whole.scenarios)}
    assert whole.specimens
    assert whole.elsewhere
    assert not whole.elsewhere & tested


def test_a_file_needs_no_catalogue_and_is_asked_for_by_name(elsewhere: Path) -> None:
    selection = selection_of((str(TURNED),), ANY)
    assert [one.id for one in selection.scenarios] == ["reoffer-new-fingerprint"]
    assert selection.asked == {"reoffer-new-fingerprint"}
    assert selection.catalogue is None
    assert selected(None, (str(TURNED),)) == selection.scenarios


def test_a_broken_catalogue_where_we_are_is_nothing_to_a_file(elsewhere: Path) -> None:
    (elsewhere / "scenarios").mkdir()
    (elsewhere / "scenarios" / "compose.yaml").write_text("services: {}\n")
    assert [one.id for one in selected(None, (str(TURNED),))] == ["reoffer-new-fingerprint"]
    with pytest.raises(CatalogueError, match=r"compose\.yaml"):
        selected(None, (str(TURNED), "honest-call"))


def test_a_file_where_we_are_has_the_family_of_that_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TURNED.parent)
    assert [one.family for one in selected(None, (TURNED.name,))] == ["signalling"]


def test_the_file_of_a_specimen_is_no_self_test_for_its_twin_is_not_there(elsewhere: Path) -> None:
    selection = selection_of((str(SPECIMEN),), ANY)
    assert [one.id for one in selection.scenarios] == ["constant-code"]
    assert selection.specimens == ()


def test_a_self_test_beside_a_file_takes_the_whole_catalogue(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogueError, match="there is no folder 'scenarios' here"):
        selection_of((str(TURNED),), ANY | {"self_test": True})
    monkeypatch.chdir(CATALOGUE.parent)
    selection = selection_of((str(TURNED),), ANY | {"self_test": True})
    assert "constant-code" in selection.specimens
    assert selection.catalogue is not None


@pytest.mark.parametrize("selectors", [(), ("honest-call",), ("media",), (str(CATALOGUE / "control"),)])
def test_without_a_catalogue_whoever_needs_it_is_told_where_to_have_it(
    selectors: tuple[str, ...], elsewhere: Path
) -> None:
    for asks in (lambda: selected(None, selectors), lambda: selection_of(selectors, ANY)):
        with pytest.raises(CatalogueError) as refused:
            asks()
        assert str(refused.value) == (
            "there is no folder 'scenarios' here: "
            "go to the folder of the harness, or say with --scenarios FOLDER where its scenarios are"
        )


def test_a_catalogue_that_is_named_is_looked_up_beside_a_file(elsewhere: Path) -> None:
    with pytest.raises(CatalogueError, match="nowhere"):
        selected(Path("nowhere"), (str(TURNED),))
    assert selected(CATALOGUE, (str(TURNED), "honest-call"))[0].id == "honest-call"


def test_a_file_that_is_not_there_is_named_whether_there_is_a_catalogue_or_not(elsewhere: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nothing\.call\.yaml:1:1: there is no such file"):
        selected(None, ("nothing.call.yaml",))
