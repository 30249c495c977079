"""Two readers that share no code must see the same; where they part, the frame and both views are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.auditors.case import Case
from harness.auditors.wireshark import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.vantage import dissect, table, tshark
from harness.vantage.dissect import Dissection, Negotiated
from harness.vantage.tap import LegTap
from harness.wire.demux import PacketClass
from harness.wire.dtls import parse_server_hello, suite_by_iana

from .answers import raised
from .stage import ADDRESSES, ALICE, OF_ALICE, OF_BOB, PROFILE, SUITE, Stage, clear_call, honest_call, refused_call


def agreeing(case: Case) -> dict[str, Dissection]:
    """What Wireshark says when it sees what was staged: told by hand, not by our own reading of the handshake."""
    return {leg.name: _staged_view(leg.party, tuple(one.data for one in leg.datagrams)) for leg in case.legs}


def _staged_view(party: Party, packets: tuple[bytes, ...]) -> Dissection:
    names = {20: PacketClass.DTLS, 22: PacketClass.DTLS, 0: PacketClass.STUN, 1: PacketClass.STUN}
    classes = tuple(
        names.get(data[0], PacketClass.SRTCP if 192 <= data[1] <= 223 else PacketClass.SRTP) for data in packets
    )
    flight = next(data for data in packets if data[0] == 22 and data[13] == 2)
    hello = parse_server_hello(flight[25 : 25 + int.from_bytes(flight[14:17])])
    chosen = Negotiated(hello.random, "DTLSv1.2", suite_by_iana(SUITE).code, SUITE, PROFILE)
    own, peer = (OF_ALICE, OF_BOB) if party is ALICE else (OF_BOB, OF_ALICE)
    return Dissection(classes, (chosen,), (own.der.hex(), peer.der.hex()))


def disagreement(case: Case, view: Dissection) -> str:
    """What is said when Wireshark has this view of alice's leg, and agrees on bob's."""
    findings = audit(replace(case, dissections=agreeing(case) | {"alice-bob": view}))
    assert raised(findings) == {Reason.WIRESHARK_DISAGREES}
    assert [one.vantage for one in findings if one.reason is Reason.WIRESHARK_AGREES] == ["bob-alice"]
    (alarm,) = [one for one in findings if one.severity is Severity.ALARM]
    assert alarm.vantage == "alice-bob"
    return alarm.detail


def test_the_same_view_is_agreement_on_each_leg() -> None:
    case = honest_call().case()
    findings = audit(replace(case, dissections=agreeing(case)))
    assert [(one.reason, one.severity) for one in findings] == [(Reason.WIRESHARK_AGREES, Severity.FACT)] * 2
    assert f"{len(case.legs[0].datagrams)} packets and 1 handshake" in findings[0].detail


@pytest.mark.parametrize("klass", [PacketClass.DTLS, PacketClass.OTHER, PacketClass.ZRTP, PacketClass.SRTCP])
def test_another_class_for_one_frame_is_named_with_its_frame(klass: PacketClass) -> None:
    case = honest_call().case()
    view = agreeing(case)["alice-bob"]
    row = view.classes.index(PacketClass.SRTP)
    classes = (*view.classes[:row], klass, *view.classes[row + 1 :])
    said = disagreement(case, replace(view, classes=classes))
    assert f"1 packet of another class: frame {row + 1} is SRTP to us and {klass.name} to Wireshark" in said


def test_what_wireshark_is_known_not_to_recognise_is_no_disagreement() -> None:
    """SRTCP under HMAC-SHA1-80 has a length that is no multiple of four: "data" to Wireshark."""
    case = honest_call().case()
    views = agreeing(case)
    blind = {
        name: replace(view, classes=tuple(_without_srtcp(klass) for klass in view.classes))
        for name, view in views.items()
    }
    assert blind != views
    assert raised(audit(replace(case, dissections=blind))) == set()


def test_a_packet_more_or_less_is_a_disagreement() -> None:
    case = honest_call().case()
    view = agreeing(case)["alice-bob"]
    packets = len(view.classes)
    assert f"{packets - 1} packets where we see {packets}" in disagreement(
        case, replace(view, classes=view.classes[:-1])
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"version": "DTLSv1.0"}, "DTLSv1.0"),
        ({"suite_code": 0xC00A}, "0xc00a"),
        ({"srtp_profile": None}, "no SRTP profile"),
        ({"server_random": bytes(32)}, "00000000"),
    ],
)
def test_another_choice_of_the_server_is_a_disagreement(change: dict[str, Any], named: str) -> None:
    case = honest_call().case()
    views = agreeing(case)
    (chosen,) = views["alice-bob"].negotiated
    other = replace(views["alice-bob"], negotiated=(replace(chosen, **change),))
    findings = audit(replace(case, dissections=views | {"alice-bob": other}))
    assert raised(findings) == {Reason.WIRESHARK_DISAGREES}
    assert any(named in one.detail for one in findings)


def test_a_profile_without_a_name_is_unknown_to_both() -> None:
    stage = honest_call()
    for frame in stage.wire[ALICE]:
        frame.data = frame.data.replace(bytes.fromhex("000e000500020001"), bytes.fromhex("000e000500027f7f"))
    case = stage.case()
    view = agreeing(case)["alice-bob"]
    unknown = replace(view, negotiated=(replace(view.negotiated[0], srtp_profile="Unknown"),))
    assert raised(audit(replace(case, dissections=agreeing(case) | {"alice-bob": unknown}))) == set()
    assert "Unknown to us" in disagreement(case, view)


def test_a_handshake_that_only_one_of_us_sees_is_a_disagreement() -> None:
    case = honest_call().case()
    view = agreeing(case)["alice-bob"]
    assert "not there to Wireshark" in disagreement(case, replace(view, negotiated=()))


def test_another_certificate_is_a_disagreement() -> None:
    case = honest_call().case()
    view = agreeing(case)["alice-bob"]
    assert "1 certificate that we see and Wireshark does not, 0 the other way round" in disagreement(
        case, replace(view, certificates=view.certificates[:1])
    )
    assert "0 certificates that we see and Wireshark does not, 1 the other way round" in disagreement(
        case, replace(view, certificates=(*view.certificates, "3000"))
    )


def test_without_wireshark_it_stays_open() -> None:
    case = honest_call().case()
    findings = audit(case)
    assert [(one.reason, one.severity) for one in findings] == [(Reason.TOOL_MISSING, Severity.INCONCLUSIVE)]
    views = agreeing(case)
    del views["bob-alice"]
    findings = audit(replace(case, dissections=views))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.TOOL_MISSING}
    assert [one.vantage for one in findings] == ["alice-bob", "bob-alice"]


@pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed")
def test_the_real_wireshark_agrees_on_staged_calls_and_not_on_each_others(tmp_path: Path) -> None:
    cases, views = [], []
    stages = {"honest": honest_call(), "clear": clear_call(), "refused": refused_call()}
    paths = {(name, party): tmp_path / f"{name}-{party}.pcapng" for name in stages for party in Party}
    for (name, party), path in paths.items():
        _capture(stages[name], party, path)
    found = dissect.dissect(list(paths.values()))
    for name, stage in stages.items():
        case = stage.case()
        near = {party: "{}:{}".format(*ADDRESSES[party]) for party in Party}
        tables = {f"{party}-{party.peer}": table.read(paths[name, party], (near[party],)) for party in Party}
        cases.append(replace(case, tables=tables))
        views.append({f"{party}-{party.peer}": found[paths[name, party]] for party in Party})
    for case, view in zip(cases, views, strict=True):
        findings = audit(replace(case, dissections=view))
        assert [one.reason for one in findings] == [Reason.WIRESHARK_AGREES] * 2, findings
    swapped = audit(replace(cases[0], dissections=views[1]))
    assert raised(swapped) == {Reason.WIRESHARK_DISAGREES}


def _capture(stage: Stage, party: Party, path: Path) -> None:
    tap = LegTap(f"{party}-{party.peer}", party, path)
    for frame in stage.wire[party]:
        tap.seen(frame.outward, ADDRESSES[party], ADDRESSES[party.peer], frame.data)
    tap.close()
    assert tap.fault is None


def _without_srtcp(klass: PacketClass) -> PacketClass:
    return PacketClass.OTHER if klass is PacketClass.SRTCP else klass
