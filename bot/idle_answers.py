"""The buttons of an idle pod's message. An answer is believed at once: first the hold, then the warning is void."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from bot import holding, idle_reads, verbs
from bot.face import Answer, Ask, Click, Face
from bot.modals import Errors, Submission, Taken, carried
from bot.views import idle_acks, idle_modals
from pods.answers import Answer as Given
from pods.answers import Said, Then, answer
from pods.audit import Event
from pods.fleet import OwnerKind
from pods.holds import Holds, SnoozeFor, hold, snooze_until
from pods.hours import instant_of
from pods.jobs import Job
from pods.model import Pod, Verb
from pods.nudging import answer_messages, answered
from pods.spells import PodSpells, Spell
from pods.store.commit import Commit
from pods.store.scenes import Scenes
from pods.watch_rules import LadderRule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An answer of a person who may give it, to a spell that is not over."""

    face: Face
    ask: Ask
    pod: Pod
    spell: Spell
    rule: LadderRule
    now: datetime

    @property
    def subject(self) -> str:
        return f"{self.pod.id}:{self.spell.key}"


def run(face: Face, click: Click) -> Answer:
    pod_id, key, choice = (*click.value.split(":"), "", "")[:3]
    if click.what == "why":
        return idle_reads.why_of(face, click.ask, pod_id)
    case = _case(face, click.ask, pod_id, key)
    if isinstance(case, Answer):
        return case
    if click.what == "snooze":
        return _snooze(case, choice)
    return PRESSED[click.what](case)


def _case(face: Face, ask: Ask, pod_id: str, key: str) -> _Case | Answer:
    record = face.store.spells.get(pod_id)
    spell = record.spell(key) if record else None
    current = record.current if record else None
    if spell is None or spell.end is not None or current is None or current.key != key:
        name = spell.pod_name if spell and spell.pod_name else pod_id
        return Answer(content=idle_acks.over(name, pod_id))
    pods = holding.authorised(face, ask, (pod_id,), "keep")
    if isinstance(pods, Answer):
        return pods
    now, fleet = face.clock.now(), face.store.fleet.load()
    rules = Scenes(face.store, fleet, now, (pod_id,)).rules(pods[0])
    return _Case(face=face, ask=ask, pod=pods[0], spell=spell, rule=rules.ladder, now=now)


def _stop(case: _Case) -> Answer:
    """By the person who pressed it, with their rights and confirmations."""
    _give(case, Given(said=Said.STOP_NOW, by=case.ask.user, at=case.now))
    return verbs.run(case.face, case.ask, Verb.STOP, (case.pod.id,))


def _snooze(case: _Case, choice: str) -> Answer:
    if choice not in set(SnoozeFor):
        return Answer(content=idle_acks.unknown_choice())
    zone = case.face.zone(case.ask.user)
    until = snooze_until(SnoozeFor(choice), morning=case.rule.morning, zone=zone, now=case.now)
    return _give(case, Given(said=Said.SNOOZE, by=case.ask.user, at=case.now, until=until))


def _ask_until(case: _Case) -> Answer:
    view = idle_modals.keep(
        case.pod.name,
        case.pod.id,
        now=case.now,
        tz=case.face.zone(case.ask.user),
        carried=carried(case.ask, case.subject),
    )
    return Answer(content=None, modal=view)


def _ask_reason(case: _Case) -> Answer:
    there = carried(case.ask, case.subject)
    view = idle_modals.busy(case.pod.name, case.pod.id, hours=case.rule.busy_word_h, carried=there)
    return Answer(content=None, modal=view)


def _disown(case: _Case) -> Answer:
    owner = case.face.store.fleet.facts_of(case.pod.id).owner
    if owner is None:
        return Answer(content=idle_acks.nobodys(case.pod))
    if owner.kind is OwnerKind.PERSON and owner.user != case.ask.user:
        return Answer(content=idle_acks.somebodys(case.pod, str(owner.user)))
    return _give(case, Given(said=Said.NOT_MINE, by=case.ask.user, at=case.now))


def taken(face: Face, given: Submission) -> Taken:
    """A modal that was filled in. What the person may do is looked at again: it may have stood open for long."""
    pod_id, key = (*given.subject.split(":"), "")[:2]
    case = _case(face, given.ask, pod_id, key)
    if isinstance(case, Answer):
        return case
    if given.callback == idle_modals.BUSY:
        reason = given.values.get(idle_modals.REASON, "").strip()
        return _give(case, Given(said=Said.BUSY, by=case.ask.user, at=case.now, reason=reason))
    until = _moment(given, face)
    if until is None:
        return Errors({idle_modals.DATE: "Choose a day and a time."})
    if until <= case.now:
        return Errors({idle_modals.TIME: "That is in the past. Choose a time to come."})
    if until - case.now > holding.LONGEST:
        return Errors(
            {idle_modals.DATE: f"That is more than {holding.LONGEST.days} days ahead. Choose an earlier day."}
        )
    return _give(case, Given(said=Said.KEEP, by=case.ask.user, at=case.now, until=until))


def _moment(given: Submission, face: Face) -> datetime | None:
    try:
        day = date.fromisoformat(given.values.get(idle_modals.DATE, ""))
        at = time.fromisoformat(given.values.get(idle_modals.TIME, ""))
    except ValueError:
        return None
    return instant_of(day, at, face.zone(given.ask.user))


def _give(case: _Case, given: Given) -> Answer:
    """Hold, owner, then spell: whoever dies in between leaves a pod that is held, never one whose warning stands."""
    face, pod = case.face, case.pod
    reply = answer(case.spell, face.store.holds.get(pod.id) or Holds(pod_id=pod.id), given, case.rule)
    if given.said in _HOLDING:
        new = reply.holds.holds[-1]
        given = given.model_copy(update={"until": new.until})
        holding.changed(face, case.ask, pod, lambda holds: hold(holds, new))
    if reply.then is Then.DISOWN:
        entry = face.entry(case.ask, Event.OWNER, case.now, result="nobody", pod_id=pod.id)
        face.store.fleet.set_owner(pod.id, None, now=case.now, audit=entry)
    keys: list[str] = []

    def decide(record: PodSpells | None) -> PodSpells | None:
        return record and answered(record, case.spell.key, given, case.rule)

    def also(commit: Commit, after: PodSpells) -> None:
        keys[:] = []
        for message in answer_messages(after, case.spell.key, case.now):
            commit.tell(message)
            keys.append(message.key)

    face.store.spells.change(pod.id, decide, case.now, also)
    for key in keys:
        face.wake(Job.DELIVER, key)
    return Answer(content=None)


_HOLDING: Final = frozenset({Said.SNOOZE, Said.KEEP, Said.BUSY})
PRESSED: Final[dict[str, Callable[[_Case], Answer]]] = {
    "stop": _stop,
    "keep": _ask_until,
    "busy": _ask_reason,
    "disown": _disown,
}
