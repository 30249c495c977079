"""Whole inspections: however a call was captured, the same is said of it."""

from __future__ import annotations

import gzip
import struct
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pylibsrtp import Policy, Session

from harness.codes import teams20
from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.inspection.search import Pattern, PatternKind
from harness.model.finding import Severity
from harness.model.inspection import CallVerdict, Inspection, Protection, Standing
from tests.unit.vantage.layers import frames

from . import media
from .call_traffic import ALICE, BOB
from .inspecting import inspected, of, reasons, with_keys
from .made_calls import (
    ALICE_SSRC,
    SIZES,
    Link,
    MadeCall,
    made_call,
    over_ethernet,
    played,
    sound,
    text,
    write,
)
from .windows import Sent

MALLORY, RELAY = "198.51.100.7:7000", "198.51.100.5:3478"


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call()


@pytest.fixture(scope="module")
def intercepted() -> tuple[MadeCall, MadeCall]:
    """Alice with Mallory, and Mallory with Bob."""
    return made_call(ends=(ALICE, MALLORY)), made_call(ends=(MALLORY, BOB))


# any capture


def packet(one: Sent) -> bytes:
    return over_ethernet(one)[14:]


def over_ipv6(one: Sent) -> bytes:
    (host, port), (other, other_port) = (end.split(":") for end in (one.source, one.destination))
    source, destination = (f"2001:db8::{address[-1]}" for address in (host, other))
    options = bytes([frames.UDP, 0, 1, 4, 0, 0, 0, 0])  # hop-by-hop, with nothing but padding in it
    datagram = frames.udp(one.payload, int(port), int(other_port))
    return frames.ipv6(options + datagram, source, destination, following=0)


LINKS: dict[str, tuple[int, Link]] = {
    "VLAN": (1, lambda one: frames.ethernet(packet(one), tags=(0x8100,))),
    "QinQ": (1, lambda one: frames.ethernet(packet(one), tags=(0x88A8, 0x8100))),
    "raw IP": (101, packet),
    "BSD null": (0, lambda one: struct.pack("<I", 2) + packet(one)),
    "Linux cooked v1": (113, lambda one: struct.pack("!HHH8sH", 4, 1, 6, bytes(8), 0x0800) + packet(one)),
    "Linux cooked v2": (276, lambda one: struct.pack("!HHIHBB8s", 0x0800, 0, 1, 1, 4, 6, bytes(8)) + packet(one)),
    "IPv6 with a hop-by-hop header": (101, over_ipv6),
}


def assert_all_is_proved(document: Inspection, call: MadeCall) -> None:
    assert [one.counts for one in document.streams] == [{"authenticated": 61}] * 2
    (found,) = document.calls
    assert list(found.codes.values()) == [teams20.code(*thumbprints(call))]
    assert [one for one in document.findings if one.severity in (Severity.ALARM, Severity.INCONCLUSIVE)] == []
    for capture in document.captures:
        assert sum(row.bytes for row in capture.bytes_by_label) == capture.bytes


def thumbprints(call: MadeCall) -> tuple[bytes, bytes]:
    return teams20.thumbprint(call.alice.der), teams20.thumbprint(call.bob.der)


@pytest.mark.parametrize("name", LINKS)
def test_the_link_makes_no_difference(call: MadeCall, tmp_path: Path, name: str) -> None:
    network, link = LINKS[name]
    path = write(tmp_path / "call.pcapng", call.sent, link, network)
    assert_all_is_proved(inspect([path], Options(keylogs=(("k", call.keylog),))), call)


def through_a_relay(wrap: Callable[[Sent], bytes]) -> Callable[[MadeCall], list[Sent]]:
    def relayed(call: MadeCall) -> list[Sent]:
        return [
            Sent(one.time, *((ALICE, RELAY) if one.source == ALICE else (RELAY, ALICE)), wrap(one)) for one in call.sent
        ]

    return relayed


