"""TURN: what it carries becomes rows, between the relayed address and the peer."""

from __future__ import annotations

import pytest

from harness.vantage.layers import Layers, tunnels
from harness.vantage.window import NONE, Transport, Window
from harness.wire.demux import PacketClass

from .frames import channel_data, datagram, ethernet, frames, ipv6, messages, segment, stun, udp, xored

CLIENT, SERVER, PEER = "192.0.2.1:5000", "198.51.100.5:3478", "203.0.113.9:7000"
RELAYED = "198.51.100.5:49152"
UNKNOWN = f"relayed by {SERVER} for {CLIENT}"
RTP = b"\x80\x60\x00\x01" + bytes(8) + b"media"
PEER_ADDRESS, DATA, RELAYED_ADDRESS, CHANNEL = 0x12, 0x13, 0x16, 0x0C

ALLOCATED = datagram(stun(0x0103, [(RELAYED_ADDRESS, xored(RELAYED)), (0x20, xored(CLIENT))]), SERVER, CLIENT)


def bind(number: int = 0x4001, peer: str = PEER) -> bytes:
    attributes = [(CHANNEL, number.to_bytes(2) + bytes(2)), (PEER_ADDRESS, xored(peer))]
    return datagram(stun(0x0009, attributes), CLIENT, SERVER)


def out(payload: bytes) -> bytes:
    return datagram(payload, CLIENT, SERVER)


def back(payload: bytes) -> bytes:
    return datagram(payload, SERVER, CLIENT)


def send(content: bytes, peer: str = PEER) -> bytes:
    return stun(0x0016, [(PEER_ADDRESS, xored(peer)), (DATA, content)])


def received(content: bytes, peer: str = PEER) -> bytes:
    return stun(0x0017, [(DATA, content), (PEER_ADDRESS, xored(peer))])


def inner(window: Window) -> list[tuple[str, str, bytes]]:
    return [one for one, depth in zip(messages(window), window.depth.tolist(), strict=True) if depth]


def read(*sent: bytes, near: tuple[str, ...] = ()) -> tuple[Layers, Window]:
    layers = Layers(near)
    return layers, layers.window(frames(sent))


def test_a_row_carries_a_row() -> None:
    _, window = read(out(channel_data(RTP)))
    assert window.depth.tolist() == [0, 1]
    assert window.inner.tolist() == [1, NONE]
    assert window.frame.tolist() == [1, 1]
    assert window.klass.tolist() == [PacketClass.TURN_CHANNEL, PacketClass.SRTP]
    assert window.payload(1) == RTP
    assert window.place[1] - window.place[0] == 4
    inside = window.legs.found[int(window.leg[1])]
    assert (inside.outer, inside.transport) == (int(window.leg[0]), Transport.UDP)


def test_until_more_is_known_both_ends_are_named_by_the_server() -> None:
    _, window = read(out(channel_data(RTP)), back(channel_data(RTP)))
    assert inner(window) == [
        (UNKNOWN, f"{SERVER} channel 0x4001", RTP), (f"{SERVER} channel 0x4001", UNKNOWN, RTP)
    ]  # fmt: skip
    assert window.outward.tolist() == [True, True, False, False]
    assert len(window.legs.found) == 2


def test_the_answer_to_allocate_tells_the_relayed_address_and_channel_bind_the_peer() -> None:
    _, window = read(ALLOCATED, bind(), out(channel_data(RTP)), back(channel_data(RTP)))
    assert inner(window) == [(RELAYED, PEER, RTP), (PEER, RELAYED, RTP)]


def test_what_is_told_counts_from_then_on() -> None:
    _, window = read(out(channel_data(RTP)), ALLOCATED, out(channel_data(RTP)), bind(), out(channel_data(RTP)))
    assert inner(window) == [
        (UNKNOWN, f"{SERVER} channel 0x4001", RTP), (RELAYED, f"{SERVER} channel 0x4001", RTP), (RELAYED, PEER, RTP)
    ]  # fmt: skip


def test_what_is_told_is_known_in_later_windows() -> None:
    layers, _ = read(ALLOCATED, bind())
    window = layers.window(frames([out(channel_data(RTP))], first=3))
    assert inner(window) == [(RELAYED, PEER, RTP)]


def test_indications_name_the_peer() -> None:
    _, window = read(ALLOCATED, out(send(RTP)), back(received(RTP)), out(send(b"", "[2001:db8::9]:7000")))
    assert inner(window) == [(RELAYED, PEER, RTP), (PEER, RELAYED, RTP), (RELAYED, "[2001:db8::9]:7000", b"")]


def test_an_indication_and_a_channel_to_one_peer_are_one_leg() -> None:
    _, window = read(ALLOCATED, bind(), out(send(RTP)), back(channel_data(RTP)))
    assert len(set(window.leg[window.depth == 1].tolist())) == 1


def test_what_the_server_sends_to_the_peer_is_a_leg_of_its_own() -> None:
    _, window = read(ALLOCATED, out(send(RTP)), datagram(RTP, RELAYED, PEER))
    carried, plain = window.leg[window.depth == 1], window.leg[-1:]
    assert carried.tolist() != plain.tolist()
    assert messages(window)[2] == messages(window)[3]


@pytest.mark.parametrize("first", ["client", "server"])
def test_the_client_is_told_by_the_port_of_the_server(first: str) -> None:
    sent = [out(channel_data(RTP)), back(channel_data(RTP))]
    _, window = read(*(sent if first == "client" else sent[::-1]))
    assert {name for one in inner(window) for name in one[:2]} == {UNKNOWN, f"{SERVER} channel 0x4001"}


