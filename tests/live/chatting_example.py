"""The example in Python with a chat, as a team would add one: a method, and a word less in its list."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "examples" / "python" / "client.py"


async def chat(_: Any, text: str) -> dict[str, str]:
    return {"text": text}


if __name__ == "__main__":
    example: dict[str, Any] = {"__name__": "example"}
    text = EXAMPLE.read_text().replace("asyncio.run(main())", "")
    exec(compile(text, str(EXAMPLE), "exec"), example)
    example["Client"].chat = chat
    example["LACKS"].remove("chat")
    asyncio.run(example["main"]())
