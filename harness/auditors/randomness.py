"""Could anybody foretell the keys and the random numbers of these devices, from this call and those before it?

A private key that is counted or drawn from a few gives away the certificate, and then the interceptor shows the genuine
one (RFC 8827 section 6.5); an ICE password that comes back lets a stranger answer for the peer (RFC 8445 section 5.3).
Only what the parties showed themselves is asked about: what came from the far side may be the adversary's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..inspection.misuse import predictable
from ..inspection.side_traces import side_traces
from ..inspection.traces import SideTraces
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice
from .case import Case
from .signalled import sdp_sent

NAME: Final = "randomness"
_say = Voice(NAME)
_WEIGHED: Final = frozenset({Reason.CERTIFICATE_KEY_PREDICTABLE, Reason.RANDOM_PREDICTABLE, Reason.LIMIT_REACHED})
"""What comes back without being foretold is the history's to say."""


def audit(case: Case) -> tuple[Finding, ...]:
    """This call and the earlier ones, together."""
    if case.examination is None:
        return (_say.inconclusive(Reason.NOT_CHECKED, CALL_WIDE, "the captures of this call were not examined"),)
    sides = [side for one in (*case.earlier, case) for side in _sides(one)]
    found = [one.model_copy(update={"auditor": NAME}) for one in predictable(sides) if one.reason in _WEIGHED]
    if not found:
        detail = "no private key and no random number that the parties showed could be foretold"
        found.append(_say.fact(Reason.NOT_REFUTED, CALL_WIDE, detail))
    return tuple(found)


def _sides(case: Case) -> Iterator[SideTraces]:
    """What each party showed in each of its handshakes of a call, and each ICE password that it told the other one."""
    call = case.recording.call
    for party in Party:
        for sdp in sdp_sent(case.signalling, party):
            for _, password in sdp.values("ice-pwd"):
                yield SideTraces(call=call, side=f"{party} in {call}", password=password)
    if case.examination is not None:
        captures = [one.captured for one in case.examination.proven]
        near = (one for one in side_traces(captures, case.examination.calls) if one.near)
        yield from (replace(one, call=f"{call}: {one.call}", side=f"{call}: {one.side}") for one in near)
