"""Each family of moves as a strategy, weighted towards what an endpoint has to decide about.

Values come from what the protocols have: attributes that mean something, octets at which a field lies, the packets of
a call of half a second. A weight is how often an entry stands in its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..model.adversary import Position, Rewrite
from ..model.adversary import script as noun
from ..model.adversary import service_moves as service
from ..model.adversary.script import Forgery, Move, PacketKind
from ..model.base import Party, Role
from ..model.feature import Feature
from ..model.mode import Mode
from .outlook import Outlook
from .words import BOTS

T = TypeVar("T")

ATTRIBUTES: Final = (
    "a=setup:",
    "a=fingerprint:",
    "a=group:",
    "a=rtcp-mux",
    "a=mid:",
    "a=extmap:",
    "a=candidate:",
    "a=ice-ufrag:",
    "a=ice-pwd:",
    "a=rtpmap:",
    "a=ssrc:",
    "m=audio",
    "c=",
    "o=",
)
# No directions (RFC 8866 section 6.7): who is told to be silent is silent, and a silent call shows nothing.
INSERTED: Final = (
    ("m=audio", "a=ice-lite"),
    ("m=audio", "a=setup:passive"),
    ("m=audio", "a=setup:active"),
    ("m=audio", "a=identity:bm9ib2R5"),
    ("a=mid:", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40),
    ("a=mid:", "a=fingerprint:sha-256 " + ":".join(["00"] * 32)),
    ("a=mid:", "a=fingerprint:sha-unknown 00"),
    ("a=mid:", "a=setup:holdconn"),
    ("a=mid:", "a=tls-id:0123456789abcdef01234567"),
)
REPLACED: Final = (
    ("a=setup:", "a=setup:active"),
    ("a=setup:", "a=setup:passive"),
    ("a=setup:", "a=setup:actpass"),
    ("a=rtcp-mux", "a=rtcp:9"),
    ("a=group:", "a=group:LS 0"),
)
OCTETS: Final = {
    PacketKind.STUN: (0, 1, 3, 4, 20, 23, 28, -1, -5, -24),
    PacketKind.DTLS: (0, 1, 4, 10, 12, 13, 16, 24, 25, 27, 40, 60, 100, 300, -1, -20),
    PacketKind.SRTP: (0, 1, 2, 3, 7, 11, 12, 13, 20, 30, -1, -4, -10, -16, -17),
    PacketKind.SRTCP: (0, 1, 3, 7, 8, 12, -1, -4, -10, -11, -14, -15, -17, -18),
}
"""Where fields lie: headers (RFC 3550, 6347, 8489), the first octets of payloads, tags, and SRTCP's E bit and index."""
FIRST: Final = {PacketKind.STUN: 6, PacketKind.DTLS: 8, PacketKind.SRTP: 24, PacketKind.SRTCP: 2}
"""How many packets of a kind a party sends in a short call, about."""


def descriptions(outlook: Outlook) -> SearchStrategy[Move]:
    """Something done to an offer or an answer on its way."""
    return _descriptions(outlook.exchanges)


# A strategy costs more to make than to draw from: each is made once for all that it depends on.


@cache
def _descriptions(exchanges: int) -> SearchStrategy[Move]:
    where = _where(exchanges)
    return _weighted(
        (3, _made(noun.SwapFingerprint, do="swap-fingerprint", how=_hows(), algorithm=_algorithms(), **where)),
        (3, _altered(where)),
        (3, _made(noun.RewriteDescription, do="rewrite", rewrite=st.sampled_from(Rewrite), **where)),
        (2, _lines(where)),
        (1, _made(noun.AddCandidate, do="add-candidate", **where)),
        (1, _made(noun.Withhold, do="withhold", **where)),
    )


def messages(outlook: Outlook) -> SearchStrategy[Move]:
    """Something said that nobody sent, or not now."""
    return _messages(outlook.exchanges, outlook.remembered)


@cache
def _messages(exchanges: int, remembered: bool) -> SearchStrategy[Move]:
    where, after = _where(exchanges), st.sampled_from((0.05, 0.2, 0.3))
    towards, source = st.sampled_from(Role), st.sampled_from(("own", "genuine"))
    recalled = _made(noun.Recall, do="recall", **where)
    return _weighted(
        (2, _made(noun.Repeat, do="repeat", after=after, **where)),
        (2, _made(noun.ForgeOffer, do="forge-offer", towards=towards, fingerprint=source, after=after)),
        (1, _made(noun.HangUp, do="hang-up", towards=towards, after=after)),
        (4 if remembered else 0, recalled),
    )


