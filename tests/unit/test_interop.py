"""Which calls the interop matrix is made of, and what is said of each."""

from __future__ import annotations

import pytest

from harness.catalogue import ROOT, load
from harness.interop import ENDPOINTS, between, endpoints_of, interop_of, networks_of, pairings
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.network import Network
from harness.model.outcome import Status
from harness.model.pairing import paired
from harness.model.scenario import Scenario
from tests.unit.report.interop_sample import absent, called, failed, pairing, realistic_matrix
from tests.unit.report.sample import document, result

AIORTC, CHROMIUM = EndpointKind.AIORTC, EndpointKind.CHROMIUM_RAW
SCENARIOS = {one.id: one for one in load(ROOT)}


def names(one: Scenario) -> tuple[str, str, str]:
    return one.endpoints.alice, one.endpoints.bob, one.network


def test_each_of_the_four_stacks_calls_each_of_them_over_each_network() -> None:
    found = list(pairings(endpoints_of(None), networks_of(None)))
    assert len(found) == len(set(map(str, found))) == 4 * len(ENDPOINTS) ** 2 == 64
    assert {one.network for one in found} == set(Network)


def test_our_own_endpoint_is_a_process_where_only_a_process_can_be() -> None:
    (one,) = pairings((AIORTC,), networks_of("namespaces"))
    assert one.alice is one.bob is EndpointKind.AIORTC_PROCESS
    assert len(list(pairings((AIORTC, EndpointKind.AIORTC_PROCESS), networks_of("namespaces")))) == 1


def test_turn_is_both_ways_to_a_server() -> None:
    assert networks_of("turn, loopback") == (Network.TURN_UDP, Network.TURN_TCP, Network.LOOPBACK)
    assert networks_of("turn,turn-tcp") == (Network.TURN_UDP, Network.TURN_TCP)


@pytest.mark.parametrize("text", ["", "aiortc,", "aiortc,aiortc", "aiortc,nobody"])
def test_what_is_no_list_of_endpoints_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"list of different names|no endpoint is called"):
        endpoints_of(text)


def test_a_scenario_has_other_ends_and_nothing_else_is_changed() -> None:
    attack = SCENARIOS["fingerprint-swap-one-side[swap=caller]"]
    made = between(attack, pairing(CHROMIUM, AIORTC))
    assert names(made) == ("chromium-raw", "aiortc", "loopback")
    assert paired(made.id) == (attack.id, pairing(CHROMIUM, AIORTC))
    kept = {"id": attack.id, "endpoints": attack.endpoints, "network": attack.network}
    assert made.model_copy(update=kept) == attack


def test_an_honest_call_over_a_network_that_is_listened_to_has_to_be_accounted_for_there() -> None:
    honest = SCENARIOS["honest-call"]
    assert between(honest, pairing(AIORTC, AIORTC)).expect == honest.expect
    assert between(honest, pairing(AIORTC, AIORTC, Network.TURN_UDP)).expect.seen == (Reason.NETWORK_ACCOUNTED,)


@pytest.mark.parametrize("name", ["gstreamer-calls", "null-cipher", "turn-recorder", "tenant-honest-call"])
def test_a_scenario_that_says_who_or_where_is_no_scenario_for_others(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be had"):
        between(next(one for one in SCENARIOS.values() if one.id.startswith(name)), pairing(AIORTC, AIORTC))


def test_a_cell_says_what_its_two_ends_came_to() -> None:
    cell = interop_of(document([called(pairing(AIORTC, CHROMIUM))])).cells[0]
    assert (cell.scenario, cell.pairing) == ("honest-call", pairing(AIORTC, CHROMIUM))
    assert (cell.status, cell.codes, cell.connected, cell.why) == (Status.AS_EXPECTED, "equal", True, "")
    assert cell.setup_seconds == 0.5, "both have to be up"
    assert cell.recording == f"{cell.result}/call-1"


def test_a_call_that_did_not_come_up_says_why_by_what_each_end_recorded() -> None:
    cell = interop_of(document([failed(pairing(AIORTC, CHROMIUM))])).cells[0]
    assert (cell.connected, cell.setup_seconds, cell.codes) == (False, None, "none")
    assert cell.why == (
        "FAILED_CALL where SECURE was expected; alice: ice-failed: not connected within 15 s; "
        "bob: remote-hung-up: ice-failed; alarms: sdp-rejected"
    )


def test_an_end_without_a_statement_is_not_connected() -> None:
    one = called(pairing(AIORTC, CHROMIUM))
    lost = one.model_copy(update={"ends": {Party.ALICE: one.ends[Party.ALICE]}, "status": Status.INCONCLUSIVE})
    cell = interop_of(document([lost])).cells[0]
    assert (cell.connected, cell.setup_seconds, cell.why) == (False, None, one.because)


def test_a_call_that_could_not_be_made_says_what_it_lacked() -> None:
    table = interop_of(document([absent(pairing(AIORTC, CHROMIUM))]))
    assert (table.cells[0].status, table.cells[0].why) == (Status.NOT_RUN, "bob is a browser, and there is none")
    assert (table.summary.selected, table.summary.executed) == (1, 0)


def test_versions_are_those_of_the_run_and_of_every_endpoint() -> None:
    versions = interop_of(realistic_matrix()).versions
    assert versions["tshark"].startswith("TShark")
    assert versions["endpoint aiortc"] == "aiortc/1.16.0"
    assert versions["endpoint chromium-raw"] == "chromium/156.0 (bare page)"


def test_a_run_of_something_else_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="honest-call says nothing of a pair"):
        interop_of(document([result()]))
