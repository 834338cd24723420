"""The Bolt app: payloads in, asks to the handlers, answers out with the ack. One app for both modes of Slack."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import structlog
from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot import clicks, modals, pickers, reads, submitted
from bot.answering import answer
from bot.arrivals import Arrivals, stamp
from bot.edge import Payload, ack_with, late_by, on_error
from bot.face import Answer, Ask, Click, Face
from bot.views import acks
from pods.audit import Event
from pods.jobs import Job
from pods.messages import MessageKind
from pods.requests import Origin

log = structlog.get_logger()

Next = Callable[[], None]

#: Listeners are short; the pool only has to be wider than any burst of people.
LISTENERS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackEnds:
    """How this process reaches Slack."""

    client: WebClient
    signing_secret: str = ""
    #: False for Socket Mode, whose payloads come over our own connection and carry no signature.
    verify_requests: bool = False


def build_app(
    face: Face,
    ends: SlackEnds,
    *,
    arrivals: Arrivals | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> App:
    """`arrivals` knows when Socket Mode's frames came in; without it a payload arrives when Bolt gets it."""
    app = App(
        client=ends.client,
        signing_secret=ends.signing_secret or "unused-in-socket-mode",
        token_verification_enabled=False,
        request_verification_enabled=ends.verify_requests,
        ignoring_self_events_enabled=True,
        listener_executor=ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener"),
        logger=_bolt_log(),
    )
    listeners = Listeners(face, monotonic)
    app.middleware(stamp(arrivals or Arrivals(monotonic)))
    app.command(re.compile(r"^/pod"))(listeners.command)
    # Bolt acks an event before its listener runs, but ours must not be acked before it is recorded: a middleware is run
    # to its end first.
    app.event("app_mention", middleware=[listeners.mention])(_acked)
    app.event("message", middleware=[listeners.message])(_acked)
    app.event("app_home_opened", middleware=[listeners.home])(_acked)
    app.action(_of_areas(clicks.CLICKS))(listeners.click)
    app.view(_of_areas(submitted.SUBMITTED))(listeners.submitted)
    app.action(re.compile(r"^link"))(listeners.link)
    app.action(re.compile(r"^pick\."))(listeners.picked)
    app.options(re.compile(r"^pick\."))(listeners.options)
    app.error(on_error(ends.client))
    return app


def _of_areas(table: Iterable[str]) -> re.Pattern[str]:
    """Ids that begin with one of the areas; none at all match an empty table."""
    areas = "|".join(re.escape(area) for area in table)
    return re.compile(rf"^({areas})\." if areas else r"(?!)")


def _acked() -> None:
    """Everything was done before; Bolt has acked by now."""


def _bolt_log() -> logging.Logger:
    """Bolt's log without its warning that our client, which knows the right address, goes before the token's own."""
    bolt = logging.getLogger("slack_bolt.App")
    bolt.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return bolt


