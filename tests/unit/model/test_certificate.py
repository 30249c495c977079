"""A code is made of the certificates that a statement tells: what is none is refused before that."""

from __future__ import annotations

import base64
import json
import ssl
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from harness.model.certificate import MAX_CHARACTERS, Certificate, certificate_of
from harness.wire.certificate import fresh_identity

from .outlined import element, outlined

DER = fresh_identity(datetime(2026, 1, 1, tzinfo=UTC)).der
READ = TypeAdapter[str](Certificate)


@pytest.mark.parametrize("text", [DER.hex(), DER.hex().upper()])
def test_the_hex_of_a_certificate_is_one(text: str) -> None:
    assert READ.validate_python(text) == text
    assert certificate_of(text) == DER


@pytest.mark.parametrize("size", [0, 0x7F, 0x80, 0xFF, 0x100, 0x3000])
def test_only_the_outline_is_looked_at_whatever_its_size(size: int) -> None:
    der = outlined(b"\xee" * size)
    assert certificate_of(der.hex()) == der


NONE: dict[str, str] = {
    "nothing": "",
    "no hex": "zz",
    "a tag alone": "30",
    "a tag and half a byte": "308",
    "an empty sequence": "3000",
    "a length without end": "30ff" + "ff" * 40,
    "an indefinite length": "3080" + outlined(b"")[2:].hex() + "0000",
    "pem": ssl.DER_cert_to_PEM_cert(DER),
    "base64": base64.b64encode(DER).decode(),
    "with a prefix": "0x" + DER.hex(),
    "with spaces": DER.hex(" "),
    "with colons": DER.hex(":"),
    "with a new line": DER.hex() + "\n",
    "cut short": DER[:-1].hex(),
    "with a byte more": DER.hex() + "00",
    "a chain": 2 * DER.hex(),
    "its inside": outlined(DER)[4:-4].hex(),
    "a set": element(0x31, outlined(b"")[2:]).hex(),
    "without a signature": element(0x30, element(0x30, b"") * 2).hex(),
    "with another signature": element(0x30, element(0x30, b"") * 2 + element(0x04, b"")).hex(),
    "with a fourth part": element(0x30, outlined(b"")[2:] + element(0x03, b"")).hex(),
    "a thumbprint": "ab" * 32,
    "digits of another script": "\uff13\uff10" + DER.hex()[2:],
}


@pytest.mark.parametrize("name", NONE)
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="it is not the hex of a DER certificate"):
        READ.validate_json(json.dumps(NONE[name]))


def test_one_that_is_too_long_is_refused_unread() -> None:
    longest = outlined(bytes(MAX_CHARACTERS // 2 - 13))
    assert len(longest.hex()) == MAX_CHARACTERS
    assert READ.validate_python(longest.hex())
    with pytest.raises(ValidationError, match=f"at most {MAX_CHARACTERS} characters"):
        READ.validate_python(outlined(bytes(MAX_CHARACTERS)).hex())


@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda some: "30" + some.hex()))
def test_whatever_it_is_it_is_refused_or_read(text: str) -> None:
    try:
        der = certificate_of(text)
    except ValueError:
        return
    assert der.hex() == text.lower()
