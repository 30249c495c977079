"""Extension elements in columns, against a walk byte by byte as RFC 8285 section 4 tells it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.extension_elements import MAX_STEPS, ElementColumns, elements
from harness.vantage.rtp_columns import rtp_columns
from harness.vantage.window import Window
from tests.unit.inspection.windows import Capture, Sent


def packet(profile: int, body: bytes, payload: bytes = bytes(4)) -> bytes:
    body += bytes(-len(body) % 4)
    head = b"\x90\x6f" + bytes(10) + profile.to_bytes(2, "big") + (len(body) // 4).to_bytes(2, "big")
    return head + body + payload


def read(*packets: bytes) -> tuple[Window, ElementColumns]:
    window = Capture().window([Sent(0, "192.0.2.1:1", "192.0.2.2:2", one) for one in packets])
    return window, elements(window, rtp_columns(window))


def values(window: Window, found: ElementColumns) -> list[tuple[int, int, bytes]]:
    return [
        (place, number, window.data[at : at + length].tobytes())
        for place, number, at, length in zip(
            found.place.tolist(), found.number.tolist(), found.at.tolist(), found.length.tolist(), strict=True
        )
    ]


def walk(profile: int, body: bytes) -> list[tuple[int, bytes]]:
    """The same, one element after the other."""
    found, at, short = [], 0, profile == 0xBEDE
    while at < len(body):
        if body[at] == 0:
            at += 1
            continue
        if short:
            number, size, start = body[at] >> 4, (body[at] & 15) + 1, at + 1
            if number in (0, 15):
                break
        else:
            if at + 1 == len(body):
                break
            number, size, start = body[at], body[at + 1], at + 2
        if start + size > len(body):
            break
        found.append((number, body[start : start + size]))
        at = start + size
    return found


profiles = st.sampled_from([0xBEDE, 0x1000, 0x100F])
bodies = st.lists(
    st.one_of(
        st.builds(lambda number, value: bytes([number << 4 | len(value) - 1]) + value,
                  st.integers(1, 14), st.binary(min_size=1, max_size=16)),
        st.builds(lambda number, value: bytes([number, len(value)]) + value,
                  st.integers(1, 255), st.binary(max_size=20)),
        st.binary(max_size=4),
        st.just(b"\0"),
    ),
    max_size=6,
).map(b"".join)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(profiles, bodies), max_size=8))
def test_columns_and_walk_agree(extensions: list[tuple[int, bytes]]) -> None:
    padded = [(profile, body + bytes(-len(body) % 4)) for profile, body in extensions]
    window, found = read(*(packet(*one) for one in padded))
    assert values(window, found) == [
        (place, *one) for place, extension in enumerate(padded) for one in walk(*extension)
    ]


def test_what_a_browser_sends() -> None:
    """Audio level, send time and MID, in this order, with the padding that makes it whole words."""
    window, found = read(packet(0xBEDE, bytes.fromhex("10 b0 22 123456 30 30 00 00 00 00")))
    assert values(window, found) == [(0, 1, b"\xb0"), (0, 2, b"\x124V"), (0, 3, b"0")]
    assert (found.broken, found.unread) == (0, 0)


def test_other_profiles_are_nobodys_elements() -> None:
    assert len(read(packet(0xABCD, bytes(8)), packet(0xC0DE, b"\x10\xff\0\0"))[1]) == 0


def test_an_element_beyond_the_end_is_counted_as_broken() -> None:
    window, found = read(packet(0xBEDE, b"\x10\x01\x2f\x02"))
    assert (values(window, found), found.broken) == ([(0, 1, b"\x01")], 1)


def test_endless_padding_is_left_unread_and_counted() -> None:
    found = read(packet(0xBEDE, bytes(4 * MAX_STEPS)), packet(0xBEDE, b"\x10\x01\0\0"))[1]
    assert (found.place.tolist(), found.unread) == ([1], 1)
