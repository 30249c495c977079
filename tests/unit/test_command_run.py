"""Which runs go to a user namespace: those of a command line that lack a right, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from harness import command_run
from harness.command_run import go_where_namespaces_are
from harness.model.network import Network
from harness.model.scenario import Scenario
from harness.network import namespaces, user_namespace
from tests.unit.test_needs import scenario

LINE = {"command_line": True}


def over(*networks: Network) -> list[Scenario]:
    return [scenario(f"over-{one}").model_copy(update={"network": one}) for one in networks]


@pytest.mark.parametrize(
    ("networks", "chosen", "rights", "goes"),
    [
        ((Network.LOOPBACK, Network.NAMESPACES), LINE, (), True),
        ((Network.TURN_TCP,), LINE, (), True),
        ((Network.NAMESPACES,), {}, (), False),
        ((Network.LOOPBACK,), LINE, (), False),
        ((Network.NAMESPACES, Network.TURN_UDP), LINE, ("apart", "listens"), False),
        ((Network.NAMESPACES,), LINE, ("apart",), False),
        ((Network.TURN_UDP,), LINE, ("listens",), False),
    ],
)
def test_who_lacks_a_right_that_a_call_takes_is_started_again(
    networks: tuple[Network, ...],
    chosen: dict[str, Any],
    rights: tuple[str, ...],
    goes: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again: list[bool] = []
    monkeypatch.setattr(namespaces, "why_not", lambda: None if "apart" in rights else "only root can")
    monkeypatch.setattr(command_run, "may_listen", lambda: "listens" in rights)
    monkeypatch.setattr(user_namespace, "start_again", lambda _: again.append(True))
    monkeypatch.delenv(user_namespace.MARK, raising=False)
    go_where_namespaces_are(over(*networks), chosen)
    assert again == [True] * goes


def test_who_was_started_again_is_furnished_whatever_rights_it_has_now(monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[bool] = []
    monkeypatch.setattr(user_namespace, "start_again", lambda _: again.append(True))
    monkeypatch.setenv(user_namespace.MARK, "1")
    go_where_namespaces_are(over(Network.LOOPBACK), LINE)
    assert again == [True]
