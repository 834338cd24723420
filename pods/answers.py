"""What a person's answer to a nudge does: to the spell, to the holds, and besides. Pure.

An answer is believed at once: the warning it answers no longer counts, and nobody asks again while it is in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pods.holds import Hold, HoldKind, Holds, hold
from pods.spells import Answer, Said, Spell, moved, voided
from pods.watch_rules import LadderRule

__all__ = ["Answer", "Reply", "Said", "Then", "answer"]


class Then(StrEnum):
    """What the answer asks for besides."""

    #: A stop by the person who answered, with their rights.
    STOP = "stop"
    #: The pod has no owner any more, and its people are asked whose it is.
    DISOWN = "disown"
    #: The message is of a spell that ended: nothing was changed.
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Reply:
    spell: Spell
    holds: Holds
    then: Then | None = None


_HOLDS = {Said.SNOOZE: HoldKind.SNOOZE, Said.KEEP: HoldKind.KEEP, Said.BUSY: HoldKind.BUSY}


def answer(spell: Spell, holds: Holds, given: Answer, rule: LadderRule) -> Reply:
    if spell.end is not None:
        return Reply(spell, holds, Then.TOO_LATE)
    spell = voided(spell)
    spell = moved(spell, answers=(*spell.answers, given))
    if given.said is Said.STOP_NOW:
        return Reply(spell, holds, Then.STOP)
    if given.said is Said.NOT_MINE:
        return Reply(spell, holds, Then.DISOWN)
    until = given.at + rule.busy_word if given.said is Said.BUSY else given.until
    if until is None:
        raise ValueError(f"{given.said} without its end")
    new = Hold(kind=_HOLDS[given.said], until=until, by=given.by, at=given.at, reason=given.reason)
    return Reply(spell, hold(holds, new))
