"""The search for a certificate: what it finds is one, and gives the wanted digits."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from harness.adversaries import grinding_worker
from harness.adversaries.grinding import Agreement, Task, search, varied
from harness.codes.teams20 import code, short_code, thumbprint
from harness.wire.certificate import fresh_identity

CALLER, CALLEE = bytes(range(32)), bytes(range(32, 64))
WANTED = int(code(CALLER, CALLEE))
IDENTITY = fresh_identity(datetime(2026, 1, 1, tzinfo=UTC))
ROOT = Path(__file__).parent.parent.parent.parent


def task(agreement: Agreement, most: int = 10_000_000) -> Task:
    return Task(IDENTITY.der, CALLER, WANTED, agreement, most)


@pytest.mark.parametrize("digits", [4, 5])
def test_what_is_found_is_a_certificate_of_the_same_key_with_the_wanted_short_code(digits: int) -> None:
    number = search(task(Agreement(last=digits)))
    assert number is not None
    found = varied(IDENTITY.der, number)
    assert short_code(CALLER, thumbprint(found), digits) == short_code(CALLER, CALLEE, digits)
    assert x509.load_der_x509_certificate(found).public_key() == IDENTITY.certificate.public_key()


@pytest.mark.parametrize("agreement", [Agreement(first=3), Agreement(first=2, last=2), Agreement(first=1, last=2)])
def test_first_and_last_digits_can_be_wanted_together(agreement: Agreement) -> None:
    number = search(task(agreement))
    assert number is not None
    digits, wanted = code(CALLER, thumbprint(varied(IDENTITY.der, number))), code(CALLER, CALLEE)
    assert digits[: agreement.first] == wanted[: agreement.first]
    assert digits[20 - agreement.last :] == wanted[20 - agreement.last :]
    assert agreement.holds(int(digits), WANTED)


def test_it_is_the_first_try_that_succeeds() -> None:
    number = search(task(Agreement(last=2)))
    assert number is not None
    tried = (code(CALLER, thumbprint(varied(IDENTITY.der, earlier))) for earlier in range(1, number))
    assert not any(digits.endswith(code(CALLER, CALLEE)[-2:]) for digits in tried)


def test_no_more_is_tried_than_is_allowed() -> None:
    number = search(task(Agreement(last=2)))
    assert number is not None
    assert search(task(Agreement(last=2), most=number - 1)) is None
    assert search(task(Agreement(last=2), most=number)) == number


@pytest.mark.parametrize(
    ("agreement", "other", "agree"),
    [
        (Agreement(first=2), "12" + 18 * "9", True),
        (Agreement(first=2), "13" + 18 * "0", False),
        (Agreement(last=2), 19 * "9" + "0", False),
        (Agreement(last=1), 19 * "9" + "0", True),
        (Agreement(first=1, last=1), "1" + 18 * "9" + "0", True),
        (Agreement(first=2, last=1), "1" + 18 * "9" + "0", False),
    ],
)
def test_agreement_looks_at_the_digits_that_it_names_and_no_others(
    agreement: Agreement, other: str, agree: bool
) -> None:
    assert agreement.holds(int("12" + 18 * "0"), int(other)) is agree


# in a process of its own


def worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "harness.adversaries.grinding_worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_task_is_written_and_read_as_it_was() -> None:
    asked = task(Agreement(first=1, last=3), most=7)
    assert grinding_worker.read(grinding_worker.written(asked)) == asked


def test_the_process_finds_what_is_found_here() -> None:
    asked = task(Agreement(last=3))
    with worker() as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(grinding_worker.written(asked))
        process.stdin.flush()
        assert process.stdout.readline() == f"{search(asked)}\n"
        process.stdin.close()
    assert process.returncode in (0, 1), "its answer was taken, and the end of its input may come before its own"


def test_nothing_is_found_where_nothing_can_be() -> None:
    asked = task(Agreement(last=20), most=10)
    with worker() as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(grinding_worker.written(asked))
        process.stdin.flush()
        assert process.stdout.readline() == "null\n"


def test_a_search_ends_with_whoever_wanted_it() -> None:
    """Twenty digits: it would go on for minutes."""
    with worker() as process:
        assert process.stdin is not None
        process.stdin.write(grinding_worker.written(task(Agreement(last=20), most=10**9)))
        process.stdin.close()
        assert process.wait(timeout=30) == 1
