"""Running the simulator's app: the uvicorn settings it needs, and a loopback server for tests."""

from __future__ import annotations

import asyncio
import socket
from threading import Thread
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.slack.app.api import DROP

PING_SECONDS = 10.0


class Droppable(H11Protocol):
    """HTTP that can be cut off without an answer, as the fault `drop` asks."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner: ASGIApp = self.app

        async def with_drop(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[DROP] = transport.abort
            await inner(scope, receive, send)

        self.app = with_drop


def server_config(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """WebSocket pings, no access log, and a quick end though event streams are open."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Droppable,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


class Loopback:
    """An app on a free port of 127.0.0.1, in a thread: `with Loopback(app) as server: server.url`."""

    def __init__(self, app: ASGIApp) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(server_config(app, port=self.port))
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)

    def __enter__(self) -> Self:
        # The listener accepts from here on; a first request waits until the app is up.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._listener.close()
