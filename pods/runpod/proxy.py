"""The HTTP ports of pods through RunPod's proxy: a `pods.ports.Web`."""

from __future__ import annotations

from typing import Final

import httpx

from pods.ports import WebAnswer
from pods.proxy_urls import PROXY, proxy_url

TIMEOUT_S: Final = 3.0
BODY_MAX: Final = 64 * 1024
USER_AGENT: Final = "podkeeper"


class ProxyWeb:
    """Thread-safe. Sends no key: what answers there is the team's own program, not RunPod."""

    def __init__(self, template: str = PROXY, transport: httpx.BaseTransport | None = None) -> None:
        self._template = template
        self._client = httpx.Client(
            timeout=TIMEOUT_S,
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": USER_AGENT},
        )

    def url(self, pod_id: str, port: int) -> str:
        return proxy_url(pod_id, port, self._template)

    def get(self, pod_id: str, port: int, path: str = "/") -> WebAnswer:
        url = self.url(pod_id, port) + path
        try:
            with self._client.stream("GET", url) as response:
                return WebAnswer(status=response.status_code, body=_body(response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return WebAnswer(trouble=type(error).__name__)

    def close(self) -> None:
        self._client.close()


def _body(response: httpx.Response) -> str:
    """As much as is kept; a port that never stops talking is cut off."""
    taken = b""
    for chunk in response.iter_bytes():
        taken += chunk
        if len(taken) >= BODY_MAX:
            break
    return taken[:BODY_MAX].decode("utf-8", errors="replace")
