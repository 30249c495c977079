"""A scenario file is read whole or refused with a sentence and a place for each fault."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.adversary import DtlsMitm, Position, SdpRewrite
from harness.model.base import Asset, Role
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.scenario import Family, Scenario
from harness.model.verdict import Outcome
from harness.scenario_error import MAX_SHOWN, CatalogueError, ScenarioError
from harness.scenario_file import parse, read

HERE = PurePath("scenarios/network/probe.call.yaml")

LEAST = """\
schema_version: 1
id: probe
title: A probe
why: To see.
expect: {outcome: SECURE}
"""


def load(more: str = "", at: PurePath = HERE) -> tuple[Scenario, ...]:
    return parse((LEAST + more).encode(), at).scenarios


def faults(text: str | bytes, at: PurePath = HERE) -> list[str]:
    """Each fault of a file as `line:column: text`."""
    with pytest.raises(ScenarioError) as caught:
        parse(text.encode() if isinstance(text, str) else text, at)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{at}:") for line in lines)
    return [line.removeprefix(f"{at}:") for line in lines]


def test_the_least_that_is_a_scenario() -> None:
    (scenario,) = load()
    assert (scenario.id, scenario.family) == ("probe", Family.NETWORK)
    assert scenario.call.media == (Asset.AUDIO, Asset.VIDEO)
    assert scenario.adversary is None


def test_a_scenario_with_everything() -> None:
    (scenario,) = load(
        "references: [RFC 8827 section 9.1]\n"
        "call: {mode: e2ee, media: [audio], seconds: 2}\n"
        "endpoints: {bob: constant-code}\n"
        "network: loopback\n"
        "adversary: {kind: dtls-mitm, position: [signalling, path], swap: [caller]}\n"
        "twin: other\n"
    )
    assert scenario.call.seconds == 2.0
    assert (scenario.endpoints.alice, scenario.endpoints.bob) == (EndpointKind.AIORTC, EndpointKind.CONSTANT_CODE)
    assert scenario.adversary == DtlsMitm(
        kind="dtls-mitm", position=(Position.SIGNALLING, Position.PATH), swap=(Role.CALLER,)
    )
    assert scenario.twin == "other"


def test_reasons_become_the_words_of_the_auditors() -> None:
    text = LEAST.replace("{outcome: SECURE}", "{outcome: DETECTED, because: [codes-differ], also: [keys-not-shared]}")
    (scenario,) = parse(text.encode(), HERE).scenarios
    assert scenario.expect.outcome is Outcome.DETECTED
    assert (scenario.expect.because, scenario.expect.also) == ((Reason.CODES_DIFFER,), (Reason.KEYS_NOT_SHARED,))


def test_a_matrix_becomes_one_scenario_for_each_variant() -> None:
    variants = load("adversary: {kind: sdp-rewrite}\nmatrix: {adversary.rewrite: [hash-md5, fingerprint-missing]}")
    assert [scenario.id for scenario in variants] == [
        "probe[rewrite=hash-md5]",
        "probe[rewrite=fingerprint-missing]",
    ]
    assert [one.adversary.rewrite for one in variants if isinstance(one.adversary, SdpRewrite)] == [
        "hash-md5",
        "fingerprint-missing",
    ]


def test_a_file_knows_the_line_of_its_id() -> None:
    file = parse(f"# a comment\n{LEAST}".encode(), HERE)
    assert (file.id, file.line, file.path) == ("probe", 3, HERE)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("titel: x", "6:1: unknown key 'titel'; did you mean 'title'? (allowed: schema_version, id, title, "),
        (
            "call: {secnds: 1}",
            "6:8: unknown key 'secnds'; did you mean 'seconds'? (allowed: mode, media, screen, ring, ",
        ),
        ("call: [1]", "6:7: call must be a mapping, not a list"),
        ("call: {seconds: yes}", "6:17: call.seconds must be a number, not the text 'yes'"),
        ("call: {seconds: 601}", "6:17: call.seconds must be at most 600, not 601"),
        ("call: {seconds: .nan}", "6:17: call.seconds must be at most 600, not nan"),
        ("call: {setup_seconds: 0}", "6:23: call.setup_seconds must be more than 0, not 0"),
        ("call: {media: audio}", "6:15: call.media must be a list, not the text 'audio'"),
        ("call: {media: []}", "6:15: call.media needs at least 1 entry"),
        ("call: {media: [audio, vido]}", "6:23: call.media[1] cannot be 'vido'; did you mean 'video'?"),
        ("call: {media: [vido]}", "6:16: call.media[0] cannot be 'vido'; did you mean 'video'?"),
        ("call: {mode: 3}", "6:14: call.mode must be one of e2ee, service, clear, not the whole number 3"),
        (
            "endpoints: {bob: safari}",
            "6:18: endpoints.bob cannot be 'safari' (allowed: aiortc, aiortc-process, ",
        ),
        ("network: tunnel", "6:10: network cannot be 'tunnel' (allowed: loopback, turn-udp, turn-tcp, namespaces)"),
        ("references: [1]", "6:14: references[0] must be text, not the whole number 1"),
        ("twin: 3", "6:7: twin must be text, not the whole number 3"),
        ("adversary: []", "6:12: adversary must be a mapping, not an empty list"),
        ("adversary: {}", "6:12: the key 'kind' is missing in adversary"),
        ("adversary: {kind: recoder}", "6:19: adversary.kind cannot be 'recoder'; did you mean 'recorder'? (allowed: "),
        ("adversary: {kind: 5}", "6:19: adversary.kind must be one of bystander, "),
        ("adversary: {kind: srtp-bitflip}", "6:12: the key 'field' is missing in adversary"),
        (
            "adversary: {kind: srtp-replay, every: 1.5}",
            "6:39: adversary.every must be a whole number, not the number 1.5",
        ),
        ("adversary: {kind: script, position: [path], moves: []}", "6:52: adversary.moves needs at least 1 entry"),
        (
            "adversary: {kind: script, position: [path], moves: [{do: flap}]}",
            "6:58: adversary.moves[0].do cannot be 'flap'; did you mean 'flip'? (allowed: rewrite, ",
        ),
        (
            "adversary: {kind: script, position: [path], moves: [{packet: srtp}]}",
            "6:53: the key 'do' is missing in adversary.moves[0]",
        ),
        (
            "adversary: {kind: script, position: [path], moves: [{do: intercept, asociation: 2}]}",
            "6:69: unknown key 'asociation'; did you mean 'association'? (allowed: do, association)",
        ),
        (
            "adversary: {kind: script, position: [path], moves: [{do: withhold, towards: caller}]}",
            "6:12: adversary is not accepted: move 1, 'withhold', needs the position 'signalling'",
        ),
        (
            "adversary: {kind: script, position: [signalling], moves: [{do: change-line, towards: caller, "
            'start: "a=\\n", how: remove}]}',
            "6:101: adversary.moves[0].start does not fit the pattern ",
        ),
        ("adversary: {kind: srtp-replay, every: 0}", "6:39: adversary.every must be at least 1, not 0"),
        ("adversary: {kind: srtp-replay, evry: 5}", "6:32: unknown key 'evry'; did you mean 'every'? (allowed: "),
        (
            "adversary: {kind: dtls-mitm, position: [path], swap: [caller]}",
            "6:12: adversary is not accepted: swap needs the position 'signalling'",
        ),
        ("family: network", "6:1: 'family' is not written in the file: the folder says it"),
        ("call: &c {seconds: 1}", "6:7: the anchor '&c' is not allowed"),
        ("title: again", "6:1: the key 'title' is given twice, first in line 3"),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_is_allowed(more: str, fault: str) -> None:
    (line,) = faults(LEAST + more)
    assert line.startswith(fault)


def test_unquoted_no_is_the_text_no() -> None:
    assert faults(LEAST.replace("A probe", "no") + "call: {seconds: no}") == [
        "6:17: call.seconds must be a number, not the text 'no'"
    ]


def test_every_fault_is_listed_in_the_order_of_the_file() -> None:
    text = "schema_version: 2\nid: probe\ntitle: ''\ncall: {seconds: -1, mdia: [audio]}\nexpect: {outcome: FINE}\n"
    assert [line.partition(" (allowed")[0] for line in faults(text)] == [
        "1:1: the key 'why' is missing",
        "1:17: schema_version must be 1, not the whole number 2",
        "3:8: title must not be empty",
        "4:17: call.seconds must be at least 0, not -1",
        "4:21: unknown key 'mdia'; did you mean 'media'?",
        "5:19: expect.outcome cannot be 'FINE'",
    ]


def test_the_version_of_the_format_must_be_written() -> None:
    assert faults(LEAST.replace("schema_version: 1\n", "")) == ["1:1: the key 'schema_version' is missing"]


def test_an_error_in_a_variant_points_into_the_matrix_and_is_said_once() -> None:
    matrix = "matrix:\n  call.seconds: [1, 2]\n  adversary.rewrite:\n  - hash-md5\n  - hash-md6\n"
    (line,) = faults(LEAST + "adversary: {kind: sdp-rewrite}\n" + matrix)
    assert line.startswith("11:5: adversary.rewrite cannot be 'hash-md6'; did you mean 'hash-md5'?")


def test_a_missing_id_is_missed_with_a_matrix_too() -> None:
    text = LEAST.replace("id: probe\n", "") + "matrix: {call.seconds: [1]}"
    assert faults(text) == ["1:1: the key 'id' is missing"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Probe", "'Probe' is no id"),
        ("probe-", "'probe-' is no id"),
        ("'probe[a=b]'", "'probe[a=b]' is no id"),
        ("network", "'network' is the name of a family"),
        ("prone", "the file of 'prone' must be named 'prone.call.yaml'"),
        ("12", "id must be text, not the whole number 12"),
    ],
)
def test_an_id_is_plain_and_that_of_its_file(name: str, says: str) -> None:
    (line,) = faults(LEAST.replace("id: probe", f"id: {name}"))
    assert line.startswith(f"2:5: {says}")


def test_the_folder_is_a_family() -> None:
    assert load(at=PurePath("media/probe.call.yaml"))[0].family is Family.MEDIA
    assert faults(LEAST, PurePath("stuff/probe.call.yaml")) == [
        "1:1: the folder of a scenario is its family: 'stuff' is not one of "
        "control, signalling, policy, network, media, specimens"
    ]


def test_a_file_that_is_not_a_mapping() -> None:
    assert faults("- 1") == ["1:1: a scenario is a mapping, not a list"]


def test_a_flood_of_faults_is_cut_short_and_counted() -> None:
    lines = faults(LEAST + "".join(f"key{number}: 1\n" for number in range(MAX_SHOWN + 5)))
    assert len(lines) == MAX_SHOWN + 1
    assert lines[-1] == "1:1: and 5 more faults"


def test_faults_that_every_variant_shares_are_not_looked_for_in_every_variant(monkeypatch: pytest.MonkeyPatch) -> None:
    validated = []
    real = Scenario.model_validate_json

    def counted(text: str) -> Scenario:
        validated.append(text)
        return real(text)

    monkeypatch.setattr(Scenario, "model_validate_json", counted)
    many = ", ".join(map(str, range(MAX_SHOWN + 1)))
    assert len(faults(LEAST + f"references: [{many}]\nmatrix: {{call.seconds: [{many}]}}")) == MAX_SHOWN + 1
    assert len(validated) == 1


def test_a_section_that_only_the_matrix_makes_stands_where_its_value_stands() -> None:
    more = "matrix:\n  adversary.every: [3]"
    assert faults(LEAST + more) == ["7:21: the key 'kind' is missing in adversary"]


def test_a_file_is_read_from_its_place(tmp_path: Path) -> None:
    path = tmp_path / "media" / "probe.call.yaml"
    path.parent.mkdir()
    path.write_text(LEAST)
    assert read(path).scenarios[0].family is Family.MEDIA


def test_what_cannot_be_read_is_an_error_with_a_place_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path / "probe.call.yaml")
    assert str(caught.value) == f"{tmp_path}/probe.call.yaml:1:1: there is no such file"
    folder = tmp_path / "folder.call.yaml"
    folder.mkdir()
    with pytest.raises(CatalogueError, match=r"folder.call.yaml:1:1: there is no such file"):
        read(folder)


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "media" / "probe.call.yaml"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ScenarioError, match="1:1: the file is larger than 65536 bytes"):
        read(path)


SCRAPS = st.sampled_from(
    [*LEAST.splitlines(), "call:", "{", "}", "[", "]", "&a", "*a", "<<:", "matrix:", "? ", "- ", "~"]
)


@given(st.binary(max_size=300) | st.lists(SCRAPS, max_size=12).map(lambda parts: "\n".join(parts).encode()))
def test_whatever_the_bytes_there_is_a_scenario_or_faults_with_places(data: bytes) -> None:
    try:
        assert parse(data, HERE).scenarios
    except ScenarioError as error:
        assert all(re.match(rf"{HERE}:\d+:\d+: .", line) for line in str(error).splitlines())


@given(st.data())
def test_one_changed_character_never_escapes_as_another_error(data: st.DataObject) -> None:
    text = LEAST + "call: {media: [audio], seconds: 1}\nadversary: {kind: srtp-replay, every: 5}\n"
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.characters(codec="utf-8"))
    try:
        parse((text[:at] + new + text[at + 1 :]).encode(), HERE)
    except ScenarioError as error:
        assert str(error).startswith(f"{HERE}:")
