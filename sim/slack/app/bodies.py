"""Reading requests: the body as arguments, whatever it is encoded in, and where the caller reached us."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from starlette.requests import Request

from sim.slack.core import SimSlack
from sim.slack.wire import Json, SlackError


async def arguments(request: Request) -> Json:
    """Query, form or JSON, as the Web API takes them all."""
    found: Json = dict(request.query_params)
    body = await request.body()
    if not body:
        return found
    if request.headers.get("content-type", "").startswith("application/json"):
        return found | _object(body)
    return found | dict(parse_qsl(body.decode(), keep_blank_values=True))


async def json_object(request: Request) -> Json:
    body = await request.body()
    return _object(body) if body else {}


def follow(sim: SimSlack, request: Request) -> None:
    """Point response_urls and sockets to where this caller found us."""
    sim.state.base_url = str(request.base_url)


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except json.JSONDecodeError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
