"""The network must show what the parties' taps say: all of it, and beside a relay nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.auditors.case import Case
from harness.auditors.network import audit, packets_of
from harness.model.finding import Reason, Severity
from harness.model.network import Network
from harness.model.recording import WireVantage
from harness.vantage.wire_rows import WireRow, WireRows
from harness.wire.demux import PacketClass, classify
from harness.wire.stun import Method, StunClass
from harness.wire.stun_writer import written

from .answers import detail, raised
from .stage import ADDRESSES, ALICE, BOB, honest_call

NAME = "turn-wire"
SERVER = "127.9.0.8:3478"
DEVICES = {ALICE: "127.9.0.21", BOB: "127.9.0.22"}
"""Where the devices are; the addresses of the stage are those that the server relays."""

HONEST = honest_call().case()
Rows = list[WireRow]


def row(source: str, destination: str, data: bytes, carrier: tuple[str, str] | None = None) -> WireRow:
    return WireRow(1, 0.0, source, destination, carrier, False, classify(data), data)


def relayed(case: Case) -> Rows:
    """Every datagram of both legs in a channel of its party, and once between the relayed addresses."""
    rows: Rows = []
    for leg in case.legs:
        (near,) = leg.vantage.near
        carrier = (f"{DEVICES[leg.party]}:7000", SERVER)
        for one in leg.datagrams:
            far = leg.table.addresses[one.far]
            ends = (near, far) if one.outward else (far, near)
            rows.append(row(*ends, one.data, carrier))
            if one.outward:
                rows.append(row(*ends, one.data))
    return rows


def listened(rows: Rows | None = None, **changes: Any) -> Case:
    """The honest call through a TURN server, with a tap beside it that saw these rows, else what it should have."""
    seen = relayed(HONEST) if rows is None else rows
    wire = WireVantage(name=NAME, file=f"{NAME}.pcapng", packets=len(seen), dropped=0)
    wire = wire.model_copy(update=changes)
    changed = {"network": Network.TURN_UDP, "wires": (wire,), "devices": DEVICES}
    recording = HONEST.recording.model_copy(update=changed)
    return replace(HONEST, recording=recording, wires={NAME: WireRows(len(seen), tuple(seen), ())})


def test_a_call_whose_every_datagram_lies_in_a_channel_is_accounted_for() -> None:
    findings = audit(listened())
    assert {one.reason for one in findings} == {Reason.NETWORK_ACCOUNTED}
    assert "SRTP in channels" in detail(findings, Reason.NETWORK_ACCOUNTED)


def test_without_a_relay_and_a_tap_there_is_nothing_to_compare() -> None:
    assert raised(audit(HONEST), Severity.FACT) == {Reason.NOTHING_TO_COMPARE}


def test_a_relayed_call_without_a_tap_is_not_passed() -> None:
    case = replace(HONEST, recording=HONEST.recording.model_copy(update={"network": Network.TURN_TCP}))
    assert raised(audit(case), Severity.INCONCLUSIVE) == {Reason.NETWORK_UNSEEN}


def test_what_the_network_does_not_show_of_what_was_sent_is_missed() -> None:
    rows = relayed(HONEST)
    left = next(at for at, one in enumerate(rows) if one.carrier is not None)
    findings = audit(listened(rows[:left] + rows[left + 1 :]))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}
    assert "by its tap and the network does not show" in detail(findings, Reason.NETWORK_UNACCOUNTED)
    assert Reason.NETWORK_ACCOUNTED not in raised(findings, Severity.FACT)


def test_what_a_device_sent_and_its_tap_does_not_know_is_missed() -> None:
    rows = relayed(HONEST)
    first = next(one for one in rows if one.carrier is not None)
    findings = audit(listened([*rows, first._replace(data=b"\x80 beside the tap")]))
    assert "by the network and its tap does not show" in detail(findings, Reason.NETWORK_UNACCOUNTED)


def test_a_datagram_around_the_relay_is_named() -> None:
    rows = relayed(HONEST)
    direct = row(f"{DEVICES[ALICE]}:7001", f"{DEVICES[BOB]}:7002", b"\x80 straight")
    findings = audit(listened([*rows, direct]))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}
    assert "around the relay, the first one from 127.9.0.21:7001 to 127.9.0.22:7002" in detail(
        findings, Reason.NETWORK_UNACCOUNTED
    )


def test_words_with_the_server_about_an_allocation_are_its_business() -> None:
    asked = written(Method.REFRESH, StunClass.REQUEST, bytes(12), [], b"key")
    rows = relayed(HONEST)
    findings = audit(listened([*rows, row(f"{DEVICES[ALICE]}:7000", SERVER, asked)]))
    assert {one.reason for one in findings} == {Reason.NETWORK_ACCOUNTED}
    check = written(Method.BINDING, StunClass.REQUEST, bytes(12), [], b"key")
    findings = audit(listened([*rows, row(f"{DEVICES[ALICE]}:7000", SERVER, check)]))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}


def test_a_client_may_ask_its_server_and_nobody_else_where_it_comes_from() -> None:
    rows = relayed(HONEST)
    asked = written(Method.BINDING, StunClass.REQUEST, bytes(12), [], None)
    findings = audit(listened([*rows, row(f"{DEVICES[ALICE]}:7000", SERVER, asked)]))
    assert {one.reason for one in findings} == {Reason.NETWORK_ACCOUNTED}
    for elsewhere in ("127.9.0.8:4711", f"{DEVICES[BOB]}:3478"):
        findings = audit(listened([*rows, row(f"{DEVICES[ALICE]}:7000", elsewhere, asked)]))
        assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}


def test_what_came_when_nobody_listened_is_told_and_forgiven() -> None:
    rows = relayed(HONEST)
    came = next(one for one in rows if one.carrier is not None and one.destination.startswith("127.9.0.1:"))
    findings = audit(listened([*rows, came, came._replace(carrier=None)]))
    assert raised(findings, Severity.NOTICE) == {Reason.NETWORK_UNREAD}


def test_what_others_send_to_relayed_addresses_is_a_notice() -> None:
    rows = relayed(HONEST)
    findings = audit(listened([*rows, row("127.9.0.5:1", "127.9.0.1:4001", b"from a stranger")]))
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_DATAGRAM}


def test_packets_that_the_tap_lost_are_never_passed_over() -> None:
    for lossy in (listened(dropped=3), listened(packets=1)):
        assert raised(audit(lossy), Severity.INCONCLUSIVE) == {Reason.PACKETS_LOST_BY_TAP}


def test_a_capture_that_cannot_be_read_is_named() -> None:
    case = listened()
    findings = audit(replace(case, wires={}, damage={NAME: "byte 7: torn"}))
    assert "byte 7: torn" in detail(findings, Reason.CAPTURE_DAMAGED)


def test_what_cannot_be_read_as_datagrams_is_not_accounted_for() -> None:
    case = listened()
    case = replace(case, wires={NAME: replace(case.wires[NAME], unread=("2 × ARP, first in frame 1",))})
    assert raised(audit(case), Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}
    assert not raised(audit(case), Severity.FACT)


def test_an_observer_of_the_network_holds_what_lies_in_nothing_else_once() -> None:
    rows = [row("a", "b", b"x"), row("a", "b", b"x", ("c", "d")), row("c", "d", b"wrapped")._replace(carries=True)]
    assert packets_of(rows) == (b"x",)
    assert PacketClass(rows[0].klass) is classify(b"x")


# in namespaces: a tap at each party's line

LINES = {ALICE: "alice-wire", BOB: "bob-wire"}


def routed(extra: Rows | None = None) -> Case:
    """The honest call with a tap at each line that saw what went over it; `extra` is seen at Alice's as well."""
    wires, seen = [], {}
    for leg in HONEST.legs:
        (near,) = leg.vantage.near
        rows = [
            row(*((near, far) if one.outward else (far, near)), one.data)
            for one in leg.datagrams
            for far in (leg.table.addresses[one.far],)
        ]
        rows += extra if extra is not None and leg.party is ALICE else []
        name = LINES[leg.party]
        wires.append(WireVantage(name=name, file=f"{name}.pcapng", packets=len(rows), dropped=0))
        seen[name] = WireRows(len(rows), tuple(rows), ())
    devices = {party: address[0] for party, address in ADDRESSES.items()}
    changed = {"network": Network.NAMESPACES, "wires": tuple(wires), "devices": devices}
    return replace(HONEST, recording=HONEST.recording.model_copy(update=changed), wires=seen)


