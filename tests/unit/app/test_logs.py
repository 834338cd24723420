from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.logs import LEFT_OUT, REDACTED, configure, redact
from app.settings import LogFormat, LogLevel


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-34-abcDEF",
        "xoxp-1-2",
        "xoxe.xoxp-1-Mi0y",
        "xapp-1-A0B-99-cafe",
        "rpa_ABCDEFGH12345678",
        "Bearer abc.def",
        "Authorization: Basic cG9kOmtlZXA=",
        "https://hooks.slack.com/commands/T1/2/zzz",
        "wss://wss-primary.slack.com/link/?ticket=abc-def&app_id=1",
        "https://api.runpod.io/graphql?api_key=ABC",
        "redis://:pa55word@localhost:6379/0",
    ],
)
def test_what_looks_like_a_token_is_redacted(secret: str) -> None:
    cleaned = redact(f"calling with {secret}, then more")
    assert REDACTED in cleaned
    assert secret not in cleaned
    assert cleaned.startswith("calling with ")


@pytest.mark.parametrize(
    "text",
    [
        "Slack app, Basic Information",
        "/pod stop abc123",
        "rp_full stop",
        "op 7k2qxm at 10:00",
        "https://slack.com/api/x",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    expected = text.replace("rp_full", REDACTED)
    assert redact(text) == expected


def _line(stream: io.StringIO) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(stream.getvalue().strip().splitlines()[-1])
    return parsed


def test_json_lines_carry_the_event_its_ids_and_no_payload() -> None:
    stream = io.StringIO()
    configure(LogFormat.JSON, process="worker act", stream=stream)
    structlog.get_logger("workers").info(
        "stop_sent", op="7k2qxm", payload={"text": "hi"}, nested=[{"token": "x", "note": "xoxb-1-2"}]
    )
    line = _line(stream)
    assert (line["event"], line["op"], line["process"], line["level"]) == ("stop_sent", "7k2qxm", "worker act", "info")
    assert line["payload"] == LEFT_OUT
    assert line["nested"] == [{"token": LEFT_OUT, "note": REDACTED}]


def test_libraries_log_down_the_same_road() -> None:
    stream = io.StringIO()
    configure(LogFormat.JSON, stream=stream)
    logging.getLogger("slack_bolt.App").warning("signature of %s is off", "xoxb-1-2-3")
    assert _line(stream)["event"] == f"signature of {REDACTED} is off"


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_traceback_is_told_without_the_secret_in_it(log_format: LogFormat) -> None:
    stream = io.StringIO()
    configure(log_format, stream=stream)
    local_secret = "xoxb-9-9-inlocals"
    try:
        int(local_secret)
    except ValueError:
        structlog.get_logger("bot").exception("failed", error_id="7K2QXM")
    told = stream.getvalue()
    assert "ValueError" in told
    assert "7K2QXM" in told
    assert "inlocals" not in told


def test_libraries_that_tell_each_request_are_quiet() -> None:
    stream = io.StringIO()
    configure(LogFormat.TEXT, LogLevel.INFO, stream=stream)
    logging.getLogger("httpx").info("HTTP Request: GET https://api.runpod.io/v2/pods")
    assert stream.getvalue() == ""
