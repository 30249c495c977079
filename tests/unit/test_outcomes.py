"""What happened to a call, as a table: each row, and what holds over every case that the columns can make."""

from __future__ import annotations

import itertools

import pytest

from harness.model.verdict import Outcome
from harness.outcomes import Codes, Ending, Lock, Observed, outcome


def seen(**changes: object) -> Observed:
    healthy = Observed(
        established=True,
        intercepted=False,
        exposed=False,
        lock=Lock.BOTH,
        codes=Codes.EQUAL,
        delivered=True,
        attacked=True,
    )
    return Observed(**{**vars(healthy), **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"established": False}, Outcome.BLOCKED),
        ({"established": False, "attacked": False}, Outcome.FAILED_CALL),
        ({"established": False, "intercepted": True}, Outcome.BREACH),
        ({}, Outcome.SECURE),
        ({"delivered": False}, Outcome.DEGRADED),
        ({"codes": Codes.DIFFER}, Outcome.FALSE_ALARM),
        ({"intercepted": True, "codes": Codes.DIFFER}, Outcome.DETECTED),
        ({"intercepted": True}, Outcome.BREACH),
        ({"intercepted": True, "codes": Codes.ONE}, Outcome.BREACH),
        ({"exposed": True}, Outcome.BREACH),
        ({"lock": Lock.ONE}, Outcome.BREACH),
        ({"lock": Lock.NONE, "codes": Codes.NONE}, Outcome.DISCLOSED),
        ({"lock": Lock.NONE, "codes": Codes.NONE, "intercepted": True}, Outcome.DISCLOSED),
        ({"lock": Lock.NONE, "codes": Codes.EQUAL}, Outcome.DISCLOSED),
        ({"codes": Codes.NONE}, Outcome.UNKNOWN),
        ({"ending": Ending.REFUSED}, Outcome.BLOCKED),
        ({"ending": Ending.REFUSED, "attacked": False}, Outcome.FAILED_CALL),
        ({"ending": Ending.LOST}, Outcome.DEGRADED),
        ({"ending": Ending.LOST, "attacked": False}, Outcome.FAILED_CALL),
        ({"ending": Ending.REFUSED, "intercepted": True}, Outcome.BREACH),
        ({"ending": Ending.LOST, "exposed": True}, Outcome.BREACH),
        ({"ending": Ending.LOST, "codes": Codes.DIFFER}, Outcome.FALSE_ALARM),
        ({"ending": Ending.REFUSED, "intercepted": True, "codes": Codes.DIFFER}, Outcome.DETECTED),
        ({"ending": Ending.REFUSED, "codes": Codes.DIFFER}, Outcome.FALSE_ALARM),
        ({"ending": Ending.REFUSED, "codes": Codes.DIFFER, "parted": True}, Outcome.BLOCKED),
        ({"ending": Ending.LOST, "codes": Codes.DIFFER, "parted": True}, Outcome.FALSE_ALARM),
        ({"codes": Codes.DIFFER, "parted": True}, Outcome.FALSE_ALARM),
        ({"misnamed": True}, Outcome.MISBOUND),
        ({"misnamed": True, "intercepted": True}, Outcome.BREACH),
        ({"misnamed": True, "delivered": False}, Outcome.MISBOUND),
        ({"uninvited": True}, Outcome.BREACH),
        ({"uninvited": True, "established": False}, Outcome.BREACH),
        ({"uninvited": True, "lock": Lock.NONE, "codes": Codes.NONE}, Outcome.BREACH),
        ({"beyond": True}, Outcome.BREACH),
        ({"beyond": True, "misnamed": True}, Outcome.BREACH),
        ({"beyond": True, "ending": Ending.REFUSED}, Outcome.BREACH),
        ({"beyond": True, "established": False}, Outcome.BREACH),
        ({"beyond": True, "lock": Lock.NONE, "codes": Codes.NONE}, Outcome.BREACH),
        ({"beyond": True, "intercepted": True, "codes": Codes.DIFFER}, Outcome.DETECTED),
    ],
)
def test_each_row_of_the_table(changes: dict[str, object], expected: Outcome) -> None:
    assert outcome(seen(**changes)) is expected


def test_the_claim_holds_over_every_case_the_table_knows() -> None:
    """SECURE never with interception, DETECTED never without it, and neither without a lock on both screens."""
    for established, intercepted, exposed, delivered, attacked, named, early in itertools.product(
        (True, False), repeat=7
    ):
        for lock, codes, ending in itertools.product(Lock, Codes, Ending):
            case = Observed(established, intercepted, exposed, lock, codes, delivered, attacked, ending, named, early)
            result = outcome(case)
            assert result is Outcome.BREACH or not early
            if result is Outcome.SECURE:
                assert not intercepted and not exposed and codes is Codes.EQUAL and lock is Lock.BOTH and established
                assert ending is Ending.NORMAL and not named
            if result is Outcome.MISBOUND:
                assert not intercepted and not exposed and codes is Codes.EQUAL and named
            if result is Outcome.DETECTED:
                assert intercepted and codes is Codes.DIFFER and lock is Lock.BOTH and established
            if result in (Outcome.BLOCKED, Outcome.FAILED_CALL):
                assert not intercepted and (not established or ending is not Ending.NORMAL)
