"""keep, snooze, lease, release: what a person says of how long a pod runs, by command or by button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from bot import durations
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import answers
from bot.views import holds as hold_views
from bot.views.card import together
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import owners
from pods.hold_cards import standing
from pods.holds import Hold, HoldKind, Holds, SnoozeFor, all_in_force, hold, lease, release, snooze_until
from pods.messages import Content
from pods.model import BILLED, Pod
from pods.policy import Role
from pods.store.commit import Commit

#: What is said for longer is meant for good, and that no word of this kind is.
LONGEST: Final = timedelta(days=31)
MORNING: Final = time(9)
#: A lease must leave time for its warning.
SHORTEST_LEASE: Final = timedelta(minutes=10)

Said = Callable[[Holds], Holds]
Told = Callable[[Pod, Holds, Holds], Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A kind of hold and until when, on pods that were found, by someone who may."""

    kind: HoldKind
    until: datetime
    reason: str = ""


def keep(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _by_command(face, ask, read, HoldKind.KEEP)


def snooze(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _by_command(face, ask, read, HoldKind.SNOOZE)


def lease_(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _by_command(face, ask, read, HoldKind.LEASE)


def release_(face: Face, ask: Ask, read: Invocation) -> Answer:
    pods = authorised(face, ask, read.pods, "release")
    return pods if isinstance(pods, Answer) else let_go(face, ask, pods)


def _by_command(face: Face, ask: Ask, read: Invocation, kind: HoldKind) -> Answer:
    pods = authorised(face, ask, read.pods, kind.value)
    if isinstance(pods, Answer):
        return pods
    span, until = read.one("for", timedelta), read.one("until", datetime)
    if span is not None and until is not None:
        return Answer(content=hold_views.two_times(kind.value))
    if span is not None:
        until = face.clock.now() + span
    if until is None:
        return Answer(content=hold_views.how_long(pods[0], kind, kind.value))
    return say(face, ask, pods, Word(kind=kind, until=until, reason=read.one("reason", str) or ""))


def say(face: Face, ask: Ask, pods: Sequence[Pod], word: Word) -> Answer:
    """Write the word for every pod, and tell it where it was said. The pods were found and the person may."""
    now = face.clock.now()
    refusal = next((no for pod in pods if (no := _cannot(pod, word, now)) is not None), None)
    if refusal is not None:
        return Answer(content=refusal)
    tz = face.zone(ask.user)
    if word.kind is HoldKind.LEASE:
        return _said(
            face,
            ask,
            pods,
            lambda holds: lease(holds, until=word.until, by=ask.user, now=now, channel=channel_of(ask)),
            lambda pod, _, after: hold_views.leased(pod, after, now=now, tz=tz),
        )
    new = Hold(kind=word.kind, until=word.until, by=ask.user, at=now, reason=word.reason)
    return _said(
        face,
        ask,
        pods,
        lambda holds: hold(holds, new),
        lambda pod, _, after: hold_views.kept(pod, after, new, now=now, tz=tz),
    )


def let_go(face: Face, ask: Ask, pods: Sequence[Pod]) -> Answer:
    now, tz = face.clock.now(), face.zone(ask.user)

    def told(pod: Pod, before: Holds, after: Holds) -> Content:
        held = all_in_force(before, now)
        if not held:
            return hold_views.nothing_held(pod)
        return hold_views.released(pod, held, after, by=ask.user, now=now, tz=tz)

    return _said(face, ask, pods, lambda holds: release(holds, now, by=ask.user), told)


def authorised(face: Face, ask: Ask, references: Sequence[str], verb: str) -> tuple[Pod, ...] | Answer:
    """The pods meant, if each is listed and the person's own, nobody's, or theirs to decide about as admin."""
    found = find(face, references, None)
    if isinstance(found, Answer):
        return found
    now, fleet, facts = face.clock.now(), face.store.fleet.load(), face.store.fleet.facts()
    for pod in found:
        if fleet.get(pod.id) is None:
            return Answer(content=answers.no_such_pod(pod.id, (), fleet.listed_at, now))
        decision = face.decide(ask, Role.OPERATOR, now, owner=owners(facts, pod.id), changes_pod=True)
        if isinstance(decision, Refusal):
            face.audit(ask, Event.REFUSED, now, result=decision.why.value, pod_id=pod.id)
            return Answer(content=answers.refused(decision, verb, ask.channel))
        if decision.consent_of is not None:
            face.audit(ask, Event.REFUSED, now, result="owner", pod_id=pod.id)
            return Answer(content=hold_views.not_yours(pod, decision.consent_of))
    return found


def changed(face: Face, ask: Ask, pod: Pod, decide: Said) -> tuple[Holds, Holds]:
    """The pod's record before and after; audited, and what was announced of it is told anew."""
    now = face.clock.now()
    before: list[Holds] = []

    def decided(known: Holds | None) -> Holds | None:
        before[:] = [known or Holds(pod_id=pod.id)]
        after = decide(before[0])
        return known if after is before[0] else after

    def also(commit: Commit, _: Holds) -> None:
        commit.audit(face.entry(ask, Event.HELD, now, result=ask.text, pod_id=pod.id))
        for key in standing(before[0]):
            commit.want(key)

    after = face.store.holds.change(pod.id, decided, now, also)
    return before[0], after or before[0]


def _said(face: Face, ask: Ask, pods: Sequence[Pod], decide: Said, tell: Told) -> Answer:
    told, anything = [], False
    for pod in pods:
        before, after = changed(face, ask, pod, decide)
        anything = anything or after is not before
        told.append(tell(pod, before, after))
    return Answer(content=together(told), public=anything)


def _cannot(pod: Pod, word: Word, now: datetime) -> Content | None:
    if word.until - now > LONGEST:
        return hold_views.too_long(pod, LONGEST)
    if word.kind is not HoldKind.LEASE:
        return None
    if pod.status not in BILLED:
        return hold_views.not_running(pod)
    return hold_views.too_short(pod, SHORTEST_LEASE) if word.until - now < SHORTEST_LEASE else None


def channel_of(ask: Ask) -> str:
    """Where what follows is told; what was said to me alone is told to that person alone."""
    return "" if ask.channel.startswith("D") else ask.channel


def span_until(face: Face, ask: Ask, span: str, start: datetime) -> datetime | None:
    """A button's span, such as `4h` or `morning`, from `start` on; None for what no button of ours says."""
    if span == SnoozeFor.MORNING.value:
        return snooze_until(SnoozeFor.MORNING, morning=MORNING, zone=face.zone(ask.user), now=start)
    length = durations.read(span)
    return None if length is None else start + length
