"""What each side of each call shows of itself, gathered from the followers of all captures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .associations import Followed
from .calls import Call
from .captured import Captured
from .streams import RtpStream
from .traces import SideTraces


def side_traces(captures: Sequence[Captured], found: Sequence[Call]) -> tuple[SideTraces, ...]:
    """One entry for each side of each DTLS association. Both sides of an intercepted call are one call."""
    one_call = len(found) == 1
    return tuple(
        trace
        for captured in captures
        for seen in [_Seen(captured)]
        for followed in captured.followed
        if followed.dtls.client_is_near is not None
        for trace in seen.sides(followed, "the call" if one_call else _call_name(followed))
    )


def _call_name(followed: Followed) -> str:
    """The same handshake has the same name in every capture."""
    randoms = (followed.dtls.client_random or b"", followed.dtls.server_random or b"")
    return b"".join(randoms).hex()


class _Seen:
    """What one capture shows, by leg: a capture may have very many, and each is asked for."""

    def __init__(self, captured: Captured) -> None:
        self._name = captured.name
        self._cnames = captured.leaks.result().cnames
        self._checks = {ice.leg: ice.checks for ice in captured.checks}
        self._senders: defaultdict[tuple[int, bool], list[RtpStream]] = defaultdict(list)
        for one in captured.senders:
            self._senders[one.key.leg, one.key.outward].append(one)

    def sides(self, followed: Followed, call: str) -> Iterator[SideTraces]:
        dtls = followed.dtls
        for near, end in ((True, followed.near), (False, followed.far)):
            chain = dtls.certificates_near if near else dtls.certificates_far
            is_client = near is dtls.client_is_near
            streams = self._senders[followed.leg, near]
            ssrcs = tuple(one.key.ssrc for one in streams)
            yield SideTraces(
                call=call,
                side=f"{self._name}, {'client' if is_client else 'server'} {end}",
                certificate=chain[0] if chain else None,
                random=dtls.client_random if is_client else dtls.server_random,
                ufrag=self._ufrag(followed.leg, near=near),
                ssrcs=ssrcs,
                sequences=tuple(one.rtp.first_sequence for one in streams if one.rtp),
                cnames=tuple(name for ssrc, name in self._cnames.get(followed.leg, ()) if ssrc in ssrcs),
                addresses=(end,),
                near=near,
            )

    def _ufrag(self, leg: int, *, near: bool) -> str | None:
        """A request's USERNAME is the receiver's fragment, a colon, and the sender's own (RFC 8445 section 7.2.2)."""
        for check in self._checks.get(leg, ()):
            receiver, colon, sender = check.username.partition(":")
            if colon and check.answered:
                return sender if check.from_near is near else receiver
        return None
