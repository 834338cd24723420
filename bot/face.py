"""What the listeners work with, what a person asked, and what they read in answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.registry import Registry
from pods.access import Decision, Person, decide
from pods.audit import AuditEntry, Event
from pods.fleet import Owner
from pods.ids import derived_id
from pods.jobs import Job
from pods.messages import Content, Message, MessageKind, Target
from pods.policy import Role
from pods.ports import Clock, Wake
from pods.requests import Origin, Place
from pods.sealing import Sealer
from pods.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One invocation by a person, whatever surface it came by."""

    team: str
    user: str
    channel: str
    text: str
    origin: Origin
    #: Unique per invocation and the same on redelivery.
    trigger: str
    #: Where the public answer goes.
    thread_ts: str | None = None
    #: The thread the person is reading, if any: a private answer anywhere else would not be seen.
    reading_ts: str | None = None
    response_url: str | None = None

    @property
    def place(self) -> Place:
        return Place(channel=self.channel, thread_ts=self.thread_ts, response_url=self.response_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """An action id without its "#n", its value, and the ask it amounts to."""

    action: str
    value: str
    ask: Ask

    @property
    def what(self) -> str:
        """The action after its area: "stop" of "pod.stop"."""
        return self.action.partition(".")[2]

    @property
    def subject(self) -> str:
        """The id its value begins with."""
        return self.value.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person reads now. None of content: the message of the request says it all."""

    content: Content | None
    public: bool = False
    #: A view to open over it with the click's trigger, which lives for three seconds.
    modal: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The bot's side of the store. Listeners parse, decide, write, wake and answer; they never call RunPod."""

    account: str
    team: str
    bot_user: str
    store: Store
    clock: Clock
    wake: Wake
    registry: Registry
    #: Seals the env values of what is to be created.
    sealer: Sealer
    #: Where pods reach the heartbeat endpoint; None: it is switched off.
    heartbeat_url: str | None = None

    def person(self, ask: Ask, now: datetime) -> Person:
        return self.store.people.person(ask.team, ask.user, now)

    def zone(self, user: str) -> ZoneInfo:
        """The person's zone; the policy's until Slack has told theirs."""
        known = self.store.people.zone(user)
        if known is not None:
            return ZoneInfo(known)
        if self.store.clockwork.wake_once(Job.PERSON, user, for_ms=60_000):
            self.wake(Job.PERSON, user)
        return self.store.people.policy().tz

    def decide(
        self, ask: Ask, needed: Role, now: datetime, *, owner: Owner | None = None, changes_pod: bool = False
    ) -> Decision:
        people = self.store.people
        return decide(
            self.person(ask, now),
            needed,
            policy=people.policy(),
            channel=ask.channel,
            holders=people.holders(),
            owner=owner,
            changes_pod=changes_pod,
        )

    def audit(self, ask: Ask, event: Event, now: datetime, *, result: str = "", pod_id: str = "") -> None:
        self.store.walk.record_audit(self.entry(ask, event, now, result=result, pod_id=pod_id), now)

    def entry(
        self, ask: Ask, event: Event, now: datetime, *, result: str = "", pod_id: str = "", request_id: str = ""
    ) -> AuditEntry:
        return AuditEntry(
            at=now,
            event=event,
            by=ask.user,
            team=ask.team,
            channel=ask.channel,
            command=ask.text,
            result=result,
            pod_id=pod_id,
            request_id=request_id,
        )

    def reply_later(self, ask: Ask, content: Content, now: datetime, *, public: bool = False) -> str:
        """Queue a private answer for a person whose surface takes none with the ack; its message key."""
        return self.send(ask, MessageKind.SHARED if public else MessageKind.REPLY, content, now)

    def send(self, ask: Ask, kind: MessageKind, content: Content, now: datetime) -> str:
        """Queue a message whose content is in its record; its key."""
        key = f"{derived_id(kind.value, ask.trigger)}.{kind.value}"
        public = kind is MessageKind.SHARED
        message = Message(
            key=key,
            kind=kind,
            user=ask.user,
            target=Target(channel=ask.channel, thread_ts=ask.thread_ts if public else ask.reading_ts),
            response_url=ask.response_url,
            created_at=now,
            content=content,
        )
        self.store.outbox.put(message, now)
        return key
