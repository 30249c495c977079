"""The ladder diagram: who sent what to whom, and what became of it on the way."""

from __future__ import annotations

from harness.model.packet_flow import PacketFlow
from harness.model.recording import SignalEntry, SignalKind
from harness.report.call_view import CallView
from harness.report.ladder import COLUMNS, MAX_ROWS, Ladder, Tone, ladder

from .sample import ALICE, BEGAN, BOB, carried, detected, flow, flows, result, sdp

OFFER, ANSWER = SignalKind.OFFER, SignalKind.ANSWER
LEFT, MIDDLE, RIGHT = COLUMNS["alice"], COLUMNS["service"], COLUMNS["bob"]


def drawn(*entries: SignalEntry, packets: tuple[PacketFlow, ...] = (), intercepted: bool = False) -> Ladder:
    one = detected() if intercepted else result()
    picture = ladder(
        CallView(one.model_copy(update={"flows": packets}), entries, adversary="dtls-mitm" if intercepted else None)
    )
    assert picture is not None
    return picture


def test_a_call_of_which_nothing_is_known_is_not_drawn() -> None:
    assert ladder(CallView(result())) is None


def test_offer_and_answer_cross_the_service_in_order_of_time() -> None:
    picture = drawn(*carried(OFFER, ALICE, "o", BEGAN), *carried(ANSWER, BOB, "a", BEGAN + 0.012))
    assert [(arrow.start, arrow.end, arrow.label) for arrow in picture.arrows] == [
        (LEFT, MIDDLE, "offer"),
        (MIDDLE, RIGHT, "offer"),
        (RIGHT, MIDDLE, "answer"),
        (MIDDLE, LEFT, "answer"),
    ]
    heights = [arrow.y for arrow in picture.arrows]
    assert heights == sorted(set(heights))
    assert heights[-1] < picture.height
    assert [arrow.note for arrow in picture.arrows] == ["+0 ms", "+1 ms", "+12 ms", "+13 ms"]


def test_an_altered_message_says_so_where_it_was_altered() -> None:
    picture = drawn(*carried(OFFER, ALICE, sdp("alice"), BEGAN, changed=sdp("attacker")))
    assert [arrow.tone for arrow in picture.arrows] == [Tone.PLAIN, Tone.ALTERED]
    assert picture.arrows[1].note == "+1 ms, altered"


def test_lost_swallowed_and_forged_messages_look_different() -> None:
    offer, answer = carried(OFFER, ALICE, "o", BEGAN), carried(ANSWER, BOB, "a", BEGAN + 1)
    lost = drawn(offer[0], answer[3], answer[2])
    assert [(arrow.label, arrow.tone, arrow.note) for arrow in lost.arrows] == [
        ("offer", Tone.LOST, "+0 ms, never arrived"),
        ("answer", Tone.FORGED, "+1001 ms, never sent"),
    ]
    swallowed = drawn(*offer[:2])
    assert [(arrow.start, arrow.end, arrow.tone, arrow.note) for arrow in swallowed.arrows] == [
        (LEFT, MIDDLE, Tone.PLAIN, "+0 ms"),
        (MIDDLE, RIGHT, Tone.LOST, "never sent on"),
    ]


def test_packets_are_counted_towards_each_party_on_each_side() -> None:
    picture = drawn(
        packets=(
            flow("alice-relay", ALICE, "SRTP", sent=92, received=91, first=BEGAN),
            flow("bob-relay", BOB, "SRTP", sent=90, received=93, first=BEGAN),
        )
    )
    (band,) = picture.bands
    assert (band.klass, band.left, band.right, band.direct) == ("SRTP", "→ 92, ← 91", "→ 93, ← 90", False)
    assert picture.middle == "Service and relay"


def test_a_direct_call_has_no_relay_in_its_middle() -> None:
    picture = drawn(packets=(*flows("alice-bob", ALICE), *flows("bob-alice", BOB)))
    assert all(band.direct for band in picture.bands)
    assert picture.middle == "Service"


def test_packets_stand_among_the_messages_by_their_first_one() -> None:
    hangup = carried(SignalKind.HANGUP, BOB, "bye", BEGAN + 9)
    packets = (flow("alice-bob", ALICE, "SRTP", 1, 1, BEGAN + 5), flow("alice-bob", ALICE, "OTHER", 1, 1))
    picture = drawn(*carried(OFFER, ALICE, "o", BEGAN), *hangup, packets=packets)
    media, unknown = picture.bands
    assert picture.arrows[1].y < media.y < picture.arrows[2].y
    assert unknown.y > picture.arrows[-1].y, "what has no time comes last"


def test_an_interceptor_who_has_the_media_is_named_in_the_middle() -> None:
    picture = drawn(packets=tuple(flows("alice-relay", ALICE)), intercepted=True)
    assert (picture.note, picture.alarming) == ("dtls-mitm: has the media", True)
    assert not drawn(packets=tuple(flows("alice-bob", ALICE))).alarming


def test_the_drawing_can_be_heard() -> None:
    picture = drawn(
        *carried(OFFER, ALICE, "o", BEGAN, changed="x"),
        packets=(flow("alice-bob", ALICE, "SRTP", 3, 4, BEGAN + 1),),
    )
    assert picture.words == (
        "alice to service: offer, +0 ms. service to bob: offer, +1 ms, altered. "
        "SRTP packets, direct: alice's side → 3, ← 4"
    )


def test_a_flood_of_messages_is_cut_and_counted() -> None:
    entries = [entry for number in range(200) for entry in carried(OFFER, ALICE, "o", BEGAN + number)]
    picture = drawn(*entries)
    assert len(picture.arrows) == MAX_ROWS
    assert picture.left_out == 400 - MAX_ROWS


def test_labels_of_strangers_fit_into_their_boxes() -> None:
    picture = drawn(packets=(flow("alice-relay", ALICE, "\u202e" * 99, 1, 1),))
    assert picture.bands[0].klass == "<U+202E><U+…"
    assert drawn(packets=(flow("alice-relay", ALICE, "TURN_CHANNEL", 1, 1),)).bands[0].klass == "TURN_CHANNEL"
