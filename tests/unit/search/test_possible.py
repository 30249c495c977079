"""Which calls these endpoints can make in a search, and what is said of the others."""

from __future__ import annotations

import pytest

from harness.endpoints.gstreamer.installed import Found
from harness.model.endpoints import EndpointKind, Endpoints
from harness.model.service_kind import ServiceKind
from harness.search.plan import Plan, Shape
from harness.search.possible import chat_untried, lacking, nothing_possible

from .world import FLIP, move

STACKS = (EndpointKind.FIREFOX, EndpointKind.GSTREAMER)
PAGES = Endpoints(alice=EndpointKind.CHROMIUM_RAW, bob=EndpointKind.CHROMIUM_RAW)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every stack were here: what is asked is what it can do."""
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "a browser")
    monkeypatch.setattr("harness.endpoints.firefox.installed.lacking", lambda enclosed: "")
    monkeypatch.setattr("harness.endpoints.gstreamer.installed.found", lambda: Found("webrtcbin/1"))


def why(plan: Plan, endpoints: Endpoints) -> str | None:
    return lacking(plan, endpoints, ServiceKind.REFERENCE)


def shapes(endpoints: Endpoints) -> set[Shape]:
    """The kinds of calls that they cannot make."""
    return {one for one in Shape if why(Plan(one), endpoints) is not None}


def test_healthy_ends_can_make_every_call_and_write() -> None:
    assert shapes(Endpoints()) == set()
    assert chat_untried(Endpoints(), ServiceKind.REFERENCE) is None
    assert Plan().scenario(Endpoints()).call.chat


def test_a_bare_page_is_asked_for_no_ordinary_call() -> None:
    assert shapes(PAGES) == {Shape.ORDINARY}
    assert why(Plan(Shape.ORDINARY), PAGES) == "alice is a bare page, which makes no ordinary calls of the service"


@pytest.mark.parametrize("kind", STACKS)
@pytest.mark.parametrize("party", ["alice", "bob"])
def test_a_stack_without_chat_is_searched_without_it_and_that_is_told(kind: EndpointKind, party: str) -> None:
    endpoints = Endpoints(**{party: kind})
    assert {Shape.PLAIN, Shape.EARLIER, Shape.WRAPPING}.isdisjoint(shapes(endpoints))
    assert why(Plan(moves=(FLIP,)), endpoints) is None
    assert Plan().scenario(endpoints).call.chat == ()
    untried = chat_untried(endpoints, ServiceKind.REFERENCE)
    assert untried is not None
    assert untried.why.startswith(f"{party} is ") and untried.why.endswith(", which writes no chat")


@pytest.mark.parametrize("kind", STACKS)
def test_nobody_keeps_back_a_line_that_nobody_writes(kind: EndpointKind) -> None:
    kept_back = Plan(moves=(FLIP, move("withhold-message", towards="callee", message="chat")))
    assert why(kept_back, Endpoints()) is None
    assert "writes no chat" in str(why(kept_back, Endpoints(bob=kind)))


def test_webrtcbin_is_not_asked_to_restart() -> None:
    assert "cannot restart ICE" in str(why(Plan(Shape.RESTART, (FLIP,)), Endpoints(bob=EndpointKind.GSTREAMER)))


def test_a_restart_beside_firefox_is_made_and_not_attacked() -> None:
    endpoints = Endpoints(bob=EndpointKind.FIREFOX)
    assert why(Plan(Shape.RESTART), endpoints) is None
    assert "at a restart" in str(why(Plan(Shape.RESTART, (FLIP,)), endpoints))


def test_where_no_call_is_possible_each_reason_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nothing_possible(Endpoints(), ServiceKind.REFERENCE) is None
    assert nothing_possible(PAGES, ServiceKind.REFERENCE) is None
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: None)
    said = nothing_possible(PAGES, ServiceKind.REFERENCE)
    assert said is not None and said.count("alice sits at a browser") == 1
