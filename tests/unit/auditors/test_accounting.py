"""More than came in genuine cannot be accepted: not even when some packets came too early or too late to be counted."""

from __future__ import annotations

import pytest

from harness.auditors.accounting import Balance
from harness.auditors.authenticity import Fate
from harness.auditors.displacement import NO_PLACES, Places
from harness.model.statement import PacketCounts

FATES = {"a": Fate.AUTHENTIC, "c": Fate.CLEAR, "r": Fate.REPEATED, "f": Fate.FAILED}


def balance(
    arrived: str,
    accepted: int,
    not_authenticated: int = 0,
    replayed: int = 0,
    refused: int = 0,
    repeatable: int | None = None,
    stray: int = 0,
    places: Places = NO_PLACES,
) -> Balance:
    """Unless a test says otherwise, each forgery may have the number of a packet that came before it."""
    counts = PacketCounts(
        rtp_received=accepted - accepted // 3,
        rtcp_received=accepted // 3,
        not_authenticated=not_authenticated,
        replayed=replayed,
        refused=refused,
    )
    if repeatable is None:
        repeatable = sum(letter in "rf" for letter in arrived)
    ways = [[FATES[letter] for letter in socket] for socket in arrived.split()]
    return Balance(ways, counts, repeatable, stray, places=places)


@pytest.mark.parametrize(
    ("arrived", "accepted", "forged", "replayed"),
    [
        ("", 0, 0, 0),
        ("aaaa", 4, 0, 0),
        ("aacaf", 4, 1, 0),
        ("aarfa", 3, 1, 1),
        # libsrtp calls a forgery with an old index a replay
        ("aafa", 3, 0, 1),
        # some came before the keys, or after the close
        ("aaaa", 2, 0, 0),
        ("ffaaaa", 4, 0, 0),
        ("aaaaff", 4, 0, 0),
        ("aafaaf", 2, 1, 0),
        # a restart: what still came to the old socket, and what came to the new one before its keys
        ("aaaf aaa", 6, 0, 0),
        ("aaaa faaa", 7, 0, 0),
        ("aaff ffaa", 4, 0, 0),
        ("afa aaa", 5, 1, 0),
        # a slow endpoint accepted nothing at all
        ("aafr", 0, 0, 0),
        # it says that it refused more than there was, which harms nobody
        ("aa", 2, 7, 7),
    ],
)
def test_a_healthy_account_has_no_excess(arrived: str, accepted: int, forged: int, replayed: int) -> None:
    account = balance(arrived, accepted, forged, replayed)
    assert (account.excess, account.foreign_accepted, account.replays_accepted) == (0, 0, 0)


@pytest.mark.parametrize(
    ("arrived", "accepted", "forged", "replayed", "foreign", "replays"),
    [
        ("aaf", 3, 0, 0, 1, 0),
        ("aafa aaa", 6, 0, 0, 1, 0),
        ("aaaf aaa", 7, 0, 0, 1, 0),
        ("aar", 3, 0, 0, 0, 1),
        ("aaaarrrr", 7, 0, 0, 0, 3),
        ("aaffrr", 6, 0, 0, 2, 2),
        ("aaffrr", 4, 2, 0, 0, 2),
        ("aaffrr", 4, 0, 2, 2, 0),
        ("", 1, 0, 0, 1, 1),
    ],
)
def test_an_excess_is_called_by_what_must_be_in_it(
    arrived: str, accepted: int, forged: int, replayed: int, foreign: int, replays: int
) -> None:
    account = balance(arrived, accepted, forged, replayed)
    assert (account.foreign_accepted, account.replays_accepted) == (foreign, replays)


@pytest.mark.parametrize(
    ("accepted", "refused", "excess"),
    [(4, 2, 0), (5, 1, 1), (6, 0, 2)],
    ids=["both refused", "one accepted", "both accepted"],
)
def test_who_refuses_without_a_reason_is_judged_by_how_many(accepted: int, refused: int, excess: int) -> None:
    assert balance("aafara", accepted, refused=refused).excess == excess


def test_what_an_agent_drops_of_a_stranger_was_never_looked_at() -> None:
    """It came in between, to the same socket, from an address of its own: that makes a way of its own."""
    assert balance("aaaa fff", accepted=4).excess == 0
    assert balance("aaaa fff", accepted=5).excess == 1


