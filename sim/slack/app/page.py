"""The demo page's three files."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

_FILES = {"/": "index.html", "/page/page.css": "page.css", "/page/page.js": "page.js"}
_NOT_FOUND = 404


def routes(page_dir: Path) -> list[BaseRoute]:
    return [_serve(path, page_dir / name) for path, name in _FILES.items()]


def _serve(path: str, file: Path) -> Route:
    def answer(_: Request) -> Response:
        if not file.is_file():
            return PlainTextResponse(f"{file.name} is not there", status_code=_NOT_FOUND)
        return FileResponse(file, headers={"Cache-Control": "no-store"})

    return Route(path, answer, methods=["GET"])
