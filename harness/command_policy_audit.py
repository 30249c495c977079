"""`harness policy audit`: the exports of a real tenant, read and judged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from .calling.policy.audit import Tenancy, audit, with_files
from .calling.policy.export_file import Item, items
from .calling.policy.exports import read_groups, read_members, read_policies, read_recording, read_users
from .calling.policy.notices import Notices
from .model.policy_audit import Export, PolicyAudit
from .outputs import Format, Output, trouble, write_outputs
from .report.policy_audit_console import show
from .report.text import visible

USAGE, HARNESS = 2, 3
MOST_BYTES: Final = 4 << 30
MOST_PAIRS: Final = 100

_WRONG_PATH = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Asked:
    """The files, and the pairs of users that are asked for by name."""

    policies: Path
    users: Path
    groups: Path | None = None
    members: Path | None = None
    recording: Path | None = None
    pairs: tuple[tuple[str, str], ...] = ()


def policy_audit_command(asked: Asked, outputs: tuple[Output, ...]) -> PolicyAudit | tuple[int, str]:
    """Read, judge, write. The table goes to standard output; beside data that was asked for there, a short one to
    standard error."""
    if any(output.format is Format.JUNIT for output in outputs):
        return USAGE, "-o junit: an audit of policies can be had as json or html"
    if len(asked.pairs) > MOST_PAIRS:
        return USAGE, f"--pair: at most {MOST_PAIRS} of them"
    try:
        document = examine(asked)
    except ValueError as error:
        return USAGE, visible(str(error))
    except OSError as error:
        sentence = f"{error.filename or 'an export'}: {error.strerror or error}"
        return USAGE if isinstance(error, _WRONG_PATH) else HARNESS, sentence
    try:
        with suppress(BrokenPipeError):
            if any(output.path is None for output in outputs):
                show(document, sys.stderr, short_of_users=True)
            else:
                show(document, sys.stdout)
        write_outputs(outputs, document, tuple, sys.stdout)
    except OSError as error:
        return HARNESS, trouble(error, "the table")
    return document


def examine(asked: Asked) -> PolicyAudit:
    """The audit of these files. ValueError begins with the file, line and column; OSError."""
    with ExitStack() as stack:
        files = _Files(stack)
        tenancy = Tenancy(
            policies=files.read("policies", asked.policies, read_policies),
            groups=files.read_if("groups", asked.groups, read_groups),
            members=files.read_if("members", asked.members, read_members),
            recording=files.read_if("recording", asked.recording, read_recording),
            users=files.read("users", asked.users, read_users),
        )
        document = audit(tenancy, asked.pairs)
        return with_files(document, files.exports, tuple(one for notices in files.notices for one in notices.all()))


class _Files:
    """Opens the exports, counts their objects and collects what is odd. The users are read while they are judged."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._counted: list[tuple[str, str, _Counter]] = []
        self.notices: list[Notices] = []

    def read(self, role: str, path: Path, reader: Callable[[Iterable[Item], Notices], _Read]) -> _Read:
        notices = Notices(path.name)
        counter = _Counter(items(self._open(path), path.name))
        self._counted.append((role, path.name, counter))
        self.notices.append(notices)
        return reader(counter, notices)

    def read_if(self, role: str, path: Path | None, reader: Callable[[Iterable[Item], Notices], _Read]) -> _Read | None:
        return None if path is None else self.read(role, path, reader)

    @property
    def exports(self) -> tuple[Export, ...]:
        return tuple(Export(role=role, file=name, items=counter.count) for role, name, counter in self._counted)

    def _open(self, path: Path) -> BinaryIO:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ValueError(f"{path}: not a regular file")
        stream = self._stack.enter_context(path.open("rb"))
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path}: larger than {MOST_BYTES} bytes")
        return stream


class _Counter:
    """Passes objects on and counts them."""

    def __init__(self, passed: Iterator[Item]) -> None:
        self._passed = passed
        self.count = 0

    def __iter__(self) -> Iterator[Item]:
        for item in self._passed:
            self.count += 1
            yield item
