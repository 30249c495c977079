"""The media processor behind the service's own calls: a processor for each, fed by the exchange's deeds.

A call whose first offer has no keys in it (a browser has no SDES) passes as it is: then the service has its signalling
and not its media, and no feature can be had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ...wire.sdes_exchange import PROTOCOL
from ...wire.sdp import Sdp
from ..exchange.outcome import Answered, Asked, Found, Passed, Talker
from ..exchange.refusal import Refusal, refuse
from ..exchange.told import Caption
from ..media.captions import Line
from ..media.features import KEEPS, FeatureRefused
from ..media.processor import MediaProcessor
from ..media.session import Watcher
from .errors import LOG
from .processor import Tell

KEPT: Final = "kept"
"""The folder of recordings, captions and transcripts in the store, with a folder for each call."""


@dataclass
class _Call:
    """`legs` are the names of legs by session; `processor` is None when the media pass the service by."""

    legs: dict[str, str]
    processor: MediaProcessor | None
    described: bool = False
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

    def answered(self, call: Answered) -> None:
        kept = self.folder / call.call
        processor = MediaProcessor(self.host, kept, self.watcher, lambda line: self._heard(call.call, line))
        made = _Call(_legs(call.caller, call.callee), processor)
        self._calls[call.call] = made
        self._begin(_open(made, processor))

    def passed(self, description: Passed) -> str:
        call = self._calls.get(description.call)
        if call is None:
            return description.sdp
        try:
            if not call.described and call.processor is not None and not _has_keys(description.sdp):
                self._begin(call.processor.close())
                call.processor = None
            call.described = True
            return description.sdp if call.processor is None else _rewritten(call, call.processor, description)
        except ValueError as error:
            raise Refusal("bad-description", f"The description cannot be used: {error}.") from None

    def found(self, candidates: Found) -> bool:
        """Devices find the service by themselves: it needs to know nothing of where they are (ICE lite)."""
        call = self._calls.get(candidates.call)
        return call is None or call.processor is None

    def asked(self, feature: Asked) -> None:
        call = self._calls.get(feature.call.id)
        if call is None or call.processor is None or not call.described:
            refuse("no-processor", "The service has no media of this call to do it with.")
        if feature.feature not in KEEPS:
            refuse("no-third-party", "This service does not bring in other devices.")
        try:
            call.processor.asked(feature.feature, feature.on, call.legs[feature.by], feature.argument)
        except FeatureRefused as error:
            raise Refusal("not-now", f"{error}.") from None

    def ended(self, call: str) -> None:
        ended = self._calls.pop(call, None)
        if ended is not None and ended.processor is not None:
            if ended.processor.fault:
                LOG.error("media: %s", ended.processor.fault)
            self._begin(ended.processor.close())

    async def settled(self) -> None:
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _heard(self, call: str, line: Line) -> None:
        self.tell(call, Caption(call=call, user=line.speaker, text=line.text))

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _open(call: _Call, processor: MediaProcessor) -> None:
    try:
        for leg in call.legs.values():
            await processor.open(leg)
    except OSError as error:
        call.fault = error.strerror or "no socket"


def _rewritten(call: _Call, processor: MediaProcessor, description: Passed) -> str:
    """The service's own description of the receiver's leg. ValueError."""
    if call.fault is not None or processor.fault is not None:
        refuse("no-media", "The service cannot carry the media of this call.")
    sender, receiver = call.legs[description.sender], call.legs[description.to]
    if description.kind == "offer":
        return processor.session.passed_offer(description.sdp, sender, receiver)
    written = processor.session.passed_answer(description.sdp, sender, receiver)
    if set(processor.session.talking) != {sender, receiver}:
        processor.connect(receiver, sender)
    return written


def _has_keys(sdp: str) -> bool:
    return any(media.protocol == PROTOCOL for media in Sdp.parse(sdp).media())


def _legs(caller: Talker, callee: Talker) -> dict[str, str]:
    """Names that say who it is, for whoever reads a recording's."""
    return {caller.session: caller.user, callee.session: callee.user}
