"""Our own endpoint as a program, with one fault that a conformance run must find: `python -m ... NAME`."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, Final

from harness import endpoint_worker as worker
from harness.endpoints.aiortc import AiortcEndpoint
from harness.endpoints.endpoint import CallFailed, EndpointSetup
from harness.endpoints.rules import CallRules, Progress
from harness.endpoints.specimens import coding, comparing, screening
from harness.endpoints.specimens.coding import CONSTANT_CODE
from harness.model import endpoint_protocol as protocol
from harness.model.base import Asset
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import EndpointStatement, Screen
from harness.wire.certificate import fresh_identity

ANOTHER: Final = fresh_identity(datetime.now(UTC)).der.hex()


class Early(AiortcEndpoint):
    """Describes itself before anybody has accepted the call."""

    class _Rules(CallRules):
        def describing(self, now: Progress) -> Mode | None:
            return now.mode or Mode.E2EE

    rules = _Rules()


class Deaf(AiortcEndpoint):
    """Hears the other person, and not that it hangs up."""

    def told(self, message: SignalMessage) -> None:
        if message.kind is not SignalKind.HANGUP:
            super().told(message)


class Forgetful(AiortcEndpoint):
    """Calls everybody the same."""

    def introduced(self, name: str) -> None:
        super().introduced("Somebody")


class Mute(AiortcEndpoint):
    """Sends nothing."""

    def start_media(self) -> None:
        pass


class Dying(AiortcEndpoint):
    """Ends when it should send."""

    def start_media(self) -> None:
        os.write(2, b"out of paper\n")
        os._exit(3)


class Quitting(AiortcEndpoint):
    """Hears the other person, and then calls the call failed."""

    async def wait_heard(self) -> None:
        await super().wait_heard()
        self.give_up(Reason.ENDPOINT_ERROR, "enough heard")


class Screenless(AiortcEndpoint):
    """Has no screen, and says of itself that it presented the certificate of the other one."""

    def statement(self) -> EndpointStatement:
        said = super().statement()
        return said.model_copy(update={"local_certificate": said.presented_certificate})


class Untold(AiortcEndpoint):
    """Has no screen, and says nothing of certificates."""

    def statement(self) -> EndpointStatement:
        return super().statement().model_copy(update={"local_certificate": None, "presented_certificate": None})


class InPem(AiortcEndpoint):
    """Has no screen, and tells its certificate in PEM."""

    def statement(self) -> EndpointStatement:
        said = super().statement()
        if said.local_certificate is None:
            return said
        pem = ssl.DER_cert_to_PEM_cert(bytes.fromhex(said.local_certificate))
        return said.model_copy(update={"local_certificate": pem})


class Speechless(AiortcEndpoint):
    """Has no chat, and does not say so."""

    async def chat(self, text: str) -> str:
        raise CallFailed(Reason.ENDPOINT_ERROR, "there is no chat here")


class Illiterate(AiortcEndpoint):
    """Writes, and never reads what the other one writes."""

    def told(self, message: SignalMessage) -> None:
        if message.kind is not SignalKind.CHAT:
            super().told(message)


class Settled(AiortcEndpoint):
    """Takes and makes one description, and does not say that it lacks restarts."""

    async def offer(self) -> str:
        if self._connected:
            raise self._refused(Reason.SDP_REJECTED, "this call is up")
        return await super().offer()

    async def answer(self, offer: str) -> str:
        if self._connected:
            raise self._refused(Reason.SDP_REJECTED, "this call is up")
        return await super().answer(offer)


class Resting(AiortcEndpoint):
    """Calls an offer a restart that changes nothing."""

    async def offer(self) -> str:
        if not self._connected:
            return await super().offer()
        return self._description(await self._current.offer(), {})


class Secretive(AiortcEndpoint):
    """Makes encrypted calls, and does not say that it lacks ordinary ones."""

    class _Rules(CallRules):
        modes = frozenset({Mode.E2EE})

    rules = _Rules()


class Locking(AiortcEndpoint):
    """Draws a lock over an ordinary call."""

    def screen(self) -> Screen:
        return self._display.locked(CONSTANT_CODE) if self._mode is Mode.SERVICE else super().screen()


class Unshared(AiortcEndpoint):
    """Shares no screen, and does not say so."""

    def __init__(self, setup: EndpointSetup) -> None:
        if Asset.SCREEN in setup.media:
            raise CallFailed(Reason.ENDPOINT_ERROR, "there is no screen here")
        super().__init__(setup)


class FromNought(AiortcEndpoint):
    """Begins to count where it likes."""

    def __init__(self, setup: EndpointSetup) -> None:
        super().__init__(replace(setup, first_sequence=0))


class Discreet(AiortcEndpoint):
    """Tells no keys, and does not say so."""

    def __init__(self, setup: EndpointSetup) -> None:
        super().__init__(replace(setup, keylog=lambda line: None))


class Mistaken(AiortcEndpoint):
    """Tells another certificate than it presents."""

    def statement(self) -> EndpointStatement:
        return super().statement().model_copy(update={"local_certificate": ANOTHER})


class Boastful(AiortcEndpoint):
    """Says that it sent a hundred thousand packets."""

    counts: ClassVar[dict[str, int]] = {"rtp_sent": 100_000}

    def statement(self) -> EndpointStatement:
        said = super().statement()
        return said.model_copy(update={"packets": said.packets.model_copy(update=self.counts)})


class Overfed(Boastful):
    """Says that it accepted more than ever came."""

    counts: ClassVar[dict[str, int]] = {"rtp_received": 100_000}


class Offended(Boastful):
    """Says that it refused what is authentic."""

    counts: ClassVar[dict[str, int]] = {"not_authenticated": 1}


class Fasting(Boastful):
    """Says that it accepted nothing, and heard the other person."""

    counts: ClassVar[dict[str, int]] = {"rtp_received": 0, "rtcp_received": 0}


class Careless(Boastful):
    """Counts two of its packets, and none of those that came later."""

    counts: ClassVar[dict[str, int]] = {"rtp_sent": 1, "rtcp_sent": 0, "rtp_received": 1, "rtcp_received": 0}


FLAWED: Final[dict[str, type[AiortcEndpoint]]] = {
    "careless": Careless,
    "early": Early,
    "deaf": Deaf,
    "forgetful": Forgetful,
    "mute": Mute,
    "dying": Dying,
    "quitting": Quitting,
    "screenless": Screenless,
    "untold": Untold,
    "in-pem": InPem,
    "mistaken": Mistaken,
    "speechless": Speechless,
    "illiterate": Illiterate,
    "settled": Settled,
    "resting": Resting,
    "secretive": Secretive,
    "unshared": Unshared,
    "from-nought": FromNought,
    "discreet": Discreet,
    "uncounted": AiortcEndpoint,
    "boastful": Boastful,
    "overfed": Overfed,
    "offended": Offended,
    "fasting": Fasting,
    "never-compared": comparing.FingerprintNeverCompared,
    "constant-code": coding.ConstantCode,
    "lock-without-code": screening.LockWithoutCode,
    "locking": Locking,
}

WITHOUT_SCREEN: Final = ("screenless", "untold", "in-pem")


if __name__ == "__main__":
    vars(worker)["AiortcEndpoint"] = FLAWED[sys.argv[1]]
    if sys.argv[1] in WITHOUT_SCREEN:
        del vars(worker)["_OPERATIONS"]["screen"]
        vars(protocol)["OF_THE_HARNESS"] = (*protocol.OF_THE_HARNESS, "screens")  # it tells of none either
    if sys.argv[1] == "uncounted":
        vars(protocol)["OF_THE_HARNESS"] = (*protocol.OF_THE_HARNESS, "packets")
    asyncio.run(worker.main())