def words(outlook: Outlook) -> SearchStrategy[Move]:
    """Something that the service says of the call itself: that it is accepted, what it is, who else is in it."""
    return _words(Position.PATH in outlook.positions, Position.OFF_PATH in outlook.positions)


@cache
def _words(on_path: bool, off_path: bool) -> SearchStrategy[Move]:
    towards, kinds = st.sampled_from(Role), st.sampled_from(("invite", "ringing", "accept", "chat", "hang-up"))
    modes, when = st.sampled_from((Mode.E2EE, Mode.E2EE, Mode.SERVICE, Mode.CLEAR)), st.sampled_from(("ringing", "up"))
    answers = st.sampled_from(("late", "instead"))
    return _weighted(
        (3, _made(service.ForgeAccept, do="forge-accept", towards=towards, mode=modes, when=when)),
        (3, _features(on_path, off_path)),
        (1, _made(service.TellMode, do="tell-mode", towards=towards, mode=modes)),
        (1, _made(service.ForgeInvite, do="forge-invite", towards=towards)),
        (1, _made(service.WithholdMessage, do="withhold-message", towards=towards, message=kinds)),
        (6 if off_path else 0, _made(service.RingAnother, do="ring-another", answers=answers)),
    )


def _features(on_path: bool, off_path: bool) -> SearchStrategy[Move]:
    """A feature, mostly with whoever it takes, where there is a place for him."""
    bots, others = sorted(BOTS), sorted(set(Feature) - BOTS)
    return _weighted(
        (1, _made(service.ForgeFeature, do="forge-feature", feature=st.sampled_from(Feature))),
        (3 if on_path else 0, _feature(bots, "bot")),
        (3 if off_path else 0, _feature(others, "device")),
    )


def _feature(features: Sequence[Feature], holder: str) -> SearchStrategy[Move]:
    chosen = st.sampled_from(features)
    return _made(service.ForgeFeature, do="forge-feature", feature=chosen, holder=st.just(holder))


def media(_: Outlook) -> SearchStrategy[Move]:
    """Something done to SRTP and SRTCP on their way."""
    return _packets(PacketKind.SRTP, PacketKind.SRTP, PacketKind.SRTCP)


def setting_up(_: Outlook) -> SearchStrategy[Move]:
    """Something done to DTLS and STUN on their way."""
    return _packets(PacketKind.DTLS, PacketKind.DTLS, PacketKind.STUN)


@cache
def _packets(*kinds: PacketKind) -> SearchStrategy[Move]:
    return _weighted(*((1, _on_packets(kind)) for kind in kinds))


def forgeries(outlook: Outlook) -> SearchStrategy[Move]:
    """Something thrown in."""
    return _forgeries(*(one.value for one in (Position.PATH, Position.OFF_PATH) if one in outlook.positions))


@cache
def _forgeries(*sources: str) -> SearchStrategy[Move]:
    return _made(
        noun.Inject,
        do="inject",
        what=st.sampled_from(Forgery),
        to=st.sampled_from(Party),
        via=st.sampled_from(sources),
        when=st.sampled_from(("up", "early")),
        count=st.sampled_from((1, 5, 40)),
    )


def interception(outlook: Outlook) -> SearchStrategy[tuple[Move, ...]]:
    """DTLS ended on both sides; mostly with the fingerprints that belong to it, where the signalling can be reached."""
    return _interception(outlook.exchanges, outlook.holds(Position.SIGNALLING))


def following(outlook: Outlook) -> SearchStrategy[tuple[Move, ...]]:
    """The interceptor's fingerprints in the signalling of the association that is intercepted."""
    return _following(outlook.association if outlook.exchanges > 1 else None, outlook.unswapped)


@cache
def _interception(exchanges: int, naming_itself: bool) -> SearchStrategy[tuple[Move, ...]]:
    # What comes late is what a restart is for.
    numbers = (1,) if exchanges == 1 else (2, 2, 1)
    return st.sampled_from(numbers).flatmap(lambda number: _intercepting(number, exchanges, naming_itself))


