"""The web pages, and the headers under which a browser may run them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from aiohttp import web

WEB: Final = Path(__file__).resolve().parent.parent / "web"
PAGES: Final = {"/call": "call.html", "/admin": "admin.html"}
TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
}


async def headers(request: web.Request, response: web.StreamResponse) -> None:
    """On everything that leaves."""
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-store" if request.path.startswith("/api/") else "no-cache"
    response.headers.popall("Server", None)


def add_pages(app: web.Application) -> None:
    """`/call`, `/admin`, and what they are made of below `/web/`."""
    app.router.add_get("/", _home)
    app.router.add_get("/web/{path:.+}", _part)
    for path in PAGES:
        app.router.add_get(path, _page)


async def _home(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/call")


async def _page(request: web.Request) -> web.StreamResponse:
    return _file(PAGES[request.path])


async def _part(request: web.Request) -> web.StreamResponse:
    return _file(request.match_info["path"])


def _file(name: str) -> web.Response:
    """A file of the pages. 404 for anything else, be it there or not."""
    segments = name.split("/")
    path = WEB.joinpath(*segments)
    known = TYPES.get(path.suffix)
    if known is None or not all(map(_SEGMENT.fullmatch, segments)) or path.is_symlink() or not path.is_file():
        raise web.HTTPNotFound
    charset = None if known.startswith("image/png") else "utf-8"
    return web.Response(body=path.read_bytes(), content_type=known, charset=charset)
