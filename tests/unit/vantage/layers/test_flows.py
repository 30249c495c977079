"""Endpoints and legs: numbers in the order of appearance, and never more than the memory holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.layers import Layers, flows
from harness.vantage.layers.flows import Flows, is_outward, leg_of
from harness.vantage.layers.key_cache import KeyCache
from harness.vantage.window import Transport

from .frames import datagram, frames, messages

ends = st.sampled_from(["192.0.2.1:1", "192.0.2.1:2", "[2001:db8::1]:1", "192.0.2.2:1"])


@given(st.lists(st.tuples(ends, ends, st.sampled_from(Transport)), min_size=1))
def test_a_flow_leads_back_to_its_ends(asked: list[tuple[str, str, Transport]]) -> None:
    known = Flows()
    numbers = np.array([known.flow(*one) for one in asked])
    source, destination = known.ends(numbers)
    names = known.endpoints.names
    assert [(names[one], names[other]) for one, other in zip(source, destination, strict=True)] == [
        one[:2] for one in asked
    ]
    for leg, outward, one in zip(leg_of(numbers).tolist(), is_outward(numbers).tolist(), source.tolist(), strict=True):
        assert (known.legs.found[leg].near == one) == outward
    legs = {(frozenset(one[:2]), one[2]) for one in asked}
    assert len(known.legs.found) == len(legs)


def test_the_first_sender_is_near() -> None:
    known = Flows()
    assert known.flow("192.0.2.1:1", "192.0.2.2:1", Transport.UDP) == 0
    assert known.flow("192.0.2.2:1", "192.0.2.1:1", Transport.UDP) == 1


def test_legs_beyond_the_limit_are_one_leg_which_is_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MOST_LEGS", 3)
    layers = Layers()
    window = layers.window(frames([datagram(b"x", f"192.0.2.{n}:5", "198.51.100.1:5") for n in (1, 2, 3, 4, 5, 1)]))
    assert window.leg.tolist() == [0, 1, 2, 3, 3, 0]
    assert messages(window)[3][:2] == ("other endpoints", "other endpoints")
    assert len(window.endpoints.names) == 5
    [(kind, note)] = layers.problems
    assert (kind, note.frames) == ("a message of a leg beyond those that are told apart", [4, 5])


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 5)), max_size=300))
def test_a_cache_never_gives_the_number_of_another_key(keys: list[tuple[int, int]]) -> None:
    cache, known = KeyCache(2), dict[tuple[int, int], int]()
    words = [np.array([key[word] for key in keys], np.uint64) for word in (0, 1)]
    for _ in range(2):
        found = cache.numbers(words, lambda place: known.setdefault(keys[place], len(known)))
        assert found.tolist() == [known[key] for key in keys]


def test_keys_that_share_a_slot_push_each_other_out_and_are_asked_again() -> None:
    cache, asked = KeyCache(1), list[int]()
    # Every multiple of this product's inverse lands in slot zero: only the upper bits of the product choose.
    inverse = pow(0x9E3779B97F4A7C15, -1, 1 << 64)
    keys = np.array([inverse * n % (1 << 64) for n in range(1, 500)] * 2, np.uint64)

    def ask(place: int) -> int:
        asked.append(place)
        return int(keys[place]) % 1000

    assert cache.numbers([keys], ask).tolist() == [int(key) % 1000 for key in keys]
    assert asked == sorted(asked)
    assert len(asked) > 499


def test_a_key_of_zeros_is_a_key() -> None:
    cache = KeyCache(2)
    zeros = [np.zeros(3, np.uint64)] * 2
    assert cache.numbers(zeros, lambda _: 7).tolist() == [7, 7, 7]
    assert cache.numbers(zeros, lambda _: pytest.fail("it is remembered")).tolist() == [7, 7, 7]
