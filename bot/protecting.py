"""/pod protect and unprotect: the record of it, what is to be kept, and the message that says what it means."""

from __future__ import annotations

from collections.abc import Sequence

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import answers
from bot.views import protection as views
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import find as find_pods
from pods.ids import derived_id
from pods.jobs import Job
from pods.messages import card
from pods.model import Pod
from pods.policy import Role
from pods.protection import Protection
from pods.recovery.lineage import first_of
from pods.recovery.rules import DEFAULT_RULE, RecoveryRule, rule_named
from pods.store.commit import Commit

CARD = "protection"


def protect(face: Face, ask: Ask, read: Invocation) -> Answer:
    """Every pod, or none: the first that may not be protected says why."""
    references, name = _rule_word(face, read)
    rules = face.store.people.policy().recovery
    rule = rule_named(rules, name)
    if rule is None:
        return Answer(content=views.unknown_rule(name or "", [each.name for each in (*rules, DEFAULT_RULE)]))
    found = _allowed(face, ask, references, "protect")
    if isinstance(found, Answer):
        return found
    for pod in found:
        _protect(face, ask, pod, rule)
    return Answer(content=views.protecting(found, rule.name))


def unprotect(face: Face, ask: Ask, read: Invocation) -> Answer:
    found = _allowed(face, ask, read.pods, "unprotect")
    if isinstance(found, Answer):
        return found
    protected = [pod for pod in found if (known := face.store.protections.get(pod.id)) and known.rule is not None]
    if not protected:
        return Answer(content=views.not_protected(found))
    for pod in protected:
        _change(face, ask, pod, None)
    return Answer(content=views.unprotecting(protected))


def _rule_word(face: Face, read: Invocation) -> tuple[Sequence[str], str | None]:
    """The references and the rule's name: given as rule=..., or as the last word, if no pod is called so."""
    named = read.values.get("rule")
    if named is not None or len(read.pods) == 1:
        return read.pods, None if named is None else str(named)
    last = read.pods[-1]
    rules = (*face.store.people.policy().recovery, DEFAULT_RULE)
    if any(rule.name == last for rule in rules) and not find_pods(face.store.fleet.load().pods, last):
        return read.pods[:-1], last
    return read.pods, None


def _allowed(face: Face, ask: Ask, references: Sequence[str], what: str) -> tuple[Pod, ...] | Answer:
    found = find(face, references, None)
    if isinstance(found, Answer):
        return found
    now = face.clock.now()
    for pod in found:
        owner = face.store.fleet.facts_of(pod.id).owner
        decision = face.decide(ask, Role.OPERATOR, now, owner=owner, changes_pod=True)
        if isinstance(decision, Refusal):
            face.audit(ask, Event.REFUSED, now, result=decision.why.value, pod_id=pod.id)
            return Answer(content=answers.refused(decision, what, ask.channel))
        if decision.consent_of is not None:
            face.audit(ask, Event.REFUSED, now, result="owner", pod_id=pod.id)
            return Answer(content=views.others_pod(pod, decision.consent_of))
    return found


def _protect(face: Face, ask: Ask, pod: Pod, rule: RecoveryRule) -> None:
    _change(face, ask, pod, rule.name)
    face.wake(Job.SPEC, pod.id)


def _change(face: Face, ask: Ask, pod: Pod, rule: str | None) -> None:
    """Protection, lineage, message and audit in one commit; a change in between is built upon."""
    now = face.clock.now()
    message = card(CARD, pod.id, user=ask.user, now=now, channel=ask.channel, part=derived_id(ask.trigger, pod.id))
    message = message.model_copy(update={"response_url": ask.response_url})

    def decide(was: Protection | None) -> Protection:
        said = was or Protection(pod_id=pod.id, pod_name=pod.name, by=ask.user, since=now)
        return said.model_copy(update={"rule": rule, "by": ask.user, "since": now, "pod_name": pod.name})

    def also(commit: Commit, after: Protection) -> None:
        del after
        was = face.store.lineages.get(pod.id)
        lineage = (was or first_of(pod)).model_copy(update={"card": message.key, "tried_at": None})
        face.store.lineages.put_in(commit, pod.id, lineage, was=was)
        result = f"rule {rule}" if rule else "unprotected"
        commit.tell(message).audit(face.entry(ask, Event.ACCEPTED, now, result=result, pod_id=pod.id))

    face.store.protections.change(pod.id, decide, now, also)
    face.wake(Job.DELIVER, message.key)
