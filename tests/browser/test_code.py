"""The code of the pages is the code of the reference, digit by digit."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from harness.codes import teams20
from harness.endpoints.chromium.tab import PageError, Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

VECTORS = json.loads(Path(teams20.__file__).with_name("teams20-vectors.json").read_text())["vectors"]

CODE = """async ([caller, callee]) => {
  const { code, groups } = await import("/web/call/teams20.js");
  return groups(await code(Uint8Array.from(caller), Uint8Array.from(callee))).join(" ");
}"""
CODE_OF_CERTIFICATES = """async ([caller, callee]) => {
  const { code, thumbprint } = await import("/web/call/teams20.js");
  return code(await thumbprint(Uint8Array.from(caller)), await thumbprint(Uint8Array.from(callee)));
}"""


@pytest.mark.parametrize("vector", VECTORS, ids=[one["code"] for one in VECTORS])
async def test_the_published_vectors(modules: Tab, vector: dict[str, str]) -> None:
    thumbprints = [list(bytes.fromhex(vector[role])) for role in ("caller", "callee")]
    assert await modules.evaluate(CODE, thumbprints) == vector["code"]


async def test_certificates_of_any_content_and_length(modules: Tab) -> None:
    chance = random.Random(20)
    for length in (1, 31, 280, 2000):
        caller, callee = chance.randbytes(length), chance.randbytes(length + 1)
        expected = teams20.code(teams20.thumbprint(caller), teams20.thumbprint(callee))
        assert await modules.evaluate(CODE_OF_CERTIFICATES, [list(caller), list(callee)]) == expected


@pytest.mark.parametrize(
    ("caller", "callee", "because"),
    [
        (bytes(32), bytes(32), "reflected"),
        (bytes(31), bytes(32), "32 bytes"),
        (bytes(32), bytes(33), "32 bytes"),
    ],
)
async def test_what_has_no_code_is_refused(modules: Tab, caller: bytes, callee: bytes, because: str) -> None:
    with pytest.raises(PageError, match=because):
        await modules.evaluate(CODE, [list(caller), list(callee)])


async def test_an_empty_certificate_has_no_thumbprint(modules: Tab) -> None:
    with pytest.raises(PageError, match="empty certificate"):
        await modules.evaluate(CODE_OF_CERTIFICATES, [[], [1]])
