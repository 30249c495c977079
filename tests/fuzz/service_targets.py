"""What a client says to the calling service, and what an administrator pastes. Only refusals may come of it."""

from __future__ import annotations

import copy
from contextlib import suppress

from pydantic import ValidationError

from harness.calling.exchange import exchange as rules
from harness.calling.exchange.refusal import Refusal
from harness.calling.exchange.said import SAID
from harness.calling.policy.console import run, to_json
from harness.calling.policy.lookup import Refused
from harness.calling.service.reading import read
from tests.unit.calling.exchange.world import World, tenant

DEVICES = ("alice-pc", "bob-pc", "bob-phone", "cem-pc")


def frames(data: bytes) -> None:
    """The first byte says whether calls are encrypted. Then a line for each frame, begun by which device sends it.

    Call ids are counted, so that inputs hit them.
    """
    world = World()
    for device in DEVICES:
        world.join(device)
    world.change(tenant(on=data[:1] == b"e"))
    for number, line in enumerate(data[1:].split(b"\n")[:200], 1):
        device, before = DEVICES[line[0] % len(DEVICES) if line else 0], world.exchange
        try:
            said = read(SAID, line[1:])
            outcome = rules.say(before, world.directory, device, said, f"{number:032x}", float(number))
        except (Refusal, ValidationError):
            continue
        kept = copy.deepcopy(before)
        world.exchange = outcome.exchange
        assert before == kept, "a state is a value"
        for told in outcome.told:
            told.frame.encoded()
            assert set(told.to) <= set(world.exchange.sessions)


def pasted(data: bytes) -> None:
    """Cmdlet lines: a tenant and what is shown, or a refusal with its place."""
    with suppress(Refused):
        after, shown = run(tenant(), data.decode("utf-8", "surrogateescape"))
        for one in shown:
            to_json(one.objects)
        assert type(after).model_validate_json(after.model_dump_json()) == after
