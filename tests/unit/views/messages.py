"""Every kind of message once, by name: what the golden files hold and the voice tests read."""

from __future__ import annotations

from typing import Final

from pods.messages import Content
from tests.unit.views import (
    told_answers,
    told_audit,
    told_catalog,
    told_costs,
    told_creates,
    told_fleet,
    told_gates,
    told_holds,
    told_idle,
    told_inside,
    told_losses,
    told_money,
    told_recovery,
    told_requests,
    told_selections,
    told_shadow,
    told_summaries,
)

_AREAS: Final = (
    told_requests,
    told_gates,
    told_holds,
    told_inside,
    told_fleet,
    told_answers,
    told_audit,
    told_losses,
    told_money,
    told_catalog,
    told_selections,
    told_costs,
    told_creates,
    told_summaries,
    told_idle,
    told_shadow,
    told_recovery,
)
MESSAGES: Final[dict[str, Content]] = {name: told for area in _AREAS for kind in area.KINDS for name, told in kind()}
