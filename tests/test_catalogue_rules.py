"""Rules for the catalogue as a whole: what is there, how it is written, and that each attack has an honest twin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest

from harness import strict_yaml
from harness.auditors import AUDITORS
from harness.catalogue import base_id, files, load, place
from harness.deviations import load as load_deviations
from harness.model import adversary
from harness.model.adversary import (
    DtlsFault,
    DtlsFlaw,
    DtlsMitm,
    DtlsTamper,
    DtlsTampering,
    Rewrite,
    SdpRewrite,
)
from harness.model.alarms import ALARMS, FAILURES, UNPLANTED
from harness.model.base import Role
from harness.model.endpoints import BARE_PAGES, MALICIOUS, EndpointKind, Endpoints
from harness.model.finding import Reason
from harness.model.keying import Keying
from harness.model.mode import Mode
from harness.model.scenario import Family, Scenario
from harness.model.service_kind import ServiceKind
from harness.model.verdict import Outcome
from harness.scenario_file import ScenarioFile
from harness.schema import FOLDER, SCHEMAS, file_name, schema_text
from harness.self_test import OWED, revealing

REPOSITORY = Path(__file__).parent.parent
ROOT = REPOSITORY / "scenarios"
SCENARIOS = {scenario.id: scenario for scenario in load(ROOT)}
FILES = files(ROOT)

CONTROLS = {
    "honest-call",
    "honest-audio-call",
    "honest-process-call",
    "honest-restart",
    "honest-short-call",
    "honest-second-call",
    "honest-rollover-call",
    "honest-long-audio-call",
    "honest-speech-call",
    "honest-brief-call",
    "honest-ringing-call",
    "honest-second-ringing-call",
    "honest-chat-call",
    "honest-screen-call",
    "chromium-screen-call",
    "chromium-screen-callee",
    "feature-refused",
    "feature-granted",
    "tenant-honest-call",
    "tenant-default-is-off",
    "tenant-toggle-of-one",
    "tenant-policy-of-one",
    "tenant-other-organisation",
    "tenant-other-organisation-disallows",
    "tenant-other-organisation-records",
    "tenant-rank-decides",
    "tenant-direct-first",
    "compliance-recording",
    "compliance-recording-of-one",
    "tenant-client-cannot",
    "tenant-telephone",
    "tenant-client-is-old",
    "tenant-policy-flip",
    "tenant-features-refused",
    "tenant-features-granted",
    "tenant-service-call",
    "bystander-relay",
    "bystander-relay-memory",
    "honest-turn-call",
    "honest-turn-memory",
    "turn-bystander",
    "namespaces-call",
    "namespaces-audio-call",
    "service-call",
    "service-screen-call",
    "service-recording",
    "service-janus-call",
    "chromium-janus-pair",
    "service-captions",
    "service-voicemail",
    "service-voicemail-unanswered",
    "service-simultaneous-ring",
    "service-rings-everywhere",
    "service-other-device",
    "tenant-rings-everywhere",
    "service-voicemail-forwarded",
    "feature-refused-while-ringing",
    "service-add-participant",
    "service-merge",
    "service-transfer",
    "service-consult",
    "service-consult-transfer",
    "service-park",
    "service-companion",
    "clear-call",
    "clear-screen-call",
}
SIGNALLING_ATTACKS = """
    fingerprint-swap-screen
    fingerprint-swap fingerprint-swap-short-call fingerprint-swap-one-side fingerprint-swap-at-restart
    fingerprint-malformed fingerprint-weak-hash fingerprint-swap-sha-1 fingerprint-many fingerprint-many-hashes
    fingerprint-per-media setup-role setup-role-reoffer
    sdes-injection profile-avp profile-avp-no-feedback rtcp-mux-off reoffer-new-fingerprint late-mitm
    unknown-key-share reflection reflection-of-fingerprint
    signalling-replay-of-candidates signalling-replay-of-acceptance
    certificate-reuse near-match-code near-match-code-end signalling-replay signalling-replay-of-earlier-call
    signalling-replay-before-reoffer
    unknown-identity candidate-injection candidate-removal
