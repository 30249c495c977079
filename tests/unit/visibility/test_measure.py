"""What an observer saw, measured by what was really sent: each sight has a case in which it is right, and one in which
it would be a lie."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from harness.markers import audio
from harness.model.base import Asset, Party
from harness.model.ground_truth import SentMarker
from harness.model.visibility import Content, Observer, Sight
from harness.visibility.holding import Holding, Messages, Packets, Sound, Text, Tunnel
from harness.visibility.measure import Found, Measured, Truth
from harness.visibility.media import LookedAt, MediaKey
from harness.wire.srtp_session import SrtpSealer
from tests.unit.markers.sent_media import audio_packets, video_packets

VOICE, FACE, SLIDE = 0x1111_2222_3333_4444, 0x5555_6666_7777_8888, 0x9999_AAAA_BBBB_CCCC
PROFILE = "SRTP_AES128_CM_HMAC_SHA1_80"
KEY, OTHER_KEY = bytes(range(30)), bytes(range(100, 130))
PASSWORD, FRAGMENT = b"an ice password of the call", b"frag"

MARKERS = (
    SentMarker(asset=Asset.AUDIO, sender=Party.ALICE, marker=f"{VOICE:016x}"),
    SentMarker(asset=Asset.VIDEO, sender=Party.ALICE, marker=f"{FACE:016x}"),
    SentMarker(asset=Asset.SCREEN, sender=Party.ALICE, marker=f"{SLIDE:016x}"),
)
TRUTH = Truth(
    markers=MARKERS,
    keys=(MediaKey(PROFILE, KEY),),
    secrets=(KEY[:16],),
    words={Content.SDP: (PASSWORD,)},
    fragments=(FRAGMENT,),
)


@pytest.fixture(scope="module")
def clear() -> tuple[bytes, ...]:
    return tuple(audio_packets(VOICE, 1) + video_packets(FACE, 2))


def sealed(packets: tuple[bytes, ...], key: bytes = KEY) -> tuple[bytes, ...]:
    sealer = SrtpSealer(key, PROFILE)
    return tuple(one for packet in packets if (one := sealer.seal(packet)) is not None)


def saw(content: Content, truth: Truth = TRUTH, **held: object) -> Found:
    holding = Holding(Observer.PATH, **held)  # type: ignore[arg-type]
    return Measured(holding, truth, LookedAt(truth.keys, truth.told)).found(content)


def heap(*packets: bytes) -> tuple[Packets, ...]:
    return (Packets("alice-bob.pcapng", packets),)


# media


def test_media_in_clear_are_plaintext_at_the_place_where_they_lie(clear: tuple[bytes, ...]) -> None:
    assert saw(Content.AUDIO, packets=heap(*clear)) == (Sight.PLAINTEXT, "alice-bob.pcapng: the audio of alice")
    assert saw(Content.VIDEO, packets=heap(*clear)) == (Sight.PLAINTEXT, "alice-bob.pcapng: the video of alice")


def test_media_that_take_the_keys_of_the_call_are_ciphertext(clear: tuple[bytes, ...]) -> None:
    for content in (Content.AUDIO, Content.VIDEO):
        assert saw(content, packets=heap(*sealed(clear))).sight is Sight.CIPHERTEXT


def test_media_of_ends_that_give_no_keys_are_ciphertext_when_the_ends_tell_what_they_sealed(
    clear: tuple[bytes, ...],
) -> None:
    packets = sealed(clear, OTHER_KEY)
    assert saw(Content.AUDIO, packets=heap(*packets)).sight is Sight.NOT_MEASURED
    told = replace(TRUTH, told=dict(zip(packets, clear, strict=True)))
    for content in (Content.AUDIO, Content.VIDEO):
        assert saw(content, told, packets=heap(*packets)).sight is Sight.CIPHERTEXT


def test_one_stream_in_clear_among_sealed_ones_is_plaintext(clear: tuple[bytes, ...]) -> None:
    mixed = heap(*audio_packets(VOICE, 1), *sealed(tuple(video_packets(FACE, 2))))
    assert saw(Content.AUDIO, packets=mixed).sight is Sight.PLAINTEXT
    assert saw(Content.VIDEO, packets=mixed).sight is Sight.CIPHERTEXT


def test_a_screen_in_clear_beside_a_sealed_camera_is_the_screen_alone() -> None:
    mixed = heap(*video_packets(SLIDE, 3, of="screen"), *sealed(tuple(video_packets(FACE, 2))))
    assert saw(Content.SCREEN, packets=mixed) == (Sight.PLAINTEXT, "alice-bob.pcapng: the screen of alice")
    assert saw(Content.VIDEO, packets=mixed).sight is Sight.CIPHERTEXT


def test_the_marker_of_a_screen_in_the_picture_of_a_camera_is_no_screen() -> None:
    assert saw(Content.SCREEN, packets=heap(*video_packets(SLIDE, 3))).sight is Sight.ABSENT


def test_a_screen_under_keys_of_nobody_is_not_called_absent() -> None:
    slides = tuple(video_packets(SLIDE, 3, of="screen"))
    assert saw(Content.SCREEN, packets=heap(*sealed(slides))).sight is Sight.CIPHERTEXT
    assert saw(Content.SCREEN, packets=heap(*sealed(slides, OTHER_KEY))).sight is Sight.NOT_MEASURED


def test_what_is_only_authenticated_is_plaintext() -> None:
    tagged = [packet + bytes(10) for packet in audio_packets(VOICE, 1)]
    assert saw(Content.AUDIO, packets=heap(*tagged)).sight is Sight.PLAINTEXT


def test_media_that_are_not_there_are_absent(clear: tuple[bytes, ...]) -> None:
    assert saw(Content.AUDIO).sight is Sight.ABSENT
    assert saw(Content.VIDEO, packets=heap(*sealed(tuple(audio_packets(VOICE, 1))))).sight is Sight.ABSENT


def test_packets_that_nobody_can_explain_make_nothing_absent(clear: tuple[bytes, ...]) -> None:
    found = saw(Content.AUDIO, packets=heap(*sealed(clear, OTHER_KEY)))
    assert found.sight is Sight.NOT_MEASURED
    assert found.where == f"{len(clear)} of its media packets neither decode nor open with the keys of the call"


def test_a_marker_that_nobody_sent_proves_nothing() -> None:
    assert saw(Content.AUDIO, packets=heap(*audio_packets(VOICE + 1, 1))).sight is Sight.ABSENT


def test_a_sound_file_and_a_line_of_text_are_plaintext_too() -> None:
    sound = Sound("media/service/recording-alice.wav", audio.chord(VOICE, audio.RATE))
    assert saw(Content.AUDIO, sounds=(sound,)).where == "media/service/recording-alice.wav: the audio of alice"
    text = Text("captions.txt", b"first\n" + f"0.5 alice: [chord {VOICE:016x}]\n".encode())
    assert saw(Content.AUDIO, texts=(text,)) == (
        Sight.PLAINTEXT,
        "captions.txt:2: the audio of alice, by its number",
    )


def test_what_was_not_sent_is_not_measured() -> None:
    nothing = Truth()
    for content in (Content.AUDIO, Content.SCREEN, Content.CHAT, Content.SDP, Content.MEDIA_KEYS):
        assert saw(content, nothing) == (Sight.NOT_MEASURED, f"no {content.value} was sent that could be looked for")


def test_what_cannot_be_looked_at_is_not_measured_and_what_is_seen_all_the_same_is(clear: tuple[bytes, ...]) -> None:
    blind = {Content.AUDIO: "a capture is damaged"}
    assert saw(Content.AUDIO, blind=blind) == (Sight.NOT_MEASURED, "a capture is damaged")
    assert saw(Content.AUDIO, blind=blind, packets=heap(*sealed(clear))).sight is Sight.NOT_MEASURED
    assert saw(Content.AUDIO, blind=blind, packets=heap(*clear)).sight is Sight.PLAINTEXT


# keys and words


@pytest.mark.parametrize(
    ("how", "data"),
    [
        ("raw", b"x" + KEY[:16]),
        ("base64", b"a=crypto:1 X inline:" + b64encode(KEY)),
        ("hexadecimal, lower case", KEY.hex().encode()),
        ("byte-reversed", KEY[:16][::-1]),
    ],
)
def test_a_key_is_found_however_it_is_spelled(how: str, data: bytes) -> None:
    assert saw(Content.MEDIA_KEYS, texts=(Text("signalling.jsonl", b"\n\n" + data),)) == (
        Sight.PLAINTEXT,
        f"signalling.jsonl:3: {how}",
    )
    assert saw(Content.MEDIA_KEYS, packets=heap(b"nothing", data)) == (
        Sight.PLAINTEXT,
        f"alice-bob.pcapng, datagram 2: {how}",
    )


def test_a_key_that_is_not_there_is_absent_unless_somebody_who_searches_deeper_found_it() -> None:
    assert saw(Content.MEDIA_KEYS, texts=(Text("x", OTHER_KEY),)).sight is Sight.ABSENT
    known = {Content.MEDIA_KEYS: "spread over three packets"}
    assert saw(Content.MEDIA_KEYS, known=known) == (Sight.PLAINTEXT, "spread over three packets")


def test_of_a_description_the_path_of_the_media_shows_a_fragment() -> None:
    assert saw(Content.SDP, packets=heap(b"STUN " + FRAGMENT)).sight is Sight.METADATA
    assert saw(Content.SDP, packets=heap(b"STUN " + FRAGMENT), texts=(Text("x", PASSWORD),)).sight is Sight.PLAINTEXT
    assert saw(Content.SDP).sight is Sight.ABSENT


def test_headers_and_lengths_are_metadata_of_whatever_media_there_are(clear: tuple[bytes, ...]) -> None:
    packets = heap(b"\x00STUN", *sealed(clear))
    assert saw(Content.HEADER_FIELDS, packets=packets).where.startswith("alice-bob.pcapng: SSRC 0x00000001")
    assert saw(Content.PACKET_LENGTHS, packets=packets).where.startswith(f"alice-bob.pcapng: {len(clear)} packets of ")
    for content in (Content.HEADER_FIELDS, Content.PACKET_LENGTHS):
        assert saw(content, packets=heap(b"\x00STUN", b"\x8f" + bytes(11))).sight in (Sight.ABSENT, Sight.METADATA)
        assert saw(content, packets=heap(b"\x00STUN")).sight is Sight.ABSENT


# what goes past in messages

CARRIED = (Text("signalling-alice.jsonl", PASSWORD),)


def tunnel(problem: str | None = None, stream: bytes = b"\x17\x03\x03") -> Tunnel:
    return Tunnel("alice-service.pcapng", stream, records=3, problem=problem)


def test_of_messages_whose_way_was_not_recorded_nobody_can_tell() -> None:
    found = saw(Content.SDP, messages=Messages(CARRIED, ()))
    assert found.sight is Sight.NOT_MEASURED
    assert "the way to the service was not recorded" in found.where


def test_what_no_message_holds_nobody_sees_on_their_way() -> None:
    assert saw(Content.MEDIA_KEYS, messages=Messages(CARRIED, ())).sight is Sight.ABSENT


def test_messages_that_went_through_nothing_but_tls_are_ciphertext() -> None:
    found = saw(Content.SDP, messages=Messages(CARRIED, (tunnel(), tunnel())))
    assert found == (Sight.CIPHERTEXT, "alice-service.pcapng: 6 records of TLS")


def test_messages_beside_tls_are_plaintext_where_they_are_found_and_else_unknown() -> None:
    open_ = tunnel("no record at byte 0", b"GET / " + PASSWORD)
    assert saw(Content.SDP, messages=Messages(CARRIED, (open_,))) == (Sight.PLAINTEXT, "alice-service.pcapng")
    squeezed = tunnel("no record at byte 0", b"something squeezed")
    assert saw(Content.SDP, messages=Messages(CARRIED, (squeezed,))).sight is Sight.NOT_MEASURED
