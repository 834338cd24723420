"""The ladder over the fleet: every pod that idles, or whose spell is not over, is taken one look further.

What happens if the process dies between two lines is written down in docs/watch.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from pods.ladder import Effect, WouldStop
from pods.model import Pod, PodStatus, Verb
from pods.nudging import (
    Heard,
    card_for,
    counts,
    looked,
    messages,
    stop_result,
    telling_key,
)
from pods.shadow import AutoStop, would_stop
from pods.spells import End, PodSpells, Rung, Spell
from pods.stops import StopResult
from pods.store.acceptance import AllBusy
from pods.store.commit import Commit
from pods.store.scenes import Scenes
from workers.automation import Order, operation_id, order
from workers.context import Context
from workers.edge import edge
from workers.passes.look import Look

log = structlog.get_logger()

#: The name that the ladder's stops are ordered and guarded under.
RULE: Final = "idle"


def climb_fleet(context: Context, look: Look) -> None:
    """Nothing moves in an outage. A fault with one pod does not hold up the others."""
    if not look.healthy:
        return
    verdicts = context.store.verdicts.all()
    idle = {pod_id for pod_id, verdict in verdicts.items() if verdict.candidate}
    ids = sorted(idle | context.store.open_spells.ids())
    if not ids:
        return
    scenes = Scenes(context.store, look.after, look.now, ids)
    records = context.store.spells.many(ids)
    for pod_id in ids:
        with structlog.contextvars.bound_contextvars(pod=pod_id), edge("climb", pod_id):
            record = records.get(pod_id) or PodSpells(pod_id=pod_id)
            _Look(context, scenes, look.after.get(pod_id) or _gone(record)).take(record)


def _gone(record: PodSpells) -> Pod:
    """What is left of a pod that RunPod lists no more."""
    name = record.current.pod_name if record.current else ""
    return Pod(id=record.pod_id, name=name or record.pod_id, status=PodStatus.TERMINATED)


class _Look:
    """One pod at one time."""

    def __init__(self, context: Context, scenes: Scenes, pod: Pod) -> None:
        self._context = context
        self._pod = pod
        self._scene = scenes.of(pod)
        self._rule = scenes.rules(pod).ladder
        self._channels = scenes.channels(pod)

    def take(self, record: PodSpells) -> None:
        heard = self._heard(record.current)
        effects: list[Effect] = []
        before: list[Spell | None] = []

        def decide(known: PodSpells | None) -> PodSpells | None:
            stands = known or PodSpells(pod_id=self._pod.id)
            step = looked(stands, self._scene, self._rule, heard, self._channels)
            effects[:], before[:] = step.effects, [stands.current]
            return known if step.record is stands else step.record

        def also(commit: Commit, after: PodSpells) -> None:
            self._follow(commit, before[0], after, effects)

        after = self._context.store.spells.change(self._pod.id, decide, self._scene.now, also)
        spell = after.current if after else None
        if spell is not None and spell.rung is Rung.STOPPING and spell.end is None:
            self._order(spell)

    def _follow(self, commit: Commit, before: Spell | None, after: PodSpells, effects: list[Effect]) -> None:
        """Everything that must stand if, and only if, the record's change does."""
        spell, store, now = after.current, self._context.store, self._scene.now
        if spell is None:
            return
        store.open_spells.note(commit, after)
        for message in messages(spell, effects, now):
            commit.tell(message)
        for effect in effects:
            log.info("ladder", effect=type(effect).__name__, spell=spell.key, rung=spell.rung.value)
            if isinstance(effect, WouldStop):
                shadow = would_stop(spell, self._pod, self._scene.verdict)
                store.shadow_stops.put_in(commit, spell.key, shadow, was=store.shadow_stops.get(spell.key))
        if spell.end is End.STOPPED and (before is None or before.end is None):
            stop = AutoStop(key=spell.key, pod_id=self._pod.id, at=now)
            store.auto_stops.put_in(commit, spell.key, stop, was=store.auto_stops.get(spell.key))

    def _heard(self, spell: Spell | None) -> Heard:
        if spell is None:
            return Heard()
        return Heard(spell=spell.key, deliveries=self._deliveries(spell), stop=self._stop(spell))

    def _deliveries(self, spell: Spell) -> dict[int, datetime]:
        last = spell.last
        if last is None or last.delivered_at is not None:
            return {}
        keys = (
            telling_key(spell, last, target, self._scene.now)
            for target in spell.targets
            if counts(spell, target, self._rule)
        )
        found = (self._context.store.outbox.get(key) for key in keys)
        told = [message.told_at for message in found if message is not None and message.told_at is not None]
        return {last.number: min(told)} if told else {}

    def _stop(self, spell: Spell) -> StopResult | None:
        if spell.rung is not Rung.STOPPING:
            return None
        operation = self._context.store.walk.operation(operation_id(self._context, self._order_of(spell)))
        return stop_result(operation) if operation else None

    def _order_of(self, spell: Spell) -> Order:
        tells = tuple(card_for(spell, target, self._scene.now).key for target in spell.targets)
        return Order(rule=RULE, verb=Verb.STOP, pod=self._pod, subject=spell.stop_key, tells=tells)

    def _order(self, spell: Spell) -> None:
        """Ordered again at every look until it has ended, which is once: an order is one per key."""
        if isinstance(order(self._context, self._order_of(spell)), AllBusy):
            # Somebody does something with the pod: the warning stands, and the next look decides anew.
            log.info("stop.busy", spell=spell.key)
            heard = Heard(spell=spell.key, stop=StopResult.DEFERRED)
            self._context.store.spells.change(
                self._pod.id,
                lambda known: looked(known, self._scene, self._rule, heard, ()).record if known else None,
                self._scene.now,
            )
