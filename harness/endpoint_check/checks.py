"""What a program is asked, in the order of a call. Each group starts the program anew, and yields once for each check.

A check that fails raises: Flaw with a sentence, or what goes wrong with a program anyway. What it would have led to is
then not tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from ..codes import teams20
from ..endpoints.endpoint import CallFailed
from ..endpoints.program import Refused
from ..model.ability import Ability
from ..model.base import Party
from ..model.endpoint_protocol import Operation
from ..model.finding import Reason
from ..model.statement import ON_ITS_WAY, EndpointStatement, Failure, Indicator
from ..wire.sdp import Fingerprint, Sdp
from .descriptions import ANSWER, OFFER, flaws, other_fingerprints
from .packets import Counter, miscounted
from .stand import NAMES, Flaw, Pair, Stand

SETUP: Final = 15.0
"""Seconds for a call to come up, and for a marker to be heard."""

REFUSALS: Final = frozenset({Reason.FINGERPRINT_MISMATCH, Reason.FINGERPRINT_UNUSABLE, Reason.DTLS_ERROR})
"""How a call may be refused whose certificate is another one than was signalled: the first says it best."""

_BEFORE_OPEN: Final = (Operation.OFFER, Operation.CONNECT, Operation.SCREEN, Operation.STATS)
_NO_CODE: Final = (
    "it has no screen of its own, and no code can be made of what it tells as local_certificate and "
    "presented_certificate: both are hex DER, each another one"
)
_WORD: Final = Ability.PACKETS.value
_UNREADABLE: Final = "v=0\r\nm=audio\r\na=setup:actpass\r\n"

Passed = AsyncIterator[str]
"""What was seen, one sentence for each check that passed; or Skipped, why one was not made."""


class Skipped(str):
    """Why something is not asked of this program."""

    @classmethod
    def without(cls, ability: Ability) -> Skipped:
        return cls(f"it says that it lacks {ability.value!r}")


@dataclass(frozen=True)
class Group:
    """Checks that need the same program, by name, in the order in which `ask` yields. `of`: who says that it lacks this
    is not asked.
    """

    names: tuple[str, ...]
    ask: Callable[[Stand], Passed]
    of: Ability | None = None


async def first_words(stand: Stand) -> Passed:
    async with stand.alone() as alone:
        hello = await alone.dialogue.introduced()
        stand.lacks = frozenset(hello.lacks)
        forms = f"packets {'told' if hello.tells_packets else 'seen by a leg'}, sends {hello.sends}"
        yield f"{hello.software}; {forms}, receives {hello.receives}"
        await alone.dialogue.refuses_what_nobody_knows()
        yield "refused as unsupported"
        for operation in _BEFORE_OPEN:
            try:
                await alone.program.ask(operation, {"seconds": 0.1} if operation is Operation.CONNECT else {}, SETUP)
            except Refused:
                continue
            raise Flaw(f"{operation.value!r} was answered though no call has been opened")
        yield f"{', '.join(_BEFORE_OPEN)}: refused"
        await alone.program.end()
        if alone.program.had_to_be_ended:
            raise Flaw("it went on when its standard input had ended, and had to be ended")
        yield "it ended by itself"


def before_acceptance(party: Party) -> Callable[[Stand], Passed]:
    async def ask(stand: Stand) -> Passed:
        async with stand.call(party) as pair:
            try:
                if party is Party.ALICE:
                    await pair.program.offer()
                else:
                    await pair.program.answer(await _our_offer(stand))
            except CallFailed as refused:
                _is(refused.reason, {Reason.DESCRIPTION_BEFORE_ACCEPT}, refused.detail)
            else:
                raise Flaw("it describes itself, and so tells its address, before anybody has accepted the call")
            yield f"refused: {Reason.DESCRIPTION_BEFORE_ACCEPT}"

    return ask


def whole_call(party: Party) -> Callable[[Stand], Passed]:
    """Offer or answer, the call, media, the screen, the statement."""

    async def ask(stand: Stand) -> Passed:
        async with stand.call(party) as pair:
            pair.accept()
            own = await negotiated(pair)
            wrong = list(flaws(own, OFFER if party is Party.ALICE else ANSWER, stand.media))
            if wrong:
                raise Flaw("; ".join(wrong))
            yield f"{len(Sdp.parse(own).candidates())} candidates, {len(own)} characters"
            await connected(pair)
            yield f"up, {pair.tap.datagrams} datagrams were seen"
            await talked(pair)
            yield "the markers were heard in both directions"
            await asyncio.gather(*(end.conclude() for end in pair.ends.values()))
            said, ours = pair.program.statement(), pair.client.statement()
            if said.failure is not None:
                raise ended(said.failure)
            if not said.screen_told:
                raise Flaw(_NO_CODE)
            seen = _screen(said, ours, party)
            yield seen if pair.program.has_screen else f"none of its own; by the certificates that it tells: {seen}"
            yield _certificates(said, ours, own)
            yield _packets(said, pair.tap, lacking=stand.without(Ability.PACKETS))
            await pair.program.close()
            pair.program.statement()
            yield "closed"

    return ask


def wrong_fingerprint(party: Party) -> Callable[[Stand], Passed]:
    async def ask(stand: Stand) -> Passed:
        async with stand.call(party) as pair:
            pair.accept()
            try:
                await negotiated(pair, to_program=other_fingerprints)
                up = await pair.program.connect(SETUP)
            except CallFailed:
                up = False
            if up:
                raise Flaw("the call came up with a certificate whose fingerprint nobody had signalled")
            await pair.program.conclude()
            failure = pair.program.statement().failure
            if failure is None:
                raise Flaw("the call did not come up, and it gives no reason")
            _is(failure.reason, REFUSALS, failure.detail)
            yield f"refused: {failure.reason}"

    return ask


def unreadable(party: Party) -> Callable[[Stand], Passed]:
    async def ask(stand: Stand) -> Passed:
        async with stand.call(party) as pair:
            pair.accept()
            try:
                if party is Party.ALICE:
                    await pair.program.offer()
                    await pair.program.accept(_UNREADABLE)
                else:
                    await pair.program.answer(_UNREADABLE)
            except CallFailed as refused:
                _is(refused.reason, {Reason.SDP_REJECTED}, refused.detail)
            else:
                raise Flaw("it took a description that is none")
            await pair.program.conclude()
            pair.program.statement()
            yield f"refused: {Reason.SDP_REJECTED}, and it goes on"

    return ask


async def hung_up(stand: Stand) -> Passed:
    async with stand.call(Party.BOB) as pair:
        pair.accept()
        await negotiated(pair)
        await connected(pair)
        pair.hang_up()
        try:
            async with asyncio.timeout(SETUP):
                failure = await pair.program.wait_failed()
        except TimeoutError:
            raise Flaw("it does not tell that the call has failed when the peer has hung up") from None
        _is(failure.reason, {Reason.REMOTE_HUNG_UP}, failure.detail)
        yield f"told as {Reason.REMOTE_HUNG_UP}"


async def _our_offer(stand: Stand) -> str:
    """A genuine offer of our client, made in a call of its own."""
    async with stand.call(Party.BOB) as other:
        other.accept()
        return await other.client.offer()


async def negotiated(pair: Pair, to_program: Callable[[str], str] = str) -> str:
    """Offer and answer, changed on the way to the program; the program's own description."""
    if pair.party is Party.ALICE:
        own = await pair.program.offer()
        await pair.program.accept(to_program(await pair.client.answer(own)))
    else:
        own = await pair.program.answer(to_program(await pair.client.offer()))
        await pair.client.accept(own)
    return own


