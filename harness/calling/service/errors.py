"""Whatever goes wrong, as a client may hear of it: a status, a word, a sentence. Never a traceback."""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from ..exchange.refusal import Refusal
from ..policy.lookup import Refused, Unknown
from ..store.tenants import faults

LOG: Final = logging.getLogger("harness.calling")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS: Final = {
    "malformed": 400,
    "no-token": 401,
    "wrong-password": 401,
    "not-allowed": 403,
    "unknown": 404,
    "unknown-user": 404,
    "too-slow": 408,
    "too-large": 413,
    "too-many": 429,
    "store": 503,
}
"""What is not here is 409: refused by a rule."""


def refusal_of(error: Exception) -> Refusal:
    """The error in words for a client. What nobody foresaw is a `fault`, and written to the log, without its data."""
    match error:
        case Refusal():
            return error
        case ValidationError():
            return Refusal("malformed", faults(error)[:500])
        case Unknown():
            return Refusal("unknown", str(error))
        case Refused():
            return Refusal("refused", str(error))
        case ConnectionError() | web.RequestPayloadError():
            return Refusal("malformed", "The request ended before its body did, or its body is none.")
        case sqlite3.Error() | OSError():
            said = error.strerror if isinstance(error, OSError) else str(error)
            LOG.error("the store: %s", said)
            return Refusal("store", "The service cannot keep this now.")
    place = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error("fault: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
    return Refusal("fault", "The service has made a mistake; it has been written down.")


def answer_of(refusal: Refusal) -> web.Response:
    """The refusal as the answer to a request."""
    status = 500 if refusal.reason == "fault" else STATUS.get(refusal.reason, 409)
    return web.json_response({"reason": refusal.reason, "detail": refusal.detail}, status=status)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Around every request."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        text = {"reason": error.reason.lower().replace(" ", "-"), "detail": _said_of(request, error)}
        return web.Response(
            text=json.dumps(text), status=error.status, content_type="application/json", headers=_allow(error)
        )
    except Exception as error:  # noqa: BLE001 - the last place before the client
        return answer_of(refusal_of(error))


def _said_of(request: web.Request, error: web.HTTPException) -> str:
    if error.status == 404 and request.path.startswith("/api"):
        return "No request has this address. Names in it are percent-encoded, and none can be `.` or `..`."
    return f"{error.reason}."


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
