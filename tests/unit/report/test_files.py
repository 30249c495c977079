"""A report is written whole, or not at all, and never over something else."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from harness.report.files import write_new


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_new_file_holds_the_text_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_new(path, "Zoë")
    assert path.read_bytes() == "Zoë".encode()
    assert names(tmp_path) == ["report.html"]
    assert path.stat().st_nlink == 1


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        write_new(path, "new")
    assert path.read_text() == "precious"
    assert names(tmp_path) == ["report.html"]


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "report.html").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "report.html", "new")
    assert names(tmp_path) == ["report.html"]


def test_a_caller_who_means_it_may_replace(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_new(path, "new", replace=True)
    assert path.read_text() == "new"
    assert names(tmp_path) == ["report.html"]


def test_replacing_a_link_leaves_what_it_pointed_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    path = tmp_path / "report.html"
    path.symlink_to(tmp_path / "precious")
    write_new(path, "new", replace=True)
    assert path.read_text() == "new"
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_disk_that_fills_up_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: the write fails as far in."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_new(tmp_path / "report.html", "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == []


def test_a_text_that_cannot_be_encoded_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "report.html", "\ud800")
    assert names(tmp_path) == []


def test_a_missing_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_new(tmp_path / "nowhere" / "report.html", "x")
