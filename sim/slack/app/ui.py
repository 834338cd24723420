"""The page's own API, under /ui: what a person sees, types and clicks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sim.slack.app.bodies import follow, json_object
from sim.slack.core import SimSlack
from sim.slack.people.clicks import Place
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import User

_HEARTBEAT_SECONDS = 15.0
_NOT_FOUND = 404
_BAD_REQUEST = 400
_PLACE = frozenset({"user", "channel", "message_ts", "view_id", "block_id", "action_id"})


def routes(sim: SimSlack, *, follow_host: bool) -> list[BaseRoute]:
    async def state(request: Request) -> Response:
        try:
            return JSONResponse(seen_by(sim, request.query_params.get("user", "")))
        except SlackError as problem:
            return JSONResponse({"error": problem.error}, status_code=_NOT_FOUND)

    async def events(request: Request) -> Response:
        user = request.query_params.get("user", "")
        return StreamingResponse(
            _stream(sim, user), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    def does(path: str, act: Callable[[Json], Json]) -> Route:
        async def answer(request: Request) -> Response:
            if follow_host:
                follow(sim, request)
            try:
                return JSONResponse(await run_in_threadpool(act, await json_object(request)))
            except SlackError as problem:
                return JSONResponse({"ok": False, "error": problem.error})
            except KeyError as missing:
                return JSONResponse({"ok": False, "error": f"missing {missing}"}, status_code=_BAD_REQUEST)

        return Route(f"/ui/{path}", answer, methods=["POST"])

    person = _Person(sim)
    return [
        Route("/ui/state", state, methods=["GET"]),
        Route("/ui/events", events, methods=["GET"]),
        does("command", person.command),
        does("message", person.message),
        does("action", person.action),
        does("options", person.options),
        does("submit", person.submit),
        does("close", person.close),
        does("home", person.home),
    ]


class _Person:
    def __init__(self, sim: SimSlack) -> None:
        self._sim = sim

    def command(self, body: Json) -> Json:
        return self._sim.command(str(body["user"]), str(body["channel"]), str(body["text"])).as_json()

    def message(self, body: Json) -> Json:
        thread = body.get("thread_ts") or None
        message = self._sim.say(str(body["user"]), str(body["channel"]), str(body["text"]), thread_ts=thread)
        return {"ok": True, "ts": message.ts}

    def action(self, body: Json) -> Json:
        given = {key: value for key, value in body.items() if key not in _PLACE}
        return self._sim.act(str(body["user"]), Place.parse(body), **given).as_json()

    def options(self, body: Json) -> Json:
        return self._sim.options(str(body["user"]), Place.parse(body), str(body.get("value", "")))

    def submit(self, body: Json) -> Json:
        return self._sim.submit(str(body["user"]), str(body["view_id"]), body.get("values", {})).as_json()

    def close(self, body: Json) -> Json:
        return self._sim.close_view(str(body["user"]), str(body["view_id"])).as_json()

    def home(self, body: Json) -> Json:
        return self._sim.open_home(str(body["user"])).as_json()


def seen_by(sim: SimSlack, user_id: str) -> Json:
    """What a person's client shows after a reload (the first person's if none is named); ephemerals are gone."""
    workspace, state = sim.workspace, sim.state
    with state.lock:
        me = workspace.user(user_id) if user_id else workspace.people()[0]
        rooms = workspace.rooms_of(me.id)
        return {
            "me": _user(me),
            "users": [_user(user) for user in workspace.people()],
            "usergroups": [
                {"id": group.id, "handle": group.handle, "name": group.name} for group in workspace.groups.values()
            ],
            "channels": [
                {"id": room.id, "name": room.name, "kind": room.kind, "members": room.members} for room in rooms
            ],
            "messages": {
                room.id: [sim.posting.as_ui(message) for message in state.messages.of(room.id)] for room in rooms
            },
            "views": state.views.stack(me.id),
            "home": state.views.home(me.id),
            "commands": [
                {"command": known.command, "usage_hint": known.usage_hint, "description": known.description}
                for known in workspace.commands.values()
            ],
            "bot": {"id": workspace.bot.user_id, "name": workspace.bot.name},
            "now_ms": int(state.clock.now().timestamp() * 1000),
        }


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "role_hint": user.role_hint,
        "tz": user.tz,
    }


async def _stream(sim: SimSlack, user: str) -> AsyncIterator[str]:
    """A person's events as they come. The first comment says that nothing is missed from here on."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Json] = asyncio.Queue()

    def heard(event: Json) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, event)

    stop = sim.state.feed.subscribe(user, heard)
    try:
        yield ": listening\n\n"
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
            else:
                yield f"data: {json.dumps(event)}\n\n"
    finally:
        stop()
