"""The outer edge of every listener: too late, foreign, store away, or a fault of ours. Each is told, none is silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http.client import HTTPException
from logging import Logger
from typing import Any, Final
from urllib.error import URLError

import redis
import structlog
from slack_bolt import Ack, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.views import acks
from pods.errors import NotRecorded, PodkeeperError
from pods.ids import new_id
from pods.messages import Content

log = structlog.get_logger()

#: Slack shows a failure after 3 s; whoever starts later than this must do nothing.
TOO_LATE_S: Final = 2.0

Payload = dict[str, Any]


def late_by(context: BoltContext, monotonic: Callable[[], float]) -> float | None:
    """Seconds this listener waited, if that is too long to do anything."""
    waited = monotonic() - float(context.get("received_at", monotonic()))
    return waited if waited > TOO_LATE_S else None


def body_of(content: Content, *, public: bool = False) -> dict[str, Any]:
    """Content as the body of a slash command's ack."""
    return {
        "response_type": "in_channel" if public else "ephemeral",
        "text": content.text,
        "blocks": [dict(block) for block in content.blocks],
    }


def sentence_for(error: Exception) -> Content:
    """What the person reads. An unforeseen fault gets an id that also stands in the log."""
    if isinstance(error, NotRecorded):
        log.warning("not_recorded", detail=error.detail)
        return acks.not_recorded(error)
    if isinstance(error, redis.RedisError):
        log.warning("store_down", error=type(error).__name__)
        return acks.store_down()
    if isinstance(error, PodkeeperError):
        log.warning("refused", error=type(error).__name__, detail=error.detail)
        return Content(text=error.sentence)
    error_id = new_id()[:6].upper()
    log.error("listener.failed", error_id=error_id, exc_info=error)
    return acks.own_fault(error_id, recorded=False)


def on_error(client: WebClient, *, timeout_s: int = 5) -> Callable[..., BoltResponse]:
    """Bolt's error handler. Slash commands read the answer in their ack; others are told directly, past the store."""

    def handle(error: Exception, body: Payload, logger: Logger) -> BoltResponse:
        del logger
        content = sentence_for(error)
        if body.get("command"):
            return BoltResponse(status=200, body=json.dumps(body_of(content)), headers=_JSON)
        if body.get("type") == "view_submission":
            # An empty answer would close the modal as if all were well.
            return BoltResponse(status=200, body=json.dumps(_instead_of_modal(content)), headers=_JSON)
        _tell_directly(client, body, content, timeout_s)
        return BoltResponse(status=200, body="")

    return handle


def _instead_of_modal(content: Content) -> dict[str, Any]:
    told = {"type": "section", "text": {"type": "mrkdwn", "text": content.text}}
    title = {"type": "plain_text", "text": "Not done"}
    return {"response_action": "update", "view": {"type": "modal", "title": title, "blocks": [told]}}


_JSON: Final[dict[str, str | Sequence[str]]] = {"content-type": ["application/json;charset=utf-8"]}


def _tell_directly(client: WebClient, body: Payload, content: Content, timeout_s: int) -> None:
    url, event = body.get("response_url"), body.get("event", {})
    try:
        if url:
            WebhookClient(url, timeout=timeout_s, retry_handlers=[]).send(
                text=content.text, response_type="ephemeral", replace_original=False
            )
        elif event.get("channel") and event.get("user"):
            client.chat_postEphemeral(
                channel=event["channel"], user=event["user"], text=content.text, thread_ts=event.get("thread_ts")
            )
    except (SlackApiError, SlackClientError, URLError, HTTPException, OSError) as error:
        log.warning("fault.untold", error=type(error).__name__)


def ack_with(ack: Ack, content: Content | None, *, public: bool = False) -> None:
    if content is None:
        ack()
    else:
        ack(**body_of(content, public=public))
