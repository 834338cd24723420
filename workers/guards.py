"""What may still speak against an operation between its acceptance and its first call.

A person's is held against their role now; automation's against locks, outages and the guard of its rule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pods.access import Allowed, decide
from pods.model import Pod, Verb
from pods.operations import Code, Operation, Outcome, cancel
from pods.policy import Role
from pods.presets import may_create
from pods.requests import Request, agreed
from workers import hold_orders, spending
from workers.context import Context
from workers.idle_guard import idle_guard
from workers.not_now import NotNow

#: How long automation waits before it looks again whether it may act.
LOOK_AGAIN: Final = timedelta(seconds=30)
FROZEN: Final = "RunPod's list does not answer, so nothing is done of my own accord."


#: Asked with the pod as it was read in this very step. An Outcome ends the operation uncalled.
Guard = Callable[[Context, Request, Operation, Pod], Outcome | NotNow | None]

#: The same for a create, whose pod is not there yet.
CreationGuard = Callable[[Context, Request, Operation], Outcome | NotNow | None]

#: By rule. Each area enters the guards of its rules; a rule without one is held by the general ones alone.
GUARDS: Final[dict[str, Guard]] = {
    hold_orders.LEASE: hold_orders.lease_guard,
    hold_orders.SCHEDULE: hold_orders.schedule_guard,
    "idle": idle_guard,
}
CREATION_GUARDS: Final[dict[str, CreationGuard]] = {}


def objection(context: Context, before: Operation, decided: Operation) -> Operation | None:
    """The operation put off or cancelled instead of called; None: go on.

    `before` is the operation as it stood before this step decided on the call. After the first call only the readings
    decide, but for a create: its calls before were all refused. One of which a call was unclear may have its pod, so it
    can only be put off, and only automation's is.
    """
    if decided.calls > 1 and decided.verb is not Verb.CREATE:
        return None
    request = context.store.walk.request(decided.request_id)
    if request is None:
        raise AssertionError("an operation is only ever written together with its request")
    if decided.unclear and request.rule is None:
        return None
    no = _against(context, request, decided)
    now = context.clock.now()
    if isinstance(no, NotNow) or (no is not None and decided.unclear):
        later = min(now + LOOK_AGAIN, decided.deadline)
        return before.model_copy(update={"trouble": no.sentence, "seen": decided.seen, "next_at": later})
    if no is None:
        return None
    cancelled = cancel(decided.model_copy(update={"calls": 0}), no.code, now)
    return cancelled.model_copy(update={"outcome": no})


def _against(context: Context, request: Request, operation: Operation) -> Outcome | NotNow | None:
    pod = operation.seen
    if request.rule is None and not (_may(context, request, operation) and _may_have(context, request, operation)):
        return Outcome(code=Code.NOT_ALLOWED)
    if request.rule is None:
        return spending.against_start(context, request, operation)
    if pod is not None and pod.locked:
        return Outcome(code=Code.LOCKED)
    if context.store.fleet.load().failing_since is not None:
        return NotNow(sentence=FROZEN)
    return _by_rule(context, request, operation, pod) or spending.against_start(context, request, operation)


def _by_rule(context: Context, request: Request, operation: Operation, pod: Pod | None) -> Outcome | NotNow | None:
    rule = request.rule or ""
    if operation.verb is Verb.CREATE:
        allow = CREATION_GUARDS.get(rule)
        return allow(context, request, operation) if allow is not None else None
    if pod is None:
        raise AssertionError("a call is only ever decided upon a pod that was read")
    guard = GUARDS.get(rule)
    return guard(context, request, operation, pod) if guard is not None else None


def _may_have(context: Context, request: Request, operation: Operation) -> bool:
    """Whether the preset a create was made from is still theirs. One that is gone from the policy is nobody's."""
    name = operation.order.preset if operation.order is not None else None
    if name is None:
        return True
    people = context.store.people
    policy = people.policy()
    preset = next((each for each in policy.preset if each.name == name), None)
    role = people.person(request.team, request.by, context.clock.now()).role
    here = min(role, policy.ceiling(request.place.channel))
    return preset is not None and may_create(preset, request.by, here)


def _may(context: Context, request: Request, operation: Operation) -> bool:
    """The person still has the role here, and the pod's owner of now has agreed if they must."""
    people = context.store.people
    decision = decide(
        people.person(request.team, request.by, context.clock.now()),
        Role.OPERATOR,
        policy=people.policy(),
        channel=request.place.channel,
        holders=people.holders(),
        owner=context.store.fleet.facts_of(operation.pod_id).owner if operation.pod_id else None,
        changes_pod=True,
    )
    if not isinstance(decision, Allowed):
        return False
    return decision.consent_of is None or decision.consent_of in agreed(request)


__all__ = ["FROZEN", "GUARDS", "LOOK_AGAIN", "Guard", "NotNow", "objection"]