"""
DTLS_ATTACKS = """
    tenant-dtls-mitm tenant-chromium-pair-mitm tenant-service-mitm chromium-service-mitm passive-tap-chromium-service
    dtls-mitm-memory
    dtls-mitm-sdp-untouched dtls-renegotiation dtls-resumption dtls-session-theft dtls-cipher dtls-version srtp-profile
    dtls-group dtls-group-offer dtls-certificate-copied dtls-handshake-faults dtls-ems-stripped-answer forward-secrecy
"""
NETWORK_AND_MEDIA_ATTACKS = """
    media-server-terminates media-server-relays media-server-memory-terminates media-server-memory-relays
    janus-terminates janus-memory-terminates
    namespaces-passive-tap namespaces-dtls-mitm-sdp-untouched namespaces-fingerprint-swap namespaces-impairment
    namespaces-spoofed-flood namespaces-spoofed-junk
    passive-tap-screen passive-tap passive-tap-service turn-recorder turn-dtls-mitm turn-dtls-mitm-tcp
    turn-dtls-mitm-sdp-untouched
    turn-tamper-channel turn-tamper-channels-mixed clienthello-race dtls-junk dtls-junk-handshake dtls-junk-records
    dtls-junk-mid-call dtls-junk-mid-call-records dtls-junk-mid-call-handshake
    stun-hijack stun-hijack-on-path stun-hijack-role-conflict turn-tamper srtp-bitflip srtp-replay
    srtp-replay-late srtp-replay-other-stream srtp-replay-other-call roc-poisoning impairment plaintext-injection
    srtcp-tamper rtp-bleed
    srtp-flood ssrc-collision ssrc-collision-by-peer keystream-reuse header-leak length-leak linkability malformed-media
    malformed-media-by-peer reflection-of-packets
"""
POLICY_ATTACKS = """
    media-before-accept e2ee-strip e2ee-strip-one-side e2ee-forged-lock policy-flip-mid-call policy-flip-with-keys
    feature-announced feature-insertion feature-insertion-bot second-device-answer second-device-instead
    service-reads-chat processor-on-encrypted-call
