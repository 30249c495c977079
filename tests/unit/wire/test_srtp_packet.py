"""One packet at a time: against the vectors of RFC 7714, and against libsrtp in both directions of doubt."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from harness.wire import srtp_packet
from harness.wire.srtp import PROFILES, SrtpProfile
from harness.wire.srtp_kdf import SessionKeys
from harness.wire.srtp_packet import Opened, PacketKeys

# RFC 7714 sections 16 and 17. The packet that section 17 prints first is not the one that its parts protect.
SHORT = bytes(range(16))
LONG = bytes(range(32))
SALT = bytes.fromhex("517569642070726f2071756f")
RTP = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573"
RTCP = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
SRTP_128 = (
    "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
    "899d7f27beb16a9152cf765ee4390cce"
)
SRTP_256 = (
    "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
    "7aa3db36dfffd6b0f9bb7878d7a76c13"
)
SRTCP_128 = (
    "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
    "c84aa45896cf4d2fc5abf87245d9eade800005d4"
)
SRTCP_256 = (
    "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
    "1d1eb30c4446839f57ff6f6cb26ac3be800005d4"
)
SRTCP_128_TAGGED = f"{RTCP}841dd9683dd78ec92ae58790125f62b3000005d4"
SRTCP_256_TAGGED = f"{RTCP}91db4afbfeee5a978fab4393ed2615fe000005d4"


@pytest.fixture
def session_keys_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors of RFC 7714 begin behind the key derivation."""

    def given_keys(profile: SrtpProfile, key_and_salt: bytes, *, rtcp: bool) -> SessionKeys:
        return SessionKeys(key_and_salt[: profile.key], b"", key_and_salt[profile.key :])

    monkeypatch.setattr(srtp_packet, "session_keys", given_keys)


@pytest.mark.usefixtures("session_keys_are_given")
@pytest.mark.parametrize(
    ("key", "profile", "packet"),
    [(SHORT, "SRTP_AEAD_AES_128_GCM", SRTP_128), (LONG, "SRTP_AEAD_AES_256_GCM", SRTP_256)],
)
def test_srtp_is_opened_as_in_rfc_7714(key: bytes, profile: str, packet: str) -> None:
    opened = PacketKeys(profile, key + SALT).open_rtp(bytes.fromhex(packet), [0])
    assert opened == Opened(0xF17B, bytes.fromhex(RTP), True)


@pytest.mark.usefixtures("session_keys_are_given")
@pytest.mark.parametrize(
    ("key", "profile", "packet", "encrypted"),
    [
        (SHORT, "SRTP_AEAD_AES_128_GCM", SRTCP_128, True),
        (LONG, "SRTP_AEAD_AES_256_GCM", SRTCP_256, True),
        (SHORT, "SRTP_AEAD_AES_128_GCM", SRTCP_128_TAGGED, False),
        (LONG, "SRTP_AEAD_AES_256_GCM", SRTCP_256_TAGGED, False),
    ],
)
def test_srtcp_is_opened_as_in_rfc_7714(key: bytes, profile: str, packet: str, encrypted: bool) -> None:
    opened = PacketKeys(profile, key + SALT).open_rtcp(bytes.fromhex(packet))
    assert opened == Opened(0x5D4, bytes.fromhex(RTCP), encrypted)


LIBSRTP = {
    "SRTP_AES128_CM_HMAC_SHA1_80": 1,
    "SRTP_AES128_CM_HMAC_SHA1_32": 2,
    "SRTP_NULL_HMAC_SHA1_80": 5,
    "SRTP_AEAD_AES_128_GCM": 7,
    "SRTP_AEAD_AES_256_GCM": 8,
}
REPORT = bytes.fromhex("80c90001deadbeef") + bytes.fromhex("81ca0002deadbeef01016100")


def libsrtp(profile: str, key: bytes, inbound: bool = False) -> Session:
    kind = Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND
    return Session(Policy(key=key, ssrc_type=kind, srtp_profile=LIBSRTP[profile]))


def key_for(profile: str) -> bytes:
    return bytes(range(7, 7 + PROFILES[profile].key + PROFILES[profile].salt))


PLAIN = st.builds(
    lambda sequence, csrcs, words, payload: (
        struct.pack("!BBHII", 0x90 | len(csrcs), 111, sequence, 77, 0xDEADBEEF)
        + b"".join(csrcs)
        + struct.pack("!HH", 0xBEDE, len(words))
        + b"".join(words)
        + payload
    ),
    st.integers(0, 65535),
    st.lists(st.binary(min_size=4, max_size=4), max_size=15),
    st.lists(st.binary(min_size=4, max_size=4), max_size=5),
    st.binary(max_size=300),
)


