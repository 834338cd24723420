"""/pod training, oncall, incidents and balance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.health import balance_of
from bot.verbs import find
from bot.views import answers, oncall
from bot.views import runway as runway_view
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import owners
from pods.funds import Funds, burn_of, counted, set_by
from pods.gathering import Gathering
from pods.ledger.runway import Runway, runway
from pods.model import Pod
from pods.oncall import on_call
from pods.policy import Role
from pods.protection import Protection

#: The one funds record, and the one gathering, of an account.
_FUNDS: Final = "balance"
_GATHERING: Final = "losses"
_SHOWN: Final = 15


def training(face: Face, ask: Ask, read: Invocation) -> Answer:
    """Mark every pod, or none: the first that this person may not change says why."""
    pods = find(face, read.pods, None)
    if isinstance(pods, Answer):
        return pods
    now, facts = face.clock.now(), face.store.fleet.facts()
    for pod in pods:
        decision = face.decide(ask, Role.OPERATOR, now, owner=owners(facts, pod.id), changes_pod=True)
        if isinstance(decision, Refusal) or decision.consent_of is not None:
            face.audit(ask, Event.REFUSED, now, result="training", pod_id=pod.id)
            refusal = decision if isinstance(decision, Refusal) else None
            return Answer(
                content=answers.refused(refusal, "training", ask.channel) if refusal else oncall.not_yours(pod)
            )
    marks = read.one("off", str) is None
    for pod in pods:
        face.store.protections.change(pod.id, _marking(ask.user, pod, now, marks=marks), now)
        face.audit(ask, Event.MARKED, now, result="training" if marks else "not training", pod_id=pod.id)
    by_name = [pod for pod in pods if face.store.people.policy().losses.is_training(pod.name)]
    return Answer(content=oncall.marked(pods, by_name, marks=marks, by=ask.user, now=now), public=True)


def _marking(by: str, pod: Pod, now: datetime, *, marks: bool) -> Callable[[Protection | None], Protection | None]:
    def decide(known: Protection | None) -> Protection | None:
        if known is not None:
            return known if known.training is marks else known.model_copy(update={"training": marks})
        return Protection(pod_id=pod.id, pod_name=pod.name, training=True, by=by, since=now) if marks else None

    return decide


def on_call_(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    policy, now = face.store.people.policy(), face.clock.now()
    gathering = face.store.gathering.get(_GATHERING) or Gathering()
    incidents = face.store.incidents.many(gathering.open)
    losses = face.store.losses.many(loss for each in incidents.values() for loss in each.losses[:_SHOWN])
    return Answer(
        content=oncall.who(
            on_call(policy.oncall, policy.tz, now),
            policy.oncall,
            tuple(incidents.values()),
            losses,
            now=now,
            tz=face.zone(ask.user),
        )
    )


def incidents(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    now = face.clock.now()
    newest = sorted(face.store.incidents.all().values(), key=lambda each: each.opened_at, reverse=True)[:_SHOWN]
    losses = face.store.losses.many(loss for each in newest for loss in each.losses[:_SHOWN])
    return Answer(content=oncall.history(newest, losses, now=now, tz=face.zone(ask.user)))


def balance(face: Face, ask: Ask, read: Invocation) -> Answer:
    now = face.clock.now()
    amount = read.one("amount", Decimal)
    if amount is not None:
        decision = face.decide(ask, Role.ADMIN, now)
        if isinstance(decision, Refusal):
            face.audit(ask, Event.REFUSED, now, result=decision.why.value)
            return Answer(content=answers.refused(decision, "balance", ask.channel))
        face.store.funds.change(_FUNDS, lambda _: set_by(ask.user, amount, now), now)
        face.audit(ask, Event.MARKED, now, result=f"balance {amount}")
    seen, funds = _runway(face, now)
    told = runway_view.Told(
        runway=seen, pods=face.store.fleet.load().pods, funds=funds, now=now, tz=face.zone(ask.user)
    )
    return Answer(content=runway_view.shown(told))


def _runway(face: Face, now: datetime) -> tuple[Runway, Funds | None]:
    """RunPod's own figure as the workers last read it, else an operator's."""
    said = balance_of(face.store)
    if said is not None:
        return runway(said.balance, said.burn, said.at), None
    burn = burn_of(face.store.fleet.load().pods)
    funds = face.store.funds.get(_FUNDS)
    return runway(counted(funds, burn, now).left if funds else None, burn, now), funds


HANDLERS: Final[dict[str, Callable[[Face, Ask, Invocation], Answer]]] = {
    "training": training,
    "oncall": on_call_,
    "incidents": incidents,
    "balance": balance,
}
