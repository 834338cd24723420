"""From text to an answer: read it, find the command, check the role, let its handler speak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot import (
    auditing,
    budgeting,
    costs,
    creating,
    heartbeats,
    holding,
    idle_reads,
    inside,
    losses,
    offers,
    ownership,
    protecting,
    reads,
    scheduling,
    selecting,
    stop_waits,
    sweeping,
    verbs,
    volumes,
)
from bot.commands.catalog import REGISTRY
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation, parse
from bot.misread import Kind, Misunderstood
from bot.registry import Command
from bot.views import answers
from pods.access import Refusal
from pods.audit import Event
from pods.model import Verb

Handler = Callable[[Face, Ask, Invocation], Answer]


def answer(face: Face, ask: Ask) -> Answer:
    now = face.clock.now()
    read = parse(ask.text, face.registry, now=now, tz=face.zone(ask.user))
    if isinstance(read, Misunderstood):
        return _misunderstood(face, read)
    decision = face.decide(ask, read.command.role, now)
    if isinstance(decision, Refusal):
        return _refused(face, ask, read, decision, now)
    reply = HANDLERS[read.command.verb](face, ask, read)
    shareable = not (read.command.changes_pod or read.command.private)
    return Answer(content=reply.content, public=reply.public or (read.share and shareable))


def _refused(face: Face, ask: Ask, read: Invocation, refusal: Refusal, now: datetime) -> Answer:
    face.audit(ask, Event.REFUSED, now, result=refusal.why.value)
    return Answer(content=answers.refused(refusal, read.command.verb, ask.channel))


def _misunderstood(face: Face, read: Misunderstood) -> Answer:
    if read.kind is Kind.EMPTY:
        return Answer(content=answers.help_all(reads.described(face.registry)))
    command = read.command
    usage = face.registry.usage(command) if command else ""
    if command and _only_the_pod_is_missing(read, command) and face.store.fleet.load().entries:
        return Answer(content=answers.picker(command.verb, usage))
    return Answer(content=answers.misunderstood(read.sentence, read.suggestions, usage))


def _only_the_pod_is_missing(read: Misunderstood, command: Command) -> bool:
    """Then a picker can ask for it, and its choice is the whole command."""
    return read.kind is Kind.MISSING and read.arg is command.pods and not read.heard


def _verb(face: Face, ask: Ask, read: Invocation) -> Answer:
    pod_verb = read.command.pod_verb
    if pod_verb is None:
        raise AssertionError(f"{read.command.verb} is declared without what it asks of RunPod")
    if read.values.get("after") is not None:
        return stop_waits.begin(face, ask, read)
    what = selecting.described(face, read)
    return verbs.run(face, ask, pod_verb, read.pods) if what is None else selecting.run(face, ask, pod_verb, what)


#: RunPod takes no longer name.
NAME_MAX: Final = 191


def rename(face: Face, ask: Ask, read: Invocation) -> Answer:
    name = str(read.values["to"]).strip()
    if len(name) > NAME_MAX:
        sentence = f"A pod's name has at most {NAME_MAX} characters; this one has {len(name)}."
        return Answer(content=answers.misunderstood(sentence, (), face.registry.usage(read.command)))
    return verbs.run(face, ask, Verb.RENAME, read.pods, name=name)


#: By verb. Each area has a table of its own in its handlers' module, merged in here.
HANDLERS: Final[dict[str, Handler]] = {
    "help": reads.help_,
    "list": reads.list_,
    "status": lambda face, ask, read: reads.status(face, ask, read.pods),
    "whoami": reads.whoami,
    "health": reads.health,
    "claim": ownership.claim,
    "create": creating.run,
    "give": ownership.give,
    "keep": holding.keep,
    "snooze": holding.snooze,
    "lease": holding.lease_,
    "release": holding.release_,
    "schedule": scheduling.schedule,
    "heartbeat": heartbeats.heartbeat,
    "rename": rename,
    "protect": protecting.protect,
    "unprotect": protecting.unprotect,
    "budget": budgeting.budget,
    "sweep": sweeping.sweep,
    "delete-volume": volumes.delete,
    **offers.HANDLERS,
    **inside.HANDLERS,
    **auditing.HANDLERS,
    **costs.HANDLERS,
    **losses.HANDLERS,
    "why": idle_reads.why,
    "watch": idle_reads.watch,
    "shadow": idle_reads.shadow,
    **{command.verb: _verb for command in REGISTRY.all() if command.pod_verb is not None},
}
