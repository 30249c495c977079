"""One call: the verdict on it, and the code that each side's user must have seen."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.inspection import CallVerdict


@dataclass(frozen=True)
class Call:
    """`because`: sentences with the evidence. `captures`: the names of those that show it.

    `codes`: 20 digits each, by side: "caller" and "callee"; "this side" when one capture does not tell whose it is.
    When it is not known who called, the sides are followed by a condition: "caller, if 192.0.2.1:5000 called".
    `caller`: the end that called, as the first capture names it; None when that is not known. `caller_known_by`: how it
    is known, or why not. `missing_code`: why a side has no code, one sentence each. `absent_from`: captures that were
    given and do not show this call.
    """

    verdict: CallVerdict
    because: tuple[str, ...]
    captures: tuple[str, ...]
    codes: dict[str, str]
    caller: str | None
    caller_known_by: str
    missing_code: tuple[str, ...] = ()
    absent_from: tuple[str, ...] = ()
