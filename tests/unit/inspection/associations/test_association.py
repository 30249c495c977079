"""A DTLS association in the words of a report."""

from __future__ import annotations

import json
from pathlib import Path

from harness.inspection.associations import dtls_summary
from harness.wire.dtls import DtlsAssociation

from ...wire.openssl_pair import connect, context, identity, shake_hands
from ..call_traffic import ALICE, BOB, datagrams, dtls, evidence

CLIENT, SERVER = identity("client"), identity("server")
RECORDED = Path(__file__).parents[2] / "wire" / "dtls" / "chromium-dtls13.json"


def test_dtls_12() -> None:
    (followed,) = evidence("a.pcap", dtls(shake_hands(CLIENT, SERVER), ALICE, BOB)).associations
    one = dtls_summary(followed)
    assert (one.protocol, one.version, one.group) == ("DTLS", "1.2", "x25519")
    assert (one.suite, one.profile) == ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "SRTP_AES128_CM_HMAC_SHA1_80")
    assert (one.client, one.server, one.place) == (ALICE, BOB, f"{ALICE} ↔ {BOB}")
    assert [chain[0].subject for chain in (one.client_certificates, one.server_certificates)] == [
        "CN=client",
        "CN=server",
    ]
    assert {"use_srtp", "supported_groups", "signature_algorithms"} <= set(one.offered)
    assert {"use_srtp", "extended_master_secret"} <= set(one.accepted) <= set(one.offered)
    assert one.finished
    assert one.extended_master_secret
    assert (one.resumed, one.mki, one.details, one.problems) == (False, "", (), ())


def test_a_real_dtls_13_handshake_of_a_browser() -> None:
    rows = json.loads(RECORDED.read_text(encoding="utf-8"))["datagrams"]
    said = [(row["from"] == "client", bytes.fromhex(row["hex"])) for row in rows]
    (followed,) = evidence("a.pcap", datagrams(said, ALICE, BOB)).associations
    one = dtls_summary(followed)
    assert (one.version, one.suite, one.group) == ("1.3", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768")
    assert (one.profile, one.client_certificates, one.server_certificates) == (None, (), ())
    assert "use_srtp" in one.offered
    assert one.accepted == ("key_share", "supported_versions")
    assert one.finished


def test_a_handshake_that_failed_says_who_ended_it() -> None:
    pair = connect(context(CLIENT, suites="ECDHE-RSA-AES128-GCM-SHA256"), context(SERVER))
    (followed,) = evidence("a.pcap", dtls(pair, ALICE, BOB)).associations
    one = dtls_summary(followed)
    assert (one.version, one.suite, one.finished) == (None, None, False)
    assert one.details == (f"{BOB} sent the alert handshake_failure (fatal)",)


def test_an_unknown_version_keeps_its_number() -> None:
    (followed,) = evidence("a.pcap", dtls(shake_hands(CLIENT, SERVER), ALICE, BOB)).associations
    strange = type(followed)(0, ALICE, BOB, None, 0.0, DtlsAssociation(version="DTLS 0x1234"))
    assert dtls_summary(strange).version == "DTLS 0x1234"
