"""How often: buckets that refill, and failures that make one wait. The clock is given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.calling.service.limits import MOST_KEYS, Backoff, Bucket, Buckets


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=20, burst=60)
    assert [bucket.take(0.0) for _ in range(61)] == [True] * 60 + [False]
    assert not bucket.take(0.04)
    assert bucket.take(0.06)
    assert not bucket.take(0.06)


def test_what_is_refused_costs_nothing_and_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(rate=1, burst=10)
    assert not bucket.take(100.0, cost=11)
    assert bucket.take(50.0, cost=10)
    assert not bucket.take(40.0)
    assert not bucket.take(40.5)
    assert bucket.take(41.5)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0.1, 5)), max_size=100))
def test_no_pattern_gets_more_than_burst_and_rate(asked: list[tuple[float, float]]) -> None:
    bucket, now, taken = Bucket(rate=2, burst=5), 0.0, 0.0
    for wait, cost in asked:
        now += wait
        taken += cost if bucket.take(now, cost) else 0
        assert taken <= 5 + 2 * now + 1e-6


def test_each_key_has_its_own_bucket_and_there_is_an_end_to_keys() -> None:
    buckets = Buckets(rate=0, burst=1)
    assert buckets.take("a", 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)
    for number in range(MOST_KEYS):
        buckets.take(f"other {number}", 0.0)
    assert buckets.take("a", 0.0)  # forgotten


def test_after_the_free_failures_each_further_one_doubles_the_wait() -> None:
    backoff = Backoff(free=3, longest=60)
    waits = []
    for _ in range(12):
        backoff.failed("alice", 0.0)
        waits.append(backoff.wait("alice", 0.0))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert backoff.wait("bob", 0.0) == 0
    assert backoff.wait("alice", 61.0) == 0
    backoff.succeeded("alice")
    backoff.failed("alice", 61.0)
    assert backoff.wait("alice", 61.0) == 0