"""
ATTACKS = {
    name
    for lists in (SIGNALLING_ATTACKS, DTLS_ATTACKS, NETWORK_AND_MEDIA_ATTACKS, POLICY_ATTACKS)
    for name in lists.split()
}
"""Every attack that the harness promises, by hand: a file that disappears must be missed."""

OTHERS = {
    EndpointKind.AIORTC,
    EndpointKind.AIORTC_PROCESS,
    EndpointKind.PROGRAM,
    EndpointKind.CHROMIUM,
    EndpointKind.CHROMIUM_RAW,
    EndpointKind.CHROMIUM_CLEAR,
    EndpointKind.FIREFOX,
    EndpointKind.GSTREAMER,
    EndpointKind.CLEAR,
}
HEALTHY_PROCESSES = Endpoints(alice=EndpointKind.AIORTC_PROCESS, bob=EndpointKind.AIORTC_PROCESS)
HEALTHY_PAGES = Endpoints(alice=EndpointKind.CHROMIUM_RAW, bob=EndpointKind.CHROMIUM_RAW)
OTHERS |= MALICIOUS
"""Kinds of endpoints that have no fault planted."""

SPECIMENS = {kind.value for kind in set(EndpointKind) - OTHERS} | {"code-collision"}
SPECIMENS |= {kind.value for kind in set(ServiceKind) - {ServiceKind.REFERENCE}}

HONEST = [scenario for scenario in SCENARIOS.values() if scenario.family is Family.CONTROL]
ATTACKED = [scenario for scenario in SCENARIOS.values() if scenario.family not in (Family.CONTROL, Family.SPECIMENS)]
PLANTED = [scenario for scenario in SCENARIOS.values() if scenario.family is Family.SPECIMENS]


def named(scenario: Scenario) -> str:
    return scenario.id


def test_everything_that_must_be_there_is_there() -> None:
    there = {base_id(scenario) for scenario in SCENARIOS}
    assert there >= CONTROLS | ATTACKS | SPECIMENS


def test_controls_attacks_and_specimens_lie_in_their_families() -> None:
    families = {base_id(scenario.id): scenario.family for scenario in SCENARIOS.values()}
    assert {families[name] for name in CONTROLS} == {Family.CONTROL}
    assert {families[name] for name in SPECIMENS} == {Family.SPECIMENS}
    assert {families[name] for name in ATTACKS} == {Family.SIGNALLING, Family.POLICY, Family.NETWORK, Family.MEDIA}


def test_each_way_of_rewriting_a_description_is_tried() -> None:
    tried = {one.adversary.rewrite for one in SCENARIOS.values() if isinstance(one.adversary, SdpRewrite)}
    assert tried == set(Rewrite)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (adversary.SrtpBitflip, "field"),
        (adversary.SrtpReplay, "when"),
        (adversary.SignallingReplay, "of"),
        (adversary.SignallingReplay, "what"),
        (adversary.Reflection, "what"),
        (adversary.SrtcpTamper, "fault"),
        (adversary.TurnTamper, "fault"),
        (adversary.Impairment, "ailment"),
        (adversary.DtlsJunk, "noise"),
        (adversary.StunHijack, "forgery"),
        (adversary.RocPoisoning, "distance"),
        (adversary.MalformedMedia, "malformation"),
        (adversary.CandidateInjection, "how"),
        (adversary.FeatureInsertion, "feature"),
        (adversary.FeatureInsertion, "holder"),
        (adversary.SecondDevice, "answers"),
        (adversary.MediaServer, "handling"),
        (adversary.MediaServer, "program"),
    ],
)
def test_each_way_of_an_attack_is_tried(kind: type[adversary.Attacker], field: str) -> None:
    possible: Any = kind.model_fields[field].annotation
    tried = {getattr(one.adversary, field) for one in SCENARIOS.values() if isinstance(one.adversary, kind)}
    assert tried == set(get_args(possible) or possible)


@pytest.mark.parametrize(
    "kind",
    [
        adversary.DtlsJunk,
        adversary.StunHijack,
        adversary.RocPoisoning,
        adversary.SsrcCollision,
        adversary.MalformedMedia,
    ],
)
def test_what_can_come_from_both_is_sent_from_the_path_and_from_beside_it(kind: type[adversary.Injector]) -> None:
    tried = {one.adversary.on_path for one in SCENARIOS.values() if isinstance(one.adversary, kind)}
    assert tried == {True, False}


def test_a_screen_is_shared_by_either_alone_and_by_both_and_in_each_mode() -> None:
    shared = {(one.call.mode, one.call.screen) for one in SCENARIOS.values() if one.call.screen}
    assert {frozenset(roles) for _, roles in shared} == {
        frozenset({Role.CALLER}),
        frozenset({Role.CALLEE}),
        frozenset(Role),
    }
    assert {mode for mode, _ in shared} == set(Mode)


def test_either_side_alone_and_both_and_none_are_swapped() -> None:
    swaps = {one.adversary.swap for one in SCENARIOS.values() if isinstance(one.adversary, DtlsMitm)}
    assert {frozenset(swap) for swap in swaps} == {
        frozenset(),
        frozenset({Role.CALLER}),
        frozenset({Role.CALLEE}),
        frozenset(Role),
    }


def test_each_flaw_of_a_handshake_is_tried_on_each_role_that_can_refuse_it() -> None:
    """Bob, the answerer, is DTLS client. A server shows a certificate and its proof or there is no handshake at all;
    and it may pass over a master key identifier (RFC 5764 section 4.1.3)."""
    tried = {
        (one.adversary.flaw, one.adversary.towards)
        for one in SCENARIOS.values()
        if isinstance(one.adversary, DtlsFault)
    }
    of_a_client = {DtlsFlaw.CERTIFICATE_MISSING, DtlsFlaw.SIGNATURE_MISSING}
    impossible = {(flaw, Role.CALLEE) for flaw in of_a_client} | {(DtlsFlaw.MKI, Role.CALLER)}
    assert tried == {(flaw, role) for flaw in DtlsFlaw for role in Role} - impossible


def test_each_way_of_tampering_with_a_handshake_is_tried() -> None:
    tried = {one.adversary.tampering for one in SCENARIOS.values() if isinstance(one.adversary, DtlsTamper)}
    assert tried == set(DtlsTampering)


def test_the_extended_master_secret_is_struck_out_of_the_hello_of_either_side() -> None:
    tampering = [one.adversary for one in SCENARIOS.values() if isinstance(one.adversary, DtlsTamper)]
    assert {one.towards for one in tampering if one.tampering is DtlsTampering.EMS_STRIPPED} == set(Role)


def test_a_malicious_peer_is_placed_beside_a_healthy_client_and_nobody_else() -> None:
    placed = [one.endpoints for one in SCENARIOS.values() if {one.endpoints.alice, one.endpoints.bob} & MALICIOUS]
    assert {one.bob for one in placed} == MALICIOUS
    assert {one.alice for one in placed} == {EndpointKind.AIORTC}


def test_each_kind_of_endpoint_is_placed_in_a_call() -> None:
    placed = {kind for scenario in SCENARIOS.values() for kind in (scenario.endpoints.alice, scenario.endpoints.bob)}
    assert placed == set(EndpointKind) - {EndpointKind.PROGRAM}  # only the command line can say which one


@pytest.mark.parametrize("scenario", [*ATTACKED, *PLANTED], ids=named)
def test_the_twin_of_each_attack_and_each_specimen_is_a_scenario(scenario: Scenario) -> None:
    assert scenario.twin in SCENARIOS


@pytest.mark.parametrize("scenario", ATTACKED, ids=named)
def test_an_attack_differs_from_its_twin_in_the_attack_alone(scenario: Scenario) -> None:
    twin = SCENARIOS[scenario.twin or ""]
    assert twin.family is Family.CONTROL
    assert twin.expect.outcome is (Outcome.SECURE if twin.call.mode is Mode.E2EE else Outcome.DISCLOSED)
    if {scenario.endpoints.alice, scenario.endpoints.bob} & MALICIOUS:
        # The adversary is one of the two.
        assert scenario.adversary is twin.adversary is None
        assert conditions(twin, of_endpoints=False) == conditions(scenario, of_endpoints=False)
        return
    assert twin.adversary != scenario.adversary
    assert conditions(twin) == conditions(scenario)


@pytest.mark.parametrize("scenario", PLANTED, ids=named)
def test_a_specimen_differs_from_its_twin_in_the_fault_alone(scenario: Scenario) -> None:
    twin = SCENARIOS[scenario.twin or ""]
    assert twin.adversary == scenario.adversary
    assert twin.memory is scenario.memory
    if scenario.memory:
        # One end stays healthy, in a process of its own: the search must find the keys in somebody who has them.
        assert twin.endpoints == HEALTHY_PROCESSES
        assert scenario.endpoints == HEALTHY_PROCESSES.model_copy(update={"alice": EndpointKind(scenario.id)})
        assert conditions(twin, of_endpoints=False) == conditions(scenario, of_endpoints=False)
        return
    assert twin.endpoints == (HEALTHY_PAGES if scenario.endpoints.alice in BARE_PAGES else Endpoints())
    if scenario.call.code_digits < twin.call.code_digits:
        # The fault is the system's: its code is too short. The clients are healthy.
        whole = scenario.call.model_copy(update={"code_digits": twin.call.code_digits})
        assert conditions(twin) == conditions(scenario.model_copy(update={"call": whole}))
        return
    if scenario.service is not ServiceKind.REFERENCE:
        assert scenario.service is ServiceKind(scenario.id)
        assert conditions(twin) == conditions(scenario)
        return
    assert scenario.endpoints.alice is scenario.endpoints.bob is EndpointKind(scenario.id)
    assert conditions(twin, of_endpoints=False) == conditions(scenario, of_endpoints=False)


def conditions(scenario: Scenario, of_endpoints: bool = True) -> tuple[object, ...]:
    """Everything of a call but its adversary. How long to wait for a set-up that must fail is not part of the call, and
    neither is how long it would ring until the user accepts, who must not be asked at all."""
    call = scenario.call.model_copy(update={"setup_seconds": 0, "ring": bool(scenario.call.ring)})
    return (call, scenario.network, scenario.tenant, scenario.endpoints if of_endpoints else None)


@pytest.mark.parametrize("scenario", PLANTED, ids=named)
def test_a_specimen_must_be_seen(scenario: Scenario) -> None:
    """Otherwise a harness that sees nothing would pass it."""
    twin = SCENARIOS[scenario.twin or ""]
    named = set(scenario.expect.because) - set(twin.expect.because)
    assert scenario.expect.because or scenario.expect.beyond
    assert named or (scenario.expect.outcome is Outcome.BREACH is not twin.expect.outcome)


@pytest.mark.parametrize("scenario", ATTACKED, ids=named)
def test_an_attack_that_changes_something_is_proved_by_the_recording(scenario: Scenario) -> None:
    """Not by the adversary's word, nor by that of an endpoint, which may give up for another reason."""
    if isinstance(scenario.adversary, adversary.LOOKING):
        return
    known = [one.expect for one in load_deviations() if one.names(scenario.id)]
    for expect in (scenario.expect, *known):
        assert expect.seen or set(expect.because) - FAILURES


