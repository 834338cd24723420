"""Sending: once, in time, with our name on it, and with no secret in anything that is said of it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator

import httpx
import pytest
from pydantic import SecretStr

from pods import errors as e
from pods.model import ACTIONS, GpuRequest, Pod, PodChange, PodSpec, PodStatus, Verb
from pods.runpod.answers import shown
from pods.runpod.provider import Mode, RunPodProvider, build_provider
from tests.unit.runpod.canned import KEY, FixedClock, always, graphql_pod, ok, problem, provider_of, rest_pod

POD = Pod(id="abc123", name="nlp-train", status=PodStatus.RUNNING)
SECRETS = {"TOKEN": "hf_verySecretToken", "PIN": "417", "QUOTED": 'p"w\\d\nüber'}
SPEC = PodSpec(name="n", image="i", gpu=GpuRequest(id="NVIDIA A40"), env=SECRETS)

Ask = Callable[[RunPodProvider], object]
READS: list[Ask] = [
    lambda p: p.list(),
    lambda p: p.get("abc123"),
    lambda p: p.gpu_types(),
    lambda p: p.cpu_types(),
    lambda p: p.data_centers(),
    lambda p: p.network_volumes(),
    lambda p: p.templates(),
    lambda p: p.account(),
    lambda p: p.last_status_change("abc123"),
    lambda p: p.logs("abc123", source="container", tail=5),
]
CHANGES: list[Ask] = [
    *(lambda p, v=v: p.act(v, POD) for v in ACTIONS),
    lambda p: p.create(SPEC),
    lambda p: p.update(POD, PodChange(name="n")),
]


def failing(failure: type[httpx.RequestError], count: list[int], good: httpx.Response | None = None) -> RunPodProvider:
    """Fails the first call; every later one too unless there is a good answer."""

    def handler(request: httpx.Request) -> httpx.Response:
        count.append(1)
        if good is not None and len(count) > 1:
            return good
        raise failure(f"Illegal header value b'Bearer {KEY}'")

    return provider_of(handler)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ConnectError, e.Unreachable),
        (httpx.ConnectTimeout, e.Unreachable),
        (httpx.PoolTimeout, e.Unreachable),
        (httpx.ProxyError, e.Unreachable),
        (httpx.ReadTimeout, e.TimedOut),
        (httpx.WriteTimeout, e.TimedOut),
        (httpx.WriteError, e.TimedOut),
        (httpx.ReadError, e.TimedOut),
        (httpx.RemoteProtocolError, e.TimedOut),
        (httpx.LocalProtocolError, e.TimedOut),
        (httpx.DecodingError, e.Unreadable),
    ],
)
def test_a_failure_tells_whether_anything_was_sent(
    failure: type[httpx.RequestError], error: type[e.ProviderError]
) -> None:
    with pytest.raises(e.ProviderError) as caught:
        failing(failure, []).act(Verb.STOP, POD)

    assert type(caught.value) is error
    assert isinstance(caught.value, e.Refused) is (error is e.Unreachable)
    assert failure.__name__ in caught.value.detail
    # The library's text may quote a header, so neither we nor a chained traceback may.
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
@pytest.mark.parametrize("ask", CHANGES)
def test_what_changes_something_is_sent_once_whatever_happens(ask: Ask, failure: type[httpx.RequestError]) -> None:
    count: list[int] = []

    with pytest.raises(e.ProviderError):
        ask(failing(failure, count))

    assert len(count) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("ask", [*READS, *CHANGES])
def test_an_answer_is_never_asked_for_again(ask: Ask, status: int) -> None:
    count: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        count.append(1)
        return problem(status, "no")

    with pytest.raises(e.ProviderError):
        ask(provider_of(handler))

    assert len(count) == 1


@pytest.mark.parametrize("ask", READS)
def test_a_read_is_sent_once_more_when_the_connection_was_refused(ask: Ask) -> None:
    count: list[int] = []

    with pytest.raises(e.Unreachable):
        ask(failing(httpx.ConnectError, count))

    assert len(count) == 2


@pytest.mark.parametrize("failure", [httpx.ReadTimeout, httpx.ConnectTimeout])
@pytest.mark.parametrize("ask", READS)
def test_a_read_is_not_sent_again_after_a_timeout(ask: Ask, failure: type[httpx.RequestError]) -> None:
    count: list[int] = []

    with pytest.raises(e.ProviderError):
        ask(failing(failure, count))

    assert len(count) == 1


def test_the_second_connection_of_a_read_may_succeed() -> None:
    assert failing(httpx.ConnectError, [], good=ok(rest_pod())).get("abc123").id == "abc123"


def test_every_request_says_who_we_are_and_carries_the_key_as_a_header_only() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return problem(500, "no")

    for ask in [*READS, *CHANGES]:
        with pytest.raises(e.ProviderError):
            ask(provider_of(handler))

    for request in seen:
        assert request.headers["user-agent"].startswith("podkeeper/")
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in str(request.url)
        timeout = request.extensions["timeout"]
        assert timeout["connect"] == 3.0
        assert timeout["read"] == (60.0 if request.url.path == "/v2/pods" and request.method == "POST" else 10.0)


class Drip(httpx.SyncByteStream):
    """A body that goes on while the clock runs."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._tick()
            yield b" "


