from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest
import redis
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from app.http import SLACK_TOO_OLD_S, Probes, build, readiness, serving, slack_route
from app.metrics import exposition, parse_field
from pods.errors import InvalidSetting, NotRecorded


def probes(
    *,
    redis_answers: Callable[[], bool] = lambda: True,
    slack_age_s: float | None = 1.0,
    snapshot_age_s: float | None = 30.0,
) -> Probes:
    return Probes(
        redis=redis_answers,
        counters=lambda: {"operations:result=done,verb=stop": "3", "acks": 7},
        slack_age_s=lambda: slack_age_s,
        snapshot_age_s=lambda: snapshot_age_s,
    )


def _refuses() -> bool:
    raise redis.ConnectionError("gone")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (probes(), []),
        (probes(slack_age_s=None, snapshot_age_s=None), []),
        (probes(redis_answers=_refuses), ["redis"]),
        (probes(redis_answers=lambda: False), ["redis"]),
        (Probes(redis=lambda: True, counters=dict, slack=lambda: False), ["slack"]),
        (probes(slack_age_s=SLACK_TOO_OLD_S + 1), ["slack"]),
        (probes(snapshot_age_s=90_000), ["snapshot"]),
    ],
)
def test_readiness_names_what_is_wrong(given: Probes, wrong: list[str]) -> None:
    assert list(readiness(given)) == wrong


def test_an_age_that_cannot_be_read_is_not_ready() -> None:
    def unreadable() -> float | None:
        raise NotRecorded("gone")

    given = Probes(redis=lambda: True, counters=dict, snapshot_age_s=unreadable)
    assert readiness(given) == {"snapshot": "could not be read"}


def test_the_three_endpoints_answer() -> None:
    with (
        serving(build(probes()), 0, host="127.0.0.1") as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as web,
    ):
        assert web.get("/healthz").text == "ok\n"
        assert web.get("/readyz").json() == {"ready": True, "wrong": {}}
        metrics = web.get("/metrics").text
    assert 'podkeeper_operations_total{result="done",verb="stop"} 3.0' in metrics
    assert "podkeeper_acks_total 7.0" in metrics
    assert "podkeeper_snapshot_age_seconds 30.0" in metrics


def test_without_redis_it_is_alive_and_not_ready() -> None:
    def gone() -> dict[str, str]:
        raise redis.ConnectionError("gone")

    given = Probes(redis=_refuses, counters=gone)
    with serving(build(given), 0, host="127.0.0.1") as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as web:
        assert [web.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 503, 503]


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSetting) as refused, serving(build(probes()), port, host="127.0.0.1"):
            pytest.fail("the port was taken")
    assert f"PODKEEPER_HTTP_PORT is {port}" in refused.value.sentence


def test_slack_reaches_the_app_only_with_a_valid_signature() -> None:
    app = App(
        client=WebClient(token="xoxb-1"),
        signing_secret="secret",
        token_verification_enabled=False,
    )
    body = '{"type":"url_verification","challenge":"abc"}'
    signer = SignatureVerifier("secret")
    stamp = str(int(signer.clock.now()))
    signature = signer.generate_signature(timestamp=stamp, body=body) or ""
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature,
    }
    site = build(probes(), [slack_route(app)])
    with serving(site, 0, host="127.0.0.1") as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as web:
        assert web.post("/slack/events", content=body, headers=headers).json() == {"challenge": "abc"}
        forged = headers | {"x-slack-signature": signature[:-1] + "x"}
        assert web.post("/slack/events", content=body, headers=forged).status_code == 401


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("acks", ("acks", {})),
        ("operations:verb=stop,result=done", ("operations", {"result": "done", "verb": "stop"})),
        ("Not-Ours", ("", {})),
        ("operations:1x=y", ("", {})),
    ],
)
def test_a_counter_is_a_name_and_labels(field: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parse_field(field) == expected


def test_a_label_value_cannot_break_out() -> None:
    text = exposition(lambda: {'acks:who=a"b\n': "1"}).decode()
    assert r'podkeeper_acks_total{who="a\"b\n"} 1.0' in text