@cache
def _intercepting(number: int, exchanges: int, naming_itself: bool) -> SearchStrategy[tuple[Move, ...]]:
    move = noun.Intercept.model_validate({"do": "intercept", "association": number})
    alone: SearchStrategy[tuple[Move, ...]] = st.just((move,))
    if not naming_itself:
        return alone
    named = _following(number if exchanges > 1 else None, tuple(Role)).map(lambda swaps: (move, *swaps))
    return _weighted((1, alone), (2, named))


@cache
def _following(nth: int | None, roles: tuple[Role, ...]) -> SearchStrategy[tuple[Move, ...]]:
    choices = [*(roles,) * 4, *((one,) for one in roles)]

    def swaps(chosen: tuple[tuple[Role, ...], str, str | None]) -> tuple[Move, ...]:
        towards, how, algorithm = chosen
        return tuple(
            noun.SwapFingerprint.model_validate(
                {"do": "swap-fingerprint", "towards": role, "nth": nth, "how": how, "algorithm": algorithm}
            )
            for role in towards
        )

    return st.tuples(st.sampled_from(choices), _hows(), _algorithms()).map(swaps)


@cache
def _on_packets(kind: PacketKind) -> SearchStrategy[Move]:
    which = {
        "packet": st.just(kind),
        "sender": st.sampled_from(Party),
        "first": st.integers(1, FIRST[kind]),
        "count": st.sampled_from((1, 1, 5, 100)),
    }
    behind = st.sampled_from((1, 2, 5))
    masks = st.sampled_from((1, 0x80, 0xFF))
    of_checks = 3 if kind is PacketKind.STUN else 0
    return _weighted(
        (of_checks, _made(noun.Contradict, do="contradict", **which)),
        (3, _made(noun.Flip, do="flip", octet=st.sampled_from(OCTETS[kind]), mask=masks, **which)),
        (3, _made(noun.Replay, do="replay", behind=st.sampled_from((0, 1, 5)), **which)),
        (1, _made(noun.Truncate, do="truncate", octets=st.sampled_from((1, 4, 10, 14)), **which)),
        (1, _made(noun.Drop, do="drop", **which)),
        (1, _made(noun.Delay, do="delay", seconds=st.sampled_from((0.05, 0.3)), **which)),
        (1, _made(noun.Reorder, do="reorder", behind=behind, **which)),
        (1, _made(noun.Reflect, do="reflect", **which)),
    )


def _where(exchanges: int) -> dict[str, SearchStrategy[object]]:
    which = (None, *range(1, exchanges + 1)) if exchanges > 1 else (None,)
    return {"towards": st.sampled_from(Role), "nth": st.sampled_from(which)}


def _altered(where: dict[str, SearchStrategy[object]]) -> SearchStrategy[Move]:
    octets, lines = st.sampled_from((-1, 0, 1, 4, 8, 16, -4, -8)), st.sampled_from((None, None, 1, 2, 3))
    return _made(noun.AlterFingerprint, do="alter-fingerprint", octet=octets, line=lines, **where)


def _lines(where: dict[str, SearchStrategy[object]]) -> SearchStrategy[Move]:
    plain = [{"start": start, "how": how} for start in ATTRIBUTES for how in ("remove", "double")]
    replaced = [{"start": start, "how": "replace", "text": text} for start, text in REPLACED]
    inserted = [{"start": start, "how": "insert", "text": text} for start, text in INSERTED]
    changes = st.sampled_from([*plain, *replaced * 3, *inserted * 3])
    places = st.fixed_dictionaries(where)
    return st.builds(
        lambda one, place: noun.ChangeLine.model_validate({"do": "change-line", **one, **place}), changes, places
    )


def _hows() -> SearchStrategy[str]:
    return st.sampled_from((*("replace",) * 6, "before", "after"))


def _algorithms() -> SearchStrategy[str | None]:
    return st.sampled_from((*(None,) * 6, "sha-1", "md5", "sha-256", "sha-512"))


def _made(kind: type[Move], *, do: str, **fields: SearchStrategy[object]) -> SearchStrategy[Move]:
    made: SearchStrategy[Move] = st.fixed_dictionaries(fields).map(lambda one: kind.model_validate({"do": do, **one}))
    return made


def _weighted(*choices: tuple[int, SearchStrategy[T]]) -> SearchStrategy[T]:
    """One of these, each as often as its weight says."""
    entries: Sequence[SearchStrategy[T]] = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(entries) - 1).flatmap(entries.__getitem__)
