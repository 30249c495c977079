"""`harness audit`: a recorded run judged again, or captures from anywhere inspected."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .audit import audit_run
from .call_views import call_views
from .evidence.files import EvidenceError
from .evidence.run_folder import NotARun
from .inspection.file_name import file_name
from .inspection.inspect import inspect
from .inspection.leaks import load_leak_policy
from .inspection.options import Options
from .inspection.parameters.policy import load_policy
from .inspection.search import Pattern
from .inspection.search.wanted import wanted_key, wanted_word
from .model.inspection import Inspection
from .model.verdict import RunDocument
from .network.own_folder import temporary_files
from .outputs import Format, Output, trouble, write_outputs
from .report.console import show
from .report.inspection_console import show as show_inspection

USAGE, HARNESS, EVIDENCE = 2, 3, 4
Ended = RunDocument | Inspection | tuple[int, str]
"""A document, or an exit code with the sentence that explains it."""

MOST_TEXT = 1 << 24
"""Bytes of a session description or key log that are read."""

_WRONG_PATH = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""What the user can put right by naming something else. Every other OSError is the machine's: no room, broken disk."""


@dataclass(frozen=True)
class Asked:
    """What the command line says besides the paths. Only captures are judged by a `leak_policy` of the user's."""

    policy: Path | None = None
    leak_policy: Path | None = None
    sdp: tuple[Path, ...] = ()
    keylog: tuple[Path, ...] = ()
    recover: Path | None = None
    cross_check: bool = False
    caller: str | None = None
    near: tuple[str, ...] = ()
    jobs: int = 1
    look_for: tuple[str, ...] = field(default=(), repr=False)
    private_key: tuple[Path, ...] = ()

    @property
    def of_captures(self) -> bool:
        """Whether something was asked that only captures can answer."""
        return bool(
            self.sdp
            or self.keylog
            or self.recover
            or self.cross_check
            or self.caller
            or self.near
            or self.leak_policy
            or self.jobs != 1
            or self.look_for
            or self.private_key
        )


def audit_command(paths: Sequence[Path], asked: Asked, outputs: tuple[Output, ...]) -> Ended:
    """A folder is a run; files are captures. Never both."""
    twice = next((path for path in paths if sum(path.resolve() == other.resolve() for other in paths) > 1), None)
    if twice is not None:
        return USAGE, f"{twice} is given twice: the two sides of a call are two captures"
    folders = [path for path in paths if path.is_dir()]
    if not folders:
        return _inspect(paths, asked, outputs)
    if len(paths) > 1:
        return USAGE, f"{folders[0]} is a folder: give one recorded run, or any number of capture files"
    if asked.of_captures:
        return (
            USAGE,
            f"{folders[0]} is a recorded run, which has its own keys and descriptions: only --policy goes with it",
        )
    return _judge_again(folders[0], asked.policy, outputs)


def _judge_again(folder: Path, policy: Path | None, outputs: tuple[Output, ...]) -> Ended:
    try:
        allowed = load_policy(policy)
    except ValueError as error:
        return USAGE, str(error)
    try:
        with temporary_files():
            document = audit_run(folder, allowed)
        with suppress(BrokenPipeError):
            show(document, sys.stderr, os.environ)
        write_outputs(outputs, document, lambda: call_views(folder, document), sys.stdout)
    except NotARun as error:
        return USAGE, str(error)
    except EvidenceError as error:
        return EVIDENCE, str(error)
    except OSError as error:
        return HARNESS, trouble(error, str(folder))
    return document


def _inspect(paths: Sequence[Path], asked: Asked, outputs: tuple[Output, ...]) -> Ended:
    if any(output.format is Format.JUNIT for output in outputs):
        return USAGE, "-o junit: captures are reported as json or html; junit is for runs, which have expectations"
    try:
        document = inspect(paths, _options(asked))
    except ValueError as error:
        return USAGE, str(error)
    except OSError as error:
        # Only recovered media is written, and a write does not say where to.
        sentence = f"{error.filename or asked.recover}: {error.strerror or error}"
        return USAGE if isinstance(error, _WRONG_PATH) else HARNESS, sentence
    try:
        with suppress(BrokenPipeError):
            show_inspection(document, sys.stderr)
        write_outputs(outputs, document, tuple, sys.stdout)
    except OSError as error:
        return HARNESS, trouble(error, "an output")
    return document


def _options(asked: Asked) -> Options:
    """ValueError or OSError for a file that cannot be used."""
    return Options(
        sdp=tuple((file_name(path), _text(path)) for path in asked.sdp),
        keylogs=tuple((file_name(path), _text(path)) for path in asked.keylog),
        recover=asked.recover,
        cross_check=asked.cross_check,
        caller=asked.caller,
        near=asked.near,
        jobs=asked.jobs,
        patterns=tuple(_patterns(asked)),
        policy=load_policy(asked.policy),
        leak_policy=load_leak_policy(asked.leak_policy),
    )


def _patterns(asked: Asked) -> Iterator[Pattern]:
    """What the user wants to be looked for besides the keys of the key logs."""
    yield from (wanted_word(text) for text in asked.look_for)
    for path in asked.private_key:
        yield from wanted_key(file_name(path), _bytes(path))


def _text(path: Path) -> str:
    """A file that a person wrote down or exported, with whatever is no UTF-8 in it replaced."""
    return _bytes(path).decode("utf-8", "replace")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MOST_TEXT + 1)
    if len(data) > MOST_TEXT:
        raise ValueError(f"{path}: has more than {MOST_TEXT} bytes")
    return data
