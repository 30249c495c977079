"""A media server that relays leaves the devices' own candidates in; the service takes them out."""

from __future__ import annotations

from harness.live_media_server import only_through

OFFER = (
    "v=0\r\nm=audio 30000 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 127.0.9.8\r\n"
    "a=candidate:1 1 udp 2130706431 127.0.9.1 4000 typ host\r\n"
    "a=candidate:2 1 udp 16777215 127.0.9.8 30000 typ relay raddr 127.0.9.1 rport 4000\r\n"
    "a=candidate:broken\r\n"
    "a=ice-ufrag:abcd\r\n"
)


def test_only_the_way_through_the_server_is_left() -> None:
    kept = only_through("127.0.9.8", OFFER)
    assert [line.split()[4] for line in kept.splitlines() if line.startswith("a=candidate")] == ["127.0.9.8"]
    assert [line for line in OFFER.splitlines() if "candidate" not in line] == [
        line for line in kept.splitlines() if "candidate" not in line
    ]
