"""`harness code cost`: what an interceptor must pay, from the measured rate of this machine and from given ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

from .adversaries.grinding import Agreement, Task, search
from .codes.cost import HALF, MEMORY, NEARLY, Attacker, Order, Price, chance, price
from .codes.rates import PUBLISHED, Rate
from .codes.scheme import SISTERS, Scheme, teams20
from .codes.teams20 import DIGITS, THUMBPRINT_BYTES
from .model.cost import AttackerReport, Cost, Effort, PriceReport, SchemeReport
from .outputs import Format, Output, trouble, write_outputs
from .report.cost_console import show
from .wire.certificate import fresh_identity

USAGE, HARNESS = 2, 3
MOST_RATES: Final = 16

_BATCH: Final = 2000


@dataclass(frozen=True)
class Asked:
    """What the command line says. `ring` in seconds, `rates` in tries per second."""

    rates: tuple[float, ...] = ()
    ring: float = 30.0
    fingerprints: int = 1
    digits: int = DIGITS


def cost_command(asked: Asked, outputs: tuple[Output, ...]) -> Cost | tuple[int, str]:
    """Measure, compute, write. The table goes to standard output, unless data was asked for there."""
    if any(output.format is not Format.JSON for output in outputs):
        return USAGE, "-o: what an attack costs can be had as json"
    try:
        document = cost(asked, tries_per_second())
    except ValueError as error:
        return USAGE, str(error)
    try:
        with suppress(BrokenPipeError):
            show(document, sys.stderr if any(output.path is None for output in outputs) else sys.stdout)
        write_outputs(outputs, document, tuple, sys.stdout)
    except OSError as error:
        return HARNESS, trouble(error, "an output")
    return document


def tries_per_second(seconds: float = 0.2, clock: Callable[[], float] = perf_counter) -> float:
    """Of the search that our own interceptor makes, on one processor; takes little more than `seconds`."""
    # All twenty digits: it finds nothing, and makes every try.
    task = Task(fresh_identity(datetime.now(UTC)).der, bytes(THUMBPRINT_BYTES), 0, Agreement(last=DIGITS), _BATCH)
    tries, begin = 0, clock()
    while (elapsed := clock() - begin) < seconds:
        search(task)
        tries += _BATCH
    return tries / elapsed


def cost(asked: Asked, measured: float) -> Cost:
    """Every attacker against every code, in every order. ValueError for a number that makes no sense."""
    if len(asked.rates) > MOST_RATES:
        raise ValueError(f"--rate: at most {MOST_RATES} of them")
    rates = (
        Rate(
            "this machine",
            measured,
            "measured just now: the search of our own interceptor, in Python, on one processor",
        ),
        *([Rate(f"--rate {rate!r}", rate, "given") for rate in dict.fromkeys(asked.rates)] or PUBLISHED),
    )
    ours = teams20(asked.digits)
    return Cost(
        ring_seconds=asked.ring,
        fingerprints=asked.fingerprints,
        memory_bytes=MEMORY,
        schemes=tuple(_scheme(scheme) for scheme in (ours, *SISTERS)),
        attackers=tuple(AttackerReport(name=it.name, tries_per_second=it.tries, source=it.source) for it in rates),
        prices=tuple(
            row
            for rate in rates
            for attacker in [Attacker(rate.tries, asked.ring, asked.fingerprints)]
            for scheme, opposed in [(ours, attacker), *((one, replace(attacker, fingerprints=1)) for one in SISTERS)]
            for row in _prices(scheme, rate.name, opposed)
        ),
    )


def _scheme(scheme: Scheme) -> SchemeReport:
    return SchemeReport(
        name=scheme.name,
        bits=scheme.bits,
        commitment=scheme.commitment,
        made_of=scheme.made.value[0],
        source=scheme.source,
    )


def _prices(scheme: Scheme, name: str, attacker: Attacker) -> Iterator[PriceReport]:
    for order in Order:
        yield PriceReport(
            scheme=scheme.name,
            attacker=name,
            order=order.value,
            chance=chance(scheme, order, attacker),
            half=_effort(price(scheme, order, attacker, HALF)),
            nearly=_effort(price(scheme, order, attacker, NEARLY)),
        )


def _effort(price: Price) -> Effort:
    return Effort(calls=price.calls, tries=price.tries, seconds=price.seconds, memory_bytes=price.memory)
