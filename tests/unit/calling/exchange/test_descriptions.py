"""Offers, answers and candidates: between the two devices of an accepted call, in the order of RFC 3264."""

from __future__ import annotations

from typing import Any

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Deed, Found, Passed
from tests.unit.calling.exchange.world import BOB, World, ringing, tenant, up

CALL = f"{1:032x}"
"""The first id that a world gives."""


def test_nothing_of_the_media_passes_before_the_call_is_accepted() -> None:
    world, call = ringing()
    for session in ("alice-pc", "bob-pc"):
        for type_, fields in (("offer", {"sdp": "x"}), ("answer", {"sdp": "x"}), ("candidates", {"candidates": ["x"]})):
            assert world.say(session, type_, call=call, **fields) == {"refused": "out-of-order"}, (session, type_)


def test_the_first_offer_is_the_callers_and_later_ones_anybodys() -> None:
    world, call = up("bob-pc", "bob-phone")
    assert world.say("bob-pc", "offer", call=call, sdp="mine") == {"refused": "out-of-order"}
    assert world.say("bob-pc", "answer", call=call, sdp="to nothing") == {"refused": "out-of-order"}
    assert world.say("alice-pc", "offer", call=call, sdp="first") == {}
    assert world.heard() == [("bob-pc", {"type": "offer", "call": call, "sdp": "first"})]
    assert world.say("bob-pc", "answer", call=call, sdp="second") == {}
    assert world.heard() == [("alice-pc", {"type": "answer", "call": call, "sdp": "second"})]
    assert world.say("bob-pc", "offer", call=call, sdp="third") == {}
    assert world.say("alice-pc", "answer", call=call, sdp="fourth") == {}


def test_while_an_offer_is_open_there_is_no_second_and_only_the_other_party_answers_it() -> None:
    world, call = up()
    world.say("alice-pc", "offer", call=call, sdp="first")
    assert world.say("alice-pc", "offer", call=call, sdp="again") == {"refused": "offer-open"}
    assert world.say("bob-pc", "offer", call=call, sdp="glare") == {"refused": "offer-open"}
    assert world.say("alice-pc", "answer", call=call, sdp="to herself") == {"refused": "out-of-order"}
    assert world.say("bob-pc", "answer", call=call, sdp="x") == {}
    assert world.say("bob-pc", "answer", call=call, sdp="twice") == {"refused": "out-of-order"}


def test_candidates_come_after_the_first_offer_and_go_to_the_other_party() -> None:
    world, call = up()
    assert world.say("bob-pc", "candidates", call=call, candidates=["x"]) == {"refused": "out-of-order"}
    world.say("alice-pc", "offer", call=call, sdp="first")
    assert world.say("bob-pc", "candidates", call=call, candidates=["x", "y"]) == {}
    assert world.heard() == [("alice-pc", {"type": "candidates", "call": call, "candidates": ["x", "y"]})]


@pytest.mark.parametrize(
    ("type_", "fields", "deed"),
    [
        ("offer", {"sdp": "keys"}, Passed(CALL, "offer", "keys", "alice-pc", "bob-pc")),
        ("candidates", {"candidates": ["x"]}, Found(CALL, ("x",), "alice-pc", "bob-pc")),
    ],
)
def test_in_a_service_call_they_go_by_way_of_the_media_processor(
    type_: str, fields: dict[str, Any], deed: Deed
) -> None:
    world = World(Directory(tenant(on=False)))
    world.join("alice-pc")
    world.join("bob-pc")
    assert world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"] == CALL
    world.say("bob-pc", "accept", call=CALL)
    if type_ != "offer":
        world.say("alice-pc", "offer", call=CALL, sdp="first")
    assert world.say("alice-pc", type_, call=CALL, **fields) == {}
    assert world.heard() == []
    assert world.deeds == (deed,)
