"""Documents on captures, made by hand: what the reports are tested on."""

from __future__ import annotations

from typing import Any

from harness.model.byte_label import ByteLabel, Nature
from harness.model.finding import Finding, Reason, Severity
from harness.model.inspection import (
    AssociationReport,
    ByteRow,
    CallReport,
    CallVerdict,
    CaptureReport,
    CertificateReport,
    Inspection,
    LegBytes,
    PacketFailure,
    Protection,
    RecoveredReport,
    StreamReport,
)

LEG = "alice.pcapng 192.0.2.1:5000 ↔ 192.0.2.2:6000"
ROWS = (
    ByteRow(label=ByteLabel.FILE, nature=Nature.CLEAR, bytes=100),
    ByteRow(label=ByteLabel.SRTP_CIPHERTEXT, nature=Nature.CIPHERTEXT, bytes=700),
    ByteRow(label=ByteLabel.RTP_EXTENSION, nature=Nature.CLEAR, bytes=150, detail="audio level"),
    ByteRow(label=ByteLabel.SRTP_TAG, nature=Nature.RANDOM, bytes=50),
)


def capture(**changes: Any) -> CaptureReport:
    values: dict[str, Any] = {
        "file": "alice.pcapng",
        "format": "pcapng",
        "file_bytes": 1000,
        "bytes": 1000,
        "packets": 12,
        "packets_cut_short": 0,
        "bytes_by_label": ROWS,
        "legs": (LegBytes(leg="", rows=ROWS[:1]), LegBytes(leg=LEG, rows=ROWS[1:])),
        "problems": (),
    }
    return CaptureReport(**values | changes)


def stream(**changes: Any) -> StreamReport:
    values: dict[str, Any] = {
        "capture": "alice.pcapng",
        "vantage": LEG,
        "source": "192.0.2.1:5000",
        "destination": "192.0.2.2:6000",
        "ssrc": "0x0a11ce00",
        "kind": "audio (opus)",
        "payload_types": (111,),
        "packets": 10,
        "rtcp_packets": 1,
        "lost": 0,
        "repeated": 0,
        "rollover_counter": 0,
        "srtcp_index": None,
        "protection": Protection.AUTHENTICATED,
        "because": "all authentic",
        "counts": {"authenticated": 11},
    }
    return StreamReport(**values | changes)


def association(**changes: Any) -> AssociationReport:
    values: dict[str, Any] = {
        "capture": "alice.pcapng",
        "vantage": LEG,
        "protocol": "DTLS",
        "version": "1.2",
        "suite": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "group": "x25519",
        "profile": None,
        "client": "192.0.2.1:5000",
        "server": "192.0.2.2:6000",
        "finished": True,
        "client_certificates": (certificate("alice"),),
        "extensions": ("use_srtp",),
    }
    return AssociationReport(**values | changes)


def certificate(name: str) -> CertificateReport:
    return CertificateReport(thumbprint="ab" * 32, subject=f"CN={name}", issuer=f"CN={name}", key="secp256r1")


def call(verdict: CallVerdict = CallVerdict.NOT_INTERCEPTED, **changes: Any) -> CallReport:
    values: dict[str, Any] = {
        "verdict": verdict,
        "because": ("both show the same handshake",),
        "codes": {"caller": "12345" * 4, "callee": "12345" * 4},
        "caller": "192.0.2.1:5000",
        "caller_known_by": "it is the controlling side of ICE",
        "captures": ("alice.pcapng", "bob.pcapng"),
    }
    return CallReport(**values | changes)


def finding(severity: Severity, detail: str = "what was found", reason: Reason = Reason.CAPTURE_READ) -> Finding:
    return Finding(auditor="reading", reason=reason, severity=severity, vantage=LEG, detail=detail)


def recovered(**changes: Any) -> RecoveredReport:
    values: dict[str, Any] = {
        "file": "media/leg0-out-opus.wav",
        "capture": "alice.pcapng",
        "ssrc": "0x0a11ce00",
        "codec": "opus",
        "packets": 10,
        "lost": 0,
        "seconds": 0.2,
    }
    return RecoveredReport(**values | changes)


def inspection(**changes: Any) -> Inspection:
    values: dict[str, Any] = {
        "captures": (capture(),),
        "streams": (stream(),),
        "associations": (association(),),
        "calls": (call(),),
        "findings": (finding(Severity.FACT),),
        "limits": ("ciphertext is proved by keys alone",),
    }
    return Inspection(**values | changes)


def every_text(text: str) -> Inspection:
    """A document in which everything that can come from outside is this text."""
    named = (certificate(text).model_copy(update={"thumbprint": text, "key": text}),)
    row = ByteRow(label=ByteLabel.UNKNOWN, nature=Nature.CLEAR, bytes=7, detail=text)
    words = {"vantage": text, "capture": text}
    values = dict.fromkeys(("protocol", "version", "suite", "group", "profile", "client", "server"), text)
    return inspection(
        captures=(
            capture(file=text, format=text, bytes_by_label=(row,), legs=(LegBytes(leg=text, rows=(row,)),)).model_copy(
                update={"problems": (text,), "problems_left_out": 3}
            ),
        ),
        streams=(
            stream(**words, source=text, destination=text, ssrc=text, kind=text, because=text).model_copy(
                update={"failures": (PacketFailure(frame=4, why=text),), "failures_left_out": 2}
            ),
        ),
        associations=(
            association(
                **words,
                **values,
                client_certificates=named,
                server_certificates=named,
                extensions=(text,),
                details=(text,),
                problems=(text,),
            ),
        ),
        calls=(
            call(
                CallVerdict.CANNOT_TELL, because=(text,), codes={text: text}, caller=text, caller_known_by=text
            ).model_copy(update={"captures": (text,)}),
        ),
        findings=tuple(
            Finding(auditor=text, reason=Reason.SEARCHED, severity=one, vantage=text, detail=text) for one in Severity
        ),
        recovered=(recovered(file=text, codec=text, problems=(text,)), recovered(file=None)),
        not_checked=(text,),
        limits=(text,),
    )