def test_late_packets_do_not_hide_a_replay_in_the_middle() -> None:
    """Ten genuine packets came after the close: the total would allow the replay, the order does not."""
    assert balance("a" * 20 + "r" + "a" * 30 + "a" * 10, accepted=51).replays_accepted == 1


def test_an_excess_that_both_could_explain_is_still_an_excess() -> None:
    account = balance("aafr", accepted=3)
    assert account.excess == 1
    assert (account.foreign_accepted, account.replays_accepted) == (0, 0)


@pytest.mark.parametrize(
    ("arrived", "accepted", "forged", "replayed", "repeatable", "foreign"),
    [
        # refused as what they are, or as replays of what came before them
        ("fafafa", 3, 3, 0, 0, 0),
        ("afafaf", 3, 0, 3, 3, 0),
        ("farfar", 2, 2, 2, 2, 0),
        # taken, and the genuine ones of the same numbers refused as replays
        ("fafafa", 3, 0, 3, 0, 3),
        ("fafaaa", 4, 1, 1, 0, 1),
        ("farfar", 2, 0, 4, 2, 2),
        # the last one came after the close, and the first might have come before the keys
        ("fafafaa", 3, 0, 3, 0, 3),
        ("faaa", 2, 0, 1, 0, 1),
    ],
)
def test_a_forgery_in_place_of_a_genuine_packet_makes_no_packet_too_many(
    arrived: str, accepted: int, forged: int, replayed: int, repeatable: int, foreign: int
) -> None:
    account = balance(arrived, accepted, forged, replayed, repeatable=repeatable)
    assert (account.foreign_accepted, account.replays_accepted, account.invented) == (foreign, 0, 0)


@pytest.mark.parametrize(
    ("arrived", "forged", "replayed", "refused", "invented"),
    [
        ("aafr", 1, 1, 0, 0),
        ("aafr", 0, 0, 2, 0),
        ("aa", 9, 0, 0, 9),
        ("aa", 0, 9, 0, 9),
        ("aa", 0, 0, 9, 9),
        ("aafr", 3, 0, 0, 2),
        ("aafr", 1, 1, 4, 4),
    ],
)
def test_what_did_not_come_in_cannot_have_been_refused(
    arrived: str, forged: int, replayed: int, refused: int, invented: int
) -> None:
    repeats = arrived.count("r")
    assert balance(arrived, 2, forged, replayed, refused, repeatable=repeats).invented == invented


def test_datagrams_of_no_protocol_may_have_been_refused_for_any_reason() -> None:
    for forged, replayed, refused in ((4, 0, 0), (0, 4, 0), (1, 1, 2)):
        assert balance("aa", 2, forged, replayed, refused, stray=4).invented == 0
    assert balance("aa", 2, 2, 3, stray=4).invented == 1


@pytest.mark.parametrize(
    ("forged", "replayed", "refused", "places", "undecided"),
    [
        # each refusal has its reason
        (3, 0, 0, Places(3), 0),
        (0, 3, 0, Places(3), 0),
        # the sums are those of a healthy receiver, and of one who takes what is forged
        (0, 0, 3, Places(3), 3),
        (0, 0, 3, Places(2), 2),
        (2, 0, 1, Places(3), 1),
        # no forgery came before the packet of its number
        (0, 0, 3, Places(0), 0),
        # or it was too short to have a number
        (2, 0, 1, Places(2, 1), 0),
        (0, 0, 3, Places(2, 2), 1),
        # all forgeries were refused as such
        (3, 0, 1, Places(3), 0),
    ],
)
def test_refusals_without_a_reason_leave_open_what_they_may_hide(
    forged: int, replayed: int, refused: int, places: Places, undecided: int
) -> None:
    account = balance("fafafa", 3, forged, replayed, refused, repeatable=0, places=places)
    assert (account.undecided, account.excess) == (undecided, account.displaced)


def test_a_datagram_of_no_protocol_may_be_what_was_refused_without_a_reason() -> None:
    assert balance("fafafa", 3, 2, refused=1, stray=1, places=Places(3)).undecided == 0
    assert balance("fafafa", 3, 1, refused=2, stray=1, places=Places(3)).undecided == 1


@pytest.mark.parametrize(("stray", "displaced"), [(0, 1), (1, 0)])
def test_a_refused_replay_may_be_a_datagram_of_no_protocol_and_then_no_forgery_has_taken_a_place(
    stray: int, displaced: int
) -> None:
    assert balance("fa", 1, replayed=1, repeatable=0, stray=stray).displaced == displaced
