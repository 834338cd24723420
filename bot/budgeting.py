"""budget: how far each budget that concerns the asker is spent."""

from __future__ import annotations

from typing import Final

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.views import budgets as views
from pods.budgets import Budget, Scope
from pods.ledger.entries import Labels
from pods.rulings import SPENDING
from pods.spending import pots

#: Everybody may need them: the account's money is everybody's, and presets are there for all.
_COMMON: Final = frozenset({Scope.ACCOUNT, Scope.PRESET})


def budget(face: Face, ask: Ask, read: Invocation) -> Answer:
    now, people = face.clock.now(), face.store.people
    policy, spending = people.policy(), face.store.spending.get(SPENDING)
    mine = Labels(owner=ask.user, team=people.team_of(ask.user))
    everybody = read.values.get("all") is not None
    every = pots(policy.budget, spending, now, policy.tz, of=mine)
    shown = tuple(pot for pot in every if everybody or _concerns(pot, mine))
    content = views.overview(shown, policy.approval, spending, everybody=everybody, now=now, tz=face.zone(ask.user))
    return Answer(content=content)


def _concerns(pot: Budget, mine: Labels) -> bool:
    return pot.rule.scope in _COMMON or pot.pays_for(mine)
