"""One look at a pod's record: what was heard since, the ladder's next step, and the messages that tell of it. Pure.

The record and the messages it wants are one commit, so a watcher that dies leaves both or neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pods.answers import answer
from pods.holds import Holds
from pods.idle_time import idled
from pods.ladder import Climb, Effect, Refresh, Resolve, Scene, Tell, WouldStop, climb
from pods.messages import Message, card
from pods.operations import Code, Operation, OperationState
from pods.spells import Answer, End, PodSpells, Rung, Spell, Step, Telling, delivered, moved, with_spell
from pods.stops import StopResult, after_stop
from pods.times import MINUTE
from pods.watch_rules import LadderRule

#: Names of the card of a spell, and of the entries in its thread.
CARD: Final = "idle"
NOTE: Final = "idle-note"
#: Entries beside the numbered tellings: how it ended, what the shadow would have done, and answers by number.
ENDED: Final = "end"
WOULD: Final = "would"
ANSWER: Final = "a"


#: How old what a card says of time may grow, and in the countdown to a stop.
_SHOWN: Final = 15 * MINUTE
_COUNTED: Final = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of the spell of that key since the last look."""

    spell: str = ""
    #: Number of a telling -> when it first reached somebody who can answer for the pod.
    deliveries: Mapping[int, datetime] = field(default_factory=dict)
    #: Of the stop that was ordered, once it has ended.
    stop: StopResult | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    record: PodSpells
    effects: tuple[Effect, ...] = ()


def looked(record: PodSpells, scene: Scene, rule: LadderRule, heard: Heard, channels: Sequence[str]) -> Looked:
    """The record after one look; the same record where nothing changed. `channels` are those routed for idle pods."""
    if not scene.healthy:
        return Looked(record)
    told = _told_back(record.current, scene, heard)
    over = told is not None and told.end is not None and told is not record.current
    # What the order's own reading has ended is not looked at further: the list may still show the pod as it was.
    climbed = Climb(told, (Resolve(end=told.end),)) if over and told and told.end else climb(told, scene, rule)
    spell = _figures(climbed, scene, rule, channels)
    spell, effects = _kept_true(spell, climbed.effects, scene)
    after = with_spell(record, spell)
    idle = idled(record.idle, scene.verdict)
    if idle is not record.idle:
        after = after.model_copy(update={"idle": idle})
    return Looked(after, effects)


def _kept_true(
    spell: Spell | None, effects: tuple[Effect, ...], scene: Scene
) -> tuple[Spell | None, tuple[Effect, ...]]:
    """Edit the card now and then, more often in a countdown: what it says of time must not grow old."""
    if spell is None or spell.end is not None or not spell.tellings or not scene.verdict.settled:
        return spell, effects
    length = _COUNTED if spell.rung is Rung.WARNED else _SHOWN
    shown = int((scene.now - spell.since) / length)
    if effects or shown == spell.shown:
        return (moved(spell, shown=shown) if shown != spell.shown else spell), effects
    return moved(spell, shown=shown), (Refresh(),)


def _told_back(spell: Spell | None, scene: Scene, heard: Heard) -> Spell | None:
    if spell is None or spell.key != heard.spell:
        return spell
    for number, at in heard.deliveries.items():
        spell = delivered(spell, number, at)
    if heard.stop is not None and spell.rung is Rung.STOPPING:
        spell = after_stop(spell, heard.stop, scene)
    return spell


def _figures(climbed: Climb, scene: Scene, rule: LadderRule, channels: Sequence[str]) -> Spell | None:
    """The spell with what its messages need when the pod is gone, and with everybody who is told of it."""
    spell = climbed.spell
    if spell is None or spell.end is not None:
        return spell
    changes: dict[str, object] = {}
    cost = scene.verdict.evidence.cost_per_hour
    if scene.verdict.settled and cost is not None and cost != spell.cost_per_hour:
        changes["cost_per_hour"] = cost
    if scene.pod.name != spell.pod_name and scene.pod.name:
        changes["pod_name"] = scene.pod.name
    if any(isinstance(effect, Tell) for effect in climbed.effects):
        changes["targets"] = tuple(dict.fromkeys((*spell.targets, *audience(scene, rule, channels))))
    return moved(spell, **changes) if changes else spell


