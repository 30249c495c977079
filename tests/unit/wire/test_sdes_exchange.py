"""Keys exchanged in offer and answer: each side writes its own, and takes the peer's or refuses it (RFC 4568)."""

from __future__ import annotations

import pytest

from harness.wire.sdes import CryptoLine, parse
from harness.wire.sdes_exchange import PROTOCOL, TAKEN, SdesExchange
from harness.wire.sdp import Sdp

SDP = Sdp.parse(
    "v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 RTP/SAVPF 96\r\na=mid:0\r\nm=video 9 RTP/SAVPF 97\r\na=mid:1\r\n"
)
CM, GCM = TAKEN
KEY, OTHER = bytes(range(30)), bytes(range(1, 31))


def line_of(sdp: str) -> CryptoLine:
    """The only line of a description."""
    ((level, value),) = Sdp.parse(sdp).cryptos()
    assert level == 0, "the section that describes the transport of them all"
    return parse(value)


def described(*lines: str, level: int = 0) -> str:
    sdp = SDP
    for line in lines:
        sdp = sdp.insert(f"a=crypto:{line}", level)
    return str(sdp)


def written(key: bytes = KEY, tag: int = 1, suite: str = CM) -> str:
    return CryptoLine.of(tag, suite, key).written()


def test_after_offer_and_answer_each_sends_with_its_own_key_and_receives_with_the_others() -> None:
    caller, callee = SdesExchange(), SdesExchange()
    offer = caller.written(str(SDP))
    callee.read(offer)
    answer = callee.written(str(SDP))
    caller.read(answer)
    assert caller.keys == callee.keys[::-1]
    assert caller.keys == (line_of(answer).keys[0], line_of(offer).keys[0])
    assert line_of(offer).keys != line_of(answer).keys


def test_an_offer_names_one_suite_and_a_key_that_no_other_connection_has() -> None:
    offers = [line_of(SdesExchange().written(str(SDP))) for _ in range(20)]
    assert {(one.tag, one.suite, len(one.keys[0].key_and_salt)) for one in offers} == {(1, CM, 30)}
    assert len({one.keys for one in offers}) == 20


def test_the_key_of_a_connection_stays_the_same_however_often_it_is_described() -> None:
    caller = SdesExchange()
    assert caller.written(str(SDP)) == caller.written(str(SDP))


def test_the_first_line_that_can_be_used_is_answered_with_its_tag_and_suite() -> None:
    callee = SdesExchange()
    callee.read(described("1 ROT13 inline:AAAA", written(bytes(44), 2, "AEAD_AES_256_GCM"), written(bytes(28), 5, GCM)))
    answer = line_of(callee.written(str(SDP)))
    assert (answer.tag, answer.suite, len(answer.keys[0].key_and_salt)) == (5, GCM, 28)
    assert callee.keys[0].key_and_salt == bytes(28)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        (f"{written()}|2^20|1:4",),
        (f"{written()};inline:{written(OTHER).partition('inline:')[2]}",),
        (f"{written()} UNENCRYPTED_SRTCP",),
        (written(suite="AES_CM_128_HMAC_SHA1_32"),),
        (written()[:-4],),
    ],
    ids=["none", "empty", "with an identifier", "two keys", "with a parameter", "a short tag", "a short key"],
)
def test_an_offer_without_a_line_that_can_be_used_is_refused_and_no_key_is_quoted(lines: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no media key that can be used") as refused:
        SdesExchange().read(described(*lines))
    assert "inline" not in str(refused.value)


def test_a_key_in_another_section_than_that_of_the_transport_is_none() -> None:
    with pytest.raises(ValueError, match="no media key that can be used"):
        SdesExchange().read(described(written(), level=1))


@pytest.mark.parametrize("protocol", ["UDP/TLS/RTP/SAVPF", "RTP/AVPF", "RTP/AVP"])
def test_another_profile_is_refused_whatever_the_keys(protocol: str) -> None:
    offer = str(Sdp.parse(described(written())).with_protocol(protocol))
    with pytest.raises(ValueError, match=f"'{protocol}' is not {PROTOCOL}"):
        SdesExchange().read(offer)


@pytest.mark.parametrize("answer", [written(tag=2), written(bytes(28), suite=GCM)])
def test_an_answer_takes_what_was_offered_or_is_refused(answer: str) -> None:
    caller = SdesExchange()
    caller.written(str(SDP))
    with pytest.raises(ValueError, match="no media key that can be used"):
        caller.read(described(answer))


def test_ones_own_key_that_comes_back_is_refused() -> None:
    """Both directions would have one keystream (RFC 3711 section 9.1)."""
    caller = SdesExchange()
    with pytest.raises(ValueError, match="the key that was sent to the peer"):
        caller.read(caller.written(str(SDP)))


def test_another_key_in_the_middle_of_a_connection_is_refused_and_the_same_one_is_not() -> None:
    callee = SdesExchange()
    callee.read(described(written()))
    callee.read(described(written()))
    with pytest.raises(ValueError, match="another key than the connection was begun with"):
        callee.read(described(written(OTHER)))
    assert callee.keys[0].key_and_salt == KEY


def test_there_are_no_keys_before_both_have_spoken() -> None:
    caller = SdesExchange()
    caller.written(str(SDP))
    with pytest.raises(ValueError, match="not exchanged"):
        assert caller.keys
