"""Who has a program's word in his environment is ended with it, and nobody else."""

from __future__ import annotations

import signal
import subprocess

from harness.endpoints import strays


def test_all_who_have_the_word_are_ended_and_who_has_another_one_is_not() -> None:
    def sleeper(**environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/bin/sleep", "600"], env=environment, start_new_session=True)

    ours = [sleeper(**{strays.LABEL: "a-word"}) for _ in range(7)]
    others = [sleeper(**{strays.LABEL: "a-word-more"}), sleeper(OTHER="a-word"), sleeper()]
    try:
        strays.end_all("a-word")
        assert [one.wait(timeout=20) for one in ours] == [-signal.SIGKILL] * 7
        assert [one.poll() for one in others] == [None] * 3
    finally:
        for one in (*ours, *others):
            one.kill()
            one.wait()
