"""What became of an order of automation, for the card that announced it: one operation told inside another message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons
from bot.views.cases import Case
from bot.views.outcomes import told
from bot.views.progress import under_way
from pods.model import Verb
from pods.operations import Code, Operation, OperationState
from pods.requests import Request


@dataclass(frozen=True, slots=True)
class Followed:
    headline: str
    more: str
    #: What can be done now.
    buttons: tuple[Button, ...]
    #: Grows with the operation, for block ids.
    version: int


def followed(request: Request, operation: Operation, *, now: datetime, tz: ZoneInfo) -> Followed:
    case = Case(request=request, operation=operation, other=None, now=now, tz=tz)
    said = told(case, operation.outcome.code) if operation.outcome else under_way(case)
    more = " ".join(each for each in said.more if each)
    return Followed(said.headline, more, tuple(_offers(case)), operation.version)


def _offers(case: Case) -> list[Button]:
    operation = case.operation
    gone = case.code is Code.GONE or (case.verb is Verb.TERMINATE and operation.state is OperationState.DONE)
    if not operation.ended or gone:
        return []
    if case.unconfirmed:
        return [buttons.look(operation), buttons.again(operation), buttons.console()]
    if case.pod is None:
        return [buttons.again(operation)]
    return buttons.verbs(case.pod, buttons.nonce(operation))
