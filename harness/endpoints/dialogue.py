"""Asking a program: what each operation takes and gives, in the words of model/endpoint_protocol."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeVar

from pydantic import JsonValue, ValidationError

from ..model import endpoint_protocol as protocol
from ..model.base import Noun
from ..model.endpoint_protocol import Operation
from ..model.voice import quoted
from .program import ProgramFailed, Refused

N = TypeVar("N", bound=Noun)

PATIENCE: Final = 10.0
"""Seconds for an answer, on a machine that does much else."""

STARTING: Final = 30.0
"""Seconds more for the first answer, before which a program has to start; perhaps with many others at once."""


class Speaker(Protocol):
    """Who is spoken to: a program in a process of its own, or a page that says the same."""

    @property
    def fault(self) -> str | None:
        """Why nothing more can be had from it; None while it can."""

    async def start(self, environment: Mapping[str, str], prefix: Sequence[str] = ()) -> None:
        """Begin, with these words in front of its own. OSError when there is no such program, or no room for it."""

    async def ask(self, operation: str, arguments: dict[str, JsonValue], seconds: float | None) -> dict[str, JsonValue]:
        """The result of one operation. Refused, or ProgramFailed: it has failed, or was silent for too long."""

    def tell(self, operation: str, arguments: dict[str, JsonValue]) -> None:
        """Ask at once, and do not care for the answer."""

    def end_for(self, why: str) -> None:
        """End it because of something that it did. The first reason is the cause."""

    async def end(self) -> None:
        """End it. May be called again."""


class Dialogue:
    """A program that was started, and answers that are read before anybody uses them."""

    def __init__(self, program: Speaker) -> None:
        self._program = program

    async def hello(self) -> protocol.Hello:
        """Who are you, and do you say no when you must? Whoever says yes to everything would to what it does not do."""
        hello = await self.introduced()
        await self.refuses_what_nobody_knows()
        return hello

    async def introduced(self) -> protocol.Hello:
        return await self.ask(Operation.HELLO, protocol.Hello, longer=STARTING)

    async def refuses_what_nobody_knows(self) -> None:
        unknown = f"unknown-{secrets.token_hex(8)}"
        try:
            await self._program.ask(unknown, {}, PATIENCE)
        except Refused as refused:
            if refused.reason == protocol.UNSUPPORTED:
                return
        raise self.broken(f"it did not refuse an unknown operation as {protocol.UNSUPPORTED!r}")

    async def ask(
        self, operation: Operation, result: type[N], arguments: Noun | None = None, longer: float | None = 0.0
    ) -> N:
        """What it answers. Refused; or ProgramFailed when it says what is no such result, or nothing in time.

        It has so many seconds `longer` than PATIENCE; None: as long as it likes.
        """
        seconds = None if longer is None else PATIENCE + longer
        asked = {} if arguments is None else arguments.model_dump(mode="json")
        return self.read(operation, result, await self._program.ask(operation, asked, seconds))

    def tell(self, operation: Operation, arguments: Noun) -> None:
        """Ask, without waiting for the answer."""
        self._program.tell(operation, arguments.model_dump(mode="json"))

    def read(self, operation: Operation, result: type[N], said: dict[str, JsonValue]) -> N:
        """As JSON, where a word may become an enum, and nothing else is converted."""
        try:
            return result.model_validate_json(json.dumps(said))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            why = quoted(f"{place}: {first['msg']}")
            raise self.broken(f"its answer to {operation.value!r} is none: {why}") from error

    def broken(self, why: str) -> ProgramFailed:
        """End the program for this, unless it has failed before; the cause, to be raised."""
        self._program.end_for(why)
        return ProgramFailed(self._program.fault)
