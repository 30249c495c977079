"""Session keys against the published answers."""

from __future__ import annotations

import pytest

from harness.wire.srtp import PROFILES
from harness.wire.srtp_kdf import SessionKeys, derive, keystream, session_keys

# RFC 3711 appendix B.2.
B2_KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
B2_COUNTER = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000")
B2_LENGTH = 1_044_512
B2_START = "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"
B2_END = "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44"

# RFC 3711 appendix B.3.
B3_KEY = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
B3_SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
B3 = {
    0: "C61E7A93744F39EE10734AFE3FF7A087",
    1: "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF7227098"
    "6371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2",
    2: "30CBBC08863D8C85D49DB34A9AE1",
}

# RFC 6188 section 7.2.
LONG_KEY = bytes.fromhex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6")
LONG_SALT = bytes.fromhex("3b04803de51ee7c96423ab5b78d2")
LONG = {
    0: "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
    1: "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
    2: "fa31791685ca444a9e07c6c64e93",
}


def test_the_keystream_is_that_of_rfc_3711() -> None:
    stream = keystream(B2_KEY, B2_COUNTER, B2_LENGTH)
    assert stream[:48].hex().upper() == B2_START
    assert stream[-48:].hex().upper() == B2_END


@pytest.mark.parametrize("label", B3)
def test_keys_are_derived_as_in_rfc_3711(label: int) -> None:
    expected = bytes.fromhex(B3[label])
    assert derive(B3_KEY, B3_SALT, label, len(expected)) == expected


@pytest.mark.parametrize("label", LONG)
def test_keys_are_derived_as_in_rfc_6188(label: int) -> None:
    expected = bytes.fromhex(LONG[label])
    assert derive(LONG_KEY, LONG_SALT, label, len(expected)) == expected


def test_a_profile_takes_its_part() -> None:
    keys = session_keys(PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"], B3_KEY + B3_SALT + b"more", rtcp=False)
    assert keys == SessionKeys(bytes.fromhex(B3[0]), bytes.fromhex(B3[1])[:20], bytes.fromhex(B3[2]))
    assert repr(keys) == "SessionKeys()"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 44 bytes of key, not 43"):
        session_keys(PROFILES["SRTP_AEAD_AES_256_GCM"], bytes(43), rtcp=True)
