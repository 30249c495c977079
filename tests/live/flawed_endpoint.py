"""Our own endpoint as a program, with one fault that a conformance run must find: `python -m ... NAME`."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from harness import endpoint_worker as worker
from harness.endpoints.aiortc import AiortcEndpoint
from harness.endpoints.rules import CallRules, Progress
from harness.endpoints.specimens import coding, comparing, screening
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import EndpointStatement


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


class Mistaken(AiortcEndpoint):
    """Tells another certificate than it presents."""

    def statement(self) -> EndpointStatement:
        return super().statement().model_copy(update={"local_certificate": "00"})


FLAWED: Final[dict[str, type[AiortcEndpoint]]] = {
    "early": Early,
    "deaf": Deaf,
    "forgetful": Forgetful,
    "mute": Mute,
    "mistaken": Mistaken,
    "never-compared": comparing.FingerprintNeverCompared,
    "constant-code": coding.ConstantCode,
    "lock-without-code": screening.LockWithoutCode,
}


if __name__ == "__main__":
    vars(worker)["AiortcEndpoint"] = FLAWED[sys.argv[1]]
    asyncio.run(worker.main())
