"""A scenario that lacks something that it needs is not run, with the reason, and is counted."""

from __future__ import annotations

import json

import pytest

from harness import needs
from harness.endpoints.firefox import installed as firefox
from harness.endpoints.gstreamer import installed as gstreamer
from harness.model.ability import Ability, ProgramUnderTest
from harness.model.adversary import (
    Bystander,
    DtlsMitm,
    LaterKeys,
    MediaServer,
    MediaServerMode,
    MediaServerProgram,
    Position,
    ReplayTime,
    SrtpReplay,
)
from harness.model.base import Asset, Party, Role
from harness.model.call import Call
from harness.model.mode import Mode
from harness.model.network import Network
from harness.model.outcome import Outcome, Status
from harness.model.scenario import Scenario
from harness.model.service_kind import Processor
from harness.model.unmet import Unmet
from harness.model.verdict import Result, RunDocument, Summary
from harness.needs import unmet
from harness.outputs import exit_code
from harness.report.tally import tally

NAMED = ProgramUnderTest(command=("client",), software="client/1")
WHY = "bob is a program, and which one only the command line says: --program bob='COMMAND'"


def scenario(name: str, screen: tuple[str, ...] = (), **endpoints: str) -> Scenario:
    return Scenario.model_validate(
        {
            "id": name,
            "call": {"screen": [Role(one) for one in screen]},
            "family": "control",
            "title": "T",
            "why": "W",
            "endpoints": endpoints,
            "expect": {"outcome": "SECURE"},
        }
    )


def test_a_program_that_no_command_names_is_missing() -> None:
    scenarios = [scenario("healthy"), scenario("strange", bob="program"), scenario("both", alice="program")]
    assert unmet(scenarios, {Party.ALICE: NAMED}, {"strange"}) == (Unmet(scenario="strange", why=WHY, asked=True),)
    assert unmet(scenarios, dict.fromkeys(Party, NAMED), ()) == ()
    assert [one.asked for one in unmet(scenarios, {}, {"healthy"})] == [False, False]


def test_a_program_is_not_tried_with_what_it_says_that_it_lacks_whoever_asked() -> None:
    modest = {Party.BOB: NAMED.model_copy(update={"lacks": frozenset({Ability.SCREEN})})}
    shown, plain = scenario("shown", ("caller",), bob="program"), scenario("plain", bob="program")
    why = "bob is the program 'client/1', which says that it lacks screen"
    assert unmet([shown, plain], modest, {"shown"}) == (Unmet(scenario="shown", why=why, asked=True),)
    assert unmet([shown, plain], modest, ()) == (Unmet(scenario="shown", why=why, asked=False),)
    assert unmet([shown, plain], {Party.BOB: NAMED}, ()) == ()
    assert unmet([scenario("specimen", ("caller",), bob="screen-in-clear")], modest, ()) == ()


@pytest.mark.parametrize("kind", ["program", "aiortc-process"])
def test_a_key_that_nobody_gives_away_cannot_be_taken(kind: str) -> None:
    thief = LaterKeys(kind="later-keys", position=(Position.PATH,))
    robbed = [scenario(name, bob=name).model_copy(update={"adversary": thief}) for name in ("aiortc", kind)]
    (lacking,) = unmet(robbed, {Party.BOB: NAMED}, ())
    assert (lacking.scenario, lacking.why) == (kind, f"bob is {kind}, which gives nobody the key of its certificate")


def test_what_has_no_place_for_the_software_that_was_chosen_is_not_run() -> None:
    bare = scenario("bare", alice="null-cipher", bob="null-cipher")
    (unmet_one,) = unmet([bare, scenario("healthy")], {}, {"bare"}, {"bare"})
    assert (unmet_one.scenario, unmet_one.asked) == ("bare", True)
    assert "alice is null-cipher and bob is null-cipher" in unmet_one.why