def test_each_line_is_compared_with_the_tap_of_its_party() -> None:
    assert [(one.reason, one.vantage) for one in audit(routed())] == [
        (Reason.NETWORK_ACCOUNTED, "alice-wire"),
        (Reason.NETWORK_ACCOUNTED, "bob-wire"),
    ]


def test_what_a_device_sends_from_a_socket_that_nobody_told_of_is_named() -> None:
    findings = audit(routed([row("127.9.0.1:9", "127.9.0.2:9", b"copied")]))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NETWORK_UNACCOUNTED}
    assert "1 datagram of alice from 127.9.0.1:9" in detail(findings, Reason.NETWORK_UNACCOUNTED)


def test_what_comes_to_no_socket_is_a_notice() -> None:
    findings = audit(routed([row("127.9.0.5:9", "127.9.0.1:9", b"knock")]))
    assert raised(findings, Severity.NOTICE) == {Reason.NETWORK_UNREAD}
    assert not raised(findings, Severity.INCONCLUSIVE)


def test_a_host_that_could_not_deliver_is_a_notice() -> None:
    case = routed()
    case = replace(case, wires={**case.wires, "bob-wire": replace(case.wires["bob-wire"], errors=2)})
    assert "2 ICMP packets" in detail(audit(case), Reason.NETWORK_UNREAD)
