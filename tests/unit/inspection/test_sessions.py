"""A capture from anywhere tells of sessions that hide a certificate, and of choices that nobody offered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from harness.adversaries.dtls import HONEST, Bend, BentClient, BentServer, Leg
from harness.adversaries.dtls.renegotiating_leg import RenegotiatingServer
from harness.model.finding import Severity
from harness.wire.certificate import fresh_identity
from tests.unit.adversaries.dtls.openssl import OpenSsl, talk
from tests.unit.wire.openssl_pair import connect, context, identity

from .call_traffic import ALICE, BOB, datagrams
from .inspecting import inspected, reasons

OURS, THEIRS, SECOND = (fresh_identity(datetime.now(UTC)) for _ in range(3))


def raised(folder: Path, wire: list[tuple[bool, bytes]], severity: Severity = Severity.ALARM) -> set[str]:
    return reasons(inspected(folder, datagrams(wire, ALICE, BOB)), severity)


def met(leg: Leg, *, client: bool) -> OpenSsl:
    """OpenSSL after a handshake with this end."""
    peer = OpenSsl(THEIRS, client=client)
    talk(leg, peer)
    return peer


def test_an_honest_handshake_raises_none_of_it(tmp_path: Path) -> None:
    peer = met(BentClient(OURS, HONEST), client=False)
    told = raised(tmp_path, peer.wire) | raised(tmp_path, peer.wire, Severity.NOTICE)
    assert not told & {
        "renegotiated",
        "renegotiation-tried",
        "session-resumed",
        "resumption-tried",
        "choice-not-offered",
        "offer-not-allowed",
        "certificate-not-proved",
        "handshake-replayed",
        "fragments-overlap",
    }


def test_a_renegotiation_is_an_alarm_although_all_of_it_is_encrypted(tmp_path: Path) -> None:
    server = RenegotiatingServer(OURS)
    peer = met(server, client=True)
    talk(server, peer, server.renegotiate(SECOND))
    assert "renegotiated" in raised(tmp_path, peer.wire)


def test_a_renegotiation_that_was_refused_is_a_notice(tmp_path: Path) -> None:
    client = BentClient(OURS, HONEST)
    peer = met(client, client=False)
    talk(client, peer, client.renegotiate())
    assert "renegotiated" not in raised(tmp_path, peer.wire)
    assert "renegotiation-tried" in raised(tmp_path, peer.wire, Severity.NOTICE)


def test_a_resumed_session_is_an_alarm(tmp_path: Path) -> None:
    client, server = context(identity("alice")), context(identity("bob"))
    server.set_session_id(b"the same")
    first = connect(client, server)  # a connection that is thrown away takes its session with it
    again = connect(client, server, session=first.client.get_session())
    assert "session-resumed" in raised(tmp_path, again.seen_by(True))


def test_a_choice_that_nobody_offered_is_an_alarm(tmp_path: Path) -> None:
    peer = met(BentServer(OURS, Bend(suites=(0x009C,))), client=True)
    assert {"choice-not-offered", "suite-not-allowed"} <= raised(tmp_path, peer.wire)


def test_an_offer_without_anything_good_is_a_notice(tmp_path: Path) -> None:
    peer = met(BentClient(OURS, Bend(suites=(0x009C,))), client=False)
    assert "offer-not-allowed" in raised(tmp_path, peer.wire, Severity.NOTICE)
