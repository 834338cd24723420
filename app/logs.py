"""Logs for operators: one line per event, JSON or text, with nothing in them that opens a door."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import Processor

from app.settings import LogFormat, LogLevel

REDACTED: Final = "[redacted]"
LEFT_OUT: Final = "[left out]"

#: Whatever looks like a key, wherever it stands.
_TOKENS: Final = re.compile(
    r"""
      xox[a-z]-[\w.-]+ | xoxe\.[\w.-]+ | xapp-[\w-]+          # Slack tokens
    | \brpa?_[A-Za-z0-9]{4,}                                   # RunPod API keys
    | (?<=[Bb]earer\ )[^\s"',]+ | (?<=[Aa]uthorization:\ )[^"',\n]+
    | (?<=hooks\.slack\.com/)[^\s"'>]+                        # response_url: whoever has it may post
    | (?<=[?&]ticket=)[^\s"'&]+                               # Socket Mode's one-use address
    | (?<=api_key=)[^\s"'&]+
    | (?<=://)[^/\s:@]*:[^/\s@]+(?=@)                         # user:password in an address
    """,
    re.VERBOSE,
)
#: Values under these names are payloads or secrets whole.
_NEVER: Final = frozenset(
    {
        "authorization",
        "blocks",
        "body",
        "env",
        "environment",
        "headers",
        "password",
        "payload",
        "response_url",
        "secret",
        "token",
        "view",
    }
)
#: Libraries that tell each request at INFO.
_CHATTY: Final = ("httpx", "httpcore", "rq", "slack_sdk", "slack_bolt", "uvicorn", "uvicorn.access", "asyncio")


def redact(text: str) -> str:
    return _TOKENS.sub(REDACTED, text)


def keep_secrets_out(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before rendering: nothing that looks like a token or is a payload passes."""
    return {key: LEFT_OUT if key.lower() in _NEVER else _clean(value) for key, value in event.items()}


def configure(
    log_format: LogFormat = LogFormat.TEXT,
    level: LogLevel = LogLevel.INFO,
    *,
    process: str = "",
    stream: TextIO | None = None,
) -> None:
    """Send structlog and the standard library's logging down the same road, to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = structlog.processors.JSONRenderer()
    if log_format is LogFormat.TEXT:
        renderer = structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            keep_secrets_out,
            renderer,
        ],
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    if process:
        structlog.contextvars.bind_contextvars(process=process)
    _replace_handlers(formatter, level, stream or sys.stderr)


def _replace_handlers(formatter: logging.Formatter, level: LogLevel, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.value)))


def _clean(value: Any) -> Any:  # noqa: ANN401 - log values are anything
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes | BaseException):
        return redact(repr(value))
    if isinstance(value, Mapping):
        return {str(key): LEFT_OUT if str(key).lower() in _NEVER else _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(each) for each in value]
    return value
