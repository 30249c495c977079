"""Why a certificate was refused, told from the lines that were promised for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcdtlstransport import State
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from harness.endpoints.handshake import USABLE_ALGORITHMS, refusal
from harness.model.finding import Reason
from harness.wire.sdp import Fingerprint

CERTIFICATE = RTCCertificate.generateCertificate()._cert
PRESENTED = CERTIFICATE.public_bytes(Encoding.DER)
GENUINE = Fingerprint.of(PRESENTED)
FOREIGN = Fingerprint.of(b"another certificate")
SHORT = Fingerprint(None, "sha-256", GENUINE.value[:-3])
WEAK = Fingerprint.of(PRESENTED, "sha-1")


@pytest.mark.parametrize(
    ("promised", "reason", "words"),
    [
        ((), Reason.FINGERPRINT_MISSING, "no fingerprint"),
        ((FOREIGN,), Reason.FINGERPRINT_MISMATCH, "sha-256"),
        ((GENUINE, FOREIGN), Reason.FINGERPRINT_MISMATCH, "sha-256"),
        ((SHORT, FOREIGN), Reason.FINGERPRINT_MISMATCH, "sha-256"),
        ((WEAK, FOREIGN), Reason.FINGERPRINT_MISMATCH, "sha-256"),
        ((SHORT,), Reason.FINGERPRINT_UNUSABLE, "malformed fingerprint: sha-256"),
        ((GENUINE, SHORT), Reason.FINGERPRINT_UNUSABLE, "malformed"),
        ((WEAK,), Reason.FINGERPRINT_UNUSABLE, "only sha-1"),
        ((Fingerprint(None, "md2", ""), WEAK), Reason.FINGERPRINT_UNUSABLE, "only md2, sha-1"),
    ],
)
def test_each_kind_of_line_has_its_own_reason(promised: Sequence[Fingerprint], reason: Reason, words: str) -> None:
    refused = refusal(promised, PRESENTED)
    assert refused.reason is reason
    assert words in refused.detail


def accepted_by_aiortc(promised: Sequence[Fingerprint]) -> bool:
    """aiortc's own comparison, without a handshake around it."""

    class Connection:
        def get_peer_certificate(self, as_cryptography: bool) -> x509.Certificate:
            return CERTIFICATE

    class Compared(RTCDtlsTransport):
        def __init__(self) -> None:
            self._state = State.CONNECTING
            self._ssl: Any = Connection()
            self._role = "client"

        def _set_state(self, state: State) -> None:
            self._state = state

    transport = Compared()
    lines = [RTCDtlsFingerprint(line.algorithm, line.value) for line in promised]
    transport._validate_peer_identity(RTCDtlsParameters(fingerprints=lines))
    return transport._state is not State.FAILED


LINES = st.one_of(
    st.sampled_from([GENUINE, FOREIGN, SHORT, WEAK, Fingerprint.of(PRESENTED, "sha-512")]),
    st.builds(lambda line, value: Fingerprint(None, line, value), st.sampled_from(USABLE_ALGORITHMS), st.text()),
)


@given(st.lists(LINES, max_size=4))
def test_what_aiortc_refuses_is_explained_by_the_very_lines_that_it_read(promised: list[Fingerprint]) -> None:
    usable = [line for line in promised if line.algorithm in USABLE_ALGORITHMS]
    assert accepted_by_aiortc(promised) == (bool(usable) and all(line.matches(PRESENTED) for line in usable))
    if any(line.digest() is not None and not line.matches(PRESENTED) for line in usable):
        assert refusal(promised, PRESENTED).reason is Reason.FINGERPRINT_MISMATCH