def indication(one: Sent) -> bytes:
    """Send to the relay, Data from it (RFC 8656 sections 11.1 and 11.4)."""
    kind = 0x0016 if one.source == ALICE else 0x0017
    return frames.stun(kind, [(0x0012, frames.xored(BOB)), (0x0013, one.payload)])


def channel(one: Sent) -> bytes:
    return frames.channel_data(one.payload)


@pytest.mark.parametrize("wrap", [indication, channel])
def test_a_relay_makes_no_difference(call: MadeCall, tmp_path: Path, wrap: Callable[[Sent], bytes]) -> None:
    assert_all_is_proved(with_keys(tmp_path, call, through_a_relay(wrap)(call)), call)


def test_compression_makes_no_difference(call: MadeCall, tmp_path: Path) -> None:
    plain = write(tmp_path / "call.pcapng", call.sent).read_bytes()
    packed = tmp_path / "call.pcapng.gz"
    packed.write_bytes(gzip.compress(plain))
    document = inspect([packed], Options(keylogs=(("k", call.keylog),)))
    assert_all_is_proved(document, call)
    assert (document.captures[0].bytes, document.captures[0].file_bytes) == (len(plain), packed.stat().st_size)


def test_keys_in_the_capture_itself_are_used(call: MadeCall, tmp_path: Path) -> None:
    document = inspect([write(tmp_path / "call.pcapng", call.sent, keylog=call.keylog)], Options())
    assert {one.protection for one in document.streams} == {Protection.AUTHENTICATED}
    assert "keys-in-capture" in reasons(document, Severity.NOTICE)


@pytest.mark.parametrize("profile", SIZES)
def test_every_profile_is_proved_by_one_process_or_by_two(tmp_path: Path, profile: str) -> None:
    call = made_call(profile)
    one, two = (with_keys(tmp_path, call, jobs=jobs) for jobs in (1, 2))
    assert [stream.counts for stream in one.streams] == [{"authenticated": 61}] * 2
    assert one == two


# two captures


def side_of(end: str) -> Link:
    """Linux cooked frames of the host at this end: the packet type says what it sent and what came to it."""
    return lambda one: struct.pack("!HHH8sH", 4 if one.source == end else 0, 1, 6, bytes(8), 0x0800) + packet(one)


def at_bob(call: MadeCall) -> list[Sent]:
    """What Alice sends comes two milliseconds later to Bob's place, and what he sends is there so much earlier."""
    delayed = [one._replace(time=one.time + (-0.002 if one.source == BOB else 0.002)) for one in call.sent]
    return sorted(delayed, key=lambda one: one.time)


def two(tmp_path: Path, first: MadeCall, second: MadeCall, *, turned: bool) -> Inspection:
    """The captures of Alice's host and of Bob's."""
    alice = write(tmp_path / "alice.pcapng", first.sent, side_of(ALICE), 113)
    bob = write(tmp_path / "bob.pcapng", at_bob(second), side_of(BOB), 113)
    return inspect([bob, alice] if turned else [alice, bob], Options())


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_handshake_on_both_sides_was_not_intercepted(call: MadeCall, tmp_path: Path, turned: bool) -> None:
    document = two(tmp_path, call, call, turned=turned)
    (found,) = document.calls
    assert found.verdict is CallVerdict.NOT_INTERCEPTED
    assert found.codes == dict.fromkeys(("caller", "callee"), teams20.code(*thumbprints(call)))
    assert document.standing is Standing.QUIET


@pytest.mark.parametrize(("end", "side"), [(ALICE, "caller"), (BOB, "callee")])
def test_one_side_alone_gives_the_code_that_its_user_must_have_seen(
    call: MadeCall, tmp_path: Path, end: str, side: str
) -> None:
    (found,) = inspected(tmp_path, call.sent, near=(end,)).calls
    assert (found.verdict, found.codes) == (CallVerdict.CANNOT_TELL, {side: teams20.code(*thumbprints(call))})


