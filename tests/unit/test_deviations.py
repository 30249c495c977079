"""The file of known deviations: what is there is well written, and what is not is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.catalogue import load as load_scenarios
from harness.deviations import DeviationsError, check_known, load, naming
from harness.model.base import Party
from harness.model.deviation import Deviation

ENTRY = """
  - id: takes-dtls-from-anyone
    stack: aioice
    version: "0.13.0"
    scenarios: [clienthello-race]
    right: the call comes up
    happens: the call is lost
    reason: no source address is checked
    reference: scenario clienthello-race
    expect: {outcome: BLOCKED, because: [dtls-error]}
"""
SCENARIOS = load_scenarios(Path(__file__).parents[2] / "scenarios")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "deviations.yaml"
    path.write_text(text)
    return path


def test_every_known_deviation_speaks_of_scenarios_that_are_there() -> None:
    ids = {scenario.id for scenario in SCENARIOS} | {scenario.id.partition("[")[0] for scenario in SCENARIOS}
    for one in load():
        assert set(one.scenarios) <= ids, one.id


def test_no_known_deviation_expects_what_is_right_anyway() -> None:
    for one in load():
        for scenario in SCENARIOS:
            if one.names(scenario.id):
                assert one.expect != scenario.expect, (one.id, scenario.id)


def test_an_entry_is_read(tmp_path: Path) -> None:
    (one,) = load(written(tmp_path, f"schema_version: 1\ndeviations:{ENTRY}"))
    assert one.software == "aioice/0.13.0"
    assert naming([one], ["clienthello-race[a=1]"]) == (one,)
    assert naming([one], ["honest-call"]) == ()


def test_an_entry_speaks_of_its_scenario_whoever_the_two_ends_are(tmp_path: Path) -> None:
    variant = ENTRY.replace("[clienthello-race]", '["dtls-junk[noise=handshake]"]')
    (one,) = load(written(tmp_path, f"schema_version: 1\ndeviations:{variant}"))
    assert one.names("dtls-junk[noise=handshake,alice=firefox,bob=aiortc,network=turn-udp]")
    assert not one.names("dtls-junk[noise=fatal-alert,alice=firefox,bob=aiortc,network=turn-udp]")
    assert not one.names("dtls-junk[noise=handshake,alice=firefox,bob=aiortc,network=moon]")


def test_what_hangs_on_the_end_that_is_attacked_speaks_of_that_end_alone(tmp_path: Path) -> None:
    entry = ENTRY.replace("[clienthello-race]", '["clienthello-race[towards=callee]"]\n    end: bob')
    (one,) = load(written(tmp_path, f"schema_version: 1\ndeviations:{entry}"))
    ours, other = "aiortc/1.16.0 aioice/0.13.0", "firefox/153.8.0"
    both = {Party.ALICE: ours, Party.BOB: ours}
    assert one.applies("clienthello-race[towards=callee]", both)
    assert one.applies("clienthello-race[towards=callee]", {**both, Party.ALICE: other})
    assert not one.applies("clienthello-race[towards=callee]", {**both, Party.BOB: other})
    assert not one.applies("clienthello-race[towards=callee]", {Party.ALICE: ours})
    assert not one.applies("clienthello-race[towards=caller]", both)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("schema_version: 1\ndeviations: [", ":3:1: "),
        (f"schema_version: 1\ndeviations:{ENTRY}    extra: 1\n", "deviations.0.extra"),
        (f"schema_version: 1\ndeviations:{ENTRY}{ENTRY}", "listed twice"),
        ("schema_version: 2\ndeviations: []\n", "schema_version"),
        ("schema_version: 1\nschema_version: 1\ndeviations: []\n", ":2:1: "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DeviationsError) as refused:
        load(path)
    assert str(refused.value).startswith(str(path))
    assert place in str(refused.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeviationsError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_a_deviation_of_a_scenario_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (one,) = load(written(tmp_path, f"schema_version: 1\ndeviations:{ENTRY}"))
    check_known([one], ["clienthello-race[towards=caller]"])
    with pytest.raises(DeviationsError, match="'clienthello-race', and there is no such scenario"):
        check_known([one], ["clienthello"])


def test_the_same_scenario_may_go_otherwise_between_other_stacks(tmp_path: Path) -> None:
    again = ENTRY.replace("takes-dtls", "ends-dtls")
    pair = "    between: [{alice: aioice, bob: other}]\n"
    both = load(written(tmp_path, f"schema_version: 1\ndeviations:{ENTRY}{again}{pair}"))
    assert [len(one.between) for one in both] == [0, 1]
    with pytest.raises(DeviationsError, match="listed twice"):
        load(written(tmp_path, f"schema_version: 1\ndeviations:{ENTRY}{pair}{again}{pair}"))


def test_a_scenario_and_one_of_its_variants_are_not_two_entries(tmp_path: Path) -> None:
    both = ENTRY.replace("[clienthello-race]", '[clienthello-race, "clienthello-race[a=1]"]')
    with pytest.raises(DeviationsError, match="the one contains the other"):
        load(written(tmp_path, f"schema_version: 1\ndeviations:{both}"))


def entry(name: str, scenario: str, **said: str) -> str:
    text = ENTRY.replace("takes-dtls-from-anyone", name).replace("clienthello-race]", f"{scenario}]")
    return text + "".join(f"    {field}: {value}\n" for field, value in said.items())


def test_what_need_not_occur_is_shown_by_another_entry_of_the_same_software_that_must(tmp_path: Path) -> None:
    always = entry("always", "clienthello-race")
    here = entry("here", "dtls-junk", shown_by="always")
    assert [one.shown_by for one in load(written(tmp_path, f"schema_version: 1\ndeviations:{always}{here}"))] == [
        None,
        "always",
    ]
    for others in (
        "",
        always.replace("0.13.0", "0.12.0"),
        entry("always", "clienthello-race", shown_by="here"),
        entry("always", "clienthello-race", sometimes="true"),
    ):
        with pytest.raises(DeviationsError, match=r"is to be shown by '(always|here)', which need not occur"):
            load(written(tmp_path, f"schema_version: 1\ndeviations:{here}{others}"))


def test_a_run_that_was_made_before_that_rule_is_judged_as_it_was() -> None:
    (one,) = (one for one in load() if one.id == "webrtcbin-takes-any-certificate-beside-another")
    older = {name: value for name, value in one.model_dump(mode="json").items() if name != "shown_by"}
    assert Deviation.model_validate_json(json.dumps(older | {"sometimes": True})).shown_by == one.id
    assert Deviation.model_validate_json(json.dumps(older | {"sometimes": False})).shown_by is None
