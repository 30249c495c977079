"""What each feature does to who hears whom, and what is refused."""

from __future__ import annotations

import pytest

from harness.calling.media.features import KEEPS, Bring, FeatureRefused, Features
from harness.calling.media.session import Session
from harness.model.feature import Feature

from .device import Device, call, join

CAROL = "carol"


class Call:
    """A call of alice and bob, and carol's device, which nobody has brought yet."""

    def __init__(self) -> None:
        self.session, self.devices = call("alice", "bob")
        self.kept: list[tuple[Feature, bool]] = []
        self.features = Features(self.session, lambda feature, on: self.kept.append((feature, on)))

    def asks(self, feature: Feature, on: bool = True, by: str = "bob", argument: str | None = CAROL) -> Bring | None:
        return self.features.asked(feature, on, by, argument)

    def brings(self, feature: Feature, on: bool = True, by: str = "bob", device: str = CAROL) -> Bring:
        """The feature, with the description exchange that it takes."""
        bring = self.asks(feature, on, by, device)
        assert bring is not None
        self.session.open(device, ("127.0.9.100", 50_010 + len(self.session.legs)))
        self.devices[device] = Device(device, f"127.0.9.{10 + len(self.session.legs)}")
        join(self.session, self.devices[device], bring.like)
        self.features.joined(device)
        return bring

    @property
    def held(self) -> tuple[str, ...]:
        return self.session.held


@pytest.fixture
def made() -> Call:
    return Call()


@pytest.mark.parametrize("feature", sorted(KEEPS))
def test_what_is_only_kept_changes_nobody(made: Call, feature: Feature) -> None:
    assert made.asks(feature, argument=None) is None
    assert made.asks(feature, on=False, argument=None) is None
    assert made.kept == [(feature, True), (feature, False)]
    assert made.session.talking == ("alice", "bob")


def test_a_transfer_gives_the_other_party_to_a_further_device(made: Call) -> None:
    assert made.brings(Feature.TRANSFER).like == "alice", "carol is told what alice can do"
    assert made.session.talking == ("alice", CAROL)
    assert "bob" not in made.session.legs


def test_before_the_further_device_has_answered_nothing_has_changed(made: Call) -> None:
    made.asks(Feature.TRANSFER)
    assert made.session.talking == ("alice", "bob")


def test_a_consultation_holds_the_other_party_and_then_hands_it_over(made: Call) -> None:
    made.brings(Feature.CONSULT_TRANSFER)
    assert (made.session.talking, made.held) == (("bob", CAROL), ("alice",))
    made.asks(Feature.CONSULT_TRANSFER, on=False, argument=None)
    assert (made.session.talking, made.held) == (("alice", CAROL), ())
    assert "bob" not in made.session.legs


@pytest.mark.parametrize("feature", [Feature.MERGE, Feature.ADD_PARTICIPANT])
def test_a_third_and_a_fourth_take_part(made: Call, feature: Feature) -> None:
    made.brings(feature)
    made.brings(feature, by="alice", device="dave")
    assert made.session.talking == ("alice", "bob", CAROL, "dave")


def test_a_parked_call_waits_with_the_tone_and_is_taken_up_from_another_device(made: Call) -> None:
    made.asks(Feature.PARK, argument=None)
    assert (made.session.talking, made.held) == ((), ("alice",))
    assert "bob" not in made.session.legs
    made.brings(Feature.PARK, on=False, by="bob-2", device="bob-2")
    assert (made.session.talking, made.held) == (("alice", "bob-2"), ())


def test_a_voicemail_takes_the_other_party_over_and_keeps_what_it_says(made: Call) -> None:
    assert made.asks(Feature.VOICEMAIL, argument=None) is None
    assert (made.session.talking, set(made.session.legs)) == (("alice",), {"alice"})
    assert made.kept == [(Feature.VOICEMAIL, True)]
    assert made.session.speaks, "the tone"


def test_a_companion_speaks_in_the_place_of_the_first_device_until_it_is_put_away(made: Call) -> None:
    made.brings(Feature.COMPANION, device="bob-2")
    assert made.session.talking == ("alice", "bob-2")
    assert "bob" in made.session.legs
    made.asks(Feature.COMPANION, on=False, argument=None)
    assert made.session.talking == ("alice", "bob")
    assert "bob-2" not in made.session.legs


@pytest.mark.parametrize(
    ("feature", "on", "by", "argument", "why"),
    [
        (Feature.TRANSFER, False, "bob", CAROL, "cannot be turned off"),
        (Feature.VOICEMAIL, True, "mallory", None, "only a party"),
        (Feature.VOICEMAIL, False, "bob", None, "cannot be turned off during a call"),
        (Feature.SIMULTANEOUS_RING, True, "bob", CAROL, "cannot be turned on during a call"),
        (Feature.TRANSFER, True, "mallory", CAROL, "only a party"),
        (Feature.ADD_PARTICIPANT, True, "mallory", CAROL, "only who takes part"),
        (Feature.TRANSFER, True, "bob", None, "a device that is not in the call yet"),
        (Feature.TRANSFER, True, "bob", "alice", "a device that is not in the call yet"),
        (Feature.PARK, False, "bob", CAROL, "no call is parked"),
        (Feature.CONSULT_TRANSFER, False, "bob", None, "nobody is being consulted"),
        (Feature.COMPANION, False, "bob", None, "no further device"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    made: Call, feature: Feature, on: bool, by: str, argument: str | None, why: str
) -> None:
    with pytest.raises(FeatureRefused, match=why):
        made.asks(feature, on, by, argument)
    assert (made.session.talking, set(made.session.legs), made.kept) == (("alice", "bob"), {"alice", "bob"}, [])


def test_a_device_is_brought_once_at_a_time(made: Call) -> None:
    made.asks(Feature.TRANSFER)
    with pytest.raises(FeatureRefused, match="not in the call yet"):
        made.asks(Feature.ADD_PARTICIPANT, by="alice")


def test_a_device_that_does_not_answer_leaves_the_call_as_it_was(made: Call) -> None:
    made.asks(Feature.TRANSFER)
    made.session.open(CAROL, ("127.0.9.100", 50_010))
    made.features.failed(CAROL)
    assert (made.session.talking, set(made.session.legs)) == (("alice", "bob"), {"alice", "bob"})
    assert made.brings(Feature.TRANSFER), "it can be tried again"


def test_who_left_meanwhile_is_not_connected(made: Call) -> None:
    made.asks(Feature.TRANSFER)
    made.session.open(CAROL, ("127.0.9.100", 50_010))
    made.session.close("alice")
    with pytest.raises(FeatureRefused, match="left the call meanwhile"):
        made.features.joined(CAROL)
    assert CAROL not in made.session.legs


def test_what_nobody_asked_for_does_not_join() -> None:
    with pytest.raises(KeyError):
        Features(Session(), lambda feature, on: None).joined(CAROL)
