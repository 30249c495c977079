"""Captures put into one file keep their packets and their order, and lose every tie between each other."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from harness.vantage import merge, udp
from harness.vantage.capture import CaptureError

from .blocks import ALICE, leg


def test_payloads_and_order_stay_and_one_last_frame_marks_the_end(tmp_path: Path) -> None:
    one = leg(tmp_path / "one.pcapng", [(True, b"1"), (False, b"2")])
    none = leg(tmp_path / "none.pcapng", [])
    two = leg(tmp_path / "two.pcapng", [(False, b"3"), (True, b"4"), (True, b"5")])
    assert merge.merge([one, none, two], tmp_path / "all.pcapng") == [2, 0, 3]
    merged = [packet.data[where.start :] for packet, where in udp.datagrams(tmp_path / "all.pcapng")]
    assert merged[:-1] == [b"1", b"2", b"3", b"4", b"5"]
    assert len(merged) == 6


def test_no_two_captures_share_an_address_even_when_they_hold_the_same_call(tmp_path: Path) -> None:
    call = [(True, b"question"), (False, b"answer"), (True, b"thanks")]
    paths = [leg(tmp_path / f"{number}.pcapng", call) for number in range(3)]
    merge.merge(paths, tmp_path / "all.pcapng")
    ends = [(where.source, where.destination) for _, where in udp.datagrams(tmp_path / "all.pcapng")]
    hosts = [{host for pair in ends[first : first + 3] for host, _ in pair} for first in (0, 3, 6, 9)]
    assert [len(one) for one in hosts] == [2, 2, 2, 2]
    assert len(set.union(*hosts)) == 8
    assert ends[0] == ends[1][::-1] == ends[2]


def test_ports_of_calls_do_not_come_through(tmp_path: Path) -> None:
    ethernet_ip = leg(tmp_path / "a.pcapng", [(True, b"x")], alice=(ALICE[0], 44_818))
    merge.merge([ethernet_ip], tmp_path / "all.pcapng")
    ports = {end[1] for _, where in udp.datagrams(tmp_path / "all.pcapng") for end in (where.source, where.destination)}
    assert ports == {merge.PORT}


def test_two_sockets_of_one_host_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    leg(path, [(True, b"x")])
    other = leg(tmp_path / "b.pcapng", [(True, b"x")], alice=(ALICE[0], 41_000))
    joined = tmp_path / "joined.pcapng"
    joined.write_bytes(path.read_bytes() + other.read_bytes())
    merge.merge([joined], tmp_path / "all.pcapng")
    one, two, _ = (where for _, where in udp.datagrams(tmp_path / "all.pcapng"))
    assert one.source != two.source
    assert one.destination == two.destination


def test_times_rise_from_frame_to_frame(tmp_path: Path) -> None:
    merge.merge([leg(tmp_path / "a.pcapng", [(True, b"x")] * 4)], tmp_path / "all.pcapng")
    times = [packet.time for packet, _ in udp.datagrams(tmp_path / "all.pcapng")]
    assert all(one < next for one, next in pairwise(times))


def test_an_existing_file_is_not_overwritten_and_a_damaged_capture_is_named(tmp_path: Path) -> None:
    path = leg(tmp_path / "a.pcapng", [(True, b"x")])
    (tmp_path / "there").touch()
    with pytest.raises(FileExistsError):
        merge.merge([path], tmp_path / "there")
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(CaptureError, match=r"a\.pcapng: truncated block"):
        merge.merge([path], tmp_path / "all.pcapng")
