"""The policy is data with sources, and a file with a mistake is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.inspection.parameters.policy import DEFAULT, allows, load_policy
from harness.inspection.policy_file import MAX_BYTES
from harness.wire.dtls import GROUPS, SRTP_PROFILES, SUITES


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    document = json.loads(DEFAULT.read_text())
    change(document)
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(document))
    return path


def test_the_built_in_policy_names_a_source_for_every_row() -> None:
    policy = load_policy()
    lists = (policy.versions, policy.suites, policy.groups, policy.profiles, policy.curves, policy.signature_hashes)
    assert all("RFC" in row.source for rows in lists for row in rows)
    assert "RFC" in policy.minimum_rsa_bits.source


def test_the_built_in_policy_speaks_of_suites_groups_and_profiles_that_exist() -> None:
    policy = load_policy()
    assert {row.value for row in policy.suites} <= {suite.iana for suite in SUITES.values()}
    assert {row.value for row in policy.groups} <= set(GROUPS.values())
    assert {row.value for row in policy.profiles} <= set(SRTP_PROFILES.values())


def test_none_of_the_groups_that_rfc_8422_deprecates_is_allowed() -> None:
    """Its section 5.1.1 deprecates the numbers 1 to 22; some of them have less than 128 bits, one less than 80."""
    policy = load_policy()
    assert not any(allows(policy.groups, GROUPS[code]) for code in range(1, 23))
    assert all(allows(policy.groups, GROUPS[code]) for code in (23, 24, 25, 29, 30))


def test_what_rfc_8827_demands_is_allowed_and_what_it_forbids_is_not() -> None:
    policy = load_policy()
    assert allows(policy.suites, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    assert allows(policy.profiles, "SRTP_AES128_CM_HMAC_SHA1_80")
    assert allows(policy.curves, "secp256r1")
    assert not allows(policy.versions, "DTLSv1.0")
    assert not any("NULL" in row.value for row in (*policy.suites, *policy.profiles))
    assert not allows(policy.versions, None)


def test_another_file_replaces_the_built_in_one(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda document: document.update(versions=[{"value": "DTLSv1.3", "source": "house rule"}]))
    policy = load_policy(path)
    assert allows(policy.versions, "DTLSv1.3")
    assert not allows(policy.versions, "DTLSv1.2")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda document: document.update(ciphers=[]), "ciphers"),
        (lambda document: document.pop("suites"), "suites"),
        (lambda document: document.update(suites=[]), "suites"),
        (lambda document: document.pop("groups"), "groups"),
        (lambda document: document["groups"].append(document["groups"][0]), "groups lists 'x25519' twice"),
        (lambda document: document["profiles"][1].pop("source"), "profiles.1.source"),
        (lambda document: document["profiles"][1].update(value=7), "profiles.1.value"),
        (lambda document: document["minimum_rsa_bits"].update(value=-1), "minimum_rsa_bits.value"),
        (lambda document: document["curves"].append(document["curves"][0]), "curves lists 'secp256r1' twice"),
        (lambda document: document.update(schema_version=2), "schema_version"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], place: str
) -> None:
    path = changed(tmp_path, change)
    with pytest.raises(ValueError, match=place) as refused:
        load_policy(path)
    assert str(path) in str(refused.value)


def test_what_is_no_policy_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        load_policy(tmp_path / "missing.json")
    path = tmp_path / "policy.json"
    path.write_text("{")
    with pytest.raises(ValueError, match="JSON"):
        load_policy(path)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ValueError, match=f"at most {MAX_BYTES} bytes"):
        load_policy(path)