def test_without_a_known_port_the_near_end_is_the_client() -> None:
    sent = datagram(channel_data(RTP), CLIENT, "198.51.100.5:443")
    _, window = read(sent)
    assert inner(window)[0][0] == f"relayed by 198.51.100.5:443 for {CLIENT}"
    _, window = read(sent, near=("198.51.100.5",))
    assert inner(window)[0][1] == f"relayed by {CLIENT} for 198.51.100.5:443"


def test_a_request_tells_the_client_whatever_the_ports_are() -> None:
    odd = datagram(stun(0x0004), SERVER, CLIENT)
    _, window = read(odd, back(channel_data(RTP)))
    assert inner(window)[0][0] == f"relayed by {CLIENT} for {SERVER}"


def test_inside_near_is_the_side_of_the_client() -> None:
    _, window = read(back(channel_data(RTP)), out(channel_data(RTP)), near=("192.0.2.1",))
    assert window.outward.tolist() == [False, False, True, True]


def test_tunnels_may_be_inside_of_tunnels() -> None:
    _, window = read(out(channel_data(send(channel_data(RTP, 0x4002)))))
    assert window.depth.tolist() == [0, 1, 2, 3]
    assert window.inner.tolist() == [1, 2, 3, NONE]
    assert window.payload(3) == RTP
    outer = [window.legs.found[leg].outer for leg in window.leg.tolist()]
    assert outer == [NONE, *window.leg[:3].tolist()]


def test_no_tunnel_is_endless() -> None:
    content = RTP
    for _ in range(tunnels.MOST_DEPTH + 3):
        content = channel_data(content)
    layers, window = read(out(content))
    assert window.depth.tolist() == list(range(tunnels.MOST_DEPTH + 1))
    assert [kind for kind, _ in layers.problems] == ["more than 16 TURN messages inside of each other"]


@pytest.mark.parametrize("padding", [0, 1, 3])
def test_channel_data_may_be_padded(padding: int) -> None:
    _, window = read(out(channel_data(RTP) + bytes(padding)))
    assert window.payload(1) == RTP


@pytest.mark.parametrize("wrong", [channel_data(RTP) + bytes(4), channel_data(RTP)[:-1], b"\x40\x01\x10\x00quic"])
def test_what_only_begins_like_channel_data_carries_nothing(wrong: bytes) -> None:
    layers, window = read(out(wrong))
    assert window.inner.tolist() == [NONE]
    assert [kind for kind, _ in layers.problems] == ["what begins like ChannelData and is not"]


@pytest.mark.parametrize(
    "wrong",
    [
        stun(0x0016, [(DATA, RTP)]),
        stun(0x0017, [(PEER_ADDRESS, xored(PEER))]),
        stun(0x0016, [(PEER_ADDRESS, xored(PEER)[:7]), (DATA, RTP)]),
        stun(0x0016, [(PEER_ADDRESS, b"\0\3" + xored(PEER)[2:]), (DATA, RTP)]),
        stun(0x0016, [(0x8022, b"")] * 40 + [(PEER_ADDRESS, xored(PEER)), (DATA, RTP)]),
        stun(0x0016, [(PEER_ADDRESS, xored(PEER)), (DATA, RTP)])[:-4],
        stun(0x0016, [(PEER_ADDRESS, xored(PEER)), (DATA, RTP)]).replace(b"\x21\x12\xa4\x42", b"\x21\x12\xa4\x43"),
    ],
)
def test_an_indication_that_is_malformed_carries_nothing(wrong: bytes) -> None:
    layers, window = read(out(wrong))
    assert window.inner.tolist() == [NONE]
    assert [kind for kind, _ in layers.problems] == ["a TURN indication without a peer or without data"]


def test_of_several_attributes_of_one_type_the_first_counts() -> None:
    message = stun(0x0016, [(PEER_ADDRESS, xored(PEER)), (PEER_ADDRESS, xored(CLIENT)), (DATA, b"one"), (DATA, b"two")])
    _, window = read(out(message))
    assert inner(window) == [(UNKNOWN, PEER, b"one")]


def test_what_the_capture_cut_off_is_missing_inside_as_well() -> None:
    whole = [out(channel_data(bytes(100))), out(send(bytes(100)))]
    captured = frames([one[:-60] for one in whole], wire=[len(one) for one in whole])
    window = Layers().window(captured)
    inside = window.depth == 1
    assert window.length[inside].tolist() == [40, 40]
    assert window.missing[inside].tolist() == [60, 60]


def test_a_control_message_that_is_malformed_is_named() -> None:
    layers, _ = read(out(stun(0x0009, [(CHANNEL, b"\x40\x01\0\0"), (PEER_ADDRESS, b"short")])))
    assert layers.problems["a malformed TURN message"].frames == [1]


def test_more_channels_than_are_remembered_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.vantage.layers.relays.MOST_CHANNELS", 1)
    layers, window = read(bind(), bind(), bind(0x4002), out(channel_data(RTP, 0x4002)))
    assert layers.problems["a TURN channel beyond the most that are remembered"].frames == [3]
    assert inner(window)[0][1] == f"{SERVER} channel 0x4002"


def test_turn_over_tcp_and_over_ipv6() -> None:
    layers = Layers()
    content = channel_data(RTP, padded=True)
    sent = [
        segment(b"", 4, 2), segment(content, 5), ethernet(ipv6(udp(channel_data(RTP), 5000, 3478)), 0x86DD)
    ]  # fmt: skip
    window = layers.window(frames(sent))
    assert [one[2] for one in inner(window)] == [RTP, RTP]
    assert window.length[window.depth == 0].tolist() == [len(content), 4 + len(RTP)]
