"""What an interceptor must pay, on a terminal: a table for each attacker, then what the words mean and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO

from ..model.cost import AttackerReport, Cost, PriceReport
from .console import encodable
from .text import aligned, plural

HEADINGS: Final = ("code", "bits", "blind", "answer last", "50 % after", "known in advance", "50 % after")
AS_BLIND: Final = "as blind"
NOTHING: Final = "–"

_WORDS: Final = (
    ("blind", "the interceptor fixes its certificates before it knows those of the two ends"),
    (
        "answer last",
        "it learns the callee's after it has fixed its own towards the callee: the ordinary offer and answer",
    ),
    (
        "known in advance",
        "it knows both before it fixes its own: certificates used again, or another offer in the call",
    ),
    (AS_BLIND, "a commitment binds both ends before either has seen the other's key: trying is no use"),
)
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 31_557_600


def show(cost: Cost, stream: TextIO) -> None:
    """Write the report as plain lines."""
    for line in lines(cost):
        stream.write(f"{encodable(line, stream)}\n")


def lines(cost: Cost) -> Iterator[str]:
    """Every line of the report."""
    yield "The chance per intercepted call that both screens show the same code, and how long one of 50 % would take."
    yield (
        f"The caller waits {duration(cost.ring_seconds)}; with our code the callee accepts "
        f"{plural(cost.fingerprints, 'fingerprint')}; a table has at most {size(cost.memory_bytes)}."
    )
    for attacker in cost.attackers:
        yield ""
        yield f"{attacker.name}: {number(attacker.tries_per_second)} tries a second"
        yield from aligned((HEADINGS, *_rows(cost, attacker)))
    yield ""
    yield from aligned(_WORDS)
    yield ""
    yield "sources:"
    yield from aligned(
        [*((one.name, one.source) for one in cost.schemes), *((one.name, one.source) for one in cost.attackers)]
    )


def _rows(cost: Cost, attacker: AttackerReport) -> Iterator[tuple[str, ...]]:
    for scheme in cost.schemes:
        blind, last, known = (
            price for price in cost.prices if (price.scheme, price.attacker) == (scheme.name, attacker.name)
        )
        paid = (AS_BLIND, NOTHING) * 2 if scheme.commitment else (*_paid(last), *_paid(known))
        yield scheme.name, f"{scheme.bits:.1f}", probability(blind.chance), *paid


def _paid(price: PriceReport) -> tuple[str, str]:
    after = NOTHING if price.half.seconds is None else duration(price.half.seconds)
    table = price.half.memory_bytes
    return probability(price.chance), after if table is None else f"{after}, {size(table)}"


def probability(chance: float) -> str:
    """ "1.0e-20", "12.3 %"; what rounds to one hundred per cent is not called certain."""
    if chance >= 0.9995:
        return "> 99.9 %"
    return f"{chance * 100:.1f} %" if chance >= 0.001 else f"{chance:.1e}"


def duration(seconds: float) -> str:
    """In the unit that a person would use."""
    for unit, name in ((_YEAR, "years"), (_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * unit:
            return f"{number(seconds / unit)} {name}"
    return f"{number(seconds)} s"


def size(count: float) -> str:
    """Bytes in binary units, up to TiB."""
    for power, name in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >= 2**power:
            return f"{number(count / 2**power)} {name}"
    return f"{number(count)} bytes"


def number(value: float) -> str:
    """Three digits that count, or two and a power of ten."""
    if value and not 0.01 <= value < 1e6:
        return f"{value:.1e}"
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 1000 else f"{value:.3g}"
