"""The arrows between the rooms: who may import whom. The order of this table is the architecture."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HARNESS = ROOT / "harness"

NOUNS = {"model", "wire"}
LIVE = {"calling", "network", "endpoints", "adversaries", "vantage"}
ARROWS = {
    "model": set[str](),
    "wire": set[str](),
    "codes": {"wire"},
    "markers": {"wire"},
    "calling": NOUNS | {"codes", "markers"},
    "network": NOUNS | {"codes"},
    "endpoints": NOUNS | {"codes", "markers", "network"},
    "adversaries": NOUNS | {"codes", "network"},
    "vantage": NOUNS,
    "inspection": NOUNS | {"codes", "markers", "vantage"},
    "auditors": NOUNS | {"codes", "markers", "vantage", "inspection"},
    "evidence": {"model"},
    "report": {"model", "evidence"},
    "outcomes": {"model"},
    "judge": {"model", "outcomes"},
    "self_test": {"model"},
    "wording": set[str](),
    "attack_list": set[str](),
    "strict_yaml": {"wording"},
    "matrix": {"model", "strict_yaml", "wording"},
    "scenario_error": {"model", "matrix", "strict_yaml", "wording"},
    "scenario_file": {"model", "matrix", "scenario_error", "strict_yaml", "wording"},
    "catalogue": {"model", "scenario_error", "scenario_file", "strict_yaml", "wording"},
    "protocol_schema": {"model"},
    "schema": {"model", "matrix", "protocol_schema", "scenario_file"},
    "deviations": {"model", "strict_yaml"},
    "doctor": {"endpoints", "network", "wording"},  # what finds a stack, which imports nothing that may be missing
    "service_frames": {"model"},
    "service_signalling": {"model", "calling", "endpoints", "service_frames"},
    "dishonest_service": {"model", "calling", "service_frames", "service_signalling"},
    "tenant_service": {"model", "calling", "endpoints", "network", "service_signalling"},
    "live_person": {"model", "endpoints", "live_guest"},
    "live_tenant": NOUNS
    | {"calling", "endpoints", "evidence", "live_guest", "live_media", "live_person", "network", "service_signalling"}
    | {"tenant_service", "vantage"},
    "call_course": NOUNS | {"calling", "endpoints"},
    "live_guest": NOUNS | {"endpoints", "evidence", "vantage"},
    "live_media": NOUNS | {"calling", "evidence", "live_guest", "vantage"},
    "live_memory": NOUNS | {"auditors", "network", "vantage"},
    "live_turn": NOUNS | {"adversaries", "evidence", "live_memory", "network", "vantage"},
    "live_media_server": NOUNS | {"adversaries", "evidence", "live_memory", "network", "vantage"},
    "live_namespaces": NOUNS | {"adversaries", "evidence", "network", "vantage"},
    "live_conditions": {"model"},
    "live_adversary": NOUNS
    | {"adversaries", "endpoints", "evidence", "live_conditions", "live_namespaces", "network", "vantage"},
    "live_call": NOUNS
    | LIVE
    | {
        "call_course",
        "dishonest_service",
        "evidence",
        "live_adversary",
        "live_conditions",
        "auditors",
        "live_guest",
        "live_media_server",
        "live_memory",
        "live_namespaces",
        "live_tenant",
        "live_turn",
        "service_signalling",
        "live_media",
        "markers",
    },
    "live_recording": NOUNS | {"adversaries", "endpoints", "evidence", "live_call", "live_conditions", "vantage"},
    "record_calls": {"model", "endpoints", "evidence", "live_call", "live_conditions", "live_recording"},
    "endpoint_check": NOUNS | {"codes", "endpoints", "markers", "network"},
    "endpoint_worker": {"model", "endpoints"},
    "relay_worker": NOUNS | {"adversaries", "network", "vantage"},
    "recorded_call": NOUNS | {"auditors", "evidence", "inspection", "vantage"},
    "visibility": NOUNS | {"auditors", "evidence", "inspection", "markers", "recorded_call", "strict_yaml", "vantage"},
    "ends": NOUNS | {"auditors"},
    "packet_flows": NOUNS | {"auditors"},
    "garbage": set[str](),
    "interop": {"model", "report", "wording"},
    "audit": NOUNS
    | {
        "auditors",
        "ends",
        "evidence",
        "inspection",
        "judge",
        "markers",
        "packet_flows",
        "recorded_call",
        "self_test",
        "vantage",
        "visibility",
    },
    "audit_worker": {"model", "audit", "evidence", "garbage", "inspection"},
    "audit_process": {"model", "network"},
    "auditing": {"model", "audit_process"},
    "runner": {
        "model",
        "audit",
        "audit_process",
        "auditing",
        "deviations",
        "evidence",
        "live_conditions",
        "needs",
        "record_calls",
    },
    "endpoint_choice": {"model", "wording"},
    "abilities": {"model"},
    "needs": {"model", "abilities", "endpoints", "network", "restarts", "vantage", "wording"},
    "restarts": {"model"},
    "selection": {"model", "catalogue", "endpoint_choice", "needs", "scenario_file", "self_test"},
    "policy_prompt": {"calling", "report"},
    "call_views": {"model", "evidence", "report"},
    "outputs": {"model", "report"},
    "placement": {"model", "audit", "audit_process", "evidence", "inspection", "runner"},
    "search": {"model", "deviations", "evidence", "needs", "placement", "report", "runner", "scenario_file"},
}
ANYTHING = {
    "cli",
    "command_audit",
    "command_code",
    "command_cost",
    "command_endpoint",
    "command_interop",
    "command_policy",
    "command_policy_audit",
    "command_run",
    "command_search",
    "command_visibility",
    "command_serve",
    "commands",
    "pytest_plugin",
}

FOREIGN = {
    "aiortc": {"endpoints"},
    "aioice": {"endpoints"},
    "scapy": {"vantage", "adversaries"},
    "pyshark": {"vantage"},
    "av": {"markers", "inspection", "endpoints", "calling"},
    "scipy": {"inspection"},
    "pylibsrtp": {"wire", "inspection", "auditors", "endpoints"},
    "jinja2": {"report"},
    "rich": {"report"},
    "yaml": {"strict_yaml"},
    "click": {"cli", "commands"},
    "aiohttp": {"calling", "endpoints", "network"},
    "playwright": {"endpoints"},
    "hypothesis": {"search"},
    "gi": {"endpoints"},
}


def room_of(path: Path) -> str:
    first = path.relative_to(HARNESS).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Absolute names of everything a file imports, wherever in the file it does so."""
    package = ["harness", *path.relative_to(HARNESS).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


FILES = sorted(HARNESS.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HARNESS)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(path)
    if room in ANYTHING or room == "__init__":
        return
    assert room in ARROWS, f"{path.name} lies in no room of the plan"
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("harness.")}
    known = set(ARROWS) | ANYTHING
    assert (rooms & known) - {room} <= ARROWS[room]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HARNESS)))
