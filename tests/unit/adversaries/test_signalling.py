"""Changing a description: only descriptions, and only when the text becomes another."""

from __future__ import annotations

from harness.adversaries.signalling import changed
from harness.wire.sdp import Sdp

from .transcript import ALICE, hangup, offer


def without_session_name(sdp: Sdp) -> Sdp:
    return sdp.rewrite(lambda line: () if line.text.startswith("s=") else (line.text,))


def test_a_changed_text_makes_a_new_message() -> None:
    message = offer("v=0\r\ns=-\r\n")
    assert changed(message, without_session_name) == offer("v=0\r\n")
    assert message.body == "v=0\r\ns=-\r\n"


def test_an_unchanged_text_gives_the_very_same_message() -> None:
    message = offer("v=0\r\n")
    assert changed(message, without_session_name) is message


def test_a_hang_up_carries_no_description() -> None:
    message = hangup(ALICE).model_copy(update={"body": "s=not an SDP"})
    assert changed(message, without_session_name) is message


def test_a_description_that_cannot_be_read_is_let_through() -> None:
    message = offer("\n" * 5000)
    assert changed(message, without_session_name) is message
