"""What misuse of good ciphers comes to, in sentences: alarms where it is proven or all but certain, else notices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ...model.finding import Finding, Reason
from ...model.voice import Voice, counted
from ..stream_key import StreamKey
from .follower import BothWays, Misuse, SenderJumps, StoodStill
from .watch import IndexReuse, Kind, Pair, WatchKey

NAME: Final = "misuse"
_say = Voice(NAME)


@dataclass(frozen=True)
class Surroundings:
    """What other followers know of a capture.

    `name` names a leg. `profile` is the SRTP profile (IANA's name) and `suite` the cipher suite of a leg, None when
    unknown. `plain` are streams that are not encrypted: they have no keystream to reuse.
    """

    name: Callable[[int], str]
    profile: Callable[[int], str | None] = lambda leg: None
    suite: Callable[[int], str | None] = lambda leg: None
    plain: Collection[StreamKey] = field(default_factory=frozenset)

    def is_plain(self, key: WatchKey, source: int) -> bool:
        return StreamKey(source >> 1, bool(source & 1), key.ssrc) in self.plain


def misuse_findings(misuse: Misuse, around: Surroundings) -> tuple[Finding, ...]:
    """Every finding about one capture."""
    found = [finding for reuse in misuse.reuses for finding in _reuse(reuse, around)]
    found.extend(finding for one in misuse.jumps for finding in _jumps(one, around))
    found.extend(finding for one in misuse.stood_still for finding in _stood_still(one, around))
    found.extend(finding for one in misuse.both_ways for finding in _both_ways(one, around))
    for number, leg in misuse.two_way_keys:
        detail = f"packets of both directions are authentic under one key (number {number}): RFC 3711 asks for two"
        found.append(_say.alarm(Reason.KEY_IN_BOTH_DIRECTIONS, around.name(leg), detail))
    return (*found, *_limits(misuse))


def _reuse(reuse: IndexReuse, around: Surroundings) -> Iterator[Finding]:
    source = reuse.sources[0] if reuse.sources else reuse.key.owner
    if around.is_plain(reuse.key, source):
        return
    if reuse.key.kind in (Kind.RECORD, Kind.NONCE):
        yield from _records(reuse, around)
        return
    leg, aead = source >> 1, "AEAD" in (around.profile(source >> 1) or "") or reuse.key.kind is Kind.SRTCP_AEAD
    vantage, sender = around.name(leg), f"{_carrier(reuse.key)} of SSRC 0x{reuse.key.ssrc:08x}"
    if reuse.reused:
        yield _reused(reuse, vantage, sender, aead)
    if reuse.resent and aead:
        said = _say.alarm if reuse.key.proven else _say.notice
        detail = (
            f"{counted(reuse.resent, 'packet')} of the {sender} came again under the same nonce with other additional "
            f"data: two tags under one nonce give away the authentication key (RFC 7714 section 12.1); "
            f"{_pairs(reuse.resent_examples)}"
        )
        yield said(Reason.NONCE_REUSED, vantage, detail)


def _reused(reuse: IndexReuse, vantage: str, sender: str, aead: bool) -> Finding:
    reason = Reason.NONCE_REUSED if aead else Reason.TWO_TIME_PAD
    certain = reuse.key.proven or reuse.test.one_keystream
    share = f"{counted(reuse.reused, 'packet')} of the {sender} had an index that was used before with other ciphertext"
    if reuse.crossed:
        share += f", {reuse.crossed} of them in the other direction"
    doubt = "" if certain else "; suspected only: without keys, packets that somebody forged would look the same"
    known = "authentic both times" if reuse.key.proven else "no new handshake lies between"
    detail = f"{share} ({known}); {reuse.test}; {_pairs(reuse.examples)}{doubt}"
    return (_say.alarm if certain else _say.notice)(reason, vantage, detail)


def _records(reuse: IndexReuse, around: Surroundings) -> Iterator[Finding]:
    vantage = around.name(reuse.key.owner >> 1)
    side = "near" if reuse.key.owner & 1 else "far"
    count = reuse.reused + reuse.resent + reuse.altered
    pairs = _pairs((*reuse.examples, *reuse.resent_examples))
    if reuse.key.kind is Kind.RECORD:
        detail = (
            f"{counted(count, 'DTLS record')} from the {side} side in epoch {reuse.key.ssrc} had a sequence number "
            f"that was used before with other bytes; {pairs}"
        )
        yield _say.alarm(Reason.RECORD_SEQUENCE_REUSED, vantage, detail)
    elif "GCM" in (around.suite(reuse.key.owner >> 1) or "GCM"):
        detail = f"{counted(count, 'DTLS record')} from the {side} side repeated an explicit nonce of AES-GCM; {pairs}"
        yield _say.alarm(Reason.NONCE_REUSED, vantage, detail)


def _jumps(one: SenderJumps, around: Surroundings) -> Iterator[Finding]:
    for jump in one.jumps:
        source = jump.source
        if around.is_plain(one.key, source):
            continue
        place = f"SSRC 0x{one.key.ssrc:08x}: from index {jump.index_before} in frame {jump.frame_before} to "
        place += f"{jump.index} in frame {jump.frame}"
        if jump.reset:
            detail = f"the sequence number wrapped and the rollover counter did not go up with it; {place}"
            yield _say.alarm(Reason.ROLLOVER_RESET, around.name(source >> 1), detail)
            continue
        back = jump.index < jump.index_before
        detail = f"the sequence number started again under the same key, {'lower' if back else 'higher'}; {place}"
        said = _say.alarm if one.key.proven and back else _say.notice
        yield said(Reason.SEQUENCE_RESTARTED, around.name(source >> 1), detail)


def _stood_still(one: StoodStill, around: Surroundings) -> Iterator[Finding]:
    if one.key.proven or around.is_plain(one.key, one.key.owner):
        return
    detail = (
        f"SSRC 0x{one.key.ssrc:08x}: {counted(one.test.pairs, 'pair')} of packets 65,536 sequence numbers apart share "
        f"a keystream, so the rollover counter did not go up; {one.test}"
    )
    yield _say.alarm(Reason.ROLLOVER_RESET, around.name(one.key.owner >> 1), detail)


def _both_ways(one: BothWays, around: Surroundings) -> Iterator[Finding]:
    plain = around.is_plain(one.key, one.key.owner) or around.is_plain(one.key, one.key.owner | 1)
    if not plain and one.test.one_keystream:
        detail = (
            f"SSRC 0x{one.key.ssrc:08x} is sent in both directions, and {counted(one.test.pairs, 'pair')} of packets "
            f"with equal indexes share a keystream; {one.test}"
        )
        yield _say.alarm(Reason.KEY_IN_BOTH_DIRECTIONS, around.name(one.key.owner >> 1), detail)


def _limits(misuse: Misuse) -> Iterator[Finding]:
    if misuse.limits.unwatched:
        detail = (
            f"{counted(misuse.limits.unwatched, 'packet')} of more streams than can be compared at once were not "
            "compared with others of the same index"
        )
        yield _say.inconclusive(Reason.LIMIT_REACHED, "capture", detail)


def _carrier(key: WatchKey) -> str:
    return "RTP" if key.kind is Kind.RTP else "SRTCP"


def _pairs(examples: Iterable[Pair]) -> str:
    return "frames " + ", ".join(f"{pair.before} and {pair.now} (index {pair.packet_index})" for pair in examples)
