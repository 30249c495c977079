"""The line that says how fast a run was."""

from __future__ import annotations

from harness.report.speed import speed

from .sample import document, established, result


def test_everything_is_counted_and_divided_by_the_time() -> None:
    run = document(
        [
            result("a", calls=2, packets=3000, findings=established()),
            result("b", calls=1, packets=1, findings=()),
        ]
    )
    found = len(established())
    assert (
        speed(run, 2.0) == f"3 calls, 3,001 packets, {found} findings in 2.0 s (1.5, 1,500.5, {found / 2:.1f} a second)"
    )


def test_a_run_of_nothing_has_no_speed() -> None:
    assert speed(document([]), 0.0) == "0 calls, 0 packets, 0 findings in 0.0 s (0.0, 0.0, 0.0 a second)"
