"""What a program said that it lacks, before a run, it must go on saying in each call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import JsonValue

from harness.endpoints.dialogue import Dialogue
from harness.endpoints.endpoint import EndpointSetup
from harness.endpoints.opening import introduced
from harness.endpoints.program import ProgramFailed, Refused
from harness.model.ability import Ability
from harness.model.base import Party
from harness.model.endpoint_protocol import Answer, Hello
from tests.unit.endpoints.test_account import NoTap


class Speaks:
    """Says this when it is asked who it is, and no to everything else."""

    def __init__(self, **hello: JsonValue) -> None:
        self.hello: dict[str, JsonValue] = {"protocol": 1, "software": "client/1", "tells_packets": True, **hello}
        self.fault: str | None = None

    async def start(self, environment: Mapping[str, str], prefix: Any = ()) -> None:
        """It is there."""

    async def ask(self, operation: str, arguments: dict[str, JsonValue], seconds: float | None) -> dict[str, JsonValue]:
        if operation == "hello":
            return self.hello
        raise Refused(operation, Answer(id=1, ok=False, reason="unsupported"))

    def tell(self, operation: str, arguments: dict[str, JsonValue]) -> None:
        raise AssertionError(operation)

    def end_for(self, why: str) -> None:
        self.fault = self.fault or why

    async def end(self) -> None:
        """It is gone."""


async def met(speaker: Speaks, lacks: frozenset[Ability] | None) -> Hello:
    setup = EndpointSetup(
        party=Party.BOB,
        peer_name="Alice",
        media=(),
        markers={},
        address="127.9.0.1",
        advertise=None,
        tap=NoTap(),
        keylog=lambda line: None,
        lacks=lacks,
    )
    return (await introduced(Dialogue(speaker), setup, speaker.end_for)).hello


@pytest.mark.asyncio
async def test_what_it_said_before_is_taken_again_and_so_is_anything_where_nobody_asked() -> None:
    words = [Ability.CHAT.value, Ability.SCREEN.value]
    for lacks in (frozenset({Ability.SCREEN, Ability.CHAT}), None):
        assert set((await met(Speaks(lacks=[*words]), lacks)).lacks) == {Ability.CHAT, Ability.SCREEN}
    assert (await met(Speaks(), frozenset())).lacks == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (["packets"], frozenset[Ability](), "it says that it lacks packets, and before it was nothing"),
        ([], frozenset({Ability.PACKETS}), "it says that it lacks nothing, and before it was packets"),
    ],
)
async def test_nobody_gets_out_of_an_attack_or_into_one_by_another_word(
    now: list[JsonValue], before: frozenset[Ability], words: str
) -> None:
    speaker = Speaks(lacks=now)
    with pytest.raises(ProgramFailed, match=words):
        await met(speaker, before)
    assert speaker.fault is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("said", [["telepathy"], "chat", ["chat"] * (len(Ability) + 1), [None]])
async def test_a_word_that_is_none_is_no_answer_and_its_place_is_told(said: JsonValue) -> None:
    with pytest.raises(ProgramFailed, match=r"its answer to 'hello' is none: .lacks"):
        await met(Speaks(lacks=said), None)
