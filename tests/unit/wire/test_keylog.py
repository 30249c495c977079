"""Key logs: our own are read strictly, foreign ones as far as they go, and no message quotes a secret."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import keylog
from harness.wire.keylog import Label, Secrets, parse_keylog, parse_session_secrets, read_keylog

RANDOM = "ab" * 32
MASTER = "cd" * 48
EXPORTER = "ef" * 32


def test_a_key_log_is_read_as_it_is_written() -> None:
    text = (
        f"# comment\r\n\r\nCLIENT_RANDOM {RANDOM} {MASTER}\r\n"
        f"EXPORTER_SECRET {RANDOM} {EXPORTER}\nCLIENT_RANDOM {RANDOM.upper()} {MASTER}"
    )
    assert parse_keylog(text) == {bytes.fromhex(RANDOM): bytes.fromhex(MASTER)}
    assert parse_keylog("") == {}
    secrets, problems = read_keylog(text)
    assert secrets.of(Label.EXPORTER) == {bytes.fromhex(RANDOM): bytes.fromhex(EXPORTER)}
    assert secrets.of(Label.CLIENT_HANDSHAKE) == {}
    assert (len(secrets), problems) == (2, ())


def test_labels_of_no_use_here_are_passed_over() -> None:
    text = f"RSA 0123456789abcdef {MASTER}\nEARLY_EXPORTER_SECRET {RANDOM} {EXPORTER}\nECH_CONFIG {RANDOM} 00"
    assert read_keylog(text) == (Secrets({label: {} for label in Label}), ())


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"CLIENT_RANDOM {RANDOM} {MASTER} 00", "not a label and two"),
        (f"CLIENT_RANDOM {RANDOM} {MASTER[:-1]}", "not a label and two"),
        (f"CLIENT_RANDOM {RANDOM}", "not a label and two"),
        (f"client_random {RANDOM} {MASTER}", "not a label and two"),
        (f"CLIENT_RANDOM {RANDOM[:-2]} {MASTER}", "a random of 31 or a secret of 48"),
        (f"CLIENT_RANDOM {RANDOM} {MASTER[:-2]}", "a random of 32 or a secret of 47"),
        (f"EXPORTER_SECRET {RANDOM} {MASTER[:-2]}", "a random of 32 or a secret of 47"),
        (f"CLIENT_RANDOM {RANDOM} {'ee' * 48}", "contradicts"),
    ],
)
def test_a_malformed_key_log_is_refused_with_the_line_and_without_the_secret(line: str, fault: str) -> None:
    text = f"CLIENT_RANDOM {RANDOM} {MASTER}\n{line}\n"
    with pytest.raises(ValueError, match=f"line 2 .*{fault}") as refused:
        parse_keylog(text)
    assert MASTER[:16] not in str(refused.value)
    secrets, problems = read_keylog(text)
    assert secrets.of(Label.MASTER) == {bytes.fromhex(RANDOM): bytes.fromhex(MASTER)}
    assert problems == (str(refused.value),)


def test_the_problems_of_a_log_that_is_none_are_counted() -> None:
    _, problems = read_keylog("what is this\n" * 250)
    assert len(problems) == 101
    assert problems[-1] == "150 more lines of the key log are wrong"


def test_an_endless_key_log_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keylog, "MAX_KEYLOG", 1000)
    with pytest.raises(ValueError, match="longer than 1000 characters"):
        parse_keylog("#" * 1001)


def test_two_logs_are_one_and_the_first_has_the_last_word() -> None:
    first, _ = read_keylog(f"CLIENT_RANDOM {RANDOM} {MASTER}")
    second, _ = read_keylog(f"CLIENT_RANDOM {RANDOM} {'ee' * 48}\nEXPORTER_SECRET {RANDOM} {EXPORTER}")
    both = first | second
    assert both.of(Label.MASTER) == first.of(Label.MASTER)
    assert both.of(Label.EXPORTER) == second.of(Label.EXPORTER)


def test_secrets_do_not_show_themselves() -> None:
    secrets, _ = read_keylog(f"CLIENT_RANDOM {RANDOM} {MASTER}")
    assert repr(secrets) == "Secrets()"


PIECES = st.sampled_from(
    ["CLIENT_RANDOM", "EXPORTER_SECRET", "#", " ", "\n", "\r", RANDOM, MASTER, "ff", "x", "é", "\x00"]
)


@given(st.text(max_size=50) | st.lists(PIECES, max_size=12).map("".join))
def test_whatever_comes_only_a_value_error_goes_out(text: str) -> None:
    read_keylog(text)
    with suppress(ValueError):
        parse_keylog(text)


def test_a_session_has_a_master_secret_or_under_dtls_1_3_an_exporter() -> None:
    older, newer = bytes(32), bytes([1]) * 32
    text = (
        f"CLIENT_RANDOM {older.hex()} {'0a' * 48}\nEXPORTER_SECRET {newer.hex()} {'0b' * 32}\n"
        f"CLIENT_TRAFFIC_SECRET_0 {newer.hex()} {'0c' * 32}\n"
    )
    assert parse_session_secrets(text) == {older: b"\x0a" * 48, newer: b"\x0b" * 32}
    with pytest.raises(ValueError, match="two hexadecimal fields"):
        parse_session_secrets("nothing")