@pytest.mark.parametrize("turned", [False, True])
def test_different_certificates_are_an_interception(
    intercepted: tuple[MadeCall, MadeCall], tmp_path: Path, turned: bool
) -> None:
    document = two(tmp_path, *intercepted, turned=turned)
    (found,) = document.calls
    assert found.verdict is CallVerdict.INTERCEPTED
    codes = [teams20.code(*thumbprints(one)) for one in intercepted]
    assert found.codes == {"caller": codes[0], "callee": codes[1]}
    assert document.standing is Standing.ALARM
    assert "certificates-differ" in reasons(document, Severity.ALARM)


def test_who_was_named_as_the_caller_comes_before_ice(call: MadeCall, tmp_path: Path) -> None:
    by_ice = inspected(tmp_path, call.sent).calls[0]
    named = inspected(tmp_path, call.sent, caller="192.0.2.2").calls[0]
    assert (by_ice.caller, named.caller) == (ALICE, BOB)
    assert "was named" in named.caller_known_by
    alice, bob = thumbprints(call)
    assert list(named.codes.values()) == [teams20.code(bob, alice)]


@pytest.mark.parametrize("options", [{"caller": "203.0.113.1"}, {"near": ("203.0.113.1",)}])
def test_an_address_of_nobody_is_called_so(call: MadeCall, tmp_path: Path, options: dict[str, Any]) -> None:
    document = inspected(tmp_path, call.sent, **options)
    assert any("203.0.113.1" in one.detail for one in of(document, Severity.INCONCLUSIVE))


def test_captures_of_one_name_are_told_apart_by_their_paths(call: MadeCall, tmp_path: Path) -> None:
    paths = []
    for folder in ("alice", "bob"):
        (tmp_path / folder).mkdir()
        paths.append(write(tmp_path / folder / "call.pcapng", call.sent))
    assert [one.file for one in inspect(paths, Options()).captures] == [str(path) for path in paths]


# keys of a description


def described(key: bytes, payload_type: int, encoding: str) -> str:
    line = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{b64encode(key).decode()}"
    head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
    return f"{head}m=video 5000 RTP/SAVP {payload_type}\r\na=rtpmap:{payload_type} {encoding}\r\n{line}\r\n"


def protected(key: bytes, packets: list[bytes], source: str, destination: str) -> list[Sent]:
    session = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=1))
    return [Sent(0.03 * at, source, destination, session.protect(one)) for at, one in enumerate(packets)]


def test_sdes_keys_prove_and_recover_both_pictures_and_are_seen_in_the_signalling(tmp_path: Path) -> None:
    random = Random(8)
    keys = random.randbytes(30), random.randbytes(30)
    sent = protected(keys[0], media.video_packets(media.VP8, 20), ALICE, BOB)
    sent += protected(keys[1], media.video_packets(media.H264, 20, ssrc=9), BOB, ALICE)
    sdp = ("offer.sdp", described(keys[0], 96, "VP8/90000")), ("answer.sdp", described(keys[1], 102, "H264/90000"))
    document = inspected(tmp_path, sorted(sent), sdp=sdp, recover=tmp_path / "media")
    assert {one.protection for one in document.streams} == {Protection.AUTHENTICATED}
    assert [one.protocol for one in document.associations] == ["SDES", "SDES"]
    files = sorted(Path(one.file).name for one in document.recovered if one.file)
    assert [played(tmp_path / "media" / name) for name in files] == [("video", 20)] * 2
    open_keys = [one.vantage for one in document.findings if one.reason.value == "keys-in-capture"]
    assert set(open_keys) == {"offer.sdp", "answer.sdp"}
    assert not any(key.hex() in document.model_dump_json() for key in keys)


