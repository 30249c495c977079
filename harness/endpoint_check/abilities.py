"""What a program may lack: asked of who does not say so in its `hello` (groups), and must do it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

from ..markers import chat as lines
from ..model.base import Asset, Party
from ..model.mode import Mode
from ..model.statement import EndpointStatement, Indicator
from ..wire.sdp import Sdp
from .checks import Passed, connected, ended, negotiated, talked
from .stand import Flaw, Pair, Stand

FIRST: Final = 65_000
"""Where its streams are to begin to count: by chance one stream in 65,536 would."""


async def screen_sharing(stand: Stand) -> Passed:
    async with stand.call(Party.BOB, media=(Asset.AUDIO, Asset.SCREEN)) as pair:
        await _talked(pair)
        yield "the markers were seen in both directions"


async def chat(stand: Stand) -> Passed:
    async with stand.call(Party.BOB) as pair:
        await _up(pair)
        written = await pair.program.chat("Hello")
        marker = secrets.randbits(64)
        pair.write(f"Hello {lines.token(marker)}")
        said = await _concluded(pair)
        if said.heard.get(Asset.CHAT) != f"{marker:016x}":
            raise Flaw("it does not know the line that it was told")
        yield f"{len(written)} characters written, and a line read"


def restart(party: Party) -> Callable[[Stand], Passed]:
    async def ask(stand: Stand) -> Passed:
        async with stand.call(party) as pair:
            first = await _up(pair)
            again = await negotiated(pair)
            if _fragments(first) & _fragments(again):
                raise Flaw("it describes itself with the same ICE credentials again, which is no restart")
            await connected(pair)
            await talked(pair)
            await _concluded(pair)
            yield "up and heard again, with other credentials"

    return ask


async def ordinary_call(stand: Stand) -> Passed:
    async with stand.call(Party.BOB) as pair:
        own = await _up(pair, Mode.SERVICE)
        if not list(Sdp.parse(own).cryptos()):
            raise Flaw("its description of an ordinary call holds no keys (RFC 4568)")
        await talked(pair)
        said = await _concluded(pair)
        if (said.screen.indicator, said.screen.code) != (Indicator.PLAIN, None):
            raise Flaw(
                f"in an ordinary call it shows {said.screen.indicator.value!r} and the code {said.screen.code!r}"
            )
        yield "up and heard, with keys in the descriptions and a plain shield"


async def keys(stand: Stand) -> Passed:
    async with stand.call(Party.BOB) as pair:
        await _talked(pair)
        told, ours = (set(pair.keylogs[one]) for one in (Party.BOB, Party.ALICE))
        if not told & ours:
            raise Flaw(f"none of the {len(told)} keys that it tells is one of the call's, as our client knows them")
        yield f"{len(told & ours)} told, as our client knows them"


async def first_sequence(stand: Stand) -> Passed:
    async with stand.call(Party.BOB, first_sequence=FIRST) as pair:
        await _talked(pair)
        elsewhere = sorted(set(pair.tap.began.values()) - {FIRST})
        if elsewhere:
            raise Flaw(f"a stream begins to count at {elsewhere[0]} and not at first_sequence, {FIRST}")
        yield f"{len(pair.tap.began)} streams begin at {FIRST}"


async def _up(pair: Pair, mode: Mode = Mode.E2EE) -> str:
    """The call is up; the program's own description."""
    pair.accept(mode)
    own = await negotiated(pair)
    await connected(pair)
    return own


async def _talked(pair: Pair) -> None:
    await _up(pair)
    await talked(pair)
    await _concluded(pair)


async def _concluded(pair: Pair) -> EndpointStatement:
    """Its statement of a call that nobody had a reason to end."""
    await asyncio.gather(*(end.conclude() for end in pair.ends.values()))
    said = pair.program.statement()
    if said.failure is not None:
        raise ended(said.failure)
    return said


def _fragments(sdp: str) -> set[str]:
    return {value for _, value in Sdp.parse(sdp).values("ice-ufrag")}
