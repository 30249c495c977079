"""Scapy, which shares no code with us, takes the same packets apart in the same way."""

from __future__ import annotations

from functools import reduce
from ipaddress import ip_address
from operator import truediv

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.l2 import CookedLinux, CookedLinuxV2, Dot1Q, Ether
from scapy.packet import Packet, Raw

from harness.vantage.layers import Layers

from .frames import frames, messages

ports = st.integers(1, 65_535)
payloads = st.binary(min_size=1, max_size=60)
hosts = st.ip_addresses(v=4).map(str)
hosts_6 = st.ip_addresses(v=6).map(str)
transports = st.one_of(
    st.builds(lambda port: UDP(dport=port), ports),
    st.builds(lambda port: TCP(dport=port, seq=1, options=[("NOP", None)] * 4), ports),
)
packets_4 = st.builds(
    lambda one, other, count, upper: IP(src=one, dst=other, options=[IPOption_NOP()] * count) / upper,
    hosts, hosts, st.sampled_from([0, 4, 40]), transports,
)  # fmt: skip
packets_6 = st.builds(
    lambda one, other, headers, upper: reduce(truediv, headers, IPv6(src=one, dst=other)) / upper,
    hosts_6, hosts_6, st.sampled_from([[], [IPv6ExtHdrHopByHop()], [IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt()]]),
    transports,
)  # fmt: skip
links = st.sampled_from(
    [
        (1, Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")),
        (1, Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / Dot1Q(vlan=7)),
        (113, CookedLinux(pkttype=4)),
        (276, CookedLinuxV2(pkttype=4)),
    ]
)


def name(host: str, port: int) -> str:
    return f"[{ip_address(host)}]:{port}" if ":" in host else f"{host}:{port}"


def dissected(link: int, content: bytes) -> tuple[str, str, bytes]:
    packet: Packet = {1: Ether, 113: CookedLinux, 276: CookedLinuxV2}[link](content)
    network = packet[IP] if IP in packet else packet[IPv6]
    transport = packet[UDP] if UDP in packet else packet[TCP]
    ends = name(network.src, transport.sport), name(network.dst, transport.dport)
    return (*ends, bytes(transport.payload))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(links, st.one_of(packets_4, packets_6), payloads), min_size=1, max_size=6))
def test_both_find_the_same_messages_between_the_same_ends(
    sent: list[tuple[tuple[int, Packet], Packet, bytes]],
) -> None:
    for place, (_, packet, _) in enumerate(sent):
        packet.lastlayer().sport = 1000 + place  # every packet is of another stream
    built = [(link, bytes(header / packet / Raw(payload))) for (link, header), packet, payload in sent]
    window = Layers().window(frames([content for _, content in built], [link for link, _ in built]))
    expected = {frame: dissected(link, content) for frame, (link, content) in enumerate(built, 1)}
    in_rows = np.bincount(window.frame - 1, window.length * (window.depth == 0), len(built))
    for frame, depth, message in zip(window.frame.tolist(), window.depth.tolist(), messages(window), strict=True):
        assert depth or message == expected.pop(frame)
    # What is left are segments too short to tell what stream they belong to.
    assert set(expected) == set((np.flatnonzero(window.frame_bytes.message > in_rows) + 1).tolist())
