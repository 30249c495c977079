"""DTLS 1.3 hides certificates, and not the key shares: two ends of one handshake have nobody between them."""

from __future__ import annotations

import pytest

from harness.auditors import case as cases
from harness.auditors import leg as legs
from harness.auditors import parameters, screens
from harness.auditors.opacity import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.model.statement import ScreenMoment
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import HandshakeType, records
from tests.unit.wire.openssl_pair import shake_hands

from .answers import detail, raised
from .dumped import hidden
from .packets import flip
from .stage import ALICE, BOB, OF_ALICE, OF_BOB, OF_MALLORY, Stage, code, honest_call, intercepted_call, statement

HANDSHAKE_HEADER, RECORD_HEADER = 12, 13


@pytest.fixture(autouse=True)
def modern(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of the staged handshakes is taken for the one that hides certificates."""
    for module in (cases, legs, screens):
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


def intercepted_later(first: Stage, shown: str) -> Stage:
    """Handshakes that hide their certificates, then others, in clear, with Mallory. `shown`: both screens between."""
    stage = hidden(first)
    between = stage.now
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    for party in Party:
        told = statement(party, OF_MALLORY)
        before = ScreenMoment(time=between, screen=told.screen.model_copy(update={"code": shown}))
        stage.statements[party] = told
        stage.state(party, screens=(before, ScreenMoment(time=stage.now, screen=told.screen)))
    return stage


HONEST = code(OF_ALICE, OF_BOB)


def test_a_code_from_before_an_interception_is_that_of_the_two_ends() -> None:
    case = intercepted_later(honest_call(packets=0), HONEST).case()
    assert case.keys_witnessed is None and not case.one_exchange
    assert raised(screens.audit(case)) == set()
    assert raised(screens.audit(intercepted_later(honest_call(packets=0), "1" * 20).case())) == {
        Reason.CODE_NOT_FROM_CERTIFICATES
    }


def test_a_code_of_hidden_certificates_is_not_judged_where_somebody_may_have_been_between() -> None:
    assert raised(screens.audit(intercepted_later(intercepted_call(packets=0), "1" * 20).case())) == set()


def test_the_certificates_of_the_handshake_before_are_those_that_each_end_says_are_its_own() -> None:
    findings = parameters.audit(intercepted_later(honest_call(packets=0), HONEST).case())
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    said = " ".join(one.detail for one in findings)
    assert "the certificate from bob's side, as bob says: " in said
    open_still = parameters.audit(intercepted_later(intercepted_call(packets=0), HONEST).case())
    assert raised(open_still, Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}
