"""The simulated RunPod as an httpx transport: tests reach it without a socket, faults become httpx's errors."""

from __future__ import annotations

import httpx

from sim.runpod.core import SimRunPod
from sim.runpod.wire import Failure


def mock_transport(sim: SimRunPod) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params.multi_items())
        response = sim.handle(request.method, request.url.path, query, request.headers, request.content)
        if response.failure is Failure.DROP:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if response.failure is Failure.REFUSED:
            raise httpx.ConnectError("Connection refused", request=request)
        limit = request.extensions.get("timeout", {}).get("read")
        too_slow = limit is not None and response.delay_s > limit
        if response.failure is Failure.TIMEOUT or too_slow:
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        return httpx.Response(response.status, headers=dict(response.headers), content=response.body, request=request)

    return httpx.MockTransport(answer)
