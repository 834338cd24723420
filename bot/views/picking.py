"""Which pod is meant: buttons, a menu, or who it may be instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slackblocks import Button, ExternalSelectMenu, Option, SectionBlock, Text, TextType

from bot.views import buttons
from bot.views.figures import burn, per_hour, span
from bot.views.hardware import gpu_name
from bot.views.layout import page, rendered, small
from bot.views.text import code, label, listed, ref
from bot.views.verbs import FORMS, STATES
from pods.messages import Content
from pods.model import BILLED, Pod, Verb

_CANDIDATES = 5
_LABEL_MAX = 75
_USAGE_MAX = 300


def which_one(reference: str, candidates: Sequence[Pod], verb: Verb | None, fleet_version: int) -> Content:
    """Several pods are called so: a button for each of the first five, and the line that names one by id."""
    shown = candidates[:_CANDIDATES]
    word = verb.value if verb else "status"
    rows = "\n".join(f"• {ref(each)}: {_looks(each)}" for each in shown)
    left = len(candidates) - len(shown)
    more = f" {left} more not shown." if left else ""
    undone = f" Your {FORMS[verb].noun} was not done." if verb else ""
    head = f"{len(candidates)} pods go by {code(reference)}.{undone}"
    learn = f"Pick one, or type {code(f'/pod {word} {shown[0].id}')}.{more}"
    offered = [_pick(verb, each, str(fleet_version), index) for index, each in enumerate(shown)]
    return page([head, rows, learn], key=f"which.{fleet_version}", buttons=offered)


def _looks(pod: Pod) -> str:
    """What tells pods of one name apart."""
    gpu = f", {code(gpu_name(pod.gpu.id))}" if pod.gpu else ""
    rate = burn(pod)
    cost = f", {per_hour(rate)}" if pod.status in BILLED and rate is not None else ""
    return f"{STATES[pod.status]}{gpu}{cost}"


def _pick(verb: Verb | None, pod: Pod, nonce: str, nth: int) -> Button:
    caption = f"{verb.value.capitalize() if verb else 'Status'} {pod.id}"[:_LABEL_MAX]
    if verb is None:
        return buttons.status(pod.id, nonce, label=caption, nth=nth)
    return buttons.verb(verb, pod.id, nonce, label=caption, nth=nth)


def no_such_pod(reference: str, suggestions: Sequence[Pod], listed_at: datetime | None, now: datetime) -> Content:
    if listed_at is None:
        return page(
            [f"I do not know {code(reference)}: I have not been able to list the pods yet. Nothing was done."],
            key="unknown",
        )
    meant = f"Did you mean {listed([ref(each) for each in suggestions[:3]], joint='or')}? " if suggestions else ""
    return page(
        [
            f"I know no pod {code(reference)}. Nothing was done.",
            f"{meant}`/pod list` shows them all.",
            small(f"My list is {span(now - listed_at)} old. A pod made since then goes by its full id."),
        ],
        key="unknown",
    )


def picker(verb: str, usage: str) -> Content:
    """Which pod: a menu from the snapshot, and the line to type next time."""
    menu = ExternalSelectMenu(
        action_id=f"pick.{verb}",
        min_query_length=0,
        placeholder=Text("A pod's name or id", type_=TextType.PLAINTEXT),
    )
    ask = f"{code(verb)} which pod? Next time in one line: {code(usage, _USAGE_MAX)}."
    section = SectionBlock(ask, block_id=f"pick.{verb}", accessory=menu)
    return Content(text=ask, blocks=(rendered(section),))


def option(pod: Pod) -> dict[str, Any]:
    """A pod in a menu: plain text of at most 75 characters, its id as the value."""
    rate = burn(pod)
    cost = f", {per_hour(rate)}" if pod.status in BILLED and rate is not None else ""
    rest = f" ({pod.id}), {STATES[pod.status]}{cost}"
    shown = label(pod.name, _LABEL_MAX - len(rest)) + rest
    return rendered(Option(Text(shown, type_=TextType.PLAINTEXT), value=pod.id))
