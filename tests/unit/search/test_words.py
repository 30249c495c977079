"""Each word of a service and each forged check alone: nothing comes twice, and nothing is no plan of one move."""

from __future__ import annotations

from harness.model.adversary.script import Contradict, Forgery, Inject
from harness.model.adversary.service_moves import ForgeAccept, ForgeFeature, OfTheService, RingAnother
from harness.model.base import Party
from harness.model.endpoints import Endpoints
from harness.model.feature import Feature
from harness.search.plan import LONG_RING
from harness.search.words import words

OF_CHECKS = Contradict | Inject
MOVES = [plan.moves[0] for plan in words()]


def test_each_is_one_move_of_the_service_or_on_checks_and_none_comes_twice() -> None:
    assert all(len(plan.moves) == 1 and isinstance(plan.moves[0], OfTheService | OF_CHECKS) for plan in words())
    assert len({plan.key for plan in words()}) == len(words())


def test_every_feature_is_brought_about_by_somebody() -> None:
    features = [one for one in MOVES if isinstance(one, ForgeFeature)]
    assert {one.feature for one in features} == set(Feature)
    assert {one.holder for one in features} == {"bot", "device"}


def test_each_party_is_contradicted_and_asked_by_somebody_who_has_no_password() -> None:
    assert {one.sender for one in MOVES if isinstance(one, Contradict)} == set(Party)
    assert {one.to for one in MOVES if isinstance(one, Inject) and one.what is Forgery.CHECK} == set(Party)


def test_both_are_told_of_an_acceptance_too_early_and_too_late_and_another_device_answers_both_ways() -> None:
    assert {(one.towards, one.when) for one in MOVES if isinstance(one, ForgeAccept)} == {
        (role, when) for role in ("caller", "callee") for when in ("ringing", "up")
    }
    assert {one.answers for one in MOVES if isinstance(one, RingAnother)} == {"late", "instead"}


def test_it_rings_for_a_while_where_somebody_wants_to_be_quicker_than_the_user_and_nowhere_else() -> None:
    for plan in words():
        (move,) = plan.moves
        early = isinstance(move, ForgeAccept) and move.when == "ringing"
        assert plan.scenario(Endpoints()).call.ring == (LONG_RING if early else 0)
