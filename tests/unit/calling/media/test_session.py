"""A call's media at the service: passed through between two, mixed among three, handed over, held."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
import pytest

from harness.calling.media.mixer import TURN
from harness.calling.media.session import BEEP_HERTZ, HOLD_HERTZ, MOST_LEGS, Send, Session
from harness.calling.media.sound import FRAME, RATE, Heard, Pcm
from harness.markers import audio, opus
from harness.markers.recover import recover
from harness.wire import rtp as rtp_headers
from harness.wire.demux import PacketClass, classify
from harness.wire.sdp import Sdp

from .device import OPUS, Device, call, join, report, rtp

ALICE, BOB, CAROL = 0xA11CE0000000000A, 0xB0B000000000000B, 0xCA101000000000CC
VOICES = {"alice": ALICE, "bob": BOB, "carol": CAROL}


def spread(devices: dict[str, Device], sends: Iterable[Send]) -> None:
    every = list(sends)
    for device in devices.values():
        if device.opener is not None:
            device.receive(every)


def talk(session: Session, devices: dict[str, Device], frames: int, first: int = 1) -> None:
    """Every device of the call speaks for so many times 20 ms, and the service is told of each of them."""
    for number in range(first, first + frames):
        for name, device in devices.items():
            if name in session.legs:
                spread(devices, session.datagram(name, device.sound(VOICES[name], number), device.address))
        spread(devices, session.tick())


def pcm_of(packets: Iterable[bytes], ssrc: int | None = None) -> Pcm:
    decoder, pieces = opus.decoder(), []
    for packet in packets:
        header = rtp_headers.parse(packet)
        if classify(packet) is not PacketClass.SRTP or header.payload_type != OPUS or ssrc not in (None, header.ssrc):
            continue
        pieces += [frame.to_ndarray().ravel() for frame in decoder.decode(av.Packet(packet[header.header_length :]))]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int16)


def pitch(pcm: Pcm) -> float:
    return float(np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))).argmax() * RATE / len(pcm))


def test_between_two_every_packet_is_opened_and_sealed_anew_and_arrives_as_it_was_said() -> None:
    session, devices = call("alice", "bob")
    alice, bob = devices["alice"], devices["bob"]
    for number in range(1, 31):
        sealed = alice.sound(ALICE, number)
        (send,) = session.datagram("alice", sealed, alice.address)
        assert send.data != sealed, "another key on the other leg"
        bob.receive([send])
    for packet in alice.picture(ALICE, 1):
        bob.receive(session.datagram("alice", packet, alice.address))
    assert {(one.asset, one.ssrc, one.marker) for one in recover(bob.heard)} == {
        ("audio", alice.audio, ALICE),
        ("video", alice.video, ALICE),
    }
    assert not bob.refused


def test_reports_pass_between_two() -> None:
    session, devices = call("alice", "bob")
    alice, bob = devices["alice"], devices["bob"]
    bob.receive(session.datagram("alice", alice.seal(report(alice.audio)), alice.address))
    assert bob.heard == [report(alice.audio)]


def test_until_they_talk_nobody_hears_anything() -> None:
    session, devices = call("alice", "bob")
    session.talk(())
    assert list(session.datagram("alice", devices["alice"].sound(ALICE, 1), devices["alice"].address)) == []
    assert not session.speaks


def test_three_hear_each_other_mixed_and_nobody_hears_himself() -> None:
    session, devices = call("alice", "bob", "carol")
    join(session, devices["carol"], like="alice")
    session.talk(("alice", "bob", "carol"))
    assert session.speaks
    talk(session, devices, frames=3 * TURN // FRAME)
    for name, device in devices.items():
        assert len({rtp_headers.parse(one).ssrc for one in device.heard}) == 1, "one stream, which is the service's"
        assert device.audio not in device.sources()
        heard = set(audio.decode_all(pcm_of(device.heard)))
        assert heard == {marker for other, marker in VOICES.items() if other != name}
        assert not device.refused


def test_of_three_each_sees_the_first_other_one_and_reports_go_where_the_pictures_come_from() -> None:
    session, devices = call("alice", "bob", "carol")
    join(session, devices["carol"], like="alice")
    session.talk(("alice", "bob", "carol"))
    for name, device in devices.items():
        for packet in device.picture(VOICES[name], 1):
            spread(devices, session.datagram(name, packet, device.address))
    seen = {name: {one.marker for one in recover(device.heard)} for name, device in devices.items()}
    assert seen == {"alice": {BOB}, "bob": {ALICE}, "carol": {ALICE}}
    for device in devices.values():
        device.heard.clear()
    carol = devices["carol"]
    spread(devices, session.datagram("carol", carol.seal(report(carol.video)), carol.address))
    assert [len(devices[name].heard) for name in VOICES] == [1, 0, 0], "whose pictures she sees"


def test_a_third_party_that_leaves_leaves_two_who_are_passed_through() -> None:
    session, devices = call("alice", "bob", "carol")
    join(session, devices["carol"], like="alice")
    session.talk(("alice", "bob", "carol"))
    session.close("carol")
    assert (session.talking, session.speaks) == (("alice", "bob"), False)
    talk(session, {name: devices[name] for name in ("alice", "bob")}, frames=30)
    assert {one.marker for one in recover(devices["bob"].heard)} == {ALICE}


def test_a_call_is_handed_over_to_a_device_that_was_described_later() -> None:
    session, devices = call("alice", "bob", "carol")
    talk(session, {name: devices[name] for name in ("alice", "bob")}, frames=5)
    join(session, devices["carol"], like="alice")
    session.talk(("alice", "carol"))
    session.close("bob")
    devices["alice"].heard.clear()
    talk(session, devices, frames=30, first=10)
    assert {one.marker for one in recover(devices["alice"].heard)} == {CAROL}
    assert {one.marker for one in recover(devices["carol"].heard)} == {ALICE}
    assert list(session.datagram("bob", devices["bob"].sound(BOB, 99), devices["bob"].address)) == []


def test_sound_has_flowed_when_everybody_has_spoken_and_been_spoken_to_as_things_are_now() -> None:
    session, devices = call("alice", "bob", "carol")
    talk(session, {name: devices[name] for name in ("alice", "bob")}, frames=20)
    assert session.flowed(20)
    assert not session.flowed(21)
    session.count_anew()
    assert not session.flowed(1)
    join(session, devices["carol"], like="alice")
    talk(session, {name: devices[name] for name in ("alice", "bob")}, frames=20, first=21)
    session.talk(("alice", "bob", "carol"))
    assert not session.flowed(1), "nothing yet among the three"
    talk(session, devices, frames=100, first=41)
    assert not session.flowed(20), "each has been in front once, and hardly heard"
    talk(session, devices, frames=80, first=141)
    assert session.flowed(20)


def test_sound_of_one_alone_flows_one_way_and_pictures_are_no_sound() -> None:
    session, devices = call("alice", "bob")
    alice = devices["alice"]
    for packet in alice.picture(ALICE, 1):
        list(session.datagram("alice", packet, alice.address))
    assert not session.flowed(1)
    session.talk(("alice",))
    list(session.datagram("alice", alice.sound(ALICE, 1), alice.address))
    assert session.flowed(1)


def test_who_is_held_hears_the_tone_and_is_heard_by_nobody() -> None:
    session, devices = call("alice", "bob")
    session.talk((), held=("alice",))
    assert session.speaks
    talk(session, devices, frames=60)
    assert devices["bob"].heard == []
    assert pitch(pcm_of(devices["alice"].heard)) == pytest.approx(HOLD_HERTZ, abs=2)


def test_the_service_answers_for_a_callee_who_does_not() -> None:
    alice = Device("alice", "127.0.9.1")
    session = Session()
    session.open("alice", ("127.0.9.100", 50_000))
    answer = session.own_answer(alice.description(), "alice")
    alice.take(answer)
    alice.connect(session)
    told = Sdp.parse(answer)
    assert [value for _, value in told.values("sendrecv")] == [""], "the sound both ways"
    assert [level for level, _ in told.values("recvonly")] == [1], "the pictures only to the service"
    assert not told.values("ssrc"), "nothing of what the caller sends is told of the service"
    session.talk(("alice",))
    session.beep("alice")
    while session.speaks:
        alice.receive(session.tick())
    assert pitch(pcm_of(alice.heard)) == pytest.approx(BEEP_HERTZ, abs=4)


def test_listeners_are_told_of_who_talks_and_of_nobody_else() -> None:
    session, devices = call("alice", "bob")
    heard: list[tuple[str, int]] = []

    class Ear:
        def take(self, name: str, one: Heard) -> None:
            heard.append((name, len(one.pcm)))

    session.listeners.append(Ear())
    talk(session, devices, frames=2)
    session.talk(("alice",), held=("bob",))
    talk(session, devices, frames=2, first=10)
    names = [name for name, _ in heard]
    assert (names.count("alice"), names.count("bob")) == (4, 2)


def test_a_watcher_sees_everything_that_was_opened() -> None:
    seen: list[tuple[str, bytes]] = []

    class Watcher:
        def opened(self, name: str, clear: bytes) -> None:
            seen.append((name, clear))

        def agreed(self, name: str, line: str) -> None:
            raise AssertionError(f"nothing is agreed on the path of {name}: {line}")

    session, devices = call("alice", "bob")
    session.watcher = Watcher()
    alice = devices["alice"]
    list(session.datagram("alice", alice.seal(rtp(OPUS, 1, 960, alice.audio, b"\xf8\xff\xfe")), alice.address))
    assert seen == [("alice", rtp(OPUS, 1, 960, alice.audio, b"\xf8\xff\xfe"))]


def test_a_device_cannot_make_the_service_use_an_index_twice() -> None:
    """Bob takes over the SSRC and the numbers of a device that alice heard before: her key must not serve twice."""
    session, devices = call("alice", "bob", "carol")
    alice, bob, carol = devices["alice"], devices["bob"], devices["carol"]
    bob.receive(session.datagram("carol", b"", carol.address))
    alice.receive(session.datagram("bob", bob.seal(rtp(OPUS, 7, 7, 0x5EED, b"\xf8one")), bob.address))
    join(session, carol, like="alice")
    session.talk(("alice", "carol"))
    assert list(session.datagram("carol", carol.seal(rtp(OPUS, 7, 7, 0x5EED, b"\xf8two")), carol.address)) == []
    assert session.legs["alice"].counts["not-sealed"] == 1
    assert len(alice.heard) == 1


def test_legs_have_a_limit_and_names_of_their_own() -> None:
    session = Session()
    for number in range(MOST_LEGS):
        session.open(f"device-{number}", ("127.0.9.100", 50_000 + number))
    with pytest.raises(ValueError, match="16 legs"):
        session.open("one more", ("127.0.9.100", 51_000))
    session.close("device-0")
    with pytest.raises(ValueError, match="device-1"):
        session.open("device-1", ("127.0.9.100", 51_000))
    with pytest.raises(KeyError):
        session.talk(("nobody",))


def test_a_datagram_for_a_leg_that_has_ended_is_nobodys() -> None:
    session, devices = call("alice", "bob")
    packet = devices["bob"].sound(BOB, 1)
    session.close("bob")
    assert list(session.datagram("bob", packet, devices["bob"].address)) == []
    assert session.talking == ("alice",)
