"""The list of attacks names what there is, and each of them can be put on any stack."""

from __future__ import annotations

from click.testing import CliRunner

from harness.attack_list import ATTACKS
from harness.catalogue import base_id, load
from harness.cli import main
from harness.commands.run import STACKS
from harness.endpoint_choice import with_endpoints
from harness.interop import ENDPOINTS
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.network import Network


def test_every_name_on_the_list_is_a_scenario_that_leaves_the_endpoints_open() -> None:
    listed = [one for one in load() if base_id(one.id) in ATTACKS]
    assert {base_id(one.id) for one in listed} == set(ATTACKS)
    assert len(set(ATTACKS)) == len(ATTACKS)
    for one in with_endpoints(listed, dict.fromkeys(Party, EndpointKind.FIREFOX)):
        assert (one.endpoints.alice, one.endpoints.bob) == (EndpointKind.FIREFOX, EndpointKind.FIREFOX), one.id
        assert one.adversary is not None and one.network is Network.LOOPBACK and one.tenant is None


def test_the_stacks_are_those_of_the_interop_matrix() -> None:
    assert tuple(STACKS) == tuple(one.value for one in ENDPOINTS)


def test_a_stack_that_there_is_not_is_refused() -> None:
    told = CliRunner().invoke(main, ["attacks", "firefix"])
    assert told.exit_code == 2
    assert "firefox" in told.stderr