def test_sound_of_each_codec_is_recovered_to_be_heard(tmp_path: Path) -> None:
    for codecs in ((media.PCMU, media.PCMA), (media.G722, media.OPUS)):
        call = made_call(sounds=codecs)
        sdp = (("a.sdp", "v=0\r\na=rtpmap:111 opus/48000/2\r\n"),)
        document = with_keys(tmp_path, call, sdp=sdp, recover=tmp_path / f"media-{codecs[0]}")
        heard = [played(Path(one.file)) for one in document.recovered if one.file]
        assert [kind for kind, _ in heard] == ["audio", "audio"]
        # 60 packets of 20 ms; a decoder of Opus drops the 6.5 ms by which its encoder runs ahead
        assert all(1190 <= milliseconds <= 1200 for _, milliseconds in heard)


def test_a_folder_of_recovered_media_must_be_new_or_empty(call: MadeCall, tmp_path: Path) -> None:
    text(tmp_path / "somebody's file", "")
    with pytest.raises(ValueError, match="empty"):
        inspected(tmp_path, call.sent, recover=tmp_path)


# what must not be there


def test_a_key_of_the_call_that_is_sent_along_is_an_alarm(call: MadeCall, tmp_path: Path) -> None:
    master = call.keylog.split()[-1]
    betrayed = Sent(6.0, ALICE, MALLORY, b"GET /?k=" + master.upper().encode())
    document = with_keys(tmp_path, call, [*call.sent, betrayed])
    (alarm,) = [one for one in of(document, Severity.ALARM) if one.reason.value == "key-on-wire"]
    assert f"frame {len(call.sent) + 1}" in alarm.detail
    assert master not in document.model_dump_json().lower()


def test_opened_media_that_is_sent_on_elsewhere_is_found(call: MadeCall, tmp_path: Path) -> None:
    """Decrypted payloads are looked for in all captures: somebody who has the keys forwards the call in clear."""
    forwarded = [Sent(6.0, MALLORY, RELAY, b"\x00\x01" + one[12:]) for one in sound(60, ssrc=ALICE_SSRC)[:4]]
    document = with_keys(tmp_path, call, [*call.sent, *forwarded])
    assert "frame-on-wire" in reasons(document, Severity.ALARM)


def test_what_the_user_wants_found_is_found(call: MadeCall, tmp_path: Path) -> None:
    wanted = Pattern("a name", PatternKind.MARKER, b"Grace Brewster Hopper")
    sent = [*call.sent, Sent(6.0, ALICE, MALLORY, b64encode(b"to: Grace Brewster Hopper"))]
    assert "marker-on-wire" in reasons(inspected(tmp_path, sent, patterns=(wanted,)), Severity.ALARM)
    assert "marker-on-wire" not in reasons(inspected(tmp_path, call.sent, patterns=(wanted,)), Severity.ALARM)


def test_a_group_that_cannot_be_read_is_not_called_quiet(call: MadeCall, tmp_path: Path) -> None:
    named, explicit = bytes.fromhex("03001d20"), bytes.fromhex("01001d20")
    hidden = [one._replace(payload=one.payload.replace(named, explicit)) for one in call.sent]
    assert hidden != list(call.sent)
    assert "group-not-visible" in reasons(with_keys(tmp_path, call, hidden), Severity.INCONCLUSIVE)
    (tmp_path / "call.pcapng").unlink()
    assert "group-not-visible" not in reasons(with_keys(tmp_path, call), Severity.INCONCLUSIVE)


def test_a_description_that_is_none_is_called_so(call: MadeCall, tmp_path: Path) -> None:
    document = inspected(tmp_path, call.sent, sdp=(("notes.txt", "it was Alice who called\n"),))
    assert any("description" in one.detail for one in of(document, Severity.INCONCLUSIVE))


def test_nothing_at_all_is_nothing_to_be_quiet_about(tmp_path: Path) -> None:
    assert inspected(tmp_path, []).standing is Standing.EMPTY
