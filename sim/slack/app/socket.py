"""Socket Mode over a WebSocket."""

from __future__ import annotations

import asyncio

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.slack.core import SimSlack
from sim.slack.delivery.socket import SocketRoad


def routes(sim: SimSlack) -> list[BaseRoute]:
    async def connect(websocket: WebSocket) -> None:
        await websocket.accept()
        await _Session(websocket, sim.delivery.socket).run()

    return [WebSocketRoute("/socket", connect)]


class _Session:
    """One connection: frames from any thread go out in order, acks come in."""

    def __init__(self, websocket: WebSocket, road: SocketRoad) -> None:
        self._websocket = websocket
        self._road = road
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()

    async def run(self) -> None:
        connection = self._road.open(self._send, lambda: self._send(None))
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if connection is not None:
                self._road.closed(connection)
            writer.cancel()
            reader.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    def _send(self, text: str | None) -> None:
        """None closes, after everything before it was sent."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._outgoing.put_nowait, text)

    async def _write(self) -> None:
        while (text := await self._outgoing.get()) is not None:
            await self._websocket.send_text(text)
        await self._websocket.close()

    async def _read(self) -> None:
        try:
            while True:
                self._road.received(await self._websocket.receive_text())
        except WebSocketDisconnect:
            return
