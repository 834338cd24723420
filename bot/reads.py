"""What only reads: help, list, status, whoami, health. All from Redis, answered with the ack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.face import Answer, Ask, Face
from bot.filters import around, matches, shown
from bot.grammar import Invocation
from bot.health import report
from bot.presets import offers
from bot.registry import Command, Registry
from bot.verbs import find
from bot.views import answers
from bot.views import holds as hold_views
from bot.views import pods as pod_views
from bot.views import schedules as schedule_views
from bot.views.card import card, together
from bot.views.figures import span
from bot.views.home import home as home_view
from bot.views.home import pod as home_pod
from bot.views.presets import create_buttons
from pods.access import Allowed, Refusal
from pods.fleet import Entry, PodFacts, owners
from pods.messages import Content
from pods.model import Pod, Verb
from pods.policy import Role
from pods.store.scenes import idle_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A command as help shows it."""

    verb: str
    usage: str
    summary: str
    help: str
    aliases: tuple[str, ...]
    examples: tuple[str, ...]
    role: Role


def help_(face: Face, ask: Ask, read: Invocation) -> Answer:
    del ask
    wanted = read.values.get("command")
    if wanted is None:
        return Answer(content=answers.help_all(described(face.registry)))
    command = face.registry.lookup(str(wanted))
    if command is None:
        raise AssertionError("the grammar only lets known commands through")
    return Answer(content=answers.help_one(_described(face.registry, command)))


def list_(face: Face, ask: Ask, read: Invocation) -> Answer:
    fleet, facts = face.store.fleet.load(), face.store.fleet.facts()
    near = around(face, ask, facts)
    entries = tuple(entry for entry in fleet.entries if matches(entry.pod, read.values, near))
    content = pod_views.listing(
        entries,
        facts=facts,
        fleet=fleet,
        filters=shown(read.values),
        viewer=ask.user,
        now=face.clock.now(),
        tz=face.zone(ask.user),
        notes=notes(face, ask, entries),
    )
    return Answer(content=content)


def notes(face: Face, ask: Ask, entries: Sequence[Entry]) -> dict[str, str]:
    """What a row of the list says besides the pod itself: until when it is kept, snoozed or leased."""
    now, tz = face.clock.now(), face.zone(ask.user)
    held = face.store.holds.many(entry.pod.id for entry in entries)
    said = {pod_id: (hold_views.brief(each, now, tz), schedule_views.brief(each)) for pod_id, each in held.items()}
    idle = idle_since(face.store, now)
    for entry in entries:
        if entry.pod.id in idle:
            words = f"*idle for {span(now - idle[entry.pod.id])}*"
            said[entry.pod.id] = (words, *said.get(entry.pod.id, ()))
    return {pod_id: ", ".join(each for each in words if each) for pod_id, words in said.items()}


def home(face: Face, ask: Ask) -> Content:
    """The Home tab; whoever may do nothing reads who can change that."""
    decision = face.decide(ask, Role.VIEWER, face.clock.now())
    if isinstance(decision, Refusal):
        return answers.refused(decision, "Home", ask.channel)
    fleet, facts = face.store.fleet.load(), face.store.fleet.facts()
    near = around(face, ask, facts)
    own = tuple(entry for entry in fleet.entries if matches(entry.pod, {"mine": True}, near))
    mine = pod_views.listing(
        own,
        facts=facts,
        fleet=fleet,
        filters=("mine",),
        viewer=ask.user,
        now=face.clock.now(),
        tz=face.zone(ask.user),
        notes=notes(face, ask, own),
    )
    return home_view(
        mine, _buttons(face, ask, own), create_buttons(offers(face, ask)), answers.help_all(described(face.registry))
    )


#: More rows with buttons than these make Home slow to read.
_WITH_BUTTONS: Final = 8


def _buttons(face: Face, ask: Ask, entries: Sequence[Entry]) -> list[Content]:
    """A row of buttons for each of their pods, dearest first."""
    facts = face.store.fleet.facts()
    ranked = sorted(entries, key=lambda entry: (-entry.pod.cost_per_hour, entry.pod.name))[:_WITH_BUTTONS]
    return [
        home_pod(entry.pod, may(face, ask, facts, entry.pod), str(face.store.fleet.load().version)) for entry in ranked
    ]


def status(face: Face, ask: Ask, references: Sequence[str]) -> Answer:
    found = find(face, references, None)
    if isinstance(found, Answer):
        return found
    fleet, facts, now = face.store.fleet.load(), face.store.fleet.facts(), face.clock.now()
    cards = [
        card(
            pod,
            facts=facts.get(pod.id),
            holder=face.store.walk.holder(pod.id),
            fleet=fleet,
            may=may(face, ask, facts, pod),
            now=now,
            tz=face.zone(ask.user),
            held=face.store.holds.get(pod.id),
        )
        for pod in found
    ]
    return Answer(content=together(cards))


def may(face: Face, ask: Ask, facts: Mapping[str, PodFacts], pod: Pod) -> frozenset[Verb]:
    """The verbs the person may use on the pod here, asking its owner first where needed."""
    decision = face.decide(ask, Role.OPERATOR, face.clock.now(), owner=owners(facts, pod.id), changes_pod=True)
    return frozenset({*pod.actions, Verb.UNLOCK}) if isinstance(decision, Allowed) else frozenset()


def whoami(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    facts, fleet = face.store.fleet.facts(), face.store.fleet.load()
    own = tuple(
        entry.pod for entry in fleet.entries if (owner := owners(facts, entry.pod.id)) and owner.user == ask.user
    )
    person = face.person(ask, face.clock.now())
    ceiling = face.store.people.policy().ceiling(ask.channel)
    content = answers.whoami(person, ceiling=ceiling, channel=ask.channel, zone=str(face.zone(ask.user)), pods=own)
    return Answer(content=content)


def health(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    now = face.clock.now()
    return Answer(content=answers.health(report(face.store, now), now=now, tz=face.zone(ask.user)))


def described(registry: Registry) -> tuple[Described, ...]:
    return tuple(_described(registry, command) for command in registry.all())


def _described(registry: Registry, command: Command) -> Described:
    return Described(
        verb=command.verb,
        usage=registry.usage(command),
        summary=command.summary,
        help=command.help,
        aliases=command.aliases,
        examples=command.examples,
        role=command.role,
    )
