"""Calls between programs that are not ours: what the audit says of them is what the programs themselves said.

Each JSON file beside a capture was written when the call was made, from the programs' own words and files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.codes import teams20
from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.model.finding import Reason, Severity
from harness.model.inspection import CallVerdict, Inspection, Protection
from harness.vantage import tshark

FOREIGN = Path(__file__).parent.parent.parent / "captures" / "golden" / "foreign"
OPENSSL = ("openssl-dtls12", "openssl-dtls10")
VERSIONS = {"openssl-dtls12": "1.2", "openssl-dtls10": "1.0"}
NAMES = {"SRTP_AES128_CM_SHA1_80": "SRTP_AES128_CM_HMAC_SHA1_80"}
"""IANA's name of a profile by OpenSSL's."""

CHROMIUM = "chromium-dtls13"
CHROMIUMS_VERSION = {"FEFC": "1.3"}

GROUPS = {"openssl-dtls12": "x25519", "openssl-dtls10": "x25519", CHROMIUM: "X25519MLKEM768"}
"""As IANA calls 0x001d and 0x11ec (4588), which Wireshark 4.0 reads there; the programs told no group."""


def told(name: str) -> dict[str, Any]:
    """What the programs said."""
    facts: dict[str, Any] = json.loads((FOREIGN / f"{name}.json").read_text(encoding="utf-8"))
    return facts


def audited(name: str, **options: Any) -> Inspection:
    (path,) = (one for one in FOREIGN.glob(f"{name}.pcap*"))
    return inspect([path], Options(**options))


def keylog(name: str) -> tuple[tuple[str, str], ...]:
    return ((f"{name}.keylog", (FOREIGN / f"{name}.keylog").read_text(encoding="utf-8")),)


def descriptions() -> tuple[tuple[str, str], ...]:
    return tuple((f"{side}.sdp", told(CHROMIUM)[side]["sdp"]) for side in ("caller", "callee"))


def test_every_capture_of_other_programs_is_looked_at() -> None:
    assert {path.stem for path in FOREIGN.glob("*.pcap*")} == {*OPENSSL, CHROMIUM}


@pytest.mark.parametrize("name", GROUPS)
def test_the_group_of_the_key_exchange_is_the_one_on_the_wire(name: str) -> None:
    found = audited(name)
    (one,) = found.associations
    assert one.group == GROUPS[name]
    (said,) = (finding.detail for finding in found.findings if finding.reason is Reason.PARAMETERS_NEGOTIATED)
    assert f", {GROUPS[name]}, " in said


# OpenSSL


@pytest.mark.parametrize("name", OPENSSL)
def test_the_certificates_are_those_that_openssl_made(name: str) -> None:
    facts = told(name)
    (one,) = audited(name).associations
    assert (one.version, one.finished) == (VERSIONS[name], True)
    assert one.profile == NAMES[facts["srtp"]["profile"]]
    ends = {side: f"127.0.0.1:{port}" for side, port in facts["ports"].items()}
    assert (one.client, one.server) == (ends["client"], ends["server"])
    shown = {"client": one.client_certificates, "server": one.server_certificates}
    assert {side: found[0].thumbprint for side, found in shown.items()} == facts["fingerprints"]


@pytest.mark.parametrize("name", OPENSSL)
@pytest.mark.parametrize("caller", ["client", "server"])
def test_the_code_is_that_of_the_certificates_in_the_order_of_the_call(name: str, caller: str) -> None:
    """There is no ICE in it: who called is what the user says."""
    facts = told(name)
    callee = {"client": "server", "server": "client"}[caller]
    expected = teams20.code(*(bytes.fromhex(facts["fingerprints"][side]) for side in (caller, callee)))
    address = f"127.0.0.1:{facts['ports'][caller]}"
    (call,) = audited(name, caller=address).calls
    assert (call.caller, call.verdict) == (address, CallVerdict.CANNOT_TELL)
    assert list(call.codes.values()) == [expected]


@pytest.mark.parametrize("name", OPENSSL)
def test_without_knowing_who_called_both_codes_are_given(name: str) -> None:
    client, server = (bytes.fromhex(told(name)["fingerprints"][side]) for side in ("client", "server"))
    (call,) = audited(name).calls
    assert call.caller is None
    assert set(call.codes.values()) == {teams20.code(client, server), teams20.code(server, client)}


@pytest.mark.parametrize("name", OPENSSL)
@pytest.mark.parametrize("jobs", [1, 2])
def test_with_the_key_log_every_packet_is_authentic(name: str, jobs: int) -> None:
    srtp = told(name)["srtp"]
    streams = audited(name, keylogs=keylog(name), jobs=jobs).streams
    assert len(streams) == 2
    for one in streams:
        assert one.protection is Protection.AUTHENTICATED
        assert (one.packets, one.rtcp_packets) == (srtp["packets"], srtp["srtcp"])
        assert one.counts == {"authenticated": srtp["packets"] + srtp["srtcp"]}
        assert one.rollover_counter == 1  # the sequence number begins shortly before its end


def test_the_key_log_of_the_other_call_fits_nothing() -> None:
    streams = audited("openssl-dtls12", keylogs=keylog("openssl-dtls10")).streams
    assert {one.protection for one in streams} == {Protection.CIPHERTEXT}


# Chromium


def test_chromium_and_the_wire_say_the_same_of_the_handshake() -> None:
    caller, callee = (told(CHROMIUM)[side] for side in ("caller", "callee"))
    (one,) = audited(CHROMIUM).associations
    assert one.version == CHROMIUMS_VERSION[caller["tlsVersion"]]
    assert one.suite == caller["dtlsCipher"]
    assert (caller["dtlsRole"], callee["dtlsRole"]) == ("server", "client")
    assert one.finished
    assert (one.client_certificates, one.server_certificates) == ((), ())  # DTLS 1.3 encrypts them


def test_who_called_is_read_from_ice_and_no_code_is_made_up() -> None:
    document = audited(CHROMIUM)
    (call,) = document.calls
    controlling = next(
        one for one in told(CHROMIUM).values() if isinstance(one, dict) and one["iceRole"] == "controlling"
    )
    assert call.caller is not None
    assert f" {call.caller.rpartition(':')[2]} typ host" in controlling["sdp"]
    assert (call.codes, call.verdict) == ({}, CallVerdict.CANNOT_TELL)
    assert "certificate-not-visible" in {
        one.reason for one in document.findings if one.severity is Severity.INCONCLUSIVE
    }


def test_chromiums_streams_and_extensions_are_those_of_its_descriptions() -> None:
    document = audited(CHROMIUM, sdp=descriptions())
    seen = {int(one.ssrc, 16): one for one in document.streams}
    for side in ("caller", "callee"):
        for sent in told(CHROMIUM)[side]["streams"]:
            assert seen[sent["ssrc"]].kind.startswith(sent["kind"])
            assert seen[sent["ssrc"]].protection is Protection.CIPHERTEXT
    (capture,) = document.captures
    named = {row.detail for row in capture.bytes_by_label if row.label == "rtp-extension"}
    assert "urn:ietf:params:rtp-hdrext:ssrc-audio-level" in named
    assert sum(row.bytes for row in capture.bytes_by_label) == capture.bytes
    assert not [row for row in capture.bytes_by_label if row.label in ("unknown", "trailing", "unread")]


# a second opinion


@pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed")
@pytest.mark.parametrize("name", [*OPENSSL, CHROMIUM])
def test_wireshark_sees_the_same(name: str) -> None:
    document = audited(name, cross_check=True)
    (agreed,) = [one for one in document.findings if one.auditor == "cross-check"]
    assert agreed.reason == "wireshark-agrees"
    assert f"{document.captures[0].packets} frames" in agreed.detail
