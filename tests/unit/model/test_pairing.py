"""The id of a call of the interop matrix says which scenario it is, who the two ends are, and what is between them."""

from __future__ import annotations

import re

import pytest

from harness.catalogue import ROOT, load
from harness.model.base import MAX_ID, SCENARIO_ID, Party
from harness.model.endpoints import EndpointKind
from harness.model.network import Network
from harness.model.pairing import Pairing, paired

PAIRING = Pairing(alice=EndpointKind.CHROMIUM_RAW, bob=EndpointKind.FIREFOX, network=Network.TURN_UDP)


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        ("honest-call", "honest-call[alice=chromium-raw,bob=firefox,network=turn-udp]"),
        ("one[swap=caller]", "one[swap=caller,alice=chromium-raw,bob=firefox,network=turn-udp]"),
        ("one[a=1,b=2.3]", "one[a=1,b=2.3,alice=chromium-raw,bob=firefox,network=turn-udp]"),
    ],
)
def test_it_is_read_back(scenario: str, name: str) -> None:
    assert PAIRING.id_of(scenario) == name
    assert re.fullmatch(SCENARIO_ID, name)
    assert paired(name) == (scenario, PAIRING)


@pytest.mark.parametrize(
    "name",
    [
        "honest-call",
        "pairs[alice=aiortc,bob=firefox]",
        "pairs[alice=aiortc,bob=firefox,network=moon]",
        "pairs[alice=nobody,bob=firefox,network=loopback]",
        "pairs[alice=aiortc,bob=firefox,network=loopback,more=1]",
        "pairs[alice=aiortc,bob=firefox,network=loopback]x",
    ],
)
def test_any_other_id_is_of_no_pair(name: str) -> None:
    assert paired(name) is None


def test_the_longest_id_of_the_catalogue_has_room_for_the_longest_pair() -> None:
    longest = max((one.id for one in load(ROOT)), key=len)
    kinds = (EndpointKind.AIORTC_PROCESS, EndpointKind.CHROMIUM_CLEAR)
    assert len(Pairing(alice=kinds[0], bob=kinds[1], network=Network.NAMESPACES).id_of(longest)) <= MAX_ID


def test_alice_calls() -> None:
    assert (PAIRING.of(Party.ALICE), PAIRING.of(Party.BOB)) == (EndpointKind.CHROMIUM_RAW, EndpointKind.FIREFOX)
