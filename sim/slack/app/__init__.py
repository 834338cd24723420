"""The simulated Slack on one port: Web API, Socket Mode, the page and its API, and the control of tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from sim.slack.app import api, control, page, socket, ui
from sim.slack.core import SimSlack

__all__ = ["slack_app"]

PAGE_DIR = Path(__file__).parents[2] / "page"
_LOOK_EVERY = 0.1


def slack_app(
    sim: SimSlack,
    *,
    page_dir: Path | None = None,
    mounts: Mapping[str, ASGIApp] | None = None,
    public_url: str | None = None,
) -> Starlette:
    """Serve `sim`. `mounts` are further apps by path; `public_url` fixes what else is taken from each request."""
    mounts = mounts or {}
    if public_url is not None:
        sim.state.base_url = public_url
    routes: list[BaseRoute] = [
        *api.routes(sim, follow_host=public_url is None),
        *socket.routes(sim),
        *control.routes(sim),
        *ui.routes(sim, follow_host=public_url is None),
        *page.routes(page_dir or PAGE_DIR),
        *(Mount(path, app=app) for path, app in mounts.items()),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in mounts.values():
                if isinstance(app, Starlette):  # a mounted app's own lifespan is not run otherwise
                    await stack.enter_async_context(app.router.lifespan_context(app))
            ticking = asyncio.create_task(_tick(sim))
            try:
                yield
            finally:
                ticking.cancel()
                with suppress(asyncio.CancelledError):
                    await ticking

    return Starlette(routes=routes, lifespan=lifespan)


async def _tick(sim: SimSlack) -> None:
    """Redeliver events and retire connections when their time comes."""
    while True:
        await run_in_threadpool(sim.run_due)
        await asyncio.sleep(_LOOK_EVERY)
