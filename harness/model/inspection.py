"""What `harness audit CAPTURE…` answers, as one document: captures, streams, associations, calls, findings."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from .base import SCHEMA_VERSION, Noun
from .byte_label import ByteLabel, Nature
from .finding import Finding, Severity


class Protection(StrEnum):
    """What is known of a stream's payload, the strongest first.

    *Authenticated*: every packet is authentic under keys that are at hand. *Failed*: keys fit the stream, and at least
    one packet is not authentic. *Plaintext*: the payload decodes, or its bytes say that it is not encrypted.
    *Ciphertext*: a finished key agreement protects it, and nothing that was tried could read it; that is no proof.
    *Unknown*: none of these.
    """

    AUTHENTICATED = "authenticated"
    FAILED = "failed"
    PLAINTEXT = "plaintext"
    CIPHERTEXT = "ciphertext"
    UNKNOWN = "unknown"


class CallVerdict(StrEnum):
    """Whether somebody ended the encryption between the two sides of a call."""

    INTERCEPTED = "intercepted"
    NOT_INTERCEPTED = "not-intercepted"
    CANNOT_TELL = "cannot-tell"


class Standing(StrEnum):
    """What all of it comes to, the gravest first."""

    ALARM = "alarm"
    EMPTY = "empty"
    INCONCLUSIVE = "inconclusive"
    QUIET = "quiet"


class ByteRow(Noun):
    """Bytes under one label; `detail` names the extension, attribute or kind where the label has several."""

    label: ByteLabel
    nature: Nature
    bytes: int = Field(ge=0)
    detail: str = ""


class LegBytes(Noun):
    """The byte account of one leg. What belongs to no leg (the file format, ARP) is under the leg ""."""

    leg: str
    rows: tuple[ByteRow, ...]


class CaptureReport(Noun):
    """One file. The bytes of all `legs` add up to `bytes`, the size of the file (unpacked, when it is compressed)."""

    file: str
    format: str
    file_bytes: int
    bytes: int
    packets: int
    packets_cut_short: int
    bytes_by_label: tuple[ByteRow, ...]
    legs: tuple[LegBytes, ...]
    problems: tuple[str, ...]
    problems_left_out: int = 0


class PacketFailure(Noun):
    """One packet that is not authentic, and why. `frame` counts from 1, as Wireshark does."""

    frame: int
    why: str


class StreamReport(Noun):
    """One sender of media on one leg of one capture."""

    capture: str
    vantage: str
    source: str
    destination: str
    ssrc: str
    kind: str
    payload_types: tuple[int, ...]
    packets: int
    rtcp_packets: int
    lost: int
    repeated: int
    rollover_counter: int
    srtcp_index: int | None
    protection: Protection
    because: str
    counts: dict[str, int]
    failures: tuple[PacketFailure, ...] = ()
    failures_left_out: int = 0


class CertificateReport(Noun):
    """A certificate as it was presented: SHA-256 thumbprint in hex, names as RFC 4514 texts."""

    thumbprint: str
    subject: str
    issuer: str
    key: str


class AssociationReport(Noun):
    """One key agreement. What was not seen, or is encrypted, is None or empty."""

    capture: str
    vantage: str
    protocol: str
    version: str | None
    suite: str | None
    group: str | None
    profile: str | None
    client: str | None
    server: str | None
    finished: bool
    client_certificates: tuple[CertificateReport, ...] = ()
    server_certificates: tuple[CertificateReport, ...] = ()
    extensions: tuple[str, ...] = ()
    first_frame: int = 0
    last_frame: int = 0
    details: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class CallReport(Noun):
    """One call. `codes` by side ("caller", "callee"): the 20 digits that this side's user must have seen."""

    verdict: CallVerdict
    because: tuple[str, ...]
    codes: dict[str, str]
    caller: str | None
    caller_known_by: str
    captures: tuple[str, ...]


class RecoveredReport(Noun):
    """A file that `--recover` wrote: it holds plaintext. `file` is None when nothing of the stream could be decoded."""

    file: str | None
    capture: str
    ssrc: str
    codec: str
    packets: int
    lost: int
    seconds: float | None
    problems: tuple[str, ...] = ()


class Inspection(Noun):
    """What `harness audit CAPTURE… -o json=-` prints."""

    schema_version: int = SCHEMA_VERSION
    captures: tuple[CaptureReport, ...]
    streams: tuple[StreamReport, ...]
    associations: tuple[AssociationReport, ...]
    calls: tuple[CallReport, ...]
    findings: tuple[Finding, ...]
    recovered: tuple[RecoveredReport, ...] = ()
    not_checked: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """An alarm or an interception before anything else; then that there was nothing; then what is not clear."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ALARM in severities or any(call.verdict is CallVerdict.INTERCEPTED for call in self.calls):
            return Standing.ALARM
        if not any(capture.packets or capture.problems for capture in self.captures):
            return Standing.EMPTY
        return Standing.INCONCLUSIVE if Severity.INCONCLUSIVE in severities else Standing.QUIET
