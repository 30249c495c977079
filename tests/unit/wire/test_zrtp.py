"""ZRTP packets by RFC 6189: what both ends say in clear, and what is no ZRTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import zrtp
from harness.wire.demux import PacketClass, classify

from .zrtp_packets import ZID, commit, hello, packet


def test_a_hello() -> None:
    data = packet("Hello", hello("Nice Phone", flags=0x20), sequence=7, ssrc=0xABCD)
    assert classify(data) is PacketClass.ZRTP
    message = zrtp.parse(data)
    assert (message.type, message.sequence, message.ssrc, message.crc_holds) == ("Hello", 7, 0xABCD, True)
    said = zrtp.parse_hello(message.body)
    assert (said.version, said.client, said.zid) == ("1.10", "Nice Phone", ZID)
    assert (said.signing, said.mitm, said.passive) == (False, True, False)
    assert (said.hashes, said.ciphers, said.auth_tags) == (("S256", "S384"), ("AES1",), ("HS80",))
    assert (said.key_agreements, said.sas_types) == (("EC25",), ("B32",))


@pytest.mark.parametrize("agreement", ["EC25", "DH3k", "Mult", "Prsh"])
def test_a_commit_of_each_kind(agreement: str) -> None:
    said = zrtp.parse_commit(zrtp.parse(packet("Commit", commit(agreement))).body)
    assert said == zrtp.Commit(ZID, "S256", "AES1", "HS80", agreement, "B32")


@pytest.mark.parametrize("kind", zrtp.MESSAGE_TYPES)
def test_every_type_is_known_without_its_blanks(kind: str) -> None:
    assert zrtp.parse(packet(kind)).type == kind


def test_a_flipped_bit_shows_in_the_checksum() -> None:
    data = bytearray(packet("Hello", hello()))
    data[40] ^= 1
    assert not zrtp.parse(bytes(data)).crc_holds


GOOD = packet("HelloACK")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (GOOD[:-1], "shorter"),
        (b"\x80" + GOOD[1:], "0001"),
        (GOOD[:4] + b"zrtp" + GOOD[8:], "magic cookie"),
        (GOOD[:12] + b"\x50\x5b" + GOOD[14:], "0x505B"),
        (GOOD[:15] + b"\x04" + GOOD[16:], "4 words"),
        (GOOD + b"more", "3 words"),
        (packet("Hallo"), "no message 'Hallo'"),
    ],
)
def test_what_is_malformed_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        zrtp.parse(data)


def test_bodies_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter than its fixed part"):
        zrtp.parse_hello(hello()[:67])
    with pytest.raises(ValueError, match="6 algorithms"):
        zrtp.parse_hello(hello()[:-4])
    with pytest.raises(ValueError, match="has not 100 bytes"):
        zrtp.parse_commit(commit()[:-4])


@given(st.binary(max_size=120))
def test_whatever_comes_is_read_or_a_value_error(data: bytes) -> None:
    for read in (zrtp.parse, zrtp.parse_hello, zrtp.parse_commit):
        try:
            read(data)
        except ValueError as error:
            assert str(error)
