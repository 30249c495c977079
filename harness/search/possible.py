"""Which calls of a search these endpoints can make. Imports nothing of what plans are made with."""

from __future__ import annotations

from ..model.adversary.service_moves import WithholdMessage
from ..model.endpoints import Endpoints
from ..model.scenario import Scenario
from ..model.search import Untried
from ..model.service_kind import ServiceKind
from ..needs import unmet
from .plan import CHAT, Plan, Shape


def lacking(plan: Plan, endpoints: Endpoints, service: ServiceKind) -> str | None:
    """Why the call of this plan cannot be made, or one of its moves can never happen in it; None when all can."""
    on_chat = any(isinstance(move, WithholdMessage) and move.message == "chat" for move in plan.moves)
    without = chat_untried(endpoints, service) if on_chat else None
    return _unmet(plan.scenario(endpoints, service=service)) or (None if without is None else without.why)


def chat_untried(endpoints: Endpoints, service: ServiceKind) -> Untried | None:
    """That nobody writes, and why; None where people do."""
    scenario = Plan().scenario(endpoints, service=service)
    if scenario.call.chat:
        return None
    writing = scenario.model_copy(update={"call": scenario.call.model_copy(update={"chat": CHAT})})
    return Untried(plan="a call in which people write", why=_unmet(writing) or "nobody has a chat")


def nothing_possible(endpoints: Endpoints, service: ServiceKind) -> str | None:
    """Why not even an honest call of any kind can be made; None when one can."""
    whys = [lacking(Plan(shape), endpoints, service) for shape in Shape]
    return None if None in whys else "; ".join(dict.fromkeys(why for why in whys if why is not None))


def _unmet(scenario: Scenario) -> str | None:
    return next((one.why for one in unmet((scenario,), {}, ())), None)