def test_who_names_its_certificate_by_one_hash_alone_has_no_other_line_that_could_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gstreamer, "found", lambda: gstreamer.Found("", ""))
    attack = DtlsMitm(
        kind="dtls-mitm",
        position=(Position.SIGNALLING, Position.PATH),
        swap=tuple(Role),
        how="after",
        algorithm="sha-256",
    )
    healthy, bare = scenario("healthy"), scenario("bare", bob="gstreamer")
    both = [one.model_copy(update={"adversary": attack}) for one in (healthy, bare)]
    (lacking,) = unmet(both, {}, ())
    assert (lacking.scenario, "sha-256 alone" in lacking.why) == ("bare", True)
    other = attack.model_copy(update={"algorithm": "sha-512"})
    assert unmet([bare.model_copy(update={"adversary": other})], {}, ()) == ()


def test_what_a_page_in_chromium_cannot_be_tried_with(monkeypatch: pytest.MonkeyPatch) -> None:
    attack = SrtpReplay(kind="srtp-replay", position=(Position.PATH,), when=ReplayTime.ACROSS_ROLLOVER)
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "chromium")
    both = [
        one.model_copy(update={"adversary": attack}) for one in (scenario("ours"), scenario("page", bob="chromium-raw"))
    ]
    (lacking,) = unmet(both, {}, ())
    assert (lacking.scenario, "none wraps within ten minutes" in lacking.why) == ("page", True)


def test_a_browser_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = [scenario("healthy"), scenario("windowed", alice="chromium")]
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: None)
    (lacking,) = unmet(scenarios, {}, {"windowed"})
    assert (lacking.scenario, lacking.asked) == ("windowed", True)
    assert lacking.why == (
        "alice sits at a browser, and none of these is installed (chromium, chromium-browser, google-chrome): "
        "make system, on Debian 12; or apt-get install chromium"
    )
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "/usr/bin/chromium")
    assert unmet(scenarios, {}, ()) == ()


def test_a_browser_that_calls_has_no_section_for_the_screen_of_the_other_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "/usr/bin/chromium")
    caller = {"alice": "chromium"}
    (lacking,) = unmet([scenario("shown", ("callee",), **caller)], {}, {"shown"})
    assert lacking.why == "alice calls from a browser, which offers a section for a screen when its own user shares one"
    for screen in (("caller",), ("caller", "callee"), ()):
        assert unmet([scenario("shown", screen, **caller)], {}, ()) == ()
    assert unmet([scenario("shown", ("callee",), bob="chromium")], {}, ()) == ()


def test_a_bare_stack_shares_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gstreamer, "found", lambda: gstreamer.Found("1.26", ""))
    (lacking,) = unmet([scenario("shown", ("caller",), bob="gstreamer")], {}, ())
    assert lacking.why == "bob is webrtcbin, which shares no screen"
    assert unmet([scenario("silent", bob="gstreamer")], {}, ()) == ()


@pytest.mark.parametrize(
    ("call", "why"),
    [({"mode": "service"}, "ordinary calls of the service"), ({"screen": ["caller"]}, "shares no screen")],
)
def test_a_bare_page_is_not_asked_for_what_it_has_no_part_for(
    call: dict[str, object], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "/usr/bin/chromium")
    bare = scenario("bare", bob="chromium-raw")
    (lacking,) = unmet(
        [bare.model_copy(update={"call": Call.model_validate_json(json.dumps(call))}), scenario("healthy")], {}, ()
    )
    assert lacking.why.startswith("bob is a bare page, which ")
    assert why in lacking.why
    assert unmet([bare], {}, ()) == ()


def test_a_stack_that_is_not_there_is_missing_and_what_it_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gstreamer, "found", lambda: gstreamer.Found(None, "no webrtcbin"))
    (lacking,) = unmet([scenario("healthy"), scenario("strange", bob="gstreamer")], {}, {"strange"})
    assert (lacking.scenario, lacking.asked) == ("strange", True)
    assert lacking.why.startswith(
        "bob is webrtcbin, which is not to be had here (no webrtcbin): "
        "make system, on Debian 12; or apt-get install python3-gi"
    )
    monkeypatch.setattr(gstreamer, "found", lambda: gstreamer.Found("webrtcbin/1.22.0"))
    assert unmet([scenario("strange", bob="gstreamer")], {}, ()) == ()


