"""From what was followed to what is reported: plain values of the document, one function for each of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..model.inspection import (
    AssociationReport,
    CallReport,
    CaptureReport,
    CertificateReport,
    LegBytes,
    PacketFailure,
    RecoveredReport,
    StreamReport,
)
from ..wire.rtp_payload.codec import STATIC_PAYLOAD_TYPES
from .account import Totals
from .associations import Association, PresentedCertificate
from .authentication import Fate, SenderProof, Why
from .calls import Call
from .captured import Captured
from .described import Codec
from .protection import Protected
from .recover import RecoveredStream
from .streams import RtpStream

_SOUND, _PICTURE = "audio", "video"
_PICTURE_CLOCK: Final = 90_000
_PICTURES: Final = frozenset({"vp8", "vp9", "h264", "h265", "av1"})


def capture_report(one: Captured, totals: Totals) -> CaptureReport:
    """One file, with the account of its bytes."""
    capture = one.capture
    return CaptureReport(
        file=one.name,
        format=capture.format,
        file_bytes=capture.file_size,
        bytes=capture.size,
        packets=capture.packets,
        packets_cut_short=capture.cut_short,
        bytes_by_label=totals.overall,
        legs=tuple(LegBytes(leg="" if leg < 0 else one.leg(leg), rows=rows) for leg, rows in totals.legs.items()),
        problems=tuple(_problems(one)),
        problems_left_out=capture.more_problems,
    )


def _problems(one: Captured) -> Iterator[str]:
    for problem in one.capture.problems:
        yield f"{problem.fault} at byte {problem.place}: {problem.sentence}"
    for kind, note in one.layers.problems:
        yield f"{note.count} × {kind}, first in frame {note.frames[0]}"


def stream_report(one: Captured, stream: RtpStream, found: Protected, codecs: Mapping[int, Codec]) -> StreamReport:
    """One sender of media."""
    source, destination = one.ends(stream.key)
    rtp, proof = stream.rtp, found.proof
    return StreamReport(
        capture=one.name,
        vantage=one.leg(stream.key.leg),
        source=source,
        destination=destination,
        ssrc=f"0x{stream.key.ssrc:08x}",
        kind=_kind(stream, found, codecs),
        payload_types=rtp.payload_types if rtp else (),
        packets=stream.rtp_packets,
        rtcp_packets=stream.rtcp_packets,
        lost=rtp.lost if rtp else 0,
        repeated=rtp.repeated if rtp else 0,
        rollover_counter=proof.rollover_counter if proof else rtp.rollover_counter if rtp else 0,
        srtcp_index=stream.rtcp.indexes.highest if stream.rtcp and stream.rtcp.indexes else None,
        protection=found.protection,
        because=found.because,
        counts=_counts(stream, proof),
        failures=tuple(PacketFailure(frame=each.frame, why=each.words) for each in proof.failures) if proof else (),
        failures_left_out=proof.failures_left_out if proof else 0,
    )


def _kind(stream: RtpStream, found: Protected, codecs: Mapping[int, Codec]) -> str:
    """What the description says, what decoded, what the payload type has always meant, or what the clock suggests."""
    types = stream.rtp.payload_types if stream.rtp else ()
    named = [codecs[one] for one in types if one in codecs]
    if named:
        return f"{_medium(named[0].name, named[0].clock)} ({', '.join(one.encoding for one in named)})"
    clock = stream.rtp.nominal_clock if stream.rtp else None
    if found.codec is not None:
        return f"{_medium(found.codec.partition('/')[0], clock)} ({found.codec})"
    static = [STATIC_PAYLOAD_TYPES[one] for one in types if one in STATIC_PAYLOAD_TYPES]
    if static:
        return f"{static[0].kind} ({', '.join(f'{one.name}/{one.clock}' for one in static)})"
    if stream.rtp is None:
        return "reports only"
    return "unknown" if clock is None else f"{_medium('', clock)}, by its clock"


def _medium(codec: str, clock: int | None) -> str:
    return _PICTURE if codec.lower() in _PICTURES or clock == _PICTURE_CLOCK else _SOUND


def _counts(stream: RtpStream, proof: SenderProof | None) -> dict[str, int]:
    """Packets by what is known of each, SRTP and SRTCP together; they add up to all packets."""
    if proof is None:
        return {"unknown": stream.rtp_packets + stream.rtcp_packets}
    counts = {fate.name.lower().replace("_", "-"): proof.count(fate) for fate in Fate if proof.count(fate)}
    return counts | {f"not authentic: {why}": count for why, count in proof.whys.items() if count and why in Why}


def association_report(one: Captured, found: Association) -> AssociationReport:
    """One key agreement."""
    return AssociationReport(
        capture=one.name,
        vantage=one.leg(found.leg) if found.leg >= 0 else found.place,
        protocol=found.protocol,
        version=found.version,
        suite=found.suite,
        group=found.group,
        profile=found.profile,
        client=found.client,
        server=found.server,
        finished=found.finished,
        client_certificates=_certificates(found.client_certificates),
        server_certificates=_certificates(found.server_certificates),
        extensions=tuple(
            f"{name}{'' if name in found.accepted else ' (offered)'}"
            for name in dict.fromkeys((*found.offered, *found.accepted))
        ),
        first_frame=found.first,
        last_frame=found.last,
        details=found.details,
        problems=found.problems,
    )


def _certificates(chain: Iterable[PresentedCertificate]) -> tuple[CertificateReport, ...]:
    return tuple(
        CertificateReport(thumbprint=one.thumbprint, subject=one.subject, issuer=one.issuer, key=one.key)
        for one in chain
    )


def call_report(call: Call) -> CallReport:
    """One call."""
    return CallReport(
        verdict=call.verdict,
        because=(*call.because, *call.missing_code),
        codes=call.codes,
        caller=call.caller,
        caller_known_by=call.caller_known_by,
        captures=call.captures,
    )


def recovered_report(one: Captured, folder: str, found: RecoveredStream) -> RecoveredReport:
    """One file of recovered media, or why there is none."""
    return RecoveredReport(
        file=None if found.file is None else f"{folder}/{found.file}",
        capture=one.name,
        ssrc=f"0x{found.key.ssrc:08x}",
        codec=found.codec or "unknown",
        packets=found.packets,
        lost=found.lost,
        seconds=found.seconds,
        problems=found.problems,
    )
