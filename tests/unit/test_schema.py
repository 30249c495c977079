"""The schemas say what the loader says, as far as a schema can."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Any

import jsonschema_rs
import pytest

from harness import strict_yaml
from harness.calling.policy.audit import Tenancy, audit
from harness.command_cost import Asked, cost
from harness.interop import interop_of
from harness.matrix import PATHS
from harness.model.base import Asset, Party, Role
from harness.model.endpoint_check import EndpointCheck
from harness.model.endpoints import Endpoints
from harness.model.finding import Reason
from harness.model.ground_truth import GroundTruth, SentMarker
from harness.model.mode import Mode
from harness.model.recording import Recording, SignalEntry, SignalKind, SignalMessage
from harness.model.statement import EndpointStatement, Failure, Indicator, PacketCounts, Screen
from harness.model.tenant import Tenant
from harness.model.verdict import RunDocument, Summary
from harness.scenario_error import ScenarioError
from harness.scenario_file import parse
from harness.schema import SCHEMAS, file_name, schema_text, write
from harness.search.ledger import Ledger
from tests.unit.report.inspection_sample import inspection
from tests.unit.report.interop_sample import realistic_matrix

LEAST = "schema_version: 1\nid: probe\ntitle: T\nwhy: W\nexpect: {outcome: SECURE}\n"
HERE = PurePath("network/probe.call.yaml")


def schema(name: str) -> Any:
    return json.loads(schema_text(name))


@pytest.fixture(scope="module")
def scenario_file() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema("scenario"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    assert jsonschema_rs.meta.is_valid(schema(name))


@pytest.mark.parametrize(
    "more",
    [
        "",
        "call: {mode: e2ee, media: [audio], seconds: 2, setup_seconds: 1.5}",
        "adversary: {kind: dtls-mitm, position: [signalling, path], swap: [caller]}",
        "adversary: {kind: sdp-rewrite, rewrite: hash-md5}\ntwin: honest-call",
        "adversary: {kind: sdp-rewrite}\nmatrix: {adversary.rewrite: [hash-md5, hash-md2]}",
        "adversary: {kind: plaintext-injection}\nmatrix: {adversary.position: [[path], [off-path]]}",
        "matrix: {endpoints.bob: [clear, aiortc], call.media: [[audio], [audio, video]], network: [loopback]}",
    ],
)
def test_what_the_loader_takes_fits(scenario_file: jsonschema_rs.Draft202012Validator, more: str) -> None:
    assert parse((LEAST + more).encode(), HERE).scenarios
    scenario_file.validate(strict_yaml.read((LEAST + more).encode()).value)


@pytest.mark.parametrize(
    "more",
    [
        "titel: x",
        "family: network",
        "call: {seconds: 601}",
        "call: {media: []}",
        "call: {seconds: no}",
        "endpoints: {bob: chrome}",
        "network: tunnel",
        "adversary: {kind: recoder}",
        "adversary: {kind: sdp-rewrite}",
        "adversary: {kind: sdp-rewrite}\nmatrix: {call.seconds: [1, 2]}",
        "adversary: {kind: sdp-rewrite}\nmatrix: {adversary.rewrite: [hash-md6]}",
        "adversary: {kind: dtls-mitm, swap: []}",
        "adversary: {kind: srtp-replay, every: 0}",
        "matrix: {}",
        "matrix: {call.seconds: []}",
        "matrix: {call.seconds: [1, 1]}",
        "matrix: {expect.outcome: [SECURE]}",
        "matrix: {endpoints.bob: [chrome]}",
    ],
)
def test_what_the_loader_refuses_does_not_fit(scenario_file: jsonschema_rs.Draft202012Validator, more: str) -> None:
    with pytest.raises(ScenarioError):
        parse((LEAST + more).encode(), HERE)
    assert not scenario_file.is_valid(strict_yaml.read((LEAST + more).encode()).value)


@pytest.mark.parametrize("line", LEAST.splitlines())
def test_each_line_of_the_least_scenario_is_needed(
    scenario_file: jsonschema_rs.Draft202012Validator, line: str
) -> None:
    text = LEAST.replace(f"{line}\n", "").encode()
    with pytest.raises(ScenarioError):
        parse(text, HERE)
    assert not scenario_file.is_valid(strict_yaml.read(text).value)


@pytest.mark.parametrize("name", ["probe[a=b]", "Probe", "-probe", ""])
def test_an_id_in_a_file_has_no_brackets(scenario_file: jsonschema_rs.Draft202012Validator, name: str) -> None:
    assert not scenario_file.is_valid(strict_yaml.read(LEAST.replace("probe", f"'{name}'").encode()).value)


def test_a_matrix_offers_every_path_and_no_other() -> None:
    matrix = schema("scenario")["properties"]["matrix"]
    assert tuple(matrix["properties"]) == PATHS
    assert matrix["additionalProperties"] is False


DOCUMENTS = {
    "recording": Recording(
        run="r",
        scenario="s",
        call="0",
        mode=Mode.E2EE,
        media=(Asset.AUDIO,),
        media_seconds=1.0,
        started=1.0,
        ended=2.0,
        provenance={},
        vantages=(),
        files=(),
    ),
    "signalling": SignalEntry(
        time=1.0,
        hop="alice",
        direction="out",
        message=SignalMessage(kind=SignalKind.OFFER, sender=Party.ALICE, body="v=0"),
    ),
    "endpoint": EndpointStatement(
        party=Party.ALICE,
        role=Role.CALLER,
        software="s",
        screen=Screen(indicator=Indicator.NONE, code=None, peer="Bob"),
        connected=False,
        failure=Failure(reason=Reason.ICE_FAILED, detail="d"),
        local_certificate=None,
        presented_certificate=None,
        dtls=None,
        packets=PacketCounts(),
        heard={Asset.AUDIO: "00"},
        addresses=(),
    ),
    "ground-truth": GroundTruth(
        markers=(SentMarker(asset=Asset.AUDIO, sender=Party.BOB, marker="0" * 16),), adversary=None
    ),
    "results": RunDocument(
        run="r",
        provenance={},
        summary=Summary(selected=0, executed=0, by_status={}, by_outcome={}),
        results=(),
    ),
    "inspection": inspection(),
    "interop": interop_of(realistic_matrix()),
    "cost": cost(Asked(), 1e6),
    "search": Ledger("seed", Endpoints(), 1).document(),
    "tenant": Tenant(),
    "policy-audit": audit(Tenancy({}, ())),
    "endpoint-check": EndpointCheck(command=("client",), software="client/1", checks=()),
}


def test_every_document_that_is_written_has_a_schema() -> None:
    assert set(SCHEMAS) == {"scenario", "endpoint-protocol", *DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_fits_its_schema_and_one_without_any_of_its_fields_does_not(name: str) -> None:
    validator = jsonschema_rs.Draft202012Validator(schema(name))
    document = json.loads(DOCUMENTS[name].model_dump_json())
    validator.validate(document)
    for field in document:
        assert not validator.is_valid({key: value for key, value in document.items() if key != field})
    assert not validator.is_valid(document | {"more": 1})


def test_every_schema_is_written_to_its_file(tmp_path: Path) -> None:
    written = write(tmp_path / "schema")
    assert [path.name for path in written] == [file_name(name) for name in SCHEMAS]
    assert all(path.read_text() == schema_text(name) for path, name in zip(written, SCHEMAS, strict=True))
