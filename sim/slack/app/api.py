"""What the app calls: the Web API at /api/{method}, and response_urls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from sim.slack.app.bodies import arguments, follow, json_object
from sim.slack.core import SimSlack
from sim.slack.webapi import ApiAnswer
from sim.slack.wire import SlackError

#: The key in a request's `extensions` under which a server offers to cut the connection.
DROP = "sim.slack.drop"
_GATEWAY_TIMEOUT = 504
_BAD_REQUEST = 400


def routes(sim: SimSlack, *, follow_host: bool) -> list[BaseRoute]:
    async def call(request: Request) -> Response:
        if follow_host:
            follow(sim, request)
        try:
            given = await arguments(request)
        except SlackError as problem:
            return JSONResponse({"ok": False, "error": problem.error})
        return await _sent(sim.web.call(request.path_params["method"], given, token=_token(request, given)))

    async def respond(request: Request) -> Response:
        try:
            body = await json_object(request)
        except SlackError as problem:
            return JSONResponse({"ok": False, "error": problem.error}, status_code=_BAD_REQUEST)
        answer = sim.answer_url(request.path_params["token"], body)
        return await _sent(answer) if answer.drop or answer.delay or not answer.ok else PlainTextResponse("ok")

    async def upload(request: Request) -> Response:
        """The bytes themselves, as the body."""
        content = await request.body()
        with sim.state.lock:
            taken = sim.state.files.receive(request.path_params["file"], content)
        return PlainTextResponse("OK" if taken else "not announced so", status_code=200 if taken else _BAD_REQUEST)

    async def download(request: Request) -> Response:
        file = sim.state.files.by_id.get(request.path_params["file"])
        if file is None or file.content is None:
            return PlainTextResponse("no such file", status_code=404)
        return PlainTextResponse(file.content, headers={"content-disposition": "attachment"})

    return [
        Route("/upload/{file}", upload, methods=["POST"]),
        Route("/upload/{file}", download, methods=["GET"]),
        Route("/api/{method}", call, methods=["GET", "POST"]),
        Route("/response/{token}", respond, methods=["POST"]),
    ]


async def _sent(answer: ApiAnswer) -> Response:
    if answer.drop:
        return Dropped()
    if answer.delay:
        await asyncio.sleep(answer.delay)
        return Response(status_code=_GATEWAY_TIMEOUT)
    return JSONResponse(answer.body, status_code=answer.status, headers=answer.headers)


class Dropped(Response):
    """No answer at all: the connection is cut after the work was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        cut: Callable[[], None] | None = scope.get("extensions", {}).get(DROP)
        if cut is None:
            raise ConnectionResetError("this server cannot cut a connection; serve with sim.slack.serving")
        cut()
        while (await receive())["type"] != "http.disconnect":
            continue


def _token(request: Request, given: dict[str, object]) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return str(given["token"]) if given.get("token") else None
