"""The media processor behind the service's own calls: a processor for each, fed by the exchange's deeds.

A call whose first offer has no keys in it (a browser has no SDES) passes as it is: then the service has its signalling
and not its media, and no feature can be had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from ...wire.sdes_exchange import PROTOCOL
from ...wire.sdp import Sdp
from ..exchange.outcome import Admitted, Answered, Asked, Ended, Joined, Left, MediaDeed, Offered, Passed
from ..exchange.refusal import Refusal, refuse
from ..exchange.state import Told
from ..exchange.told import Caption, Described
from ..media.captions import Line
from ..media.features import Bring, FeatureRefused
from ..media.processor import MediaProcessor
from ..media.session import Watcher
from .errors import LOG
from .processor import NoProcessor, Tell

KEPT: Final = "kept"
"""The folder of recordings, captions and transcripts in the store, with a folder for each call."""


@dataclass
class _Call:
    """`legs` are the names of legs by session; `processor` is None when the media pass the service by.

    `coming` are offers for guests by leg, None until they are written. `voicemail`: the service answers. `recorded`:
    the call must be recorded, or not be.
    """

    processor: MediaProcessor | None
    legs: dict[str, str] = field(default_factory=dict)
    coming: dict[str, str | None] = field(default_factory=dict)
    described: bool = False
    voicemail: bool = False
    recorded: bool = False
    fault: str | None = None


@dataclass
class ServiceMedia:
    """`host` is the address that devices are told to send to (IPv4); what is kept lies below `folder`.

    `watcher` is shown every packet that a processor has in clear.
    """

    host: str
    folder: Path
    tell: Tell
    watcher: Watcher | None = None
    _calls: dict[str, _Call] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def do(self, deed: MediaDeed) -> tuple[Told, ...]:
        match deed:
            case Answered():
                return self._answered(deed)
            case Ended():
                return self._ended(deed)
        call = self._calls.get(deed.call)
        if call is not None and isinstance(deed, Passed | Offered):
            self._look(call, deed.sdp)
        if call is not None and isinstance(deed, Admitted) and deed.recorded:
            _comply(call)
        if call is None or call.processor is None:
            return _PASSING_BY.do(deed)
        if call.fault is not None or call.processor.fault is not None:
            refuse("no-media", "The service cannot carry the media of this call.")
        try:
            return self._done(call, call.processor, deed)
        except FeatureRefused as error:
            raise Refusal("not-now", f"{error}.") from None
        except ValueError as error:
            raise Refusal("bad-description", f"The description cannot be used: {error}.") from None

    async def settled(self) -> None:
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _answered(self, deed: Answered) -> tuple[Told, ...]:
        kept = self.folder / deed.call
        processor = MediaProcessor(self.host, kept, self.watcher, lambda line: self._heard(deed.call, line))
        talkers = [one for one in (deed.caller, deed.callee) if one is not None]
        # Names that say who it is, for whoever reads a recording's.
        call = _Call(processor, {one.session: one.user for one in talkers}, voicemail=deed.callee is None)
        if deed.recorded:
            _comply(call)
        self._calls[deed.call] = call
        self._begin(_open(call, processor))
        return ()

    def _ended(self, deed: Ended) -> tuple[Told, ...]:
        call = self._calls.pop(deed.call, None)
        if call is not None and call.processor is not None:
            if call.processor.fault:
                LOG.error("media: %s", call.processor.fault)
            self._begin(call.processor.close())
        return ()

    def _look(self, call: _Call, sdp: str) -> None:
        """The first offer shows whether the service gets keys. A voicemail is the service's own, and needs them."""
        if call.described or call.processor is None:
            return
        if not call.voicemail and not _has_keys(sdp):
            if call.recorded:
                refuse("no-media", "This call must be recorded, and without keys in its descriptions it cannot be.")
            self._begin(call.processor.close())
            call.processor = None
        call.described = True

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
            self._begin(_bring(call, processor, bring))

    def _heard(self, call: str, line: Line) -> None:
        self.tell(call, Caption(call=call, user=line.speaker, text=line.text))

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _described(to: str, kind: Literal["offer", "answer"], call: str, sdp: str) -> tuple[Told, ...]:
    return (Told((to,), Described(type=kind, call=call, sdp=sdp)),)


async def _open(call: _Call, processor: MediaProcessor) -> None:
    try:
        for leg in tuple(call.legs.values()):
            await processor.open(leg)
    except OSError as error:
        call.fault = error.strerror or "no socket"


async def _bring(call: _Call, processor: MediaProcessor, bring: Bring) -> None:
    """The offer for a guest, who still rings. Without a socket there is none, and the guest is refused."""
    with suppress(OSError, ValueError):
        offer = await processor.bring(bring)
        if bring.device in call.coming:
            call.coming[bring.device] = offer
        else:
            processor.failed(bring.device)


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
    offer = call.coming.get(deed.leg)
    if offer is None:
        refuse("no-media", "The service cannot carry the media of this call.")
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
        if call.processor is None:
            raise OSError(None, "the media pass the service by")
        call.processor.comply()
    except OSError as error:
        refuse("no-media", f"This call must be recorded, and it cannot be: {error.strerror}.")
    call.recorded = True


def _has_keys(sdp: str) -> bool:
    return any(media.protocol == PROTOCOL for media in Sdp.parse(sdp).media())


_PASSING_BY: Final = NoProcessor()