@pytest.mark.parametrize("scenario", ATTACKED, ids=named)
def test_of_many_packets_more_than_one_must_be_seen(scenario: Scenario) -> None:
    early = isinstance(scenario.adversary, adversary.ClientHelloRace | adversary.DtlsJunk)
    if isinstance(scenario.adversary, adversary.Injector) and not early:
        assert sum(scenario.expect.at_least.values()) >= 8


def test_for_each_auditor_that_can_raise_an_alarm_a_specimen_is_planted_that_it_must_recognise() -> None:
    assert set(OWED) == {one.name for one in AUDITORS if not one.informs}
    for name, reason in OWED.values():
        specimen = SCENARIOS[name]
        assert specimen.family is Family.SPECIMENS
        assert reason in revealing(specimen, SCENARIOS[specimen.twin or ""])


def demanded(scenarios: Iterable[Scenario]) -> set[Reason]:
    """The alarms without which one of these does not pass, also as what is known of a stack."""
    scenarios = list(scenarios)
    known = [one.expect for one in load_deviations() if any(one.names(scenario.id) for scenario in scenarios)]
    return {reason for expect in (*(one.expect for one in scenarios), *known) for reason in expect.because}


def test_each_alarm_is_planted_or_it_is_said_why_not() -> None:
    planted = {
        reason for one in (*PLANTED, *(SCENARIOS[one.twin or ""] for one in PLANTED)) for reason in one.expect.because
    }
    assert not planted & UNPLANTED.keys()
    assert planted | UNPLANTED.keys() == ALARMS > FAILURES


