"""DTLS 1.3 hides certificates, and not the key shares: two ends of one handshake have nobody between them."""

from __future__ import annotations

import pytest

from harness.auditors import case as cases
from harness.auditors import leg as legs
from harness.auditors.opacity import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import HandshakeType, records

from .answers import detail, raised
from .dumped import hidden
from .packets import flip
from .stage import ALICE, BOB, Stage, honest_call, intercepted_call

HANDSHAKE_HEADER, RECORD_HEADER = 12, 13


@pytest.fixture(autouse=True)
def modern(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of the staged handshakes is taken for the one that hides certificates."""
    for module in (cases, legs):
        monkeypatch.setattr(module, "DTLS13", "DTLSv1.2")


def untold(stage: Stage) -> Stage:
    """Nobody tells a key, and nothing tells whose certificates they were."""
    for party in Party:
        stage.keylogs[party].clear()
    return hidden(stage)


def test_both_ends_of_one_handshake_share_their_keys_though_nobody_tells_them() -> None:
    stage = untold(honest_call(packets=0))
    stage.media_seconds = 0.0
    case = stage.case()
    assert case.one_exchange and case.keys_witnessed is True
    findings = audit(case)
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert detail(findings, Reason.KEYS_SHARED).startswith("alice and bob came to the end of one handshake")


def test_somebody_between_them_needs_key_shares_of_his_own() -> None:
    case = untold(intercepted_call()).case()
    assert not case.one_exchange and case.keys_witnessed is None
    assert Reason.KEYS_NOT_SHARED in raised(audit(case))


def test_one_byte_of_a_hello_that_reached_the_other_end_otherwise_proves_nothing() -> None:
    stage = untold(honest_call(packets=0))
    for frame in stage.wire[ALICE]:
        if classify(frame.data) is PacketClass.DTLS:
            (first, *_) = records(frame.data)
            if first.fragment[0] == HandshakeType.SERVER_HELLO:
                frame.data = flip(frame.data, RECORD_HEADER + HANDSHAKE_HEADER + 2)
    assert not stage.case().one_exchange


@pytest.mark.parametrize("party", Party)
def test_a_server_that_never_called_itself_connected_may_not_have_heard_the_end(party: Party) -> None:
    stage = untold(honest_call(packets=0))
    stage.state(party, connected=False)
    assert not stage.case().one_exchange


def test_one_of_two_handshakes_is_not_enough() -> None:
    stage = untold(honest_call(packets=0))
    other = untold(intercepted_call(packets=0))
    stage.wire[BOB] += other.wire[BOB]
    assert not stage.case().one_exchange


def test_media_that_nobody_proves_stay_open_all_the_same() -> None:
    findings = audit(untold(honest_call()).case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING}


def test_under_dtls_that_shows_certificates_the_hellos_are_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "DTLS13", "DTLSv1.3")
    assert not untold(honest_call(packets=0)).case().one_exchange
