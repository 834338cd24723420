"""One idle period of one pod: what was told, delivered and answered in it. The record; `pods.ladder` moves it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.ids import derived_id
from pods.ledger.entries import IdleSpan
from pods.model import Record, Value
from pods.times import Instant, to_ms


class Rung(StrEnum):
    #: Idle, and nobody was told yet.
    NOTICED = "noticed"
    NUDGED = "nudged"
    ASKED_AGAIN = "asked_again"
    #: The final warning was asked to be told.
    WARNED = "warned"
    #: A stop was ordered.
    STOPPING = "stopping"
    #: Shadow mode: it would have been stopped.
    WOULD_STOP = "would_stop"


class Step(StrEnum):
    """What the ladder does next."""

    NUDGE = "nudge"
    AGAIN = "again"
    WARN = "warn"
    STOP = "stop"


class End(StrEnum):
    BUSY_AGAIN = "busy_again"
    RESTARTED = "restarted"
    #: By the ladder.
    STOPPED = "stopped"
    #: By a person, or by RunPod.
    STOPPED_OTHERWISE = "stopped_otherwise"
    GONE = "gone"


class Telling(Value):
    """One thing told in a spell. It counts from its delivery: a target that its owner can read has a ts."""

    step: Step
    #: Counts the tellings of the spell from 1.
    number: int
    said_at: Instant
    #: What the shadow says, it does not do.
    shadow: bool = False
    delivered_at: Instant | None = None
    #: Set when a warning stops counting: it was answered, the evidence broke, or what it said no longer holds.
    void: bool = False


class Said(StrEnum):
    STOP_NOW = "stop_now"
    SNOOZE = "snooze"
    KEEP = "keep"
    BUSY = "busy"
    NOT_MINE = "not_mine"


class Answer(Value):
    said: Said
    by: str
    at: Instant
    #: Of a snooze or a keep.
    until: Instant | None = None
    #: Of "it's busy".
    reason: str = ""


class Spell(Value):
    v: int = 1
    #: Grows at each change.
    version: int = 1
    #: Of its one message; tellings go to the message's thread under keys of their own.
    key: str
    pod_id: str
    #: Idle since.
    since: Instant
    #: Since when the evidence of idleness is without a break.
    proven_since: Instant
    #: When it was last proven.
    seen_at: Instant
    rung: Rung = Rung.NOTICED
    tellings: tuple[Telling, ...] = ()
    #: Whom the tellings address: a Slack user id, empty for a pod without an owner.
    owner: str = ""
    pod_name: str = ""
    #: USD, as last known: what it cost when it is over.
    cost_per_hour: Decimal | None = None
    #: Counts the times its card was brought up to date of itself.
    shown: int = 0
    #: The channels and people whose messages tell of it, once somebody was told.
    targets: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    stop_ordered_at: Instant | None = None
    #: The key of the order, which is made once under it.
    stop_key: str = ""
    #: The stop was ordered and did not come to be; it is not ordered again in this spell.
    stop_failed: bool = False
    ended_at: Instant | None = None
    end: End | None = None

    @property
    def last(self) -> Telling | None:
        return self.tellings[-1] if self.tellings else None

    @property
    def warning(self) -> Telling | None:
        """The final warning that counts."""
        return self.last if self.last and self.last.step is Step.WARN and not self.last.void else None

    def key_of(self, telling: Telling) -> str:
        return f"{self.key}-{telling.number}"


def began(pod_id: str, since: datetime, now: datetime, owner: str) -> Spell:
    return Spell(
        key=f"idle-{derived_id(pod_id, str(to_ms(since)))}",
        pod_id=pod_id,
        since=since,
        proven_since=since,
        seen_at=now,
        owner=owner,
    )


def moved(spell: Spell, **changes: object) -> Spell:
    return spell.model_copy(update={"version": spell.version + 1, **changes})


def delivered(spell: Spell, number: int, at: datetime) -> Spell:
    """A telling reached somebody. The first delivery counts."""
    tellings = tuple(
        telling.model_copy(update={"delivered_at": at})
        if telling.number == number and telling.delivered_at is None
        else telling
        for telling in spell.tellings
    )
    return spell if tellings == spell.tellings else moved(spell, tellings=tellings)


def voided(spell: Spell) -> Spell:
    """The spell with its warning no longer counting; the same spell where there is none."""
    if spell.warning is None:
        return spell
    last = spell.warning.model_copy(update={"void": True})
    return moved(spell, tellings=(*spell.tellings[:-1], last), rung=Rung.ASKED_AGAIN)


def ended(spell: Spell, end: End, now: datetime) -> Spell:
    return spell if spell.end else moved(spell, end=end, ended_at=now)


class PodSpells(Record):
    """The spells of one pod: the one that runs or ran last, a few before it, and the times it was proven idle."""

    pod_id: str
    current: Spell | None = None
    #: Newest first; their messages may still have to be told how they ended.
    earlier: tuple[Spell, ...] = ()
    idle: tuple[IdleSpan, ...] = ()

    def spell(self, key: str) -> Spell | None:
        known = (self.current, *self.earlier)
        return next((each for each in known if each is not None and each.key == key), None)


#: Ended spells that are remembered per pod.
EARLIER: Final = 5


def with_spell(spells: PodSpells, spell: Spell | None) -> PodSpells:
    """The record with its current spell moved on, or followed by a new one; the same where nothing changed."""
    if spell is spells.current or spell is None:
        return spells
    old = spells.current
    follows = old is not None and old.key != spell.key
    earlier = (old, *spells.earlier)[:EARLIER] if follows and old is not None else spells.earlier
    return spells.model_copy(update={"current": spell, "earlier": earlier})