async def connected(pair: Pair) -> None:
    up = await asyncio.gather(pair.program.connect(SETUP), pair.client.connect(SETUP))
    if all(up):
        return
    await asyncio.gather(*(end.conclude() for end in pair.ends.values()))
    whys = [f"{who}: {one.statement().failure}" for who, one in (("it", pair.program), ("our client", pair.client))]
    raise Flaw(f"the call did not come up within {SETUP:g} s; {'; '.join(whys)}{pair.program.hint}")


async def talked(pair: Pair) -> None:
    for end in pair.ends.values():
        end.start_media()
    waiting = {
        "our client heard nothing, or not everything, of it": asyncio.create_task(pair.client.wait_heard()),
        "it heard nothing, or not everything, of our client": asyncio.create_task(pair.program.wait_heard()),
    }
    hearing = asyncio.ensure_future(asyncio.wait(waiting.values(), timeout=SETUP))
    over = asyncio.create_task(pair.program.wait_failed())
    await asyncio.wait({hearing, over}, return_when=asyncio.FIRST_COMPLETED)
    late, gone = [what for what, task in waiting.items() if not task.done()], over.done()
    for task in (hearing, over, *waiting.values()):
        task.cancel()
    await asyncio.gather(hearing, over, *waiting.values(), return_exceptions=True)
    if gone:
        raise ended(over.result())
    if late:
        raise Flaw(f"{' and '.join(late)}, within {SETUP:g} s")
    # The media that was heard must have been counted when it is asked.
    await asyncio.sleep(ON_ITS_WAY)


