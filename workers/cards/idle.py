"""The card of an idle pod and the entries of its thread."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.views import idle_card
from bot.views.idle_card import IdleSight
from pods.messages import Content, Message
from pods.model import Pod, PodStatus
from pods.nudging import ANSWER, ENDED, WOULD
from pods.spells import Spell
from pods.store.scenes import Scenes
from pods.watch_rules import LadderRule, Mode
from workers.context import Context
from workers.zones import zone


def render_card(context: Context, message: Message, now: datetime) -> Content | None:
    sight = _sight(context, message, now)
    return idle_card.card(sight) if sight is not None else None


def render_note(context: Context, message: Message, now: datetime) -> Content | None:
    """What the thread's entry of this message says, by the last part of its subject."""
    sight = _sight(context, message, now)
    if sight is None:
        return None
    entry = message.subject.split(":")[2]
    if entry == ENDED:
        return idle_card.ending(sight)
    if entry == WOULD:
        return idle_card.would(sight)
    if entry.startswith(ANSWER):
        number = int(entry.removeprefix(ANSWER))
        given = sight.spell.answers[number - 1 : number]
        return idle_card.answered(sight, given[0]) if given else None
    told = next((each for each in sight.spell.tellings if str(each.number) == entry), None)
    return idle_card.telling(sight, told) if told is not None else None


def _sight(context: Context, message: Message, now: datetime) -> IdleSight | None:
    pod_id, key = message.subject.split(":")[:2]
    record = context.store.spells.get(pod_id)
    spell = record.spell(key) if record else None
    if spell is None:
        return None
    fleet = context.store.fleet.load()
    pod = fleet.get(pod_id) or _gone(spell)
    scenes = Scenes(context.store, fleet, now, (pod_id,))
    scene, rule = scenes.of(pod), scenes.rules(pod).ladder
    until = _shadow_until(rule, scenes.began_at) if scene.mode is Mode.SHADOW else None
    return IdleSight(spell=spell, scene=scene, rule=rule, tz=zone(context, message.user), shadow_until=until)


def _gone(spell: Spell) -> Pod:
    return Pod(id=spell.pod_id, name=spell.pod_name or spell.pod_id, status=PodStatus.TERMINATED, mounts_known=False)


def _shadow_until(rule: LadderRule, began_at: datetime) -> datetime | None:
    """Its end, where it is in force only because Podkeeper is new here."""
    return began_at + timedelta(days=rule.shadow_days) if rule.mode is Mode.STOP else None
