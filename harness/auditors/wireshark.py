"""Does Wireshark, which shares no code with us, see the same packets, handshakes and certificates?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from ..vantage.dissect import Dissection, Negotiated, comparable
from ..wire.demux import PacketClass
from .case import Case
from .leg import Leg
from .session_keys import DTLS13

NAME: Final = "wireshark"

_say = Voice(NAME)

Choice = tuple[str | None, int | None, str | None]
"""Version, number of the suite, and SRTP profile that a server chose."""


def audit(case: Case) -> tuple[Finding, ...]:
    """Each leg frame by frame, then handshake by handshake. A leg that Wireshark was not shown is never agreed on."""
    if case.dissections is None:
        return (_say.inconclusive(Reason.TOOL_MISSING, CALL_WIDE, "there is no view of Wireshark to compare with"),)
    findings: list[Finding] = []
    for leg in case.legs:
        dissection = case.dissections.get(leg.name)
        if dissection is None:
            detail = "there is no view of Wireshark of this leg"
            findings.append(_say.inconclusive(Reason.TOOL_MISSING, leg.name, detail))
            continue
        disagreements = [*_packets(leg, dissection), *_handshakes(leg, dissection), *_certificates(leg, dissection)]
        findings.extend(_say.alarm(Reason.WIRESHARK_DISAGREES, leg.name, one) for one in disagreements)
        if unread := _unread(leg, dissection):
            hellos = counted(len(unread), "ServerHello")
            detail = f"Wireshark does not open a datagram with records of DTLS 1.3 in it: {hellos} not compared"
            findings.append(_say.notice(Reason.NOT_CHECKED, leg.name, detail))
        if not disagreements:
            seen = f"{counted(len(leg.datagrams), 'packet')} and {counted(len(dissection.negotiated), 'handshake')}"
            findings.append(_say.fact(Reason.WIRESHARK_AGREES, leg.name, f"Wireshark sees the same {seen}"))
    return tuple(findings)


def _packets(leg: Leg, dissection: Dissection) -> Iterator[str]:
    """The class of each frame; one sentence for all that differ, with the first of them."""
    if len(dissection.classes) != len(leg.datagrams):
        yield f"Wireshark sees {counted(len(dissection.classes), 'packet')} where we see {len(leg.datagrams)}"
        return
    different = [
        (one, theirs)
        for one, theirs in zip(leg.datagrams, dissection.classes, strict=True)
        if theirs not in comparable(one.klass, one.data)
    ]
    if different:
        first, theirs = different[0]
        yield (
            f"{counted(len(different), 'packet')} of another class: frame {first.frame} is {first.klass.name} to us "
            f"and {theirs.name} to Wireshark"
        )


def _handshakes(leg: Leg, dissection: Dissection) -> Iterator[str]:
    """What each server chose, by the random of its ServerHello."""
    ours: dict[bytes, Choice] = {
        chosen.random: (one.version, chosen.suite, _profile(one.srtp_profile))
        for one in leg.associations
        if (chosen := one.server_hello) is not None
    }
    theirs: dict[bytes, Choice] = {one.server_random: _choice(one) for one in dissection.negotiated}
    for random in (ours | theirs).keys() - _unread(leg, dissection):
        mine, other = ours.get(random), theirs.get(random)
        if mine != other:
            hello = f"the ServerHello with the random {random[:4].hex()}…"
            yield f"{hello} is {_printed(mine)} to us and {_printed(other)} to Wireshark"


def _unread(leg: Leg, dissection: Dissection) -> frozenset[bytes]:
    """Randoms of each ServerHello of DTLS 1.3 that Wireshark could not see, as it had no opinion of such a datagram."""
    seen = {one.server_random for one in dissection.negotiated}
    unopened = [
        one.data
        for one, theirs in zip(leg.datagrams, dissection.classes, strict=False)
        if theirs is PacketClass.OTHER and one.klass is PacketClass.DTLS
    ]
    return frozenset(
        hello.random
        for one in leg.associations
        if (hello := one.server_hello) is not None
        and one.version == DTLS13
        and hello.random not in seen
        and any(hello.random in data for data in unopened)
    )


def _certificates(leg: Leg, dissection: Dissection) -> Iterator[str]:
    ours = {der.hex() for one in leg.associations for der in (*one.certificates_near, *one.certificates_far)}
    theirs = {certificate.replace(":", "").lower() for certificate in dissection.certificates}
    if ours != theirs:
        yield (
            f"{counted(len(ours - theirs), 'certificate')} that we see and Wireshark does not, "
            f"{len(theirs - ours)} the other way round"
        )


def _profile(name: str | None) -> str | None:
    """A profile in Wireshark's words: every number without a name is the same to it."""
    return "Unknown" if name is not None and name.startswith("SRTP_UNKNOWN_") else name


def _choice(one: Negotiated) -> Choice:
    return (one.version, one.suite_code, one.srtp_profile)


def _printed(choice: Choice | None) -> str:
    if choice is None:
        return "not there"
    version, suite, profile = choice
    return f"{version} with suite {'none' if suite is None else f'0x{suite:04x}'} and {profile or 'no SRTP profile'}"
