"""Private answers to a command. Those about help, finding, owning and health stand in modules of their own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.views.condition import GraphqlState, HealthReport, health
from bot.views.figures import burn, per_hour
from bot.views.guide import CommandHelp, help_all, help_one, misunderstood
from bot.views.layout import page, small
from bot.views.ownership import claimed, given, named, one_owner_at_a_time, owned_by, owner_set
from bot.views.picking import no_such_pod, option, picker, which_one
from bot.views.text import channel as channel_ref
from bot.views.text import code, listed, people, person
from pods.access import Person, Refusal, Why
from pods.messages import Content
from pods.model import BILLED, Pod
from pods.policy import Role

__all__ = [
    "CommandHelp",
    "GraphqlState",
    "HealthReport",
    "claimed",
    "given",
    "health",
    "help_all",
    "help_one",
    "misunderstood",
    "no_such_pod",
    "one_owner_at_a_time",
    "option",
    "owned_by",
    "owner_set",
    "picker",
    "refused",
    "which_one",
    "whoami",
]

_CHANNELS: Final = 5
_NOBODY: Final = "The policy names nobody who can; whoever installed me can change that."
_MAY: Final = {
    Role.NONE: "You may do nothing here.",
    Role.VIEWER: "You may look at pods, not change them.",
    Role.OPERATOR: "You may change your own pods and those nobody owns; for others' I ask the owner first.",
    Role.ADMIN: "You may change every pod.",
}


def refused(refusal: Refusal, verb: str, channel: str) -> Content:
    """What is missing, where it would work, and who can help."""
    act = f"{code(verb)} needs {_a(refusal.needed)}"
    match refusal.why:
        case Why.ROLE:
            words = f"{act}, and you {_are(refusal.has)}. Nothing was done."
            help_ = f"{people(refusal.who, joint='or')} can do it." if refusal.who else _NOBODY
        case Why.CHANNEL:
            words = f"Not here: {channel_ref(channel)} allows {_allows(refusal.has)}, and {act}. Nothing was done."
            where = [channel_ref(each) for each in refusal.channels[:_CHANNELS]]
            help_ = f"You can do it in {listed(where, joint='or')}." if where else "No channel allows it yet."
            if refusal.who:
                help_ = f"{help_} {people(refusal.who, joint='or')} can allow it here."
        case Why.OWNER:
            words = "It is somebody else's pod. Nothing was done."
            help_ = f"{people(refusal.who, joint='or')} can do it." if refusal.who else _NOBODY
    return page([words, help_], key="refused")


def _a(role: Role) -> str:
    return {
        Role.NONE: "nobody",
        Role.VIEWER: "a viewer",
        Role.OPERATOR: "an operator",
        Role.ADMIN: "an admin",
    }[role]


def _are(role: Role) -> str:
    return "have no role" if role is Role.NONE else f"are {_a(role)}"


def _allows(role: Role) -> str:
    return "nothing" if role is Role.NONE else f"{role.word}s only" if role is Role.VIEWER else f"{role.word}s at most"


def whoami(who: Person, *, ceiling: Role, channel: str, zone: str, pods: Sequence[Pod]) -> Content:
    """What a person may do, here and anywhere, and which pods are theirs."""
    here = min(who.role, ceiling)
    limit = (
        ""
        if here is who.role
        else f" In {channel_ref(channel)} you {_are(here)}, because it allows {_allows(ceiling)}."
    )
    rates = [burn(each) for each in pods if each.status in BILLED]
    known = [each for each in rates if each is not None]
    cost = f" Together they cost {per_hour(sum(known, Decimal(0)))}." if known else ""
    owns = f"Yours: {named(pods)}.{cost}" if pods else "No pod is yours; `/pod claim ID` makes one so."
    return page(
        [
            f"{person(who.user)}, you {_are(who.role)}. {_MAY[here]}{limit}",
            owns,
            small(f"Times you type are in {code(zone)}."),
        ],
        key="whoami",
    )
