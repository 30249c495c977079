"""Private keys and random numbers that somebody could foretell are the party's fault, and only the party's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from harness.auditors.case import Case
from harness.auditors.randomness import audit
from harness.model.finding import Reason, Severity
from tests.unit.wire.openssl_pair import Identity, identity, shake_hands

from .answers import detail, raised
from .stage import ALICE, BOB, OF_ALICE, OF_BOB, Stage, honest_call, password

WEAK = identity("weak", ec.derive_private_key(4_711, ec.SECP256R1()))


def call(of_alice: Identity = OF_ALICE, to_bob: Identity | None = None) -> Stage:
    """A call in which Bob is presented with another certificate than Alice's, if one is given."""
    stage = Stage()
    stage.handshake(ALICE, shake_hands(OF_BOB, of_alice))
    stage.handshake(BOB, shake_hands(OF_BOB, to_bob or of_alice))
    return stage


def second(case: Case, first: Case) -> Case:
    """A call after another one."""
    return replace(case, recording=case.recording.model_copy(update={"call": "c2"}), earlier=(first,))


def test_of_an_honest_call_nothing_can_be_foretold(tmp_path: Path) -> None:
    (found,) = audit(honest_call().examined(tmp_path))
    assert (found.severity, found.reason) == (Severity.FACT, Reason.NOT_REFUTED)


def test_without_an_examination_the_answer_is_open() -> None:
    (found,) = audit(honest_call().case())
    assert (found.severity, found.reason) == (Severity.INCONCLUSIVE, Reason.NOT_CHECKED)


def test_a_private_key_out_of_a_few_is_found(tmp_path: Path) -> None:
    findings = audit(call(WEAK).examined(tmp_path))
    assert raised(findings) == {Reason.CERTIFICATE_KEY_PREDICTABLE}
    assert "alice-bob.pcapng" in detail(findings, Reason.CERTIFICATE_KEY_PREDICTABLE)


def test_the_key_of_who_is_between_them_is_not_the_partys_fault(tmp_path: Path) -> None:
    assert raised(audit(call(to_bob=WEAK).examined(tmp_path))) == set()


@pytest.mark.parametrize(("again", "expected"), [(True, {Reason.RANDOM_PREDICTABLE}), (False, set())])
def test_a_password_belongs_to_one_call(again: bool, expected: set[Reason], tmp_path: Path) -> None:
    cases = []
    for number in range(2):
        stage = call()
        told = password(ALICE) if again else f"{password(ALICE)}-{number}"
        stage.describe(ALICE, f"v=0\r\na=ice-pwd:{told}\r\n")
        folder = tmp_path / str(number)
        folder.mkdir()
        cases.append(stage.examined(folder))
    assert raised(audit(second(cases[1], cases[0]))) == expected


def test_a_password_that_the_service_sends_again_is_not_the_partys_fault(tmp_path: Path) -> None:
    first, now = call(), call()
    first.describe(ALICE, "v=0\r\na=ice-pwd:of-the-first-call\r\n")
    now.describe(ALICE, "v=0\r\na=ice-pwd:of-this-call\r\n", arrives="v=0\r\na=ice-pwd:of-the-first-call\r\n")
    assert raised(audit(second(now.examined(tmp_path), first.case()))) == set()
