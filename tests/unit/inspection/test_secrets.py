"""Secrets at hand: from key logs, out of pcapng, out of descriptions; and what is looked for because of them."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from random import Random

import pytest

from harness.inspection.captured import Captured
from harness.inspection.options import Options
from harness.inspection.search import PatternKind
from harness.inspection.secrets import MOST_PATTERNS, gathered, key_patterns, keys_of
from harness.wire.keylog import Label

from .made_calls import MadeCall, made_call, write

RANDOM = Random(3)
SDES_KEY = RANDOM.randbytes(30)
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/SAVP 0\r\n"
    f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{b64encode(SDES_KEY).decode()}\r\n"
    "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=\r\n"
)


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call(count=2)


def captured(path: Path) -> Captured:
    one = Captured(path, path.name)
    one.follow()
    return one


def keylog_of_strangers(count: int) -> str:
    return "".join(f"CLIENT_RANDOM {RANDOM.randbytes(32).hex()} {RANDOM.randbytes(48).hex()}\n" for _ in range(count))


def test_key_logs_and_decryption_secrets_are_put_together(call: MadeCall, tmp_path: Path) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent, keylog=call.keylog))
    options = Options(keylogs=(("more.keylog", keylog_of_strangers(2)),))
    secrets, problems = gathered([one], options)
    assert len(secrets.of(Label.MASTER)) == 3
    assert call.pair.client.client_random() in secrets.of(Label.MASTER)
    assert problems == ()


def test_a_line_that_is_none_is_named_by_its_file_and_number_and_never_shown(tmp_path: Path, call: MadeCall) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent, keylog="CLIENT_RANDOM 00 11\n"))
    secret = "5ec2e7" * 20
    _, problems = gathered([one], Options(keylogs=(("my.keylog", f"# fine\nCLIENT_RANDOM {secret}\n"),)))
    assert [one.partition(":")[0] for one in problems] == ["my.keylog", "a.pcapng, decryption secrets"]
    assert "line 2" in problems[0]
    assert not any(secret in one for one in problems)


def test_the_keys_of_one_capture_are_tried_on_the_other_without_its_directions(call: MadeCall, tmp_path: Path) -> None:
    media = [one for one in call.sent if one.time >= 5]
    whole = captured(write(tmp_path / "whole.pcapng", call.sent))
    late = captured(write(tmp_path / "late.pcapng", media))
    secrets, _ = gathered([whole, late], Options(keylogs=(("k", call.keylog),)))
    keys = keys_of([whole, late], secrets, Options())
    assert {(one.leg, one.outward) for one in keys.of(0)} == {(0, True), (0, False)}
    assert {(one.leg, one.outward) for one in keys.of(1)} == {(None, None)}
    assert {one.key_and_salt for one in keys.of(0)} == {one.key_and_salt for one in keys.of(1)}


def test_a_key_of_a_description_is_tried_and_a_wrong_one_is_named(call: MadeCall, tmp_path: Path) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent))
    keys = keys_of([one], gathered([one], Options())[0], Options(sdp=(("offer.sdp", OFFER),)))
    assert [found.key_and_salt for found in keys.of(0)] == [SDES_KEY]
    (problem,) = keys.problems
    assert problem.startswith("offer.sdp, crypto line 2:")


def test_every_key_that_follows_is_looked_for(call: MadeCall, tmp_path: Path) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent))
    secrets, _ = gathered([one], Options(keylogs=(("k", call.keylog),)))
    patterns, left = key_patterns([one], secrets, keys_of([one], secrets, Options()), used=())
    kinds = [pattern.kind for pattern in patterns]
    assert left == 0
    assert kinds.count(PatternKind.MASTER) == 1
    # client and server; and of each key one for SRTP and one for SRTCP (RFC 3711 section 4.3.1)
    assert [kinds.count(kind) for kind in (PatternKind.SRTP_MASTER_KEY, PatternKind.SRTP_MASTER_SALT)] == [2, 2]
    session = (PatternKind.SESSION_KEY, PatternKind.SESSION_AUTH_KEY, PatternKind.SESSION_SALT)
    assert [kinds.count(kind) for kind in session] == [4, 4, 4]
    assert not any(pattern.secret.hex() in repr(pattern) for pattern in patterns)


def test_a_described_key_is_a_secret_only_when_it_protects_something(call: MadeCall, tmp_path: Path) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent))
    nothing, _ = gathered([one], Options())
    keys = keys_of([one], nothing, Options(sdp=(("offer.sdp", OFFER),)))
    assert key_patterns([one], nothing, keys, used=())[0] == ()
    patterns, _ = key_patterns([one], nothing, keys, used={keys.described[0].origin})
    assert SDES_KEY[:16] in {pattern.secret for pattern in patterns}


def test_a_long_key_log_is_cut_after_the_calls_at_hand_and_what_is_left_is_counted(
    call: MadeCall, tmp_path: Path
) -> None:
    one = captured(write(tmp_path / "a.pcapng", call.sent))
    secrets, _ = gathered([one], Options(keylogs=(("k", keylog_of_strangers(MOST_PATTERNS) + call.keylog),)))
    patterns, left = key_patterns([one], secrets, keys_of([one], secrets, Options()), used=())
    assert len(patterns) == MOST_PATTERNS
    assert left > 0
    assert patterns[0].secret.hex() == call.keylog.split()[-1]
