"""What an endpoint is told must also be told to the one that is a process of its own."""

from __future__ import annotations

from dataclasses import fields

from harness.endpoints.endpoint import EndpointSetup
from harness.model.endpoint_protocol import OpenArguments

OF_THIS_SIDE = {
    "deeds",
    "picture",
    "plaintext",
    "advertise",
    "tap",
    "keylog",
    "through_leg",
    "as_told",
    "command",
    "lacks",
}
"""What the process is no part of: it tells of its sockets, packets and keys."""

BETWEEN_CALLS = {"memory"}
"""A process lives for one call and remembers nothing, as a healthy device."""

ONLY_A_PROGRAMS = {"pieces"}
"""An endpoint in this process makes its media itself."""

NOT_YET = {"turn", "inside", "within"}
"""Scenarios whose media go through a TURN server refuse a process of its own; where it runs, it need not know."""


def test_the_process_is_told_everything_that_an_endpoint_in_this_process_is_told() -> None:
    told = set(OpenArguments.model_fields)
    assert told - ONLY_A_PROGRAMS | OF_THIS_SIDE | BETWEEN_CALLS | NOT_YET == {
        field.name for field in fields(EndpointSetup)
    }
    assert not told & (OF_THIS_SIDE | BETWEEN_CALLS)
