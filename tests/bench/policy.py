"""Seconds and memory of an audit of a large tenant: `python -m tests.bench.policy [USERS]`.

The users have forty properties each, sixteen of them policies, as `Get-CsOnlineUser | ConvertTo-Json` writes them.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness.command_policy_audit import Asked, examine
from harness.outputs import Format, render
from harness.report.policy_audit_console import lines, totals

POLICIES = ("Global", "Tag:E2EE", "Tag:Board", "Tag:Off", "Tag:Plain")
GROUPS = 8
OTHER = [f"TeamsOther{number}Policy" for number in range(14)]


def user(number: int) -> dict[str, object]:
    """Every fifth has a policy of its own."""
    own = {"Authority": "Tenant", "Name": POLICIES[1 + number % 4][4:]} if number % 5 == 0 else None
    fields: dict[str, object] = {
        "Identity": f"{number:08x}-0000-4000-8000-000000000000",
        "UserPrincipalName": f"user{number}@contoso.example",
        "SipAddress": f"sip:user{number}@contoso.example",
        "AccountType": "User",
        "TeamsEnhancedEncryptionPolicy": own,
        "TeamsComplianceRecordingPolicy": None,
        "FeatureTypes": ["Teams", "PhoneSystem", "AudioConferencing"],
        "AssignedPlan": [{"Capability": "MCOEV", "CapabilityStatus": "Enabled"}, {"Capability": "Teams"}],
    }
    fields |= {name: {"Authority": "Tenant", "Name": "Default"} for name in OTHER}
    return fields | {f"Property{place}": f"a value of the property {place}" for place in range(18)}


def chunks(users: int) -> Iterator[str]:
    yield "["
    for number in range(users):
        yield f"{',' if number else ''}\n{json.dumps(user(number), indent=2)}"
    yield "\n]\n"


def export(folder: Path, users: int) -> Asked:
    """A tenant of `users`, of whom two in three are in a group or two."""
    policies = [
        {
            "Identity": name,
            "CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride" if place in (1, 2) else "Disabled",
        }
        for place, name in enumerate(POLICIES)
    ]
    ranked = [
        {
            "GroupId": f"group {place}",
            "PolicyType": "TeamsEnhancedEncryptionPolicy",
            "PolicyName": POLICIES[1 + place % 4][4:],
            "Rank": place + 1,
        }
        for place in range(GROUPS)
    ]
    members = [
        {
            "GroupId": f"group {place}",
            "Members": [user(number)["Identity"] for number in range(users) if number % 12 in (place, place + 3)],
        }
        for place in range(GROUPS)
    ]
    for name, value in (("policies", policies), ("groups", ranked), ("members", members)):
        (folder / f"{name}.json").write_text(json.dumps(value))
    with (folder / "users.json").open("w") as file:
        file.writelines(chunks(users))
    policies_file, users_file, groups_file, members_file = (
        folder / f"{name}.json" for name in ("policies", "users", "groups", "members")
    )
    return Asked(policies_file, users_file, groups_file, members_file)


def main() -> None:
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        asked = export(Path(folder), users)
        size = asked.users.stat().st_size
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start, busy = time.perf_counter(), time.process_time()
        document = examine(asked)
        judged, busy = time.perf_counter() - start, time.process_time() - busy
        as_json, as_html = (render(one, document, tuple) for one in (Format.JSON, Format.HTML))
        shown = list(lines(document))
        written = time.perf_counter() - start - judged
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{users:,} users, {size / 1e6:.0f} MB: read and judged in {judged:.1f} s ({busy:.1f} s of processor)")
    shape = f"JSON {len(as_json) / 1e6:.1f} MB, HTML {len(as_html) / 1e3:.0f} kB, {len(shown)} lines on a terminal"
    print(f"written in {written:.2f} s: {shape}")
    print(f"{len(document.classes)} classes; users: {totals(document.users)}; pairs: {totals(document.pairs)}")
    print(f"largest memory: {before / 1024:.0f} MiB before, {after / 1024:.0f} MiB after")


if __name__ == "__main__":
    main()
