"""Cursor pagination of the pod list: which pods are on a page, and where the next one goes on."""

from __future__ import annotations

import base64
import binascii

from sim.runpod.state import SimPod
from sim.runpod.wire import SimRequest, bad_request, invalid

MOST_PER_PAGE = 1000


def page_of(pods: list[SimPod], request: SimRequest, page_size: int) -> tuple[list[SimPod], str | None]:
    limit = page_size
    if "limit" in request.query:
        given = request.query["limit"]
        if not given.isdecimal() or not 1 <= int(given) <= MOST_PER_PAGE:
            raise invalid([f"limit: '{given}' must be an integer of 1 to {MOST_PER_PAGE}"])
        limit = min(int(given), page_size)
    start = 0
    if request.query.get("cursor"):
        after = _read_cursor(request.query["cursor"])
        start = next((index for index, pod in enumerate(pods) if place_in_list(pod) > after), len(pods))
    page = pods[start : start + limit]
    more = start + limit < len(pods)
    return page, _write_cursor(place_in_list(page[-1])) if more else None


def place_in_list(pod: SimPod) -> str:
    """What the list is sorted by; it still says where to go on when the pod itself is gone."""
    return f"{pod.created_at.isoformat(timespec='microseconds')} {pod.id}"


def _write_cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read_cursor(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise bad_request("invalid cursor") from wrong