def test_a_body_that_drips_without_end_is_left() -> None:
    now = [0.0]

    def tick() -> None:
        now[0] += 4

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Drip(tick))

    provider = build_provider(
        api_key=KEY, clock=FixedClock(), transport=httpx.MockTransport(handler), monotonic=lambda: now[0]
    )

    with pytest.raises(e.TimedOut):
        provider.get("abc123")

    assert now[0] == 16


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"null", b'{"id": "abc123"}', b'{"status": "RUNNING"}', b"[" * 100_000, b"\xff"]
)
@pytest.mark.parametrize("mode", [Mode.REST, Mode.GRAPHQL])
def test_a_change_whose_answer_cannot_be_read_is_unclear(mode: Mode, body: bytes) -> None:
    provider = provider_of(always(httpx.Response(200, content=body)), mode)

    with pytest.raises(e.Unreadable):
        provider.act(Verb.STOP, POD)
    with pytest.raises(e.Unreadable):
        provider.create(SPEC)


def echo(status: int) -> httpx.Response:
    words = "; ".join([*SECRETS.values(), f"Bearer {KEY}", '{"QUOTED": "p\\"w\\\\d\\n\\u00fcber"}'])
    return problem(status, f"rejected {words}", errors=[f"env: {words}"])


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 422, 429, 500])
def test_neither_key_nor_env_values_are_in_any_error(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider = provider_of(always(echo(status)))

    with pytest.raises(e.ProviderError) as caught:
        provider.create(SPEC)

    error = caught.value
    said = "".join([repr(error), str(error), error.detail, error.sentence, *traceback.format_exception(error)])
    for secret in (*SECRETS.values(), KEY, "u00fcber", "hf_very"):
        assert secret not in said
        assert secret not in caplog.text


def test_neither_key_nor_env_values_are_in_any_repr() -> None:
    provider = provider_of(always(ok(rest_pod())))
    result = provider.act(Verb.STOP, POD)

    said = "".join(map(repr, [provider, vars(provider), vars(provider._main.sender), SPEC, result]))

    for secret in (*SECRETS.values(), KEY, "wandb-SECRET-value"):
        assert secret not in said


def test_an_error_of_an_unreadable_pod_quotes_none_of_it() -> None:
    for mode, body in ((Mode.REST, rest_pod(id=7)), (Mode.GRAPHQL, {"data": {"podStop": graphql_pod(id=7)}})):
        with pytest.raises(e.Unreadable) as caught:
            provider_of(always(ok(body)), mode).act(Verb.STOP, POD)
        assert "SECRET" not in "".join(traceback.format_exception(caught.value))
        assert "id" in caught.value.detail


def test_a_short_secret_is_hidden_as_a_word_but_not_inside_others() -> None:
    assert shown("pin 417 of 2417", ["417"]) == "pin [hidden] of 2417"


def test_what_is_shown_is_one_short_line() -> None:
    assert shown("a\r\n\tb\u202ec", []) == "a b c"
    assert len(shown("x" * 5000, [])) == 400


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "ключ"])
def test_a_key_that_is_none_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(e.InvalidSetting) as caught:
        build_provider(api_key=SecretStr(key), clock=FixedClock())

    assert "RUNPOD_API_KEY" in caught.value.sentence
    assert not key.strip() or key not in str(caught.value) + caught.value.sentence


@pytest.mark.parametrize(
    "url", ["", "api.runpod.io", "ftp://api.runpod.io", "https://u:p@api.runpod.io", "https://x/?k=1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(e.InvalidSetting):
        build_provider(api_key=KEY, clock=FixedClock(), rest_url=url)


def test_the_quota_and_the_request_id_of_an_answer_are_kept() -> None:
    headers = {"RateLimit": '"minute";r=30;t=12', "RateLimit-Policy": '"minute";q=60;w=60'}
    provider = provider_of(always(ok(rest_pod(), headers=headers)))

    result = provider.act(Verb.STOP, POD)

    assert result.request_id == "req-1"
    assert provider.share_left("minute") == 0.5
    assert provider.quotas()[0].remaining == 30


def test_a_refusal_too_updates_the_quota() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        headers = {"RateLimit": '"minute";r=0;t=12', "RateLimit-Policy": '"minute";q=60;w=60'}
        return httpx.Response(429, headers=headers)

    provider = provider_of(handler)

    with pytest.raises(e.RateLimited) as caught:
        provider.list()

    assert caught.value.retry_after_s == 12
    assert provider.share_left("minute") == 0.0