def ended(failure: Failure) -> Flaw:
    """Nobody had a reason to end the call."""
    return Flaw(f"the call ended at its side: {failure.reason}: {failure.detail}")


def _screen(said: EndpointStatement, ours: EndpointStatement, party: Party) -> str:
    shown, code = said.screen, ours.screen.code
    if shown.indicator is not Indicator.LOCK:
        raise Flaw(f"its indicator is {shown.indicator.value!r} and not a lock")
    if shown.code != code:
        raise Flaw(f"its code is {shown.code!r} where our client has {code!r} (teams20/v1)")
    if shown.peer != NAMES[party.peer]:
        raise Flaw(f"it calls the other person {shown.peer!r}, and the service says {NAMES[party.peer]!r}")
    return f"a lock, {teams20.grouped(code)}, {shown.peer}" if code else "a lock"


def _certificates(said: EndpointStatement, ours: EndpointStatement, own: str) -> str:
    """What it says of certificates, if it does, against what our client was shown and what it signalled itself."""
    told = []
    for name, stated, seen in (
        ("local_certificate", said.local_certificate, ours.presented_certificate),
        ("presented_certificate", said.presented_certificate, ours.local_certificate),
    ):
        if stated is not None:
            told.append(name)
            if stated.lower() != seen:
                raise Flaw(f"its {name} is not the one that our client knows")
    shown = bytes.fromhex(ours.presented_certificate or "")
    if Fingerprint.of(shown).digest() not in {one.digest() for one in Sdp.parse(own).fingerprints()}:
        raise Flaw("the certificate that it presents is not the one of its fingerprint")
    return f"{' and '.join(told) or 'no certificates'} told"


def _packets(said: EndpointStatement, tap: Counter, *, lacking: bool) -> str:
    if not said.packets_told:
        if lacking:
            return Skipped.without(Ability.PACKETS)
        raise Flaw(f"it does not count them, so nobody knows what it refuses, and does not say that it lacks {_WORD!r}")
    wrong = list(miscounted(said, tap))
    if wrong:
        raise Flaw("; ".join(wrong))
    counts = said.packets
    return f"{counts.rtp_sent + counts.rtcp_sent} sent, {counts.rtp_received + counts.rtcp_received} accepted"


def _is(reason: Reason, wanted: frozenset[Reason] | set[Reason], detail: str) -> None:
    if reason not in wanted:
        raise Flaw(f"the reason is {reason.value!r} and not {' or '.join(sorted(wanted))}: {detail}")
