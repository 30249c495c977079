"""A tenant on disk: private, whole, and every fault of a foreign file named."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from harness.calling.policy.transitions import add_user, new_policy
from harness.model.tenant import Tenant
from harness.tenant_store import FRESH, MOST_BYTES, load, update


def with_policy(tenant: Tenant, name: str) -> tuple[Tenant, str]:
    return new_policy(tenant, name), name


def test_what_was_kept_is_there_again_and_private(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    assert update(path, lambda tenant: with_policy(tenant, "E2EE")) == "E2EE"
    assert load(path) == new_policy(FRESH, "E2EE")
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["schema_version"] == 1
    assert [one.name for one in tmp_path.iterdir()] == ["tenant.json"]


def test_a_refusal_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    update(path, lambda tenant: with_policy(tenant, "E2EE"))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="already"):
        update(path, lambda tenant: with_policy(tenant, "E2EE"))
    assert path.read_bytes() == before


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert update(tmp_path / "tenant.json", lambda tenant: (tenant, len(tenant.users))) == 2
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    threads = [
        threading.Thread(target=update, args=(path, lambda tenant, n=number: (add_user(tenant, f"u{n}"), None)))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {user.name for user in load(path).users} >= {f"u{number}" for number in range(12)}


def changed(**fields: object) -> bytes:
    document = json.loads(FRESH.model_dump_json())
    return json.dumps(document | fields).encode()


USER = json.loads(FRESH.users[0].model_dump_json())
GLOBAL = json.loads(FRESH.policies[0].model_dump_json())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1 column 1"),
        (b"{", "line 1 column 2"),
        (b"\xff", "utf-8"),
        (b"[]", "the document"),
        (b'{"users": [], "users": []}', "'users' is given twice"),
        (b"[" * 100_000, "nested too deeply"),
        (changed(schema_version=2), "schema_version"),
        (changed(more=1), "more: Extra"),
        (changed(policies=[]), "a policy Global"),
        (changed(policies=[GLOBAL, GLOBAL]), "there twice"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "Tag:a b"}]), "policies.1.identity: the name"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "Tag:global"}]), "policies.1.identity: 'Global'"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "E2EE"}]), "policies.1.identity: an identity is"),
        (changed(policies=[GLOBAL | {"calling": "Enabled"}]), "policies.0.calling"),
        (changed(users=[USER | {"toggle": "yes"}]), "users.0.toggle"),
        (changed(users=[USER | {"name": "a\u202eb"}]), "users.0.name: the character U+202E"),
        (changed(users=[USER | {"name": "a" * 129}]), "users.0.name: at most 128"),
        (changed(users=[USER | {"policy": "E2EE"}]), "no policy that could be meant is called 'E2EE'"),
        (changed(users=[USER | {"policy": "Global"}]), "no policy that could be meant"),
        (changed(users=[USER, USER | {"name": USER["name"].upper()}]), "there twice"),
        (changed(groups=[{"name": "g", "members": ["nobody"]}]), "no user"),
        (changed(ranking=[{"group": "g", "policy": "E2EE"}]), "no policy"),
        (changed(tenant_policy="E2EE"), "no policy"),
    ],
)
def test_a_file_that_is_no_tenant_is_refused_with_its_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "tenant.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"tenant\.json: ") as refused:
        update(path, lambda tenant: (tenant, None))
    assert words in str(refused.value)
    assert path.read_bytes() == content


def test_many_faults_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    path.write_bytes(changed(users=[USER | {"name": ""}] * 20))
    with pytest.raises(ValueError, match="and 12 more"):
        load(path)


def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("pipe", "link"):
        with pytest.raises(ValueError, match="not a regular file"):
            load(tmp_path / name)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ValueError, match="larger than"):
        load(tmp_path / "large")


def test_a_folder_that_is_not_there_is_an_error_with_a_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        update(tmp_path / "gone" / "tenant.json", lambda tenant: (tenant, None))