def audience(scene: Scene, rule: LadderRule, channels: Sequence[str]) -> tuple[str, ...]:
    """Whom to tell: the owner directly, where the rule says so, and the channels idle pods are routed to."""
    direct = (scene.owner,) if scene.owner and rule.direct else ()
    return (*direct, *channels)


def counts(spell: Spell, target: str, rule: LadderRule) -> bool:
    """Whether a message there reaches whoever must be warned: the owner's own, or without one any channel's."""
    if spell.owner and rule.direct:
        return target == spell.owner
    return is_channel(target)


def is_channel(target: str) -> bool:
    return target.startswith(("C", "G"))


def subject(spell: Spell) -> str:
    return f"{spell.pod_id}:{spell.key}"


def card_for(spell: Spell, target: str, now: datetime) -> Message:
    where = target if is_channel(target) else ""
    return card(CARD, subject(spell), user=spell.owner if where else target, channel=where, now=now)


def note_for(spell: Spell, target: str, entry: str, now: datetime) -> Message:
    where = target if is_channel(target) else ""
    under = card_for(spell, target, now).key
    user = spell.owner if where else target
    return card(NOTE, f"{subject(spell)}:{entry}", user=user, channel=where, under=under, now=now)


def messages(spell: Spell, effects: Iterable[Effect], now: datetime) -> tuple[Message, ...]:
    """What must stand, and say what is so now: cards first, since entries go into their threads."""
    wanted: dict[str, Message] = {}
    for effect in effects:
        for target in spell.targets:
            told = card_for(spell, target, now)
            wanted[told.key] = told
            entry = entry_of(effect)
            # Whoever had the pod before sees how it goes on, and is not called any more.
            if entry and (is_channel(target) or target == spell.owner):
                note = note_for(spell, target, entry, now)
                wanted[note.key] = note
    return tuple(wanted.values())


def entry_of(effect: Effect) -> str:
    """The thread's entry for it. The first telling is the card itself; what only corrects the card needs none."""
    match effect:
        case Tell(number=number, step=step) if step is not Step.NUDGE:
            return str(number)
        case Resolve(end=End.STOPPED | End.BUSY_AGAIN):
            return ENDED
        case WouldStop():
            return WOULD
    return ""


def telling_key(spell: Spell, telling: Telling, target: str, now: datetime) -> str:
    """The key of the message whose delivery counts as the telling's."""
    if telling.step is Step.NUDGE:
        return card_for(spell, target, now).key
    return note_for(spell, target, str(telling.number), now).key


def stop_result(operation: Operation) -> StopResult | None:
    """What came of an ordered stop; None while it is under way."""
    if not operation.ended or operation.outcome is None:
        return None
    if operation.state is OperationState.DONE:
        return StopResult.DONE
    if operation.outcome.code in {Code.NEVER_ASKED, Code.PUSHED_BACK}:
        return StopResult.DEFERRED
    return StopResult.VETOED if operation.state is OperationState.CANCELLED else StopResult.FAILED


def answered(record: PodSpells, key: str, given: Answer, rule: LadderRule) -> PodSpells:
    """The record after an answer to its current spell; the same where that is over, or another by now."""
    spell = record.current
    if spell is None or spell.key != key or spell.end is not None:
        return record
    reply = answer(spell, Holds(pod_id=record.pod_id), given, rule)
    return with_spell(record, reply.spell)


def answer_messages(record: PodSpells, key: str, now: datetime) -> tuple[Message, ...]:
    """The card brought up to date, and the answer in its thread."""
    spell = record.spell(key)
    if spell is None or not spell.answers:
        return ()
    entry = f"{ANSWER}{len(spell.answers)}"
    told = [(card_for(spell, target, now), note_for(spell, target, entry, now)) for target in spell.targets]
    return tuple(message for pair in told for message in pair)
