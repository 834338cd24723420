"""Who may call: the two keys of the simulated account, and the clients that RunPod's edge turns away."""

from __future__ import annotations

from http import HTTPStatus

from sim.runpod.wire import Refusal, SimRequest, SimResponse

FULL_KEY = "rp_full"
READ_ONLY_KEY = "rp_readonly"

_BANNED_AGENT = "Python-urllib"


def turned_away(request: SimRequest) -> SimResponse | None:
    """Cloudflare's answer to clients that do not say who they are; it never reaches RunPod."""
    agent = request.headers.get("user-agent", "")
    if agent and not agent.startswith(_BANNED_AGENT):
        return None
    return SimResponse(HTTPStatus.FORBIDDEN, {"content-type": "text/plain; charset=UTF-8"}, b"error code: 1010")


def key_of(request: SimRequest, *, in_query: bool = False) -> str:
    """The caller's key. Refuses with 401 when there is none, or none that is known."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        token = request.query.get("api_key", "") if in_query else ""
    if not token:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "missing bearer token")
    if token not in {FULL_KEY, READ_ONLY_KEY}:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "invalid bearer token")
    return token


def require_write(key: str) -> None:
    if key != FULL_KEY:
        raise Refusal(HTTPStatus.FORBIDDEN, "access denied")