def test_a_firefox_that_is_not_there_or_has_no_address_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = [scenario("healthy"), scenario("strange", bob="firefox")]
    monkeypatch.setattr(firefox, "program", lambda: None)
    (lacking,) = unmet(scenarios, {}, {"strange"})
    assert lacking.why == (
        "bob is a page in Firefox, which is not to be had here (none of these is installed: firefox-esr, firefox): "
        "make system, on Debian 12; or apt-get install firefox-esr"
    )
    monkeypatch.setattr(firefox, "program", lambda: "/usr/bin/firefox-esr")
    monkeypatch.setattr(firefox, "own_address", lambda: None)
    assert unmet(scenarios, {}, ())[0].why.endswith("no default route)")
    monkeypatch.setattr(firefox, "own_address", lambda: "192.0.2.7")
    assert unmet(scenarios, {}, ()) == ()


@pytest.mark.parametrize(
    ("call", "tenant", "words"),
    [
        ({"chat": [{"text": "hello"}]}, None, "writes no chat"),
        (
            {"restart_after": 0.5},
            None,
            "names the ICE credentials in use in its every offer, and so cannot restart ICE",
        ),
        ({"mode": "service"}, None, "makes no ordinary calls of the service"),
        ({}, {}, "signs in to no service"),
    ],
)
def test_a_bare_stack_is_not_asked_for_what_only_a_client_of_the_service_does(
    monkeypatch: pytest.MonkeyPatch, call: dict[str, object], tenant: dict[str, object] | None, words: str
) -> None:
    monkeypatch.setattr(gstreamer, "found", lambda: gstreamer.Found("webrtcbin/1.22.0"))
    plain = scenario("strange", alice="gstreamer").model_dump(mode="json")
    wanted = Scenario.model_validate_json(json.dumps({**plain, "call": {**plain["call"], **call}, "tenant": tenant}))
    (lacking,) = unmet([wanted], {}, ())
    assert lacking.why == f"alice is webrtcbin, which {words}"


def test_a_relayed_call_needs_coturn_unless_the_adversary_relays_and_a_tap_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = scenario("honest").model_copy(update={"network": Network.TURN_UDP})
    adversary = Bystander(kind="bystander", position=(Position.PATH,))
    dishonest = honest.model_copy(update={"id": "dishonest", "adversary": adversary})
    monkeypatch.setattr(needs, "may_listen", lambda: True)
    monkeypatch.setattr("harness.network.coturn.installed", lambda: False)
    (lacking,) = unmet([honest, dishonest, scenario("direct")], {}, {"honest"})
    assert (lacking.scenario, lacking.asked) == ("honest", True)
    assert (
        lacking.why
        == "the media go through coturn, which is not installed: make system, on Debian 12; or apt-get install coturn"
    )
    monkeypatch.setattr("harness.network.coturn.installed", lambda: True)
    assert unmet([honest, dishonest], {}, ()) == ()
    monkeypatch.setattr(needs, "may_listen", lambda: False)
    assert [one.scenario for one in unmet([honest, dishonest, scenario("direct")], {}, ())] == ["honest", "dishonest"]


