"""Every kind of message once, by name: what the golden files hold and the voice tests read."""

from __future__ import annotations

from typing import Final

from pods.messages import Content
from tests.unit.views import told_answers, told_fleet, told_gates, told_money, told_requests

_KINDS: Final = (*told_requests.KINDS, *told_gates.KINDS, *told_fleet.KINDS, *told_answers.KINDS, *told_money.KINDS)
MESSAGES: Final[dict[str, Content]] = {name: content for kind in _KINDS for name, content in kind()}