def test_of_alarms_that_are_not_planted_the_catalogue_demands_what_it_can() -> None:
    """The others are raised by tests of who raises them, at the least; those of failures go through all of them."""
    tests = "".join(one.read_text() for one in (REPOSITORY / "tests" / "unit").rglob("test_*.py"))
    for reason in UNPLANTED.keys() - demanded(SCENARIOS.values()):
        assert reason in FAILURES or f"Reason.{reason.name}" in tests, reason


@pytest.mark.parametrize("scenario", HONEST, ids=named)
def test_a_control_expects_no_alarm_unless_the_call_is_clear(scenario: Scenario) -> None:
    assert scenario.expect.outcome is (Outcome.SECURE if scenario.call.mode is Mode.E2EE else Outcome.DISCLOSED)
    assert bool(scenario.expect.because) is (scenario.call.mode is Mode.CLEAR)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=named)
def test_where_the_service_holds_the_keys_the_recording_must_show_it(scenario: Scenario) -> None:
    """But for a call in which a client refused whoever was there in the place of the service."""
    shows = {Keying.SDES: Reason.KEYS_IN_SIGNALLING, Keying.DTLS: Reason.DTLS_WITH_SERVICE}
    if scenario.expect.outcome is Outcome.BLOCKED and Reason.CERTIFICATE_NOT_SIGNALLED in scenario.expect.because:
        return
    if scenario.call.mode is Mode.SERVICE and Reason.MODE_RAISED not in scenario.expect.because:
        assert {shows[one] for one in scenario.keyings.values()} <= set(scenario.expect.seen)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=named)
