"""What each side of each call shows of itself, gathered from the followers of all captures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .associations import Followed
from .calls import Call
from .captured import Captured
from .traces import SideTraces


def side_traces(captures: Sequence[Captured], found: Sequence[Call]) -> tuple[SideTraces, ...]:
    """One entry for each side of each DTLS association. Both sides of an intercepted call are one call."""
    one_call = len(found) == 1
    return tuple(
        trace
        for captured in captures
        for followed in captured.followed
        if followed.dtls.client_is_near is not None
        for trace in _sides(captured, followed, "the call" if one_call else _call_name(followed))
    )


def _call_name(followed: Followed) -> str:
    """The same handshake has the same name in every capture."""
    randoms = (followed.dtls.client_random or b"", followed.dtls.server_random or b"")
    return b"".join(randoms).hex()


def _sides(captured: Captured, followed: Followed, call: str) -> Iterator[SideTraces]:
    dtls = followed.dtls
    hellos = (dtls.client_random, dtls.server_random)
    cnames = captured.leaks.result().cnames.get(followed.leg, ())
    for near, end in ((True, followed.near), (False, followed.far)):
        chain = dtls.certificates_near if near else dtls.certificates_far
        streams = [one for one in captured.senders if one.key.leg == followed.leg and one.key.outward is near]
        ssrcs = tuple(one.key.ssrc for one in streams)
        yield SideTraces(
            call=call,
            side=f"{captured.name}, {'client' if near is dtls.client_is_near else 'server'} {end}",
            certificate=chain[0] if chain else None,
            random=hellos[0] if near is dtls.client_is_near else hellos[1],
            ufrag=_ufrag(captured, followed.leg, near=near),
            ssrcs=ssrcs,
            sequences=tuple(one.rtp.first_sequence for one in streams if one.rtp),
            cnames=tuple(name for ssrc, name in cnames if ssrc in ssrcs),
            addresses=(end,),
        )


def _ufrag(captured: Captured, leg: int, *, near: bool) -> str | None:
    """A request's USERNAME is the receiver's fragment, a colon, and the sender's own (RFC 8445 section 7.2.2)."""
    for ice in captured.checks:
        for check in ice.checks if ice.leg == leg else ():
            receiver, colon, sender = check.username.partition(":")
            if colon and check.answered:
                return sender if check.from_near is near else receiver
    return None
