"""Where recovered media goes: new files, private, with harmless names, and not more of them than allowed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.recover.output import Output, safe_name


def test_files_and_their_folder_are_for_the_owners_eyes_only(tmp_path: Path) -> None:
    name, file = Output(tmp_path / "new" / "folder", 1_000).create("leg1", ".wav")
    file.close()

    assert name == "leg1.wav"
    assert stat.S_IMODE((tmp_path / "new" / "folder" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) == 0o700


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")

    with pytest.raises(ValueError, match="only into a new or an empty folder"):
        Output(tmp_path, 1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_equal_names_become_different_files(tmp_path: Path) -> None:
    output = Output(tmp_path, 1_000)
    names = []
    for _ in range(3):
        name, file = output.create("leg1", ".wav")
        file.close()
        names.append(name)

    assert names == ["leg1.wav", "leg1-2.wav", "leg1-3.wav"]


def test_a_link_that_lies_in_wait_is_not_followed(tmp_path: Path) -> None:
    output = Output(tmp_path / "out", 1_000)
    (tmp_path / "out" / "leg1.wav").symlink_to(tmp_path / "victim")
    name, file = output.create("leg1", ".wav")
    file.close()

    assert name == "leg1-2.wav"
    assert not (tmp_path / "victim").exists()


@given(st.text(max_size=200))
def test_any_text_becomes_a_harmless_name(text: str) -> None:
    name = safe_name(text)

    assert 1 <= len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert not name.startswith("-")


def test_the_end_of_a_long_name_says_more_than_its_beginning() -> None:
    assert safe_name("a" * 200 + "-out-0x1234abcd-opus").endswith("-out-0x1234abcd-opus")


def test_the_last_byte_may_be_written_and_no_more(tmp_path: Path) -> None:
    output = Output(tmp_path, 10)

    assert output.take(10)
    assert not output.full
    assert output.take(0)
    assert not output.take(1)
    assert output.full
    assert not output.take(0)