def test_a_third_partys_types_stop_at_its_door(path: Path) -> None:
    for name in imports(path):
        door = FOREIGN.get(name.split(".")[0])
        assert door is None or room_of(path) in door, f"{path} imports {name}"


def test_scapy_has_one_door_among_the_adversaries() -> None:
    users = {
        path.name
        for path in (HARNESS / "adversaries").rglob("*.py")
        if any(name.split(".")[0] == "scapy" for name in imports(path))
    }
    assert users == {"craft.py"}


def test_only_the_command_line_prints_or_exits() -> None:
    for path in FILES:
        if room_of(path) in ("cli", "commands"):
            continue
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        names = {call.id for call in calls if isinstance(call, ast.Name)}
        assert not names & {"print", "exit", "quit"}, path


def test_the_arrows_have_no_circle() -> None:
    done: set[str] = set()
    while remaining := set(ARROWS) - done:
        free = {room for room in remaining if ARROWS[room] <= done}
        assert free, f"a circle among {sorted(remaining)}"
        done |= free


def test_what_is_kept_is_files_and_no_way_to_somewhere_else() -> None:
    """A link to an environment takes the place of the reader's own, which git ignores and so holds expendable."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone: what is kept cannot be asked")
    asked = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = asked.stdout.splitlines()
    assert len(kept) > 500
    assert [line for line in kept if line.startswith("120000")] == []
    assert [line for line in kept if line.split("\t")[1].startswith(".venv")] == []
