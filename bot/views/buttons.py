"""The buttons, with the action ids and values that the handlers know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from slackblocks import Button

from pods.gates import GateKind
from pods.model import POD_VERBS, Pod, Verb
from pods.operations import Operation
from pods.requests import Request
from pods.steps import LOCK_FORBIDS

CONSOLE: Final = "https://console.runpod.io/pods"
#: After this in an action id stands a number that only keeps ids in one block apart.
NTH: Final = "#"


class Action(StrEnum):
    """Handlers match the part of an action id before "#". Each verb's is `pod.<verb>`."""

    STATUS = "pod.status"
    YES = "gate.yes"
    NO = "gate.no"
    LOOK = "op.look"
    LINK = "link"


#: In the order they are offered. Terminate always asks first, so it ends in an ellipsis.
LABELS: Final = {
    Verb.START: "Start",
    Verb.STOP: "Stop",
    Verb.RESTART: "Restart",
    Verb.TERMINATE: "Terminate…",
}
_OTHERS: Final = {Verb.LOCK: "Lock", Verb.UNLOCK: "Unlock"}


def verb(which: Verb, pod_id: str, nonce: str, *, label: str | None = None, nth: int = 0) -> Button:
    return Button(
        label or LABELS.get(which) or _OTHERS[which],
        action_id=_id(f"pod.{which.value}", nth),
        value=f"{pod_id}:{nonce}",
    )


def verbs(pod: Pod, nonce: str, *, may: Collection[Verb] = frozenset(POD_VERBS)) -> list[Button]:
    """What RunPod says the pod can do now, as far as the reader may and nothing is known to forbid it."""
    if pod.cluster_id:
        return []
    forbidden = LOCK_FORBIDS if pod.locked else frozenset[Verb]()
    possible = [each for each in LABELS if each in pod.actions and each not in forbidden]
    unlock = [Verb.UNLOCK] if pod.locked else []
    return [verb(each, pod.id, nonce) for each in (*possible, *unlock) if each in may]


def again(operation: Operation) -> Button:
    """The same once more; a rename would need its name, so its pod is shown instead."""
    if operation.verb is Verb.RENAME:
        return status(operation.pod_id, nonce(operation))
    label = f"{operation.verb.value.capitalize()} again"
    if operation.verb is Verb.TERMINATE:
        label += "…"
    return verb(operation.verb, operation.pod_id, nonce(operation), label=label)


def status(pod_id: str, nonce: str, *, label: str = "Status", nth: int = 0) -> Button:
    return Button(label, action_id=_id(Action.STATUS, nth), value=f"{pod_id}:{nonce}")


def look(operation: Operation, *, label: str = "Look again", nth: int = 0) -> Button:
    return Button(label, action_id=_id(Action.LOOK, nth), value=f"{operation.id}:{operation.version}")


def area_button(label: str, action: str, value: str, *, nth: int = 0) -> Button:
    """A button of an area's own, whose handler stands in `bot.clicks`."""
    return Button(label, action_id=_id(action, nth), value=value)


def link(label: str, url: str, *, nth: int = 0) -> Button:
    return Button(label, action_id=_id(Action.LINK, nth), url=url)


def console() -> Button:
    return Button("Open in RunPod", action_id=Action.LINK, url=CONSOLE)


def gate(request: Request, kind: GateKind, *, yes: str, no: str, danger: bool) -> Sequence[Button]:
    value = f"{request.id}:{kind.value}"
    return [
        Button(yes, action_id=Action.YES, value=value, style="danger" if danger else "primary"),
        Button(no, action_id=Action.NO, value=value),
    ]


def nonce(operation: Operation) -> str:
    """Names one state of one operation, so that a second click on the same button is seen as one."""
    return f"{operation.id}.{operation.version}"


def _id(action: str, nth: int) -> str:
    return f"{action}{NTH}{nth}" if nth else action
