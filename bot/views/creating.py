"""What is asked before a pod is made, and why one is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.views import creation
from bot.views.figures import per_month, span
from bot.views.layout import page
from bot.views.text import code, listed, people
from pods.candidates import cost
from pods.ledger.rates import published
from pods.messages import Content
from pods.operations import Operation
from pods.orders import CreateOrder
from pods.policy import Role
from pods.presets import Preset

_CANDIDATES = 6


def which_preset(typed: str | None, known: Sequence[str], meant: Sequence[str]) -> Content:
    if not known:
        return refused(
            "The policy has no presets yet, and a pod is made from one. An admin adds a [[preset]] table to it; "
            "podkeeper.example.toml shows all it can hold."
        )
    if typed is None:
        return refused(f"Which one: {_typed(known, joint='or')}?")
    near = f" Did you mean {_typed(meant, joint='or')}?" if meant else f" There are: {_typed(known)}."
    return refused(f"There is no preset called {code(typed)}.{near}")


def _typed(names: Sequence[str], *, joint: str = "and") -> str:
    return listed([code(f"/pod create {name}") for name in names[:10]], joint=joint)


def not_your_preset(preset: Preset, has: Role) -> Content:
    if has < preset.role:
        return refused(
            f"The preset {code(preset.name)} is for {_an(preset.role)}, and here you are {_an(has)}. An admin can make "
            "it for you."
        )
    return refused(f"The preset {code(preset.name)} is for {people(preset.users, joint='or')} and admins only.")


def _an(role: Role) -> str:
    return f"{'an' if role.word[0] in 'aeiou' else 'a'} {role.word}" if role is not Role.NONE else "nobody"


def refused(sentence: str) -> Content:
    return page([f"{sentence} Nothing was done."], key="create")


def question(operation: Operation) -> tuple[str, list[str]]:
    """Head and paragraphs of the dialog: what is asked for first, what else, what it is made of and keeps."""
    order = operation.order
    if order is None:
        raise AssertionError("a create is only ever written with its order")
    first, *others = order.candidates
    head = f"Create {code(order.name)}: {creation.priced(first)}?"
    said = (_others(order, len(others)), _made_of(order), _keeps(order), *_limits(order))
    return head, [each for each in said if each]


def _others(order: CreateOrder, number: int) -> str:
    if not number:
        return "If none is free I make nothing, and say what could be had instead."
    named = [creation.priced(each) for each in order.candidates[1 : 1 + _CANDIDATES]]
    more = f"; and {number - _CANDIDATES} more" if number > _CANDIDATES else ""
    dearest = " The price below is that of the dearest." if len({each.price for each in order.candidates}) > 1 else ""
    return f"If that is not free, in this order: {'; '.join(named)}{more}.{dearest}"


def _made_of(order: CreateOrder) -> str:
    if order.copy_of is not None:
        return _copied(order, order.copy_of)
    made = f"Image {code(order.image, 120)}" if order.image else f"Template {code(order.template_id or '', 60)}"
    ports = f", ports {listed([code(each) for each in order.ports])}" if order.ports else ", no ports"
    env = f", env {listed([code(each.name) for each in order.env[:8]])}" if order.env else ""
    return f"{made}{ports}{env}."


def _copied(order: CreateOrder, of: str) -> str:
    made = f"Made of what {code(of)} is made of: image, arguments, ports and env. That pod stays as it is."
    if order.persistent is None:
        return made
    return f"{made} *Its data does not come along*: {code(order.persistent.path)} begins empty."


def _keeps(order: CreateOrder) -> str:
    """What outlives a stop, and what that costs."""
    disk = f"Container disk {order.disk_gb} GB, wiped by each stop. " if order.disk_gb else ""
    if order.persistent is not None:
        month = order.persistent.size_gb * published().volume_disk_stopped
        return (
            f"{disk}{order.persistent.size_gb} GB at {code(order.persistent.path)} on its host: kept when it stops "
            f"({per_month(month)} then), gone when it is terminated."
        )
    if order.network is not None:
        return f"{disk}Network volume {code(order.network.volume_id)} at {code(order.network.path)}, which lives on."
    return f"{disk}*No volume: everything on it is lost when it stops.*"


def _limits(order: CreateOrder) -> list[str]:
    said = []
    if order.lease_s is not None:
        said.append(f"Wanted for {span(timedelta(seconds=order.lease_s))}; then it is stopped, after a warning.")
    if order.training:
        said.append("Marked as training: its loss pages on-call.")
    if any(each.bid is not None for each in order.candidates):
        most = max(each for each in (cost(each) for each in order.candidates) if each is not None)
        said.append(
            f"Spot, at most ${most:.2f}/h: RunPod may take it away for a higher bid, and has announced that it no "
            "longer offers spot pods."
        )
    return said
