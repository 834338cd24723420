"""Pods that were described: the question, what is left out, and why nothing can be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.views import gates
from bot.views import selections as views
from pods.gates import GateKind
from pods.messages import Content
from pods.model import Pod, Verb
from pods.operations import Code
from pods.selections import LeftOut, Selection, Why
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    TZ,
    bare,
    ended,
    gate,
    networked,
    pod,
    request,
    stopped,
    told,
    unsaid,
    waiting,
)

LEFT_OUT: Final = (
    LeftOut(pod_id="lck111", pod_name="keeper", why=Why.LOCKED),
    LeftOut(pod_id="clu222", pod_name="node-0", why=Why.CLUSTER),
    LeftOut(pod_id="mis333", pod_name="ghost", why=Why.MISSING),
    LeftOut(pod_id="own444", pod_name="other", why=Why.OWNER, owner=OWNER),
)
MINE: Final = Selection(words=("mine", "running"), left_out=LEFT_OUT)


def question(verb: Verb, pods: tuple[Pod, ...], selection: Selection = MINE) -> Content:
    asked = gate(GateKind.CONFIRM, *pods)
    made, held = waiting(verb, *pods, gates=(asked,))
    made = made.model_copy(update={"selection": selection})
    return gates.confirm(made, held, pods, asked, facts={}, now=NOW, tz=TZ)


def _questions() -> Iterator[tuple[str, Content]]:
    four = (pod(), bare(), networked(), unsaid())
    yield "selection-stop", question(Verb.STOP, four)
    yield "selection-terminate", question(Verb.TERMINATE, (stopped(), networked(), unsaid()))
    yield "selection-one", question(Verb.STOP, (pod(),), Selection(words=(f"<@{ASKER}>",)))
    yield "selection-start", question(Verb.START, (stopped(), stopped(id="old888")), Selection(words=("stopped",)))
    sixty = tuple(pod(id=f"pod{n:03}", name=f"{'worker-of-a-very-long-name-'}{n:02}") for n in range(60))
    yield "selection-stop-sixty", question(Verb.STOP, sixty)
    yield "selection-terminate-sixty", question(Verb.TERMINATE, sixty)


def _results() -> Iterator[tuple[str, Content]]:
    asked = request(selection=MINE)
    one = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)
    other = ended(Verb.STOP, Code.CHANGED, id="op00000002", before=bare(), seen=bare(name="new-name"))
    yield "selection-result", told(one, other, of=asked)
    yield "selection-result-of-one", told(one, of=asked)


def _nothing() -> Iterator[tuple[str, Content]]:
    yield "selection-no-match", views.nothing(Verb.STOP, ("mine", "older than 14d"), [], [], NOW)
    yield "selection-so-already", views.nothing(Verb.STOP, ("mine",), [stopped(), stopped(id="old888")], [], NOW)
    yield "selection-all-left-out", views.nothing(Verb.STOP, ("mine",), [pod(locked=True)], LEFT_OUT[:1], NOW)
    yield "selection-never-listed", views.nothing(Verb.STOP, ("mine",), [], [], None)
    yield "selection-too-many", views.too_many(Verb.STOP, ("running",), 143)
    yield "selection-several-owners", views.several_owners(Verb.STOP, ("gpu h100",), LEFT_OUT[3:] * 12)
    yield "selection-named-and-described", views.named_and_described(Verb.STOP, ("abc123",), ("mine",))


KINDS: Final = (_questions, _results, _nothing)
