"""A tenant in a file: read with every fault named, written whole or not at all. Until a database takes its place."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from .evidence.files import EvidenceError, create, read
from .model.tenant import Tenant, User

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_FAULTS: Final = 8

FRESH: Final = Tenant(
    users=(User(name="alice@contoso.example", display="Alice"), User(name="bob@contoso.example", display="Bob"))
)
"""Where there is no file yet: two users, everything Disabled."""

_Answer = TypeVar("_Answer")


def update(path: Path, change: Callable[[Tenant], tuple[Tenant, _Answer]]) -> _Answer:
    """Give the tenant in `path` to `change`, keep what comes back, and pass the answer on.

    ValueError for a file that is no tenant, or whatever `change` raises: then the file stays as it is. OSError.
    """
    with _alone(path.parent):
        before = load(path)
        after, answer = change(before)
        if after is not before:
            _replace(path, after)
    return answer


def load(path: Path) -> Tenant:
    """The tenant in `path`; FRESH when there is no such file. ValueError names what is wrong and where."""
    if not os.path.lexists(path):
        return FRESH
    try:
        content = read(path, MOST_BYTES)
        json.loads(content, object_pairs_hook=_once)
        return Tenant.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(f"{path}: {faults(error)}") from None
    except EvidenceError:
        raise
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"{path}: {what}") from None


def faults(error: ValidationError) -> str:
    """Every fault with its place in the document, as far as there are few."""
    found = [
        f"{'.'.join(map(str, one['loc'])) or 'the document'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    more = [f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else []
    return "; ".join([*found[:MOST_FAULTS], *more])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice[:80]!r} is given twice")
    return held


def _replace(path: Path, tenant: Tenant) -> None:
    unfinished = path.parent / f".{secrets.token_hex(8)}.unfinished"
    try:
        create(unfinished, f"{tenant.model_dump_json(indent=1)}\n".encode(), secret=True)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else changes a tenant in this folder meanwhile. The lock is on the folder, so that it leaves no file."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
