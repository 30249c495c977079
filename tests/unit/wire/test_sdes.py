"""Keys in session descriptions (RFC 4568)."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.sdes import SUITES, CryptoLine, SdesKey, parse

CM = "SRTP_AES128_CM_HMAC_SHA1_80"
KEY = bytes(range(30))
INLINE = base64.b64encode(KEY).decode()


# RFC 4568 section 9.1 and section 5.1 have these values; the base64 is theirs.
def test_the_examples_of_the_rfc_are_read() -> None:
    text = "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32"
    key = base64.b64decode("PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")
    assert parse(text) == CryptoLine(1, "AES_CM_128_HMAC_SHA1_80", (SdesKey(CM, key, (1).to_bytes(32, "big")),))
    two = (
        "2 AES_CM_128_HMAC_SHA1_32 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|2^20|1:4;"
        "inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP"
    )
    line = parse(two)
    assert (line.tag, line.suite, line.parameters) == (2, "AES_CM_128_HMAC_SHA1_32", ("FEC_ORDER=FEC_SRTP",))
    assert [one.mki for one in line.keys] == [b"\x00\x00\x00\x01", b"\x00\x00\x00\x02"]


@pytest.mark.parametrize(
    ("options", "mki"), [("", b""), ("|2^31", b""), ("|1048576", b""), ("|5:1", b"\x05"), ("|2^31|260:2", b"\x01\x04")]
)
def test_lifetime_and_identifier_may_both_be_missing(options: str, mki: bytes) -> None:
    assert parse(f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}{options}").keys == (SdesKey(CM, KEY, mki),)


@pytest.mark.parametrize(("suite", "size"), [("AEAD_AES_128_GCM", 28), ("AEAD_AES_256_GCM", 44)])
def test_aead_keys_have_their_own_sizes_and_may_come_without_padding(suite: str, size: int) -> None:
    key = bytes(range(size))
    text = base64.b64encode(key).decode().rstrip("=")
    assert parse(f"1 {suite} inline:{text}").keys == (SdesKey(SUITES[suite], key),)


def test_an_unencrypted_control_channel_says_so_in_each_packet() -> None:
    line = parse(f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE} UNENCRYPTED_SRTCP WSH=60")
    assert line.parameters == ("UNENCRYPTED_SRTCP", "WSH=60")


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_written_is_read_again(suite: str) -> None:
    size = {"AEAD_AES_128_GCM": 28, "AEAD_AES_256_GCM": 44}.get(suite, 30)
    line = CryptoLine.of(7, suite, bytes(range(size)))
    assert parse(line.written()) == line
    assert line.written().startswith(f"7 {suite} inline:")


def test_a_line_does_not_show_its_key() -> None:
    assert INLINE not in f"{CryptoLine.of(1, 'AES_CM_128_HMAC_SHA1_80', KEY)}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a tag, a suite and key parameters"),
        (f"x AES_CM_128_HMAC_SHA1_80 inline:{INLINE}", "a tag, a suite and key parameters"),
        (f"1234567890 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}", "a tag, a suite and key parameters"),
        (f"{'1' * 5000} AES_CM_128_HMAC_SHA1_80 inline:{INLINE}", "a tag, a suite and key parameters"),
        (f"1 F8_128_HMAC_SHA1_80 inline:{INLINE}", "suite 'F8_128_HMAC_SHA1_80'.* is not known"),
        (f"1 AES_CM_128_HMAC_SHA1_80 outline:{INLINE}", "not given inline"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE[:-4]}", "has 27 bytes, not 30"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE[:-1]}é", "not base64"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}|1:4|2:4", "more than one"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}|2^20|2^21", "more than one"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}|256:1", "does not fit"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}|1:129", "does not fit"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE}|1:x", "not two numbers"),
        (f"1 AES_CM_128_HMAC_SHA1_80 {';'.join([f'inline:{INLINE}'] * 17)}", "more than 16 keys"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE} KDR=3", "'KDR=3'.* not supported"),
        (f"1 AES_CM_128_HMAC_SHA1_80 inline:{INLINE} UNENCRYPTED_SRTP", "not supported"),
    ],
)
def test_what_cannot_be_used_is_refused_without_quoting_the_key(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as refused:
        parse(text)
    assert INLINE[:8] not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    assert repr(SdesKey(CM, KEY)) == f"SdesKey(profile='{CM}', mki=b'')"


PIECES = st.sampled_from(["1 ", "AES_CM_128_HMAC_SHA1_80 ", "inline:", INLINE, "|", ":", "9", "2^20", ";", " ", "é"])


@given(st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join))
def test_whatever_comes_only_a_value_error_goes_out(text: str) -> None:
    with suppress(ValueError):
        parse(text)
