"""A list pass is whole or an error: a part of the fleet would look like lost pods."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pods.errors import Unreadable
from tests.unit.runpod.canned import NOW, always, ok, provider_of, rest_pod


def page(ids: str, **pagination: Any) -> dict[str, Any]:
    return {"pods": [rest_pod(id=i) for i in ids]} | ({"pagination": pagination} if pagination else {})


def pages(*answers: dict[str, Any]) -> tuple[list[httpx.Request], Any]:
    """The answers in turn, the last one for ever."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ok(answers[min(len(seen), len(answers)) - 1])

    return seen, handler


def test_a_list_without_pagination_is_everything() -> None:
    seen, handler = pages(page("abc"))

    listing = provider_of(handler).list()

    assert [pod.id for pod in listing.pods] == ["a", "b", "c"]
    assert listing.at == NOW
    assert len(seen) == 1
    assert seen[0].url.params["limit"] == "1000"
    assert seen[0].url.params["includeClusterPods"] == "true"


def test_every_page_is_read_and_its_cursor_sent_back() -> None:
    seen, handler = pages(page("ab", nextCursor="c1", hasNextPage=True), page("cd", nextCursor=None, hasNextPage=False))

    assert [pod.id for pod in provider_of(handler).list().pods] == ["a", "b", "c", "d"]
    assert [request.url.params.get("cursor") for request in seen] == [None, "c1"]


def test_a_pod_that_slides_onto_the_next_page_counts_once() -> None:
    _, handler = pages(page("ab", nextCursor="c1", hasNextPage=True), page("bc", hasNextPage=False))

    assert [pod.id for pod in provider_of(handler).list().pods] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([page("a", nextCursor="c1", hasNextPage=True)], id="the same page for ever"),
        pytest.param(
            [
                page("a", nextCursor="c1", hasNextPage=True),
                page("b", nextCursor="c2", hasNextPage=True),
                page("c", nextCursor="c1", hasNextPage=True),
            ],
            id="cursors in a circle",
        ),
        pytest.param([page("", nextCursor="c1", hasNextPage=True)], id="an empty page with a next one"),
        pytest.param([page("a", hasNextPage=True)], id="more without a cursor"),
        pytest.param([page("a", nextCursor="c1")], id="pagination that does not say whether it ends"),
        pytest.param([{"pods": [rest_pod(), {"name": "no id"}]}], id="one pod that cannot be read"),
        pytest.param([{"pods": None}], id="no list"),
        pytest.param([{}], id="nothing"),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(answers: list[dict[str, Any]]) -> None:
    _, handler = pages(*answers)

    with pytest.raises(Unreadable) as caught:
        provider_of(handler).list()

    assert "SECRET" not in str(caught.value)


def test_a_server_that_pages_for_ever_is_left() -> None:
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        pods = [rest_pod(id=f"p{count}")]
        return ok({"pods": pods, "pagination": {"nextCursor": f"c{count}", "hasNextPage": True}})

    with pytest.raises(Unreadable):
        provider_of(handler).list()

    assert count == 101


def test_fresh_cursors_to_the_same_pods_are_not_followed() -> None:
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return ok(page("ab", nextCursor=f"c{count}", hasNextPage=True))

    with pytest.raises(Unreadable):
        provider_of(handler).list()

    assert count == 2


def test_a_v1_list_is_not_taken_for_a_fleet() -> None:
    with pytest.raises(Unreadable):
        provider_of(always(ok([rest_pod()]))).list()