def test_whatever_is_not_secure_must_be_said_why(scenario: Scenario) -> None:
    if scenario.expect.outcome is not Outcome.SECURE:
        expect = scenario.expect
        assert expect.because or expect.either or expect.beyond or (scenario.call.mode is Mode.SERVICE and expect.seen)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=named)
def test_no_outcome_is_expected_that_no_correct_call_has(scenario: Scenario) -> None:
    assert scenario.expect.outcome not in {Outcome.UNKNOWN, Outcome.FALSE_ALARM, Outcome.FAILED_CALL}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=named)
def test_no_alarm_is_both_demanded_and_tolerated(scenario: Scenario) -> None:
    expect = scenario.expect
    every = (*expect.because, *expect.also)
    assert len({*every}) == len(every)
    # What one stack must raise may be what another one's peer is told.
    assert all(ways and {*expect.because}.isdisjoint(ways) for ways in expect.by_stack.values())
    assert not expect.either, "of each stack it is known which"
    known = {stack for kind in EndpointKind for stack in Endpoints(alice=kind, bob=kind).stacks}
    assert expect.by_stack.keys() <= known


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=named)
def test_each_scenario_says_by_whom_it_is_documented_and_what_it_serves(scenario: Scenario) -> None:
    assert scenario.references
    assert scenario.controls
    assert all(CONTROL.fullmatch(control) for control in scenario.controls), scenario.controls


CONTROL = re.compile(
    r"asvs-5\.0/17\.(1\.[12]|2\.[1-8]|3\.[12])"
    r"|nist-800-53r5/(SC-(8|8\(1\)|12|13|23|23\(3\)|23\(5\))|IA-[39]|CA-8|AU-10|AU-9\(3\)|SI-6)"
    r"|pci-dss-4\.0\.1/4\.2\.1|soc2/CC6\.[67]|iso-27001-2022/A\.(8\.24|8\.20|5\.14|5\.28)"
    r"|hipaa/164\.312\(e\)\([12]\)|gdpr/32\(1\)|nis2/21\(2\)\(j\)"
)
"""The controls of the mapping; a new one is added here and there."""


def test_a_file_is_named_after_its_id_in_the_folder_of_its_family() -> None:
    assert {file.path for file in FILES} == {place(scenario, ROOT) for scenario in SCENARIOS.values()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_each_file_fits_the_committed_schema_and_names_it(file: ScenarioFile) -> None:
    path = Path(file.path)
    data = path.read_bytes()
    first, _, _ = data.decode().partition("\n")
    target = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / target).resolve() == (REPOSITORY / FOLDER / "scenario.schema.json").resolve()
    committed = (path.parent / target).read_text()
    jsonschema_rs.validator_for(committed).validate(strict_yaml.read(data).value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_making_a_schema_again_gives_the_committed_bytes(name: str) -> None:
    assert (REPOSITORY / FOLDER / file_name(name)).read_bytes() == schema_text(name).encode()


def test_no_schema_is_committed_that_nobody_makes() -> None:
    committed = {path.name for path in (REPOSITORY / FOLDER).iterdir()}
    assert committed == {file_name(name) for name in SCHEMAS}
