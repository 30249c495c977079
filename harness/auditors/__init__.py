"""What we ask: pure functions from a case to findings. A new auditor is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..model.finding import Finding
from . import (
    acceptance,
    binding,
    chat,
    codes,
    establishment,
    features,
    history,
    indicator,
    keyholders,
    memory,
    modes,
    network,
    opacity,
    parameters,
    path,
    randomness,
    screens,
    service_path,
    signalling,
    sources,
    strangers,
    wire,
    wireshark,
)
from .case import Case


@dataclass(frozen=True)
class Auditor:
    """One auditor: its name, by which a user leaves it out, and its question.

    `informs`: none of its answers is an alarm, because what it sees may be anybody's doing, or nobody's.
    """

    name: str
    audit: Callable[[Case], tuple[Finding, ...]]
    informs: bool = False


AUDITORS: Final = (
    Auditor(establishment.NAME, establishment.audit),
    Auditor(acceptance.NAME, acceptance.audit),
    Auditor(modes.NAME, modes.audit),
    Auditor(features.NAME, features.audit),
    Auditor(chat.NAME, chat.audit),
    Auditor(codes.NAME, codes.audit),
    Auditor(binding.NAME, binding.audit),
    Auditor(signalling.NAME, signalling.audit),
    Auditor(keyholders.NAME, keyholders.audit),
    Auditor(service_path.NAME, service_path.audit),
    Auditor(opacity.NAME, opacity.audit),
    Auditor(strangers.NAME, strangers.audit),
    Auditor(sources.NAME, sources.audit, informs=True),
    Auditor(path.NAME, path.audit, informs=True),
    Auditor(network.NAME, network.audit, informs=True),
    Auditor(memory.NAME, memory.audit),
    Auditor(wire.NAME, wire.audit),
    Auditor(parameters.NAME, parameters.audit),
    Auditor(indicator.NAME, indicator.audit),
    Auditor(screens.NAME, screens.audit),
    Auditor(history.NAME, history.audit),
    Auditor(randomness.NAME, randomness.audit),
    Auditor(wireshark.NAME, wireshark.audit),
)
"""In the order in which they are asked and reported."""