@given(PLAIN, st.sampled_from(sorted(LIBSRTP)), st.data())
def test_libsrtp_and_this_agree_on_packets_and_on_what_was_changed(
    plain: bytes, profile: str, data: st.DataObject
) -> None:
    key = key_for(profile)
    packet = libsrtp(profile, key).protect(plain)
    keys = PacketKeys(profile, key)
    opened = keys.open_rtp(packet, [5, 0, 1])
    assert opened == Opened(int.from_bytes(plain[2:4], "big"), plain, profile != "SRTP_NULL_HMAC_SHA1_80")

    bit = data.draw(st.integers(0, 8 * len(packet) - 1))
    changed = bytearray(packet)
    changed[bit // 8] ^= 1 << bit % 8
    with suppress(ValueError):
        assert keys.open_rtp(bytes(changed), [0]) is None
    with pytest.raises(Exception, match=r"."):
        libsrtp(profile, key, inbound=True).unprotect(bytes(changed))


@settings(max_examples=30)
@given(st.sampled_from(sorted(LIBSRTP)), st.lists(st.integers(1, 32_000), max_size=12))
@example("SRTP_AEAD_AES_256_GCM", [32_000] * 12)
def test_libsrtp_and_this_agree_on_rollover_counters(profile: str, steps: list[int]) -> None:
    key, index = key_for(profile), 0
    session, keys = libsrtp(profile, key), PacketKeys(profile, key)
    for step in steps:
        index += step
        plain = struct.pack("!BBHII", 0x80, 111, index & 0xFFFF, 77, 0xDEADBEEF) + b"payload"
        packet = session.protect(plain)
        opened = keys.open_rtp(packet, [index >> 16])
        assert opened is not None
        assert (opened.index, opened.plain) == (index, plain)
        assert keys.open_rtp(packet, [(index >> 16) + 1]) is None


@pytest.mark.parametrize("profile", LIBSRTP)
def test_libsrtp_and_this_agree_on_srtcp(profile: str) -> None:
    key = key_for(profile)
    session, keys = libsrtp(profile, key), PacketKeys(profile, key)
    for index in (1, 2, 3):
        packet = session.protect_rtcp(REPORT)
        assert keys.open_rtcp(packet) == Opened(index, REPORT, profile != "SRTP_NULL_HMAC_SHA1_80")
        for at in range(4, len(packet)):
            assert keys.open_rtcp(packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]) is None


def test_the_profile_that_libsrtp_lacks_is_one_with_a_shorter_tag() -> None:
    key = key_for("SRTP_NULL_HMAC_SHA1_80")
    plain = struct.pack("!BBHII", 0x80, 111, 9, 77, 0xDEADBEEF) + b"payload"
    packet = libsrtp("SRTP_NULL_HMAC_SHA1_80", key).protect(plain)
    opened = PacketKeys("SRTP_NULL_HMAC_SHA1_32", key).open_rtp(packet[:-6], [0])
    assert opened == Opened(9, plain, False)


# RFC 3711 section 3.1: the identifier lies between what is encrypted and the tag; RFC 7714 section 8.3: at the end.
@pytest.mark.parametrize(("profile", "behind"), [("SRTP_AES128_CM_HMAC_SHA1_80", 10), ("SRTP_AEAD_AES_128_GCM", 0)])
def test_a_master_key_identifier_is_passed_over(profile: str, behind: int) -> None:
    key = key_for(profile)
    session, keys = libsrtp(profile, key), PacketKeys(profile, key, mki=4)
    plain = struct.pack("!BBHII", 0x80, 111, 9, 77, 0xDEADBEEF) + b"payload"

    def identified(packet: bytes) -> bytes:
        cut = len(packet) - behind
        return packet[:cut] + b"\x00\x00\x00\x01" + packet[cut:]

    assert keys.open_rtp(identified(session.protect(plain)), [0]) == Opened(9, plain, True)
    assert keys.open_rtcp(identified(session.protect_rtcp(REPORT))) == Opened(1, REPORT, True)
    assert keys.open_rtp(session.protect(plain[:3] + b"\x0a" + plain[4:]), [0]) is None


@pytest.mark.parametrize("profile", LIBSRTP)
def test_what_is_too_short_is_refused_in_words(profile: str) -> None:
    keys, tag = PacketKeys(profile, key_for(profile)), PROFILES[profile].rtp_tag
    with pytest.raises(ValueError, match="too short for a header and a tag"):
        keys.open_rtp(b"\x80" + bytes(11 + tag - 1), [0])
    with pytest.raises(ValueError, match="too short for a header, an index and a tag"):
        keys.open_rtcp(b"\x80\xc9" + bytes(6 + 4 + PROFILES[profile].rtcp_tag - 1))
    with pytest.raises(ValueError, match="shorter than its header"):
        keys.open_rtp(b"\x80", [0])


@given(st.binary(max_size=80), st.sampled_from(sorted(PROFILES)), st.sampled_from([0, 4]))
def test_whatever_comes_only_a_value_error_goes_out(data: bytes, profile: str, mki: int) -> None:
    keys = PacketKeys(profile, key_for(profile), mki)
    with suppress(ValueError):
        assert keys.open_rtp(data, range(3)) is None
    with suppress(ValueError):
        assert keys.open_rtcp(data) is None
