"""Names and sizes of STUN attributes, held against the messages of RFC 5769."""

from __future__ import annotations

import pytest

from harness.wire import stun
from harness.wire.stun_attributes import REGISTERED

from .test_stun import VECTORS


@pytest.mark.parametrize("data", VECTORS)
def test_the_published_messages_keep_within_the_sizes(data: bytes) -> None:
    for code, value in stun.parse(data).attributes:
        attribute = REGISTERED[code]
        assert attribute.least <= len(value) <= attribute.most, attribute.name


def test_a_name_stands_for_one_attribute() -> None:
    names = [attribute.name for attribute in REGISTERED.values()]
    assert len(set(names)) == len(names)


def test_what_one_browser_adds_is_known() -> None:
    assert REGISTERED[0xC057].name == "GOOG-NETWORK-INFO"
    assert (REGISTERED[0x8028].least, REGISTERED[0x8028].most) == (4, 4)
