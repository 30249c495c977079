"""Whatever a device sends or describes, the service's media go on, and nothing but a refusal comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.calling.media.leg import MOST_LINES, MOST_SECTIONS, Leg
from harness.calling.media.session import Session
from harness.markers.recover import recover
from harness.wire.sdp import Line, Sdp

from .device import OPUS, VP8, Device, call, report, rtp

ALICE = 0xA11CE
ANYTHING = st.binary(max_size=1_600)
CLEAR = st.one_of(
    st.builds(
        rtp,
        st.sampled_from([OPUS, VP8, 0, 127]),
        st.integers(0, 65_535),
        st.integers(0, 2**32 - 1),
        st.just(7),
        ANYTHING,
    ),
    st.builds(lambda tail: report(7) + tail, st.binary(max_size=64).map(lambda data: data[: len(data) // 4 * 4])),
)


class Nobody:
    """Listens to everything that is heard."""

    def take(self, name: str, heard: object) -> None:
        return


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ANYTHING, st.booleans()), max_size=30))
def test_any_bytes_from_anywhere_leave_the_call_as_it_is(datagrams: list[tuple[bytes, bool]]) -> None:
    session, devices = call("alice", "bob")
    alice, bob = devices["alice"], devices["bob"]
    for data, known in datagrams:
        sends = list(session.datagram("alice", data, alice.address if known else ("127.0.9.66", 6)))
        assert all(send.leg == "alice" for send in sends), "nothing of it reaches the other side"
    for number in range(1, 31):
        bob.receive(session.datagram("alice", alice.sound(ALICE, number), alice.address))
    assert {one.marker for one in recover(bob.heard)} == {ALICE}


@settings(max_examples=25, deadline=None)
@given(st.lists(CLEAR, max_size=30))
def test_whatever_a_device_says_under_its_own_key_harms_nobody(packets: list[bytes]) -> None:
    session, devices = call("alice", "bob", "carol")
    session.listeners.append(Nobody())
    alice = devices["alice"]
    assert alice.sealer is not None
    for packet in packets:
        sealed = alice.sealer.seal(packet)
        if sealed is not None:
            list(session.datagram("alice", sealed, alice.address))
    session.talk(("alice", "bob", "carol"))
    for packet in packets:
        sealed = alice.sealer.seal(packet)
        if sealed is not None:
            list(session.datagram("alice", sealed, alice.address))
        list(session.tick())


LINES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "m=audio 9 RTP/SAVPF 96",
            "m=audio 0 RTP/SAVPF 96",
            "m=audio 99999 RTP/SAVPF 96",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
            "a=candidate:1 1 udp 1 256.0.0.1 70000 typ host",
            "a=rtpmap:96 opus/48000/2",
            "a=rtpmap:x y",
            "o=- 1 2 IN IP4 0.0.0.0",
            "c=IN IP6 ::1",
            "a=ice-ufrag:",
        ]
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, max_size=12), st.booleans())
def test_any_description_is_taken_or_refused_with_a_sentence(lines: list[str], after_a_good_one: bool) -> None:
    device, leg = Device("alice", "127.0.9.1"), Leg(("127.0.9.100", 50_000))
    good = device.description()
    if after_a_good_one:
        leg.read(good)
    for text in ("\r\n".join(lines), good + "\r\n".join(lines), "\r\n".join(lines) + "\r\n" + good):
        try:
            leg.read(text)
            leg.written(Sdp.parse(text))
        except ValueError as error:
            assert str(error)


def test_a_description_that_is_too_large_is_refused() -> None:
    session = Session()
    session.open("alice", ("127.0.9.100", 50_000))
    try:
        session.own_answer("a=x\r\n" * 100_000, "alice")
    except ValueError as error:
        assert "more than" in str(error)
    else:
        raise AssertionError("it was taken")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("m=audio 9 RTP/SAVPF 111\r\n" * MOST_SECTIONS, f"more than {MOST_SECTIONS} sections"),
        ("a=x\r\n" * MOST_LINES, f"more than {MOST_LINES} lines"),
    ],
)
def test_more_than_any_device_has_to_say_is_refused_and_changes_nothing(more: str, why: str) -> None:
    leg = Leg(("127.0.9.1", 5))
    with pytest.raises(ValueError, match=why):
        leg.read(Device("alice", "127.0.9.5").description() + more)
    assert leg.description is None


def test_the_work_on_a_description_does_not_grow_with_the_square_of_its_sections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody else is served meanwhile: a frame of 25 kB and a thousand sections kept everybody waiting for 10 s."""
    passes = 0
    lines: property = vars(Sdp)["lines"]

    def counted(sdp: Sdp) -> tuple[Line, ...]:
        nonlocal passes
        passes += 1
        found: tuple[Line, ...] = lines.__get__(sdp)
        return found

    monkeypatch.setattr(Sdp, "lines", property(counted))
    needed = []
    for sections in (1, MOST_SECTIONS - 2):
        session, passes = Session(), 0
        for name in ("alice", "bob"):
            session.open(name, ("127.0.9.1", 5))
        more = "m=audio 9 RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=mid:x\r\n" * (sections - 1)
        session.passed_offer(Device("alice", "127.0.9.5").description() + more, "alice", "bob")
        needed.append(passes)
    assert needed[0] == needed[1] > 0
