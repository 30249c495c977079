"""The lock is drawn from what DTLS presented, and only when everything says so. Each missing piece takes it away."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from harness.codes import teams20
from harness.endpoints.chromium.tab import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN, PEER, OTHER = b"own certificate", b"certificate of the peer", b"certificate of somebody else"

SHOWN = """async ([mode, role, stats, chain, fingerprints]) => {
  const { examined } = await import("/web/call/proof.js");
  const { shown } = await import("/web/call/indicator.js");
  const proof = await examined(stats, chain.map((der) => Uint8Array.from(der)), fingerprints);
  return shown(mode, role, proof);
}"""

Told = dict[str, Any]


def fingerprint(der: bytes, algorithm: str = "sha-256") -> str:
    return hashlib.new(algorithm.replace("-", ""), der).digest().hex(":").upper()


def certificate(identity: str, der: bytes, algorithm: str = "sha-256") -> dict[str, str]:
    return {
        "type": "certificate",
        "id": identity,
        "base64Certificate": base64.b64encode(der).decode(),
        "fingerprint": fingerprint(der, algorithm),
        "fingerprintAlgorithm": algorithm,
    }


def honest() -> Told:
    """What Chromium tells of a call that is up."""
    transport = {"type": "transport", "id": "T", "dtlsState": "connected"}
    transport |= {"localCertificateId": "L", "remoteCertificateId": "R"}
    return {
        "mode": "e2ee",
        "role": "caller",
        "stats": [transport, certificate("L", OWN), certificate("R", PEER), {"type": "codec", "id": "C"}],
        "chain": [list(PEER)],
        "fingerprints": [{"algorithm": "sha-256", "value": fingerprint(OWN).lower()}],
    }


async def shown(modules: Tab, told: Told) -> dict[str, str | None]:
    answer: dict[str, str | None] = await modules.evaluate(SHOWN, list(told.values()))
    return answer


@pytest.mark.parametrize(("role", "pair"), [("caller", (OWN, PEER)), ("callee", (PEER, OWN))])
async def test_a_call_that_is_proved_has_a_lock_and_its_code(
    modules: Tab, role: str, pair: tuple[bytes, bytes]
) -> None:
    screen = await shown(modules, honest() | {"role": role})
    assert screen == {"indicator": "lock", "code": teams20.code(*map(teams20.thumbprint, pair)), "because": ""}


async def test_other_hash_functions_of_the_browser_are_understood(modules: Tab) -> None:
    told = honest()
    told["stats"][2] = certificate("R", PEER, "sha-512")
    assert (await shown(modules, told))["indicator"] == "lock"


def no_dtls_yet(told: Told) -> None:
    told["stats"][0]["dtlsState"] = "connecting"


def dtls_has_failed(told: Told) -> None:
    told["stats"][0]["dtlsState"] = "failed"


@pytest.mark.parametrize("state", [no_dtls_yet, dtls_has_failed])
async def test_without_dtls_nothing_is_shown(modules: Tab, state: Callable[[Told], None]) -> None:
    told = honest()
    state(told)
    assert await shown(modules, told) == {"indicator": "none", "code": None, "because": ""}


def an_ordinary_call(told: Told) -> None:
    told["mode"] = "service"


def a_mode_nobody_knows(told: Told) -> None:
    told["mode"] = "E2EE"


def the_certificate_is_not_that_of_its_fingerprint(told: Told) -> None:
    told["stats"][2]["base64Certificate"] = base64.b64encode(OTHER).decode()


def the_fingerprint_is_another(told: Told) -> None:
    told["stats"][2]["fingerprint"] = fingerprint(OTHER)


def the_hash_is_weak(told: Told) -> None:
    told["stats"][2] = certificate("R", PEER, "sha-1")


def the_chain_begins_with_another_certificate(told: Told) -> None:
    told["chain"] = [list(OTHER), list(PEER)]


def there_is_no_chain(told: Told) -> None:
    told["chain"] = []


def the_peers_certificate_is_not_told(told: Told) -> None:
    del told["stats"][2]


def the_own_certificate_is_not_told(told: Told) -> None:
    del told["stats"][1]


def the_own_certificate_was_not_made_for_this_call(told: Told) -> None:
    told["fingerprints"] = [{"algorithm": "sha-256", "value": fingerprint(OTHER)}]


def the_call_is_reflected(told: Told) -> None:
    told["stats"][2] = certificate("R", OWN)
    told["chain"] = [list(OWN)]


def there_are_two_transports(told: Told) -> None:
    told["stats"].append(told["stats"][0] | {"id": "T2"})


def the_certificate_is_no_base64(told: Told) -> None:
    told["stats"][2]["base64Certificate"] = "%"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (an_ordinary_call, "ordinary call"),
        (a_mode_nobody_knows, "ordinary call"),
        (the_certificate_is_not_that_of_its_fingerprint, "do not fit together"),
        (the_fingerprint_is_another, "do not fit together"),
        (the_hash_is_weak, "sha-1"),
        (the_chain_begins_with_another_certificate, "two different certificates"),
        (there_is_no_chain, "two different certificates"),
        (the_peers_certificate_is_not_told, "not known"),
        (the_own_certificate_is_not_told, "not known"),
        (the_own_certificate_was_not_made_for_this_call, "not the one that was made for this call"),
        (the_call_is_reflected, "reflected"),
        (there_are_two_transports, "2 transports"),
        (the_certificate_is_no_base64, "not proved"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
async def test_what_is_not_proved_has_a_plain_shield(
    modules: Tab, change: Callable[[Told], None], because: str
) -> None:
    told = honest()
    change(told)
    screen = await shown(modules, told)
    assert (screen["indicator"], screen["code"]) == ("plain", None)
    assert because in str(screen["because"])
