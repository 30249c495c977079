"""What a browser tells of its connection, in our words; and nothing of what it does not tell."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from harness.endpoints.chromium.facts import facts
from harness.model.statement import DtlsParameters, PacketCounts

OWN, PEER = b"own certificate", b"the other one"
TRANSPORT = {
    "type": "transport",
    "dtlsState": "connected",
    "localCertificateId": "L",
    "tlsVersion": "FEFD",
    "dtlsCipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "srtpCipher": "AES_CM_128_HMAC_SHA1_80",
    "dtlsRole": "client",
}


def text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def told(**changed: Any) -> dict[str, Any]:
    """What `instruments.js` tells of a call that is up."""
    stats = [
        TRANSPORT,
        {"type": "certificate", "id": "L", "base64Certificate": text(OWN)},
        {"type": "outbound-rtp", "packetsSent": 3},
        {"type": "outbound-rtp", "packetsSent": 4},
        {"type": "inbound-rtp", "packetsReceived": 5},
    ]
    return {"state": "connected", "ice": "completed", "presented": [[text(PEER), "a chain"]], "stats": stats} | changed


def test_a_call_that_is_up() -> None:
    seen = facts(told())
    assert (seen.state, seen.path_found, seen.local, seen.presented) == ("connected", True, OWN, PEER)
    assert seen.dtls == DtlsParameters(
        version="DTLSv1.2",
        suite="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        srtp_profile="SRTP_AES128_CM_HMAC_SHA1_80",
        role="client",
    )
    assert seen.packets == PacketCounts(rtp_sent=7, rtp_received=5)


def test_a_handshake_for_data_only_has_no_profile() -> None:
    seen = facts(told(stats=[{name: value for name, value in TRANSPORT.items() if name != "srtpCipher"}]))
    assert seen.dtls is not None
    assert seen.dtls.srtp_profile is None


def test_one_that_is_not_says_nothing() -> None:
    seen = facts({"state": "new", "ice": "checking", "presented": [[]], "stats": []})
    assert not seen.path_found
    assert (seen.local, seen.presented, seen.dtls, seen.packets) == (None, None, None, PacketCounts())


@pytest.mark.parametrize(
    "changed",
    [
        {"presented": [[text(PEER)], [text(OWN)]]},
        {"presented": []},
    ],
    ids=["two", "none"],
)
def test_a_certificate_that_is_not_the_only_one_is_none(changed: dict[str, Any]) -> None:
    assert facts(told(**changed)).presented is None


def test_two_transports_have_no_parameters_in_common() -> None:
    seen = facts(told(stats=[TRANSPORT, TRANSPORT]))
    assert (seen.dtls, seen.local) == (None, None)


def test_words_that_are_not_known_are_told_as_they_are() -> None:
    stats = [TRANSPORT | {"tlsVersion": "FEFB", "srtpCipher": "SOMETHING_NEW"}]
    dtls = facts(told(stats=stats)).dtls
    assert dtls is not None
    assert (dtls.version, dtls.srtp_profile) == ("FEFB", "SOMETHING_NEW")
