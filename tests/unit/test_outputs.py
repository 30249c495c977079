"""Where results may go, and what a run means to a shell."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import pytest

from harness.audit import summarise
from harness.model.verdict import Outcome, Result, RunDocument, Status
from harness.outputs import (
    Format,
    NotWritten,
    Output,
    exit_code,
    parse_outputs,
    refused,
    trouble,
    unwritten,
    write_outputs,
)


def result(status: Status, name: str = "honest-call") -> Result:
    return Result(
        scenario=name,
        title="t",
        family="control",
        expected=Outcome.SECURE,
        outcome=Outcome.SECURE,
        status=status,
        because="b",
        codes={},
        intercepted=False,
        findings=(),
        recording=None,
        seconds=1.0,
    )


def document(*statuses: Status, interrupted: bool = False) -> RunDocument:
    results = tuple(result(status, f"case-{number}") for number, status in enumerate(statuses))
    return RunDocument(run="r", provenance={}, summary=summarise(results), results=results, interrupted=interrupted)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((Status.AS_EXPECTED, Status.AS_EXPECTED), 0),
        ((Status.AS_EXPECTED, Status.KNOWN_DEVIATION), 0),
        ((Status.KNOWN_DEVIATION, Status.NOT_RUN), 3),
        ((Status.KNOWN_DEVIATION, Status.UNEXPECTED), 1),
        ((Status.AS_EXPECTED, Status.UNEXPECTED), 1),
        ((Status.AS_EXPECTED, Status.WRONG_REASON), 1),
        ((Status.UNEXPECTED, Status.ERROR), 1),
        ((Status.AS_EXPECTED, Status.INVALID), 3),
        ((Status.AS_EXPECTED, Status.INCONCLUSIVE), 3),
        ((Status.AS_EXPECTED, Status.ERROR), 3),
        ((Status.AS_EXPECTED, Status.NOT_RUN), 3),
        ((Status.NOT_RUN,), 5),
        ((), 5),
    ],
)
def test_only_all_as_expected_is_zero(statuses: tuple[Status, ...], code: int) -> None:
    assert exit_code(document(*statuses)) == code


def test_an_interrupted_run_says_so() -> None:
    assert exit_code(document(Status.AS_EXPECTED, interrupted=True)) == 130


def test_the_summary_counts_every_scenario_once() -> None:
    summary = document(*Status).summary
    assert summary.selected == len(Status) == sum(summary.by_status.values()) == sum(summary.by_outcome.values())
    assert summary.executed == len(Status) - 1


def test_json_goes_to_standard_output_as_one_document(tmp_path: Path) -> None:
    stdout = io.StringIO()
    write_outputs(parse_outputs(["json=-", f"junit={tmp_path}/j.xml"]), document(Status.ERROR), tuple, stdout)
    assert json.loads(stdout.getvalue())["results"][0]["status"] == "ERROR"
    assert "<testsuite" in (tmp_path / "j.xml").read_text()


@pytest.mark.parametrize(
    "text", ["json", "json=", "xml=-", "=x", "json=/nowhere/x.json", "junit=there.txt"], ids=lambda text: text
)
def test_an_output_that_cannot_be_written_is_refused_first(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.txt").write_text("precious")
    with pytest.raises(ValueError, match="-o "):
        parse_outputs([text])
    assert Path("there.txt").read_text() == "precious"


def test_two_outputs_cannot_share_a_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only one"):
        parse_outputs(["json=-", "html=-"])
    with pytest.raises(ValueError, match="same file"):
        parse_outputs([f"json={tmp_path}/x", f"html={tmp_path}/x"])


def test_a_file_that_appeared_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("precious")
    with pytest.raises(NotWritten, match="File exists"):
        write_outputs([Output(Format.JSON, path)], document(), tuple, io.StringIO())
    assert path.read_text() == "precious"


def test_what_cannot_be_written_is_named_and_everything_else_is_written(tmp_path: Path) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    gone, there = tmp_path / "gone" / "r.json", tmp_path / "r.json"
    outputs = [Output(Format.JSON, gone), Output(Format.JSON, None), Output(Format.JSON, there)]
    with pytest.raises(NotWritten) as failed:
        write_outputs(outputs, document(Status.ERROR), tuple, Full())
    assert failed.value.which == (
        f"{gone}: No such file or directory",
        "standard output: No space left on device",
    )
    assert trouble(failed.value, "an output") == "\n".join(failed.value.which)
    assert json.loads(there.read_text())["summary"]["selected"] == 1


def test_a_folder_that_takes_no_file_is_named_by_its_option_and_one_that_is_not_there_is_made(tmp_path: Path) -> None:
    file, new = tmp_path / "file", tmp_path / "new" / "folder"
    file.touch()
    assert refused({"--captures": new, "--reports": tmp_path}) == ""
    assert list(new.iterdir()) == []
    assert refused({"--captures": new, "--reports": file}) == (
        f"--reports {file}: File exists; name a folder that takes files"
    )
    assert refused({"--captures": Path("/proc")}).startswith("--captures /proc: ")


def test_every_step_is_taken_whatever_one_of_them_could_not_write() -> None:
    def fails(which: str) -> None:
        raise NotWritten([which])

    taken: list[int] = []
    assert unwritten(lambda: fails("a"), lambda: taken.append(1), lambda: fails("b")) == ("a", "b")
    assert taken == [1]
