"""The Web API: one call in, one answer out, and every rule in between in Slack's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.slack.calls import Call, CallLog, summary
from sim.slack.faults import Fault, Faults
from sim.slack.posting import Posting
from sim.slack.ratelimit import RateLimits
from sim.slack.state import SlackState
from sim.slack.webapi import app_methods, chat, conversations, files, people, views
from sim.slack.webapi.method import Context, Method, need_scope
from sim.slack.wire import Json, SlackError

__all__ = ["ApiAnswer", "WebApi"]

METHODS: dict[str, Method] = {
    **app_methods.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **views.METHODS,
}


@dataclass(slots=True, kw_only=True)
class ApiAnswer:
    """What goes back over HTTP. `delay` is held back before, `drop` closes the connection instead."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False

    @property
    def ok(self) -> bool:
        return bool(self.body.get("ok"))


class WebApi:
    def __init__(
        self, state: SlackState, posting: Posting, limits: RateLimits, faults: Faults, socket_url: Callable[[], str]
    ) -> None:
        self._state = state
        self._posting = posting
        self._limits = limits
        self._faults = faults
        self._socket_url = socket_url
        self.log = CallLog()

    def call(self, name: str, arguments: Mapping[str, object], *, token: str | None) -> ApiAnswer:
        return self.faulty(name, arguments, lambda: self._answer(name, arguments, token))

    def faulty(self, name: str, arguments: Mapping[str, object], carry_out: Callable[[], ApiAnswer]) -> ApiAnswer:
        """Carry out a call, log it, and fail it as a test may have asked."""
        with self._state.lock:
            fault = self._faults.take(name)
            answer = carry_out() if fault is None or fault.when == "after" else ApiAnswer(body={"ok": False})
            if fault is not None:
                answer = _spoiled(answer, fault)
            self.log.add(
                Call(
                    method=name,
                    arguments=summary(arguments),
                    ok=answer.ok,
                    error=answer.body.get("error"),
                    status=answer.status,
                    answered=not answer.drop and answer.delay == 0,
                )
            )
            return answer

    def _answer(self, name: str, arguments: Mapping[str, object], token: str | None) -> ApiAnswer:
        headers = {"x-slack-req-id": self._state.ids.next("r")}
        try:
            method = _method(name)
            self._authorise(method, token)
            if token == self._state.workspace.bot_token:
                headers["x-oauth-scopes"] = ",".join(sorted(self._state.workspace.scopes))
            if method.scope is not None:
                headers["x-accepted-oauth-scopes"] = method.scope
                need_scope(self._state, method.scope)
            wait = self._limits.retry_after(name, method.tier, posts_to=self._paced_channel(method, arguments))
            if wait is not None:
                return _rate_limited(wait, headers)
            body = method.run(self._context(arguments))
        except SlackError as refusal:
            return ApiAnswer(body={"ok": False, "error": refusal.error, **refusal.extra}, headers=headers)
        return ApiAnswer(body={"ok": True, **body}, headers=headers)

    def _context(self, arguments: Mapping[str, object]) -> Context:
        return Context(state=self._state, posting=self._posting, arguments=arguments, socket_url=self._socket_url)

    def _authorise(self, method: Method, token: str | None) -> None:
        if method.caller == "none":
            return
        workspace = self._state.workspace
        if not token:
            raise SlackError("not_authed")
        kinds = {workspace.bot_token: "bot", workspace.app_token: "app"}
        if token not in kinds:
            raise SlackError("invalid_auth")
        if method.caller not in ("any", kinds[token]):
            raise SlackError("not_allowed_token_type")

    def _paced_channel(self, method: Method, arguments: Mapping[str, object]) -> str | None:
        if not method.paced:
            return None
        name = str(arguments.get("channel", ""))
        workspace = self._state.workspace
        try:
            return (workspace.dm_of(name) if name in workspace.users else workspace.channel(name)).id
        except SlackError:
            return None  # the call itself says that there is no such channel


def _method(name: str) -> Method:
    if name not in METHODS:
        raise SlackError("unknown_method", req_method=name)
    return METHODS[name]


def _rate_limited(wait: int, headers: dict[str, str]) -> ApiAnswer:
    body: Json = {"ok": False, "error": "ratelimited"}
    return ApiAnswer(body=body, status=429, headers={**headers, "Retry-After": str(wait)})


def _spoiled(answer: ApiAnswer, fault: Fault) -> ApiAnswer:
    """The answer as the fault makes it. What was done stays done."""
    if fault.kind == "error":
        return ApiAnswer(body={"ok": False, "error": fault.error}, headers=answer.headers)
    if fault.kind == "status":
        return ApiAnswer(body={"ok": False, "error": fault.error}, status=fault.status, headers=answer.headers)
    if fault.kind == "429":
        return _rate_limited(max(1, int(fault.seconds)), answer.headers)
    if fault.kind == "drop":
        return ApiAnswer(body=answer.body, headers=answer.headers, drop=True)
    return ApiAnswer(body=answer.body, headers=answer.headers, delay=fault.seconds)
