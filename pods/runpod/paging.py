"""Joining the pages of one list pass. Complete or an error: a part of the fleet would look like lost pods."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field, ValidationError

from pods.model import Pod
from pods.runpod.answers import Answer
from pods.runpod.errors import unreadable
from pods.runpod.lenient import Maybe, Text, WireModel, fields_wrong
from pods.runpod.wire import WirePod

#: 100,000 pods; more is a server that pages forever.
MOST_PAGES: Final = 100


class _Pagination(WireModel):
    next_cursor: Maybe[Text] = Field(default=None, alias="nextCursor")
    has_next_page: Maybe[bool] = Field(default=None, alias="hasNextPage")


class Pages:
    def __init__(self) -> None:
        self._pods: dict[str, Pod] = {}
        self._cursors: set[str] = set()

    @property
    def pods(self) -> tuple[Pod, ...]:
        """In RunPod's order. A pod that slid onto a later page counts once, as it was read last."""
        return tuple(self._pods.values())

    def add(self, answer: Answer, page: Any) -> str | None:  # noqa: ANN401 - the wire
        """Take a page over and give the next one's cursor, None after the last."""
        listed = page.get("pods") if isinstance(page, dict) else None
        if not isinstance(listed, list):
            raise unreadable(answer, "no list of pods")
        before = len(self._pods)
        for place, entry in enumerate(listed):
            pod = _read(answer, place, entry)
            self._pods[pod.id] = pod
        cursor = _next(answer, page.get("pagination"))
        if cursor is not None:
            self._guard(answer, cursor, grew=len(self._pods) > before)
        return cursor

    def _guard(self, answer: Answer, cursor: str, *, grew: bool) -> None:
        if not grew:
            raise unreadable(answer, "a page with no new pod says that more follow")
        if cursor in self._cursors or len(self._cursors) >= MOST_PAGES:
            raise unreadable(answer, "the pages go round in a circle")
        self._cursors.add(cursor)


def _read(answer: Answer, place: int, entry: Any) -> Pod:  # noqa: ANN401 - the wire
    try:
        return WirePod.model_validate(entry).value()
    except ValidationError as error:
        wrong = unreadable(answer, f"pod {place} of the page: {fields_wrong(error)}")
    raise wrong


def _next(answer: Answer, pagination: Any) -> str | None:  # noqa: ANN401 - the wire
    """The first v2 has no pagination at all: then one page is everything."""
    if pagination is None:
        return None
    try:
        said = _Pagination.model_validate(pagination)
    except ValidationError:
        said = _Pagination()
    if said.has_next_page is None:
        raise unreadable(answer, "pagination that does not say whether it ends")
    if not said.has_next_page:
        return None
    if not said.next_cursor:
        raise unreadable(answer, "more pages, but no cursor to them")
    return said.next_cursor
