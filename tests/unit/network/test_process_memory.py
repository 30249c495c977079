"""The memory of a child that knows a secret; of one that is gone; of a process that is not ours."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.network.process_memory import MemoryUnread, Process, ours, regions, search, why_not
from harness.vantage.sieve import Sieve

pytestmark = pytest.mark.skipif(why_not() is not None, reason="the memory of a child may not be read here")
KNOWS = "import sys; secret = sys.stdin.buffer.read(16); print('ready', flush=True); sys.stdin.buffer.read()"
SECRET = secrets.token_bytes(16)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", KNOWS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(SECRET)
        child.stdin.flush()
        child.stdout.readline()
        yield child
        child.stdin.close()
        child.wait()


def test_what_a_child_knows_is_found_and_nothing_else(child: subprocess.Popen[bytes]) -> None:
    sieve = Sieve({"secret": SECRET, "other": secrets.token_bytes(16)})
    done = search(ours(child.pid), sieve)
    assert set(sieve.found) == {"secret"}
    assert done.searched > 1_000_000
    assert done.unread == 0
    assert done.where["secret"] in ("[heap]", "anonymous")


def test_a_child_that_is_gone_and_one_with_its_number_are_not_searched(child: subprocess.Popen[bytes]) -> None:
    process = ours(child.pid)
    with pytest.raises(MemoryUnread, match="is another one by now"):
        search(Process(process.pid, process.started + 1), Sieve({}))
    child.kill()
    child.wait()
    with pytest.raises(MemoryUnread, match="is gone"):
        search(process, Sieve({}))


def test_who_is_no_child_of_ours_is_not_searched() -> None:
    with pytest.raises(MemoryUnread, match="is not one that we started"):
        ours(os.getppid())


def test_files_that_cannot_be_written_and_pages_of_the_kernel_are_left_out() -> None:
    maps = (
        "1000-2000 r-xp 0 0:0 9 /usr/lib/a.so\n2000-3000 rw-p 0 0:0 9 /usr/lib/a.so\n3000-4000 rw-p 0 0:0 0 [heap]\n"
        "4000-5000 ---p 0 0:0 0 \n5000-6000 r--p 0 0:0 0 [vvar]\n6000-7000 r--p 0 0:0 0 \n"
    )
    assert [(one.start, one.kind) for one in regions(maps)] == [
        (0x2000, "file"),
        (0x3000, "[heap]"),
        (0x6000, "anonymous"),
    ]
