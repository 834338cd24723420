"""The one place that sends. Nothing that changes something is ever sent twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from pods.errors import InvalidSetting, ProviderError, TimedOut, Unreachable, Unreadable
from pods.model import Api
from pods.ports import Capability
from pods.runpod.answers import Answer
from pods.runpod.errors import error_of
from pods.runpod.quota import QuotaLedger

#: Without an explicit one, RunPod's gateway may answer 403 "error code: 1010".
USER_AGENT: Final = f"podkeeper/{version('podkeeper')}"
CONNECT_S: Final = 3.0
#: A step of an operation is at most 20 s: a read that was quick and a call stay within it.
READ_S: Final = 10.0
#: RunPod places the pod before it answers.
CREATE_READ_S: Final = 60.0
#: A thousand pods are about 2 MB.
MAX_BODY: Final = 64 * 1024 * 1024

_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `reads` calls change nothing, so they may be sent again when a connection was refused."""

    purpose: Capability
    path: str
    method: str = "GET"
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    reads: bool = True
    read_s: float = READ_S
    #: Values in the body that must not come back in an error's text.
    secrets: Collection[str] = field(default=(), repr=False)


class BearerKey(httpx.Auth):
    """The API key as a header, never in a URL."""

    def __init__(self, key: SecretStr) -> None:
        secret = key.get_secret_value().strip()
        if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise InvalidSetting(
                "the RunPod API key is empty or holds characters no key has",
                sentence="RUNPOD_API_KEY is not a key: it is empty or was cut or pasted wrongly.",
            )
        self._key = SecretStr(secret)

    @property
    def secret(self) -> str:
        return self._key.get_secret_value()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.secret}"
        yield request


class Sender:
    """Sends calls to one API and turns whatever comes back into an Answer or a ProviderError."""

    def __init__(
        self,
        *,
        api: Api,
        base_url: str,
        key: BearerKey,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api = api
        self.quota = QuotaLedger(monotonic)
        self.monotonic = monotonic
        self._base_url = _checked(base_url)
        self._key = key
        self._client = httpx.Client(
            auth=key,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            follow_redirects=False,
            transport=transport,
        )

    def send(self, call: Call) -> Answer:
        """The 2xx answer, body read. Raises the typed error of anything else."""
        ends_at = self._end_of(call)
        with self.stream(call) as (response, answer):
            return self._whole(call, response, answer, ends_at)

    @contextmanager
    def stream(self, call: Call) -> Iterator[tuple[httpx.Response, Answer]]:
        """The 2xx answer before its body. The body is the caller's to read, and its failures the caller's to name."""
        ends_at = self._end_of(call)
        response = self._sent(call)
        try:
            self.quota.note(response.headers)
            answer = self._answer(call, response)
            if not response.is_success:
                raise error_of(self._whole(call, response, answer, ends_at))
            yield response, answer
        finally:
            response.close()

    def close(self) -> None:
        self._client.close()

    def _sent(self, call: Call) -> httpx.Response:
        request = self._client.build_request(
            call.method,
            self._base_url + call.path,
            params=dict(call.params) or None,
            headers=dict(call.headers),
            content=None if call.body is None else json.dumps(call.body),
            timeout=httpx.Timeout(CONNECT_S, read=call.read_s),
        )
        if call.body is not None:
            request.headers["Content-Type"] = "application/json"
        try:
            return self._client.send(request, stream=True)
        except httpx.RequestError as failure:
            first = failure_of(failure, call)
            # Not after a timeout, though: a second one would not fit into the step.
            try_again = call.reads and isinstance(failure, httpx.ConnectError)
        if not try_again:
            raise first
        try:
            return self._client.send(request, stream=True)
        except httpx.RequestError as failure:
            again = failure_of(failure, call)
        raise again

    def _end_of(self, call: Call) -> float:
        return self.monotonic() + CONNECT_S + call.read_s

    def _whole(self, call: Call, response: httpx.Response, answer: Answer, ends_at: float) -> Answer:
        """Read in pieces, since the read timeout bounds only the wait for each piece."""
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BODY or self.monotonic() > ends_at:
                    break
            else:
                return replace(answer, body=bytes(body))
        except httpx.RequestError as failure:
            error = failure_of(failure, call)
        else:
            error = TimedOut(f"{call.purpose}: the answer did not end", status=answer.status)
        error.request_id = answer.request_id
        raise error

    def _answer(self, call: Call, response: httpx.Response) -> Answer:
        return Answer(
            purpose=call.purpose,
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            headers=response.headers,
            api=self.api,
            secrets=(self._key.secret, *call.secrets),
        )


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise InvalidSetting("a RunPod address must be an http or https URL without a query or a password in it")
    return base_url.rstrip("/")


def failure_of(failure: httpx.RequestError, call: Call) -> ProviderError:
    """What a failure without an answer means. Only its kind is told: its text may quote a header."""
    detail = f"{call.purpose}: {type(failure).__name__}"
    if isinstance(failure, _NOTHING_SENT):
        return Unreachable(detail)
    if isinstance(failure, httpx.DecodingError):
        return Unreadable(detail)
    return TimedOut(detail)
