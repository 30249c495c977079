"""ZRTP followed on a leg."""

from __future__ import annotations

import pytest

from harness.inspection.associations import Association, ZrtpFollower
from harness.inspection.associations import zrtp as module

from ...wire.zrtp_packets import ZID, commit, hello, packet
from ..call_traffic import ALICE, BOB
from ..windows import Capture, Sent

OTHER_ZID = bytes(range(50, 62))
CALL = [
    Sent(0, ALICE, BOB, packet("Hello", hello("Phone A", version="1.10"))),
    Sent(0, BOB, ALICE, packet("Hello", hello("Phone B", OTHER_ZID, flags=0x20, version="1.20"))),
    Sent(0, BOB, ALICE, packet("Commit", commit(zid=OTHER_ZID))),
    Sent(0, ALICE, BOB, packet("DHPart1", bytes(144))),
    Sent(0, BOB, ALICE, packet("DHPart2", bytes(144))),
    Sent(0, ALICE, BOB, packet("Confirm1", bytes(64))),
    Sent(0, BOB, ALICE, packet("Confirm2", bytes(64))),
    Sent(0, ALICE, BOB, packet("Conf2ACK")),
]


def follow(sent: list[Sent]) -> ZrtpFollower:
    capture, follower = Capture(), ZrtpFollower()
    for at in range(0, len(sent), 3):
        follower.add(capture.window(sent[at : at + 3]))
    return follower


def test_a_whole_agreement() -> None:
    media = Sent(0, ALICE, BOB, b"\x80\x00" + bytes(30))
    (one,) = follow([media, *CALL]).result()
    assert one == Association(
        protocol="ZRTP",
        version="1.10",
        suite="AES1 S256",
        group="EC25",
        profile="HS80",
        leg=0,
        place=f"{ALICE} ↔ {BOB}",
        client=BOB,
        server=ALICE,
        finished=True,
        first=2,
        last=9,
        details=(
            f"{ALICE}: client 'Phone A', ZID {ZID.hex()}",
            f"{BOB}: client 'Phone B', ZID {OTHER_ZID.hex()}, may re-encrypt (MitM flag)",
        ),
    )


def test_hellos_alone_agree_on_nothing() -> None:
    (one,) = follow(CALL[:2]).result()
    assert (one.version, one.suite, one.group, one.client, one.finished) == ("1.10", None, None, None, False)


def test_both_confirmations_must_be_seen() -> None:
    (one,) = follow(CALL[:6]).result()
    assert not one.finished


def test_what_is_malformed_is_named_with_its_frame() -> None:
    spoilt = CALL[1].payload[:40] + b"\xff" + CALL[1].payload[41:]
    (one,) = follow([CALL[0], Sent(0, BOB, ALICE, spoilt), Sent(0, BOB, ALICE, b"\x10" + bytes(40))]).result()
    assert one.problems == ("frame 2: the checksum does not fit", "frame 3: the magic cookie of ZRTP is not there")
    assert len(one.details) == 1


def test_what_only_looks_like_zrtp_is_no_agreement() -> None:
    assert follow([Sent(0, ALICE, BOB, b"\x10" + bytes(40))]).result() == ()


def test_floods_are_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LEGS", 1)
    monkeypatch.setattr(module, "MAX_MESSAGES", 2)
    follower = follow([*CALL[:3], Sent(0, ALICE, "192.0.2.9:1", CALL[0].payload)])
    assert [one.client for one in follower.result()] == [None]
    assert follower.limits() == ("2 ZRTP messages not read: too many",)
    assert follow(CALL[:1]).limits() == ()