@dataclass(frozen=True, slots=True)
class Listeners:
    """One per kind of payload. Each acks exactly once, after what it wrote is durable."""

    face: Face
    monotonic: Callable[[], float]

    def command(self, ack: Ack, body: Payload, context: BoltContext) -> None:
        ask = Ask(
            team=str(body.get("team_id", "")),
            user=str(body.get("user_id", "")),
            channel=str(body.get("channel_id", "")),
            text=str(body.get("text") or ""),
            origin=Origin.SLASH,
            trigger=str(body.get("trigger_id", "")),
            response_url=body.get("response_url"),
        )
        reply = self._late(context) or self._foreign(ask) or answer(self.face, ask)
        ack_with(ack, reply.content, public=reply.public)

    def mention(self, body: Payload, context: BoltContext, next: Next) -> None:  # noqa: A002 - Bolt's name for it
        self._said(body, context)
        next()

    def message(self, body: Payload, context: BoltContext, next: Next) -> None:  # noqa: A002
        """Only what a person writes to the bot directly; edits, joins and other bots are none of our business."""
        event = body.get("event", {})
        if event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id"):
            self._said(body, context)
        next()

    def _said(self, body: Payload, context: BoltContext) -> None:
        event: dict[str, Any] = body.get("event", {})
        ask = Ask(
            team=str(event.get("user_team") or event.get("team") or body.get("team_id", "")),
            user=str(event.get("user", "")),
            channel=str(event.get("channel", "")),
            text=str(event.get("text") or ""),
            origin=Origin.MENTION,
            trigger=str(body.get("event_id", "")),
            thread_ts=event.get("thread_ts") or self._thread_of(event),
            reading_ts=event.get("thread_ts"),
        )
        reply = self._late(context) or self._foreign(ask) or answer(self.face, ask)
        self._later(ask, reply)

    def _thread_of(self, event: dict[str, Any]) -> str | None:
        """Answers to a mention go to its thread; a direct message needs none."""
        return None if event.get("channel_type") == "im" else event.get("ts")

    def home(self, body: Payload, next: Next) -> None:  # noqa: A002
        """Their Home tab: own pods and commands, published by the deliver worker."""
        event: dict[str, Any] = body.get("event", {})
        ask = Ask(
            team=str(event.get("user_team") or body.get("team_id", "")),
            user=str(event.get("user", "")),
            channel=str(event.get("channel", "")),
            text="list mine",
            origin=Origin.MENTION,
            trigger=str(body.get("event_id", "")),
        )
        if event.get("tab") == "home" and ask.team == self.face.team:
            content = reads.home(self.face, ask)
            self.face.wake(Job.DELIVER, self.face.send(ask, MessageKind.HOME, content, self.face.clock.now()))
        next()

    def click(self, ack: Ack, body: Payload, context: BoltContext, client: WebClient) -> None:
        action: dict[str, Any] = body["actions"][0]
        name = str(action["action_id"]).partition("#")[0]
        # A menu's choice carries what a button's value does.
        value = str(action.get("value") or (action.get("selected_option") or {}).get("value", ""))
        ask = self._ask_of_block(body, f"{name} {value}")
        click = Click(action=name, value=value, ask=ask)
        reply = self._late(context) or self._foreign(ask) or clicks.run(self.face, click)
        if reply.modal is not None:
            client.views_open(trigger_id=ask.trigger, view=dict(reply.modal))
        self._later(ask, reply)
        ack()

    def submitted(self, ack: Ack, body: Payload, context: BoltContext) -> None:
        given = modals.submission(body)
        reply = self._late(context) or self._foreign(given.ask) or submitted.take(self.face, given)
        if isinstance(reply, modals.Errors):
            ack(response_action="errors", errors=dict(reply.by_block))
            return
        self._later(given.ask, reply)
        ack()

    def picked(self, ack: Ack, body: Payload, context: BoltContext) -> None:
        action: dict[str, Any] = body["actions"][0]
        verb = str(action["action_id"]).partition("#")[0].removeprefix("pick.")
        chosen = str((action.get("selected_option") or {}).get("value", ""))
        ask = self._ask_of_block(body, f"{verb} {chosen}")
        reply = self._late(context) or self._foreign(ask) or answer(self.face, ask)
        self._later(ask, reply)
        ack()

    def options(self, ack: Ack, body: Payload) -> None:
        ack(options=pickers.options(self.face, str(body.get("value") or "")))

    def link(self, ack: Ack) -> None:
        """A url button: the client opened the page by itself."""
        ack()

    def _ask_of_block(self, body: Payload, text: str) -> Ask:
        container: dict[str, Any] = body.get("container", {})
        user: dict[str, Any] = body.get("user", {})
        channel: dict[str, Any] = body.get("channel") or {}
        # Home is no channel: what is pressed there is answered in the direct messages.
        home = str(user.get("id", "")) if container.get("type") == "view" else ""
        message: dict[str, Any] = body.get("message") or {}
        return Ask(
            team=str(user.get("team_id") or (body.get("team") or {}).get("id", "")),
            user=str(user.get("id", "")),
            channel=str(channel.get("id") or container.get("channel_id") or home),
            text=text,
            origin=Origin.BUTTON,
            trigger=str(body.get("trigger_id", "")),
            thread_ts=message.get("thread_ts") or container.get("thread_ts"),
            reading_ts=message.get("thread_ts") or container.get("thread_ts"),
            response_url=body.get("response_url"),
        )

    def _late(self, context: BoltContext) -> Answer | None:
        waited = late_by(context, self.monotonic)
        if waited is None:
            return None
        log.warning("listener.late", seconds=round(waited, 1))
        return Answer(content=acks.too_late(waited))

    def _foreign(self, ask: Ask) -> Answer | None:
        """Other workspaces and people from outside, as in shared channels, may do nothing here."""
        if ask.team == self.face.team:
            return None
        self.face.audit(ask, Event.FOREIGN, self.face.clock.now(), result="refused")
        return Answer(content=acks.foreign())

    def _later(self, ask: Ask, reply: Answer) -> None:
        if reply.content is None:
            return
        now = self.face.clock.now()
        key = self.face.reply_later(ask, reply.content, now, public=reply.public)
        self.face.wake(Job.DELIVER, key)