def test_no_server_is_put_into_a_call_that_would_outlive_the_harness(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in ("coturn.installed", "rtpengine.installed"):
        monkeypatch.setattr(f"harness.network.{found}", lambda: True)
    monkeypatch.setattr("harness.network.janus.lacking", lambda: None)
    monkeypatch.setattr(needs, "may_listen", lambda: True)
    monkeypatch.setattr("harness.network.child.shutil.which", lambda name: None if name == "setpriv" else name)
    relay = MediaServer(kind="media-server", handling=MediaServerMode.RELAY)
    relayed = scenario("relayed").model_copy(update={"network": Network.TURN_UDP})
    served = scenario("served").model_copy(update={"adversary": relay, "call": Call(media=(Asset.AUDIO,))})
    openly = scenario("openly").model_copy(update={"call": Call(mode=Mode.SERVICE), "processor": Processor.JANUS})
    on_path = Bystander(kind="bystander", position=(Position.PATH,))
    dishonest = relayed.model_copy(update={"id": "dishonest", "adversary": on_path})
    lacking = unmet([relayed, served, openly, dishonest, scenario("direct")], {}, ())
    assert [one.scenario for one in lacking] == ["relayed", "served", "openly"]
    assert {one.why for one in lacking} == {
        "it takes a server that ends with the harness, however that ends; "
        "not installed: setpriv (package util-linux): apt-get install util-linux"
    }


def test_an_endpoint_that_knows_no_relay_is_not_let_go_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line puts endpoints into scenarios that were checked with others."""
    monkeypatch.setattr(needs, "may_listen", lambda: True)
    monkeypatch.setattr("harness.network.coturn.installed", lambda: True)
    relayed = scenario("relayed", bob="clear").model_copy(update={"network": Network.TURN_UDP})
    (lacking,) = unmet([relayed], {}, ())
    assert lacking.why == "bob is clear, which cannot be forced through a TURN server yet"


def test_a_memory_that_may_not_be_read_is_missing_where_it_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "may_listen", lambda: True)
    monkeypatch.setattr("harness.network.coturn.installed", lambda: True)
    relayed = scenario("relayed", alice="aiortc-process", bob="aiortc-process")
    relayed = relayed.model_copy(update={"network": Network.TURN_UDP})
    searched = relayed.model_copy(update={"id": "searched", "memory": True})
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: "Permission denied")
    (lacking,) = unmet([relayed, searched], {}, {"searched"})
    assert (lacking.scenario, lacking.asked) == ("searched", True)
    assert lacking.why == "the memory of processes is searched, which may not be read here: Permission denied"
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: None)
    assert unmet([relayed, searched], {}, ()) == ()


def test_a_media_server_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    adversary = MediaServer(kind="media-server", handling=MediaServerMode.RELAY)
    served = scenario("served").model_copy(update={"adversary": adversary, "call": Call(media=(Asset.AUDIO,))})
    monkeypatch.setattr("harness.network.rtpengine.installed", lambda: False)
    (lacking,) = unmet([served, scenario("direct")], {}, ())
    assert lacking.why == (
        "a media server is put into the call, rtpengine, which is not installed: "
        "make system, on Debian 12; or apt-get install rtpengine-daemon"
    )
    monkeypatch.setattr("harness.network.rtpengine.installed", lambda: True)
    assert unmet([served], {}, ()) == ()


def test_a_janus_that_can_be_in_no_call_is_missing_wherever_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in = MediaServer(kind="media-server", program=MediaServerProgram.JANUS, handling=MediaServerMode.TERMINATE)
    behind = scenario("behind").model_copy(update={"adversary": put_in})
    openly = scenario("openly").model_copy(update={"call": Call(mode=Mode.SERVICE), "processor": Processor.JANUS})
    monkeypatch.setattr("harness.network.rtpengine.installed", lambda: False)
    monkeypatch.setattr("harness.network.janus.installed", lambda: False)
    lacking = unmet([behind, openly, scenario("direct")], {}, {"openly"})
    assert [(one.scenario, one.asked) for one in lacking] == [("behind", False), ("openly", True)]
    assert {one.why for one in lacking} == {
        "the media go through janus, and it is not installed: make system, on Debian 12; or apt-get install janus"
    }
    monkeypatch.setattr("harness.network.janus.installed", lambda: True)
    monkeypatch.setattr("harness.network.janus.own_address", lambda: None)
    assert unmet([openly], {}, ())[0].why.endswith("has no default route")
    monkeypatch.setattr("harness.network.janus.own_address", lambda: "192.0.2.7")
    assert unmet([behind, openly], {}, ()) == ()


def test_namespaces_that_cannot_be_made_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    spaces = {"network": Network.NAMESPACES}
    inside = scenario("inside", alice="aiortc-process", bob="aiortc-process").model_copy(update=spaces)
    monkeypatch.setattr("harness.network.namespaces.why_not", lambda: "only root can")
    (lacking,) = unmet([inside], {}, {"inside"})
    assert lacking.why == "the devices live in network namespaces, and there are none here: only root can"
    monkeypatch.setattr("harness.network.namespaces.why_not", lambda: None)
    assert unmet([inside], {}, ()) == ()
    (lacking,) = unmet([scenario("outside").model_copy(update=spaces)], {}, ())
    assert lacking.why == (
        "alice is aiortc, which cannot live in a network namespace: it is no process of its own in a call"
    )


def test_a_browser_in_a_namespace_has_the_address_of_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.network.namespaces.why_not", lambda: None)
    monkeypatch.setattr("harness.endpoints.gstreamer.installed.found", lambda: gstreamer.Found("webrtcbin/1", ""))
    monkeypatch.setattr(firefox, "program", lambda: "/usr/bin/firefox-esr")
    monkeypatch.setattr(firefox, "own_address", lambda: None)
    outside = scenario("browser", alice="gstreamer", bob="firefox")
    assert "no default route" in unmet([outside], {}, ())[0].why
    inside = outside.model_copy(update={"network": Network.NAMESPACES})
    assert unmet([inside], {}, ()) == ()
    monkeypatch.setattr(firefox, "program", lambda: None)
    assert "none of these is installed" in unmet([inside], {}, ())[0].why


def result(name: str, status: Status) -> Result:
    return Result(
        scenario=name,
        title=name,
        family="control",
        expected=Outcome.SECURE,
        outcome=Outcome.SECURE,
        status=status,
        because="",
        codes={},
        intercepted=False,
        findings=(),
        recording=None,
        seconds=0.0,
    )


def document(*statuses: Status, asked: bool) -> RunDocument:
    results = tuple(result(f"s{number}", status) for number, status in enumerate(statuses))
    lacking = [one.scenario for one in results if one.status is Status.NOT_RUN]
    return RunDocument(
        run="r1",
        provenance={},
        summary=Summary(
            selected=len(results),
            executed=len(results) - len(lacking),
            by_status={status: statuses.count(status) for status in set(statuses)},
            by_outcome={Outcome.SECURE: len(results)},
        ),
        results=results,
        unmet=tuple(Unmet(scenario=name, why=WHY, asked=asked) for name in lacking),
    )


def test_it_is_no_fault_of_a_run_unless_it_was_asked_for_by_name() -> None:
    green, lacking = Status.AS_EXPECTED, Status.NOT_RUN
    assert exit_code(document(green, lacking, asked=False)) == 0
    assert exit_code(document(green, lacking, asked=True)) == 3
    assert exit_code(document(lacking, asked=False)) == 5
    assert exit_code(document(lacking, asked=True)) == 3
    assert exit_code(document(green, lacking, Status.UNEXPECTED, asked=True)) == 1
    assert exit_code(document(green, lacking, Status.INCONCLUSIVE, asked=False)) == 3


def test_the_headline_counts_it() -> None:
    counted = tally(document(Status.AS_EXPECTED, Status.NOT_RUN, asked=False))
    assert (counted.green, counted.not_run) == (False, 1)
    assert counted.headline == "1 of 2 scenarios went as expected, 1 did not run for want of something"


def test_what_a_scenario_file_would_be_refused_for_is_not_run_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints and networks of a command line do not pass through the reader of scenario files."""
    monkeypatch.setattr("harness.network.namespaces.why_not", lambda: None)
    call = Call(earlier=1)
    inside = scenario("placed", alice="aiortc-process", bob="aiortc-process")
    placed = inside.model_copy(update={"network": Network.NAMESPACES, "call": call})
    (lacking,) = unmet([placed, scenario("direct")], {}, ())
    assert lacking.why == "in namespaces there are encrypted calls only, without a tenant and without earlier ones"
