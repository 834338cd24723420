"""Slack as the place the workers write to. One call per method, no retry: the outbox decides about those."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.slack_response import SlackResponse
from slack_sdk.webhook import WebhookClient

from pods.errors import ChatError, ChatRateLimited
from pods.ports import Block, Posted, Profile

#: A delivery looks and posts within its 12 s lease.
TIMEOUT_S: Final = 5
#: How many of our own messages to look through for one we may have posted.
LOOK_BACK: Final = 100


class SlackChat:
    """The Chat port on Slack's Web API."""

    def __init__(self, token: str, base_url: str) -> None:
        self._client = WebClient(token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[])

    def post(
        self,
        channel: str,
        *,
        text: str,
        blocks: Sequence[Block],
        thread_ts: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Posted:
        answer = self._call(
            "chat.postMessage",
            channel=channel,
            text=text,
            blocks=list(blocks),
            thread_ts=thread_ts,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        return Posted(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def update(self, channel: str, ts: str, *, text: str, blocks: Sequence[Block]) -> None:
        self._call("chat.update", channel=channel, ts=ts, text=text, blocks=list(blocks))

    def ephemeral(
        self, channel: str, user: str, *, text: str, blocks: Sequence[Block], thread_ts: str | None = None
    ) -> None:
        self._call(
            "chat.postEphemeral", channel=channel, user=user, text=text, blocks=list(blocks), thread_ts=thread_ts
        )

    def respond(
        self,
        response_url: str,
        *,
        text: str,
        blocks: Sequence[Block],
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        client = WebhookClient(response_url, timeout=TIMEOUT_S, retry_handlers=[])
        try:
            answer = client.send(
                text=text,
                blocks=[dict(block) for block in blocks],
                response_type="in_channel" if in_channel else "ephemeral",
                replace_original=replace,
            )
        except (URLError, HTTPException, OSError, SlackClientError) as error:
            raise ChatError(f"response_url: {type(error).__name__}", code="unreachable", maybe_sent=True) from error
        if answer.status_code == 429:  # noqa: PLR2004
            raise ChatRateLimited("response_url", retry_after_s=_retry_after(answer.headers))
        if answer.status_code != 200 or not _took(answer.body):  # noqa: PLR2004
            raise ChatError(f"response_url: {answer.status_code} {answer.body[:200]}", code=answer.body[:40])

    def upload(self, channel: str, *, filename: str, content: str, comment: str) -> None:
        try:
            self._client.files_upload_v2(channel=channel, filename=filename, content=content, initial_comment=comment)
        except SlackApiError as error:
            raise _refused("files_upload_v2", error) from error
        except (URLError, HTTPException, OSError, SlackClientError) as error:
            raise ChatError(f"files_upload_v2: {type(error).__name__}", code="unreachable", maybe_sent=True) from error

    def open_dm(self, user: str) -> str:
        return str(self._call("conversations.open", users=user)["channel"]["id"])

    def find(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        method = "conversations.replies" if thread_ts else "conversations.history"
        answer = self._call(
            method,
            channel=channel,
            ts=thread_ts,
            oldest=f"{since.timestamp():.6f}",
            include_all_metadata=True,
            limit=LOOK_BACK,
        )
        messages: list[dict[str, Any]] = answer.get("messages", [])
        for message in messages:
            payload = message.get("metadata", {}).get("event_payload", {})
            if payload.get("key") == key:
                return str(message["ts"])
        return None

    def publish_home(self, user: str, view: Block) -> None:
        self._call("views.publish", user_id=user, view=dict(view))

    def group_members(self, group: str) -> Sequence[str]:
        return tuple(self._call("usergroups.users.list", usergroup=group).get("users", []))

    def profile(self, user: str) -> Profile:
        person: dict[str, Any] = self._call("users.info", user=user).get("user", {})
        told: dict[str, Any] = person.get("profile") or {}
        name = told.get("display_name") or told.get("real_name") or person.get("real_name") or person.get("name")
        return Profile(zone=str(person["tz"]) if person.get("tz") else None, name=str(name or ""))

    def _call(self, method: str, **arguments: object) -> SlackResponse:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return self._client.api_call(method, json=given) if _takes_json(method) else self._form(method, given)
        except SlackApiError as error:
            raise _refused(method, error) from error
        except (URLError, HTTPException, OSError, SlackClientError) as error:
            raise ChatError(f"{method}: {type(error).__name__}", code="unreachable", maybe_sent=True) from error

    def _form(self, method: str, given: Mapping[str, object]) -> SlackResponse:
        return self._client.api_call(method, params={name: _plain(value) for name, value in given.items()})


def _takes_json(method: str) -> bool:
    """Slack's reading methods take forms only."""
    return method.startswith(("chat.", "views.")) or method == "conversations.open"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _refused(method: str, error: SlackApiError) -> ChatError:
    response = error.response
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004
        return ChatRateLimited(method, retry_after_s=_retry_after(response.headers))
    detail = f"{method}: {code or response.status_code}"
    server_fault = response.status_code >= 500  # noqa: PLR2004
    return ChatError(detail, code=code or f"http_{response.status_code}", maybe_sent=server_fault)


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).isdigit() else 1.0


def _took(body: str) -> bool:
    if body.strip() in {"ok", ""}:
        return True
    try:
        return bool(json.loads(body).get("ok"))
    except (ValueError, AttributeError):
        return False
