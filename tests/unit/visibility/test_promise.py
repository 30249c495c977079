"""The promised matrix: whole, of amounts, and for an adversary that of those in whose place it stands."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from harness import strict_yaml
from harness.model.adversary import Position
from harness.model.mode import Mode
from harness.model.visibility import AMOUNTS, Cell, Content, Observer, Promise, Sight
from harness.visibility.promise import FILE, promise, promised

MEDIA = (Content.AUDIO, Content.VIDEO, Content.SCREEN)


@pytest.mark.parametrize("content", MEDIA)
def test_only_the_two_devices_are_promised_the_media_of_an_encrypted_call(content: Content) -> None:
    assert promised(Mode.E2EE, content, Observer.PEER) is Sight.PLAINTEXT
    for observer in (Observer.PATH, Observer.RELAY, Observer.SERVICE):
        assert promised(Mode.E2EE, content, observer) is Sight.CIPHERTEXT


@pytest.mark.parametrize("content", MEDIA)
def test_the_service_may_see_the_media_of_an_ordinary_call_and_the_path_may_not(content: Content) -> None:
    assert promised(Mode.SERVICE, content, Observer.SERVICE) is Sight.PLAINTEXT
    assert promised(Mode.SERVICE, content, Observer.PATH) is Sight.CIPHERTEXT


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("content", [Content.CHAT, Content.FILE, Content.PRESENCE, Content.SDP])
def test_what_goes_through_the_service_it_may_read_and_the_path_may_not(mode: Mode, content: Content) -> None:
    assert promised(mode, content, Observer.SERVICE) is Sight.PLAINTEXT
    assert promised(mode, content, Observer.PATH) is not Sight.PLAINTEXT


def test_the_keys_of_an_encrypted_call_are_the_devices_own() -> None:
    assert promised(Mode.E2EE, Content.MEDIA_KEYS, Observer.SERVICE) is Sight.ABSENT
    assert promised(Mode.SERVICE, Content.MEDIA_KEYS, Observer.SERVICE) is Sight.PLAINTEXT


def test_every_row_says_where_it_comes_from() -> None:
    sources = {row.source for rows in promise().modes.values() for row in rows.values()}
    assert all("system.md" in one or "RFC" in one or "no indicator" in one or "no keys" in one for one in sources)


@pytest.mark.parametrize(
    ("positions", "amount"),
    [
        ((Position.PATH,), Sight.CIPHERTEXT),
        ((Position.SIGNALLING,), Sight.PLAINTEXT),
        ((Position.PATH, Position.SIGNALLING), Sight.PLAINTEXT),
        ((Position.OFF_PATH,), Sight.ABSENT),
    ],
)
def test_an_adversary_may_see_what_those_may_in_whose_place_it_stands(
    positions: tuple[Position, ...], amount: Sight
) -> None:
    assert promised(Mode.SERVICE, Content.AUDIO, Observer.ADVERSARY, positions) is amount


def test_a_promise_that_lacks_a_row_or_promises_no_amount_is_refused() -> None:
    whole = json.loads(json.dumps(strict_yaml.read(FILE.read_bytes()).value))
    Promise.model_validate_json(json.dumps(whole))
    lacking = json.loads(json.dumps(whole))
    del lacking["modes"]["service"]["chat"]
    with pytest.raises(ValidationError, match="service does not say what may be seen of 'chat'"):
        Promise.model_validate_json(json.dumps(lacking))
    whole["modes"]["e2ee"]["audio"]["path"] = "not measured"
    with pytest.raises(ValidationError, match="a promise is an amount"):
        Promise.model_validate_json(json.dumps(whole))


def cell(sight: Sight, promised: Sight | None) -> Cell:
    return Cell(content=Content.AUDIO, observer=Observer.PATH, sight=sight, promised=promised, where="")


def test_only_plaintext_beyond_the_promise_is_a_breach_and_more_than_promised_is_said() -> None:
    for most in AMOUNTS:
        for sight in AMOUNTS:
            one = cell(sight, most)
            assert one.beyond is (sight is Sight.PLAINTEXT and most is not Sight.PLAINTEXT)
            assert one.more is (AMOUNTS.index(sight) > AMOUNTS.index(most))
    for one in (cell(Sight.NOT_MEASURED, Sight.ABSENT), cell(Sight.PLAINTEXT, None)):
        assert not (one.beyond or one.more)
