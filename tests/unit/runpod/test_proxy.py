"""A pod's HTTP port, through RunPod's proxy: every answer and every silence is a value."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from pods.proxy_urls import http_ports, proxy_url
from pods.runpod.proxy import BODY_MAX, ProxyWeb


def web(handler: Callable[[httpx.Request], httpx.Response]) -> ProxyWeb:
    return ProxyWeb(transport=httpx.MockTransport(handler))


def test_a_port_is_asked_at_its_proxy_address_without_any_key() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, text="ok")

    given = web(answer).get("abc123", 8888, "/api/status")
    assert (given.status, given.body, given.trouble) == (200, "ok", "")
    assert str(asked[0].url) == "https://abc123-8888.proxy.runpod.net/api/status"
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize("status", [302, 404, 502, 524])
def test_any_status_is_an_answer_and_redirects_are_not_followed(status: int) -> None:
    given = web(lambda _: httpx.Response(status, headers={"location": "https://elsewhere.test/"})).get("abc123", 80)
    assert given.status == status


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_silence_is_an_answer_with_trouble(error: type[httpx.HTTPError]) -> None:
    def silent(_request: httpx.Request) -> httpx.Response:
        raise error("nothing")

    given = web(silent).get("abc123", 8888)
    assert given.status is None
    assert given.trouble == error.__name__


def test_a_long_body_is_cut() -> None:
    given = web(lambda _: httpx.Response(200, content=b"x" * (BODY_MAX * 3))).get("abc123", 80)
    assert len(given.body) == BODY_MAX


def test_only_http_ports_have_a_proxy_address() -> None:
    assert http_ports(("8888/http", "22/tcp", "6006/http", "odd")) == (8888, 6006)
    assert proxy_url("abc123", 6006) == "https://abc123-6006.proxy.runpod.net"
