"""The media processor behind the service's own calls: a processor for each, fed by the exchange's deeds.

Every device has a leg that ends here, keyed as its client has said that it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ...model.datagram import Address
from ...model.keying import Keying
from ..exchange.outcome import Admitted, Answered, Asked, Ended, Joined, Left, MediaDeed, Offered, Passed
from ..exchange.refusal import Refusal, refuse
from ..exchange.state import Told
from ..exchange.told import Caption, Described
from ..media.captions import Line
from ..media.features import Bring, FeatureRefused
from ..media.processor import MediaProcessor
from ..media.session import Watcher
from ..store.kept import folder_of
from .errors import LOG
from .processor import Tell


@dataclass
class _Call:
    """`legs` are the names of legs by session.

    `coming` are guests by leg: whom they are to be brought to, None until there is a leg. `voicemail`: the service
    answers.
    """

    processor: MediaProcessor
    legs: dict[str, str] = field(default_factory=dict)
    coming: dict[str, Bring | None] = field(default_factory=dict)
    described: bool = False
    voicemail: bool = False
    fault: str | None = None


@dataclass
class ServiceMedia:
    """`host` is the address that devices are told to send to (IPv4); what is kept lies below `folder`.

    `watcher` is shown every packet that a processor has in clear. `advertise` (a leg's name, where it really is) gives
    the address that its device is told.
    """

    host: str
    folder: Path
    tell: Tell
    watcher: Watcher | None = None
    advertise: Callable[[str, Address], Awaitable[Address]] | None = None
    _calls: dict[str, _Call] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def do(self, deed: MediaDeed) -> tuple[Told, ...]:
        match deed:
            case Answered():
                return self._answered(deed)
            case Ended():
                return self._ended(deed)
        call = self._calls.get(deed.call)
        if call is None:
            return _of_no_call(deed)
        if isinstance(deed, Admitted) and deed.recorded:
            _comply(call)
        processor = call.processor
        if call.fault is not None or processor.fault is not None:
            refuse("no-media", "The service cannot carry the media of this call.")
        try:
            told = self._done(call, processor, deed)
        except FeatureRefused as error:
            raise Refusal("not-now", f"{error}.") from None
        except ValueError as error:
            raise Refusal("bad-description", f"The description cannot be used: {error}.") from None
        call.described = call.described or isinstance(deed, Passed | Offered)
        return told

    async def settled(self) -> None:
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _answered(self, deed: Answered) -> tuple[Told, ...]:
        kept = self.folder / folder_of(deed.tenants) / deed.call
        processor = MediaProcessor(self.host, kept, self.watcher, lambda line: self._heard(deed.call, line))
        talkers = [one for one in (deed.caller, deed.callee) if one is not None]
        # Names that say who it is, for whoever reads a recording's.
        call = _Call(processor, {one.session: one.user for one in talkers}, voicemail=deed.callee is None)
        if deed.recorded:
            _comply(call)
        self._calls[deed.call] = call
        self._begin(self._open(call, {one.user: one.keying for one in talkers}))
        return ()

    def _ended(self, deed: Ended) -> tuple[Told, ...]:
        call = self._calls.pop(deed.call, None)
        if call is not None:
            if call.processor.fault:
                LOG.error("media: %s", call.processor.fault)
            self._begin(call.processor.close())
        return ()

    def _done(self, call: _Call, processor: MediaProcessor, deed: MediaDeed) -> tuple[Told, ...]:
        """FeatureRefused, ValueError."""
        match deed:
            case Passed():
                return _described(deed.to, deed.kind, deed.call, _passed(call, processor, deed))
            case Offered():
                return _described(deed.sender, "answer", deed.call, _answer(call, processor, deed))
            case Admitted():
                return _described(deed.session, "offer", deed.call, _offer(call, deed))
            case Asked():
                self._asked(call, processor, deed)
            case Joined():
                processor.joined(deed.leg, deed.sdp)
                del call.coming[deed.leg]
            case Left():
                _left(call, processor, deed)
        return ()

    def _asked(self, call: _Call, processor: MediaProcessor, deed: Asked) -> None:
        if not call.described:
            raise FeatureRefused("nothing has been said of the media yet")
        bring = processor.asked(deed.feature, deed.on, call.legs[deed.by], deed.leg)
        if bring is not None:
            call.coming[bring.device] = None
            self._begin(_bring(call, bring))

    async def _open(self, call: _Call, keyings: dict[str, Keying]) -> None:
        try:
            for leg, keying in keyings.items():
                await call.processor.open(leg, None if self.advertise is None else partial(self.advertise, leg))
                call.processor.session.keyed(leg, keying)
        except OSError as error:
            call.fault = error.strerror or "no socket"

    def _heard(self, call: str, line: Line) -> None:
        self.tell(call, Caption(call=call, user=line.speaker, text=line.text))

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _of_no_call(deed: MediaDeed) -> tuple[Told, ...]:
    """Whoever leaves a call that is over may leave it; nothing passes the service by."""
    if not isinstance(deed, Left):
        refuse("no-media", "The service does not know this call.")
    return ()


def _described(to: str, kind: Literal["offer", "answer"], call: str, sdp: str) -> tuple[Told, ...]:
    return (Told((to,), Described(type=kind, call=call, sdp=sdp)),)


async def _bring(call: _Call, bring: Bring) -> None:
    """A leg for a guest, who still rings. Without a socket there is none, and the guest is refused."""
    with suppress(OSError, ValueError):
        await call.processor.open(bring.device)
        if bring.device in call.coming:
            call.coming[bring.device] = bring
        else:
            call.processor.failed(bring.device)


def _passed(call: _Call, processor: MediaProcessor, deed: Passed) -> str:
    """The service's own description of the receiver's leg. ValueError."""
    sender, receiver = call.legs[deed.sender], call.legs[deed.to]
    if deed.kind == "offer":
        return processor.session.passed_offer(deed.sdp, sender, receiver)
    written = processor.session.passed_answer(deed.sdp, sender, receiver)
    if set(processor.session.talking) != {sender, receiver}:
        processor.connect(receiver, sender)
    return written


def _answer(call: _Call, processor: MediaProcessor, deed: Offered) -> str:
    """The service's answer to a device, in a call that is not between two. ValueError."""
    leg = call.legs[deed.sender]
    if call.voicemail:
        call.voicemail = False
        return processor.voicemail(leg, deed.sdp)
    return processor.session.own_answer(deed.sdp, leg)


def _offer(call: _Call, deed: Admitted) -> str:
    """What the service offers to a guest, keyed as the device can that has accepted. ValueError."""
    bring = call.coming.get(deed.leg)
    if bring is None:
        refuse("no-media", "The service cannot carry the media of this call.")
    session = call.processor.session
    session.keyed(bring.device, deed.keying)
    offer = session.own_offer(bring.device, bring.like)
    call.legs[deed.session] = deed.leg
    return offer


def _left(call: _Call, processor: MediaProcessor, deed: Left) -> None:
    """A leg is closed; where two are left, they talk to each other."""
    if deed.leg is not None:
        call.coming.pop(deed.leg, None)
        call.legs = {session: leg for session, leg in call.legs.items() if leg != deed.leg}
        processor.failed(deed.leg)
        return
    leg = call.legs.pop(deed.session or "", None)
    if leg is None:
        return
    processor.close_leg(leg)
    here = [one for one in call.legs.values() if one not in call.coming]
    if len(here) == 2 and set(processor.session.talking) != set(here):
        processor.connect(*here)


def _comply(call: _Call) -> None:
    """The call is recorded from now on. Refusal when it cannot be: whoever must record does not call unrecorded."""
    try:
        call.processor.comply()
    except OSError as error:
        refuse("no-media", f"This call must be recorded, and it cannot be: {error.strerror}.")
