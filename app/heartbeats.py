"""`POST /hb/<token>`: a pod says that it works. Off unless PODKEEPER_HEARTBEAT_URL is set.

Every token that proves nothing gets the same answer. Whoever tries many from one address is asked to wait; a token that
has proved its pod before is not held up by that, since a heartbeat that is refused looks like silence.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

import redis
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pods.errors import PodkeeperError
from pods.ports import Clock

log = structlog.get_logger()

#: Tries of unknown tokens per address and minute.
TRIES: Final = 20
_MINUTE_S: Final = 60.0
#: Addresses and tokens that are remembered; the oldest go first.
_REMEMBERED: Final = 4_096


class Tries:
    """How often each address may still try within the minute. Not shared between processes, and need not be."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._spent: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """Count one try; 0: go on, else how many seconds to wait."""
        now = self._monotonic()
        began, count = self._spent.pop(address, (now, 0))
        if now - began >= _MINUTE_S:
            began, count = now, 0
        self._spent[address] = (began, count + 1)
        while len(self._spent) > _REMEMBERED:
            self._spent.popitem(last=False)
        return 0 if count < TRIES else max(1, round(began + _MINUTE_S - now))


class Proven:
    """Tokens that proved a pod before, by their hash."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, token: str) -> bool:
        return _digest(token) in self._known

    def note(self, token: str, *, proves: bool) -> None:
        self._known.pop(_digest(token), None)
        if proves:
            self._known[_digest(token)] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def heartbeat_route(
    take: Callable[[str, datetime], bool], clock: Clock, monotonic: Callable[[], float] = time.monotonic
) -> Route:
    """`take` says whether a token proves a pod, and writes its heartbeat."""
    tries, proven = Tries(monotonic), Proven()

    async def beat(request: Request) -> Response:
        token = str(request.path_params["token"])
        address = request.client.host if request.client else ""
        wait_s = 0 if token in proven else tries.wait_s(address)
        if wait_s:
            return _said(HTTPStatus.TOO_MANY_REQUESTS, "too many tries", {"retry-after": str(wait_s)})
        try:
            proves = await run_in_threadpool(take, token, clock.now())
        except (redis.RedisError, PodkeeperError) as error:
            log.warning("heartbeat.unwritten", error=type(error).__name__)
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, "not recorded; try again", {"retry-after": "10"})
        proven.note(token, proves=proves)
        return Response(status_code=HTTPStatus.NO_CONTENT) if proves else _said(HTTPStatus.NOT_FOUND, "not found", {})

    return Route("/hb/{token:str}", beat, methods=["POST"])


def _said(status: HTTPStatus, text: str, headers: dict[str, str]) -> Response:
    return PlainTextResponse(f"{text}\n", status_code=status, headers=headers)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
