"""Whose team somebody is, and when the weekly sweep's hour has come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pods.policy import InvalidPolicy, parse
from pods.sweep_rules import SweepRule, latest
from pods.teams import Team, team_of
from tests.unit.money.books import BERLIN

NLP, VISION = Team(name="nlp", groups=("S0NLP",)), Team(name="vision", users=("U0BOB", "U0DAVE"))
GROUPS = {"S0NLP": ("U0ALICE", "U0BOB")}


@pytest.mark.parametrize(
    ("user", "team"), [("U0ALICE", "nlp"), ("U0BOB", "nlp"), ("U0DAVE", "vision"), ("U0CARA", None), (None, None)]
)
def test_somebody_belongs_to_the_first_team_that_has_them(user: str | None, team: str | None) -> None:
    assert team_of(user, (NLP, VISION), GROUPS) == team


def test_a_group_nobody_has_read_yet_has_no_members() -> None:
    assert team_of("U0ALICE", (NLP,), {}) is None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        # 9:00 in Berlin is 8:00 UTC in winter and 7:00 in summer; 2026-11-23 is a Monday.
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), "2026-11-16"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), "2026-07-06"),
    ],
)
def test_the_newest_monday_morning_that_has_come(now: datetime, day: str) -> None:
    found, at = latest(SweepRule(), now, BERLIN)
    assert found.isoformat() == day
    assert at <= now


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[budget]]\namount = "x"', "`budget.0.amount` is 'x': must be an amount in USD"),
        ("[[budget]]\namount = nan", "must be an amount in USD"),
        ("[[budget]]\namount = 1\n[[budget]]\namount = 2", "two budgets for the account per month; keep one"),
        ('[[budget]]\namount = 1\nscope = "team"\nname = "nlp"', "no [[team]] of that name"),
        ('[[budget]]\namount = 1\nscope = "owner"\nname = "bob"', "a Slack user id such as U012AB3CD"),
        ('[[budget]]\namount = 1\nthen = "boom"', '"tell", "require_approval" or "refuse"'),
        ('[[team]]\nname = "a"', "needs `users` or `groups`"),
        ('[[team]]\nname = "*"\nusers = ["U0BOB"]', 'must be a name, such as "nlp"'),
        ('[[team]]\nname="a"\nusers=["U0BOB"]\n[[team]]\nname="a"\nusers=["U0BOB"]', "'a' twice; keep one entry"),
        ('[sweep]\nat = "25:00"', 'must be a time of day, such as "09:00"'),
        ('[sweep]\nweekday = "mon"', 'must be a day of the week, such as "monday"'),
        ('[approval]\nrole = "viewer"', 'must be "operator" or "admin"'),
        ("[approval]\nabove_per_hour = -1", "must be an amount in USD"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write_instead(text: str, says: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse(text)
    assert says in refused.value.sentence
