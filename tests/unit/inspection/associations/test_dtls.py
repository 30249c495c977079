"""DTLS followed over windows: real handshakes, strangers, floods, and the host that captured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.inspection.associations import AssociationFollower, Followed
from harness.inspection.associations import dtls as module
from harness.vantage.window import Direction, Window
from harness.wire import dtls
from harness.wire.dtls import HandshakeMessage

from ...wire.dtls.test_handshake import fragment
from ...wire.dtls.test_record import record
from ...wire.openssl_pair import identity, shake_hands
from ..call_traffic import ALICE, BOB, datagrams
from ..call_traffic import dtls as handshake
from ..windows import Capture, Sent

PAIR = shake_hands(identity("client"), identity("server"), mtu=300)
MEDIA = [Sent(5, ALICE, BOB, b"\x80\x60" + bytes(30))] * 3
DATA = [(near, record(23, bytes(40), epoch=1, sequence=9)) for near in (True, False)]
PROMISE = record(22, fragment(HandshakeMessage(11, 1, bytes(60_000)), 0, 1))


def follow(sent: list[Sent], size: int = 4) -> AssociationFollower:
    capture, follower = Capture(), AssociationFollower()
    for at in range(0, len(sent), size):
        follower.add(capture.window(sent[at : at + size]))
    return follower


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(("client", "server"), [(ALICE, BOB), (BOB, ALICE)])
def test_a_handshake_over_windows_is_what_the_leg_says_as_a_whole(client: str, server: str, size: int) -> None:
    first = Sent(0, ALICE, BOB, MEDIA[0].payload)
    (one,) = follow([first, *handshake(PAIR, client, server), *MEDIA, *datagrams(DATA, client, server)], size).result()
    (whole,) = dtls.associations(
        [*PAIR.seen_by(client == ALICE), *((near is (client == ALICE), data) for near, data in DATA)]
    )
    assert one.dtls == whole
    assert (one.near, one.far, one.client, one.server) == (ALICE, BOB, client, server)
    assert (one.dtls.first, one.dtls.last) == (2, 1 + len(PAIR.datagrams) + 3 + 2)
    assert (one.leg, one.started, one.place) == (0, 1.0, f"{ALICE} ↔ {BOB}")


def test_media_alone_has_no_association() -> None:
    assert follow(MEDIA).result() == ()


def test_an_end_that_does_not_shake_hands_is_not_named_client() -> None:
    (one,) = follow(datagrams(DATA, ALICE, BOB)).result()
    assert (one.client, one.server, one.dtls.protected_near, one.dtls.finished) == (None, None, True, False)
    assert (one.dtls.first, one.dtls.last) == (1, 2)


def test_legs_are_kept_apart_and_come_in_the_order_of_their_first_frame() -> None:
    other = shake_hands(identity("a"), identity("b"))
    mixed = [
        one
        for pair in zip(handshake(PAIR, ALICE, BOB), handshake(other, BOB, "192.0.2.9:9"), strict=False)
        for one in pair
    ]
    found = follow(mixed).result()
    assert [(one.near, one.far) for one in found] == [(ALICE, BOB), (BOB, "192.0.2.9:9")]
    assert found[1].dtls.client_random == other.server.client_random()


def test_a_second_handshake_on_a_leg_has_its_own_frames_and_time() -> None:
    second = shake_hands(identity("client"), identity("server"))
    found = follow([*handshake(PAIR, ALICE, BOB), *handshake(second, ALICE, BOB, time=60.0)]).result()
    begins = len(PAIR.datagrams) + 1
    assert [(one.dtls.first, one.started) for one in found] == [(1, 1.0), (begins, 60.0)]
    assert [one.dtls.finished for one in found] == [True, True]


def test_protected_records_count_for_the_handshake_under_which_they_were_sent() -> None:
    stranger = [(True, PAIR.datagrams[0][1])]
    sent = datagrams([*DATA, *stranger, *DATA[:1]], ALICE, BOB)
    before, after = follow(sent, size=1000).result()
    assert (before.dtls.protected_near, before.dtls.protected_far) == (True, True)
    assert (after.dtls.protected_near, after.dtls.protected_far) == (True, False)


def directed(window: Window, directions: list[Direction]) -> Window:
    return replace(window, frames=replace(window.frames, direction=np.array(directions, np.uint8)))


@pytest.mark.parametrize(
    ("directions", "local_near"),
    [
        ([Direction.OUTBOUND, Direction.INBOUND], True),
        ([Direction.INBOUND, Direction.OUTBOUND], False),
        ([Direction.UNKNOWN, Direction.UNKNOWN], None),
        ([Direction.UNKNOWN, Direction.INBOUND], True),
        ([Direction.OUTBOUND, Direction.OUTBOUND], None),  # on a loopback interface
    ],
)
def test_the_direction_of_packets_tells_who_captured(directions: list[Direction], local_near: bool | None) -> None:
    follower = AssociationFollower()
    follower.add(directed(Capture().window(datagrams(DATA, ALICE, BOB)), directions))
    (one,) = follower.result()
    assert one.local_near is local_near


def test_unfinished_messages_of_strangers_are_given_up_before_a_handshake_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMORY", 200_000)
    flood = [Sent(0, f"192.0.2.9:{port}", BOB, PROMISE) for port in range(1, 9)]
    follower = follow([*flood, *handshake(PAIR, ALICE, BOB)])
    assert follower.limits() == ()
    found = {one.near: one for one in follower.result()}
    assert found[ALICE].dtls.finished
    assert "given up" in found["192.0.2.9:1"].dtls.problems[0]
    assert found["192.0.2.9:8"].dtls.problems == ()


def test_what_there_is_no_memory_for_is_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMORY", 3_000)
    hello = PAIR.datagrams[0][1]
    follower = follow([Sent(0, f"192.0.2.9:{port}", BOB, hello) for port in range(1, 6)])
    assert len(follower.result()) == 2
    assert follower.limits() == ("3 DTLS datagrams not read: handshakes take more than 3000 bytes",)


def test_legs_that_are_not_told_apart_are_not_read_and_named() -> None:
    """When there are too many legs, the further ones are one leg whose two ends have one name."""
    others = "other endpoints"
    follower = follow([*handshake(PAIR, others, others)[:2], *handshake(PAIR, ALICE, BOB)])
    assert [one.near for one in follower.result()] == [ALICE]
    assert follower.limits() == ("2 DTLS datagrams not read: too many legs to tell them apart",)


def test_what_comes_when_the_capture_is_over_has_no_direction() -> None:
    capture, follower = Capture(), AssociationFollower()
    window = capture.window(datagrams(DATA, ALICE, BOB))
    frames = replace(
        window.frames,
        first=3,
        **{name: getattr(window.frames, name)[:0] for name in ("offset", "length", "wire_length", "time", "link")},
        **{name: getattr(window.frames, name)[:0] for name in ("interface", "direction", "place")},
    )
    follower.add(replace(window, frames=frames))
    (one,) = follower.result()
    assert (one.local_near, one.dtls.protected_far) == (None, True)


def test_followed_associations_do_not_need_a_near_client() -> None:
    one = Followed(0, ALICE, BOB, None, 0.0, dtls.DtlsAssociation())
    assert (one.client, one.server) == (None, None)
