"""What keeps a verdict on a call open, seen in the two captures of one that nobody touched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.model.finding import Severity
from harness.model.inspection import CallVerdict

from ..vantage import blocks
from .call_traffic import ALICE, BOB
from .inspecting import reasons
from .made_calls import MadeCall, made_call, sound, write
from .windows import Sent

OTHER = ALICE.replace("5000", "5002"), BOB.replace("6000", "6002")
STRANGER = "203.0.113.9:9"


def noise(seed: int) -> bytes:
    return Random(seed).randbytes(160)


def elsewhere(ends: tuple[str, str] = OTHER, both: bool = True) -> list[Sent]:
    """Sealed packets on other ports, under keys of which nothing was seen."""
    packets = [one[:12] + noise(number) for number, one in enumerate(sound(60, ssrc=0xAB))]
    ways = (ends, ends[::-1]) if both else (ends,)
    return [Sent(6 + 0.02 * number, *way, one) for way in ways for number, one in enumerate(packets)]


def in_clear(ends: tuple[str, str]) -> list[Sent]:
    return [Sent(6 + 0.02 * number, *ends, one) for number, one in enumerate(sound(60, ssrc=0xCD))]


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call()


def verdict(folder: Path, call: MadeCall, more: Iterable[Sent]) -> CallVerdict:
    """On the call, when Alice's capture has more in it. At Bob's, answers come earlier: he is where they are made."""
    alice = write(folder / "alice.pcapng", sorted([*call.sent, *more], key=lambda one: one.time))
    bob = write(folder / "bob.pcapng", [one._replace(time=one.time * 0.99) for one in call.sent])
    (found,) = inspect([alice, bob], Options()).calls
    return found.verdict


@pytest.mark.parametrize(
    "more",
    [elsewhere(), elsewhere(both=False), elsewhere((ALICE, STRANGER)), in_clear((ALICE, BOB)), in_clear(OTHER)],
    ids=["under unknown keys", "one way", "with somebody else", "in clear", "in clear on other ports"],
)
def test_media_that_the_handshake_does_not_cover_leaves_it_open(
    call: MadeCall, tmp_path: Path, more: list[Sent]
) -> None:
    assert verdict(tmp_path, call, more) is CallVerdict.CANNOT_TELL


@pytest.mark.parametrize(
    "more",
    [
        [],
        in_clear((STRANGER, ALICE)),
        elsewhere((STRANGER, ALICE), both=False),
        [Sent(6, STRANGER, ALICE, b"\x40\x01\xff\xff" + bytes(20))],
        [Sent(6, STRANGER, ALICE, b"\x00\x16\x00\x00\x21\x12\xa4\x42" + bytes(12))],
    ],
    ids=["nothing", "clear media", "sealed media", "no ChannelData", "an empty indication"],
)
def test_what_a_stranger_sends_does_not(call: MadeCall, tmp_path: Path, more: list[Sent]) -> None:
    assert verdict(tmp_path, call, more) is CallVerdict.NOT_INTERCEPTED


def test_frames_of_a_link_that_is_not_read_are_no_reason_to_be_quiet(call: MadeCall, tmp_path: Path) -> None:
    """IEEE 802.11 is link type 105: a call in clear may be in there."""
    path = write(tmp_path / "call.pcapng", call.sent)
    unread = blocks.interface(link_type=105) + blocks.enhanced(bytes(60), 1, number=1)
    path.write_bytes(path.read_bytes() + unread)
    assert "capture-damaged" in reasons(inspect([path], Options()), Severity.INCONCLUSIVE)
