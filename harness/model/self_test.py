"""The self-test of a run: were the systems that are broken on purpose recognised, and the healthy ones left alone?"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from .base import Noun
from .finding import Reason
from .outcome import Outcome, Status

NOT_RUN: Final = "not run: the eyes of this run were not tested"
JUDGE: Final = "judge"
"""Who catches a specimen that no auditor can see: only the adversary's loot tells that its call was intercepted."""

MATRIX: Final = "visibility"
"""Who catches one of which the markers tell: they are where its users were promised that nothing of the call is."""


class Catch(Noun):
    """One specimen. `by` says which auditor gave which of the reasons that its healthy twin does not give.

    `missing` are reasons that were due and that nobody gave; `why` says what happened instead.
    """

    specimen: str
    twin: str
    outcome: Outcome
    status: Status
    caught: bool
    by: dict[str, tuple[Reason, ...]]
    missing: tuple[Reason, ...] = ()
    why: str = ""


class Quiet(Noun):
    """One healthy twin under the same attack. `alarms` are those that it did not deserve, by auditor."""

    twin: str
    status: Status
    quiet: bool
    alarms: dict[str, tuple[Reason, ...]] = {}
    why: str = ""


class Eye(Noun):
    """One auditor: of the specimens that it should recognise, how many it did; of the healthy calls, in how many it
    was quiet. `informs`: it raises no alarm at all, so there is nothing by which it could recognise one."""

    auditor: str
    planted: int = Field(ge=0)
    caught: int = Field(ge=0)
    healthy: int = Field(ge=0)
    quiet: int = Field(ge=0)
    informs: bool = False

    @property
    def sensitivity(self) -> str:
        """In words for a table. Of an auditor for which nothing is planted, a self-test says nothing."""
        if self.informs:
            return "informs, never alarms"
        return f"{self.caught} / {self.planted}" if self.planted else "nothing planted"


class SelfTest(Noun):
    """What a self-test came to. Without one nothing is passed, and the sentence says so.

    `unplanted`: alarms of which it says nothing, each with the reason why no specimen raises it.
    """

    passed: bool = False
    sentence: str = NOT_RUN
    catches: tuple[Catch, ...] = ()
    quiets: tuple[Quiet, ...] = ()
    eyes: tuple[Eye, ...] = ()
    unplanted: dict[Reason, str] = {}

    @property
    def missed(self) -> bool:
        """Whether a specimen ran that was not recognised, or a healthy twin that was not left in peace."""
        unheard = (Status.NOT_RUN, Status.ERROR, Status.INCONCLUSIVE)
        broken = (one.status for one in self.catches if not one.caught)
        disturbed = (one.status for one in self.quiets if not one.quiet)
        return any(status not in unheard for status in (*broken, *disturbed))
