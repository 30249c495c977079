"""What a program says of itself before anybody makes a call with it."""

from __future__ import annotations

import os

from ..model.ability import ProgramUnderTest
from .dialogue import Dialogue
from .program import Program, ProgramFailed, Refused


async def introduction(command: tuple[str, ...]) -> ProgramUnderTest:
    """Start it, ask who it is, end it. What is wrong with one that gives no answer to that, each of its calls says."""
    program = Program(command, lambda event: None, lambda why: None)
    try:
        await program.start(os.environ)
        hello = await Dialogue(program).introduced()
    except (OSError, ProgramFailed, Refused):
        return ProgramUnderTest(command=command)
    finally:
        await program.end()
    return ProgramUnderTest(command=command, software=hello.software, lacks=frozenset(hello.lacks))
