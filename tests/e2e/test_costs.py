"""What was spent, as people ask for it, with the ledger, the simulated bill and the clock at work."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from pods.ledger.totals import total
from pods.money import dollars
from pods.store.books import month_to_date
from sim.slack.blocks import validate_message
from tests.e2e.inline import ALICE, BOB, Bot

HOUR = 3600
POD = "r8h5yc"
ASKED = {
    "today": "*Tue 24 Nov so far: $",
    "yesterday": "*Mon 23 Nov: $",
    "week by day": "*Mon 23 Nov to Sun 29 Nov so far: $",
    "by gpu": "H100 SXM: $",
    "by team": "no team: $",
    "mine": "*November so far, <@U0BOB>: $0.00*\nNothing was spent.",
    "<@U0ALICE>": "*November so far, <@U0ALICE>: $",
    "2026-11-01..2026-11-20": "*Sun 1 Nov to Fri 20 Nov: $",
    "2026-01-01..2026-01-31": "is not known, which is not nothing.*",
    "2020-01-01..2026-11-20": "more than 366 days",
    POD: f"*`llama-finetune` (`{POD}`) has cost $",
    "nosuchpod9": "no pod",
}


@pytest.fixture(autouse=True)
def billed(bot: Bot) -> None:
    """RunPod's bill is read, as it is outside of tests."""
    bot.unserved.clear()
    bot.start_over()


def drawn(bot: Bot, user: str = BOB) -> list[str]:
    """The kinds of blocks in the newest private answer."""
    for event in reversed(bot.slack.seen(user)):
        message = event.get("message") or {}
        if message.get("ephemeral") and message.get("blocks"):
            assert validate_message(message["blocks"]) == []
            return [block["type"] for block in message["blocks"]]
    raise AssertionError("nothing was answered in blocks")


def test_what_was_spent_is_told_however_it_is_asked_for(bot: Bot) -> None:
    bot.own(POD, ALICE)
    bot.pass_time(4 * HOUR, step=900)
    for text, told in ASKED.items():
        answer = "".join(bot.exec(f"/pod cost {text}").private)
        assert told.casefold() in answer.casefold(), (text, answer)
    (answer,) = bot.exec("/pod cost").private
    assert drawn(bot) == ["section", "data_visualization", "data_table", "context", "context", "actions"]
    sums = total(month_to_date(bot.store, bot.store.people.policy().tz, bot.clock.now()))
    assert answer.startswith(f"*November so far: {dollars(sums.usd)}*")
    assert "<@U0ALICE>: $" in answer
    assert "of it is billed, the rest estimate" in answer
    shared = bot.exec("/pod cost month by gpu share").public
    assert "H100 SXM: $" in shared[-1]


def test_while_the_bill_cannot_be_read_the_estimate_says_so(bot: Bot) -> None:
    bot.use_api("graphql")
    bot.pass_time(4 * HOUR, step=900)
    (answer,) = bot.exec("/pod cost today").private
    assert "Estimate: RunPod has not billed it yet." in answer
    assert "bill cannot be read at the moment: What RunPod billed needs RunPod's REST v2 API" in answer


def test_everything_comes_as_a_file_to_who_asks_for_it(bot: Bot) -> None:
    bot.own(POD, ALICE)
    bot.pass_time(4 * HOUR, step=900)
    bot.exec("/pod cost month")
    bot.press("All as CSV")
    (file,) = bot.slack.state.files.named("runpod-cost-2026-11-01-2026-11-30.csv")
    rows = list(csv.DictReader(io.StringIO((file.content or b"").decode())))
    assert {row["owner"] for row in rows} == {"U0ALICE", ""}
    sums = total(month_to_date(bot.store, bot.store.people.policy().tz, bot.clock.now()))
    assert sum(Decimal(row["total_usd"]) for row in rows) == sums.usd
    told = bot.slack.messages(bot.slack.workspace.dm_of(BOB).id)[-1]
    assert told.content.text.startswith("What was spent, November: a line for each pod")


def test_without_the_scope_for_files_it_is_said_what_is_missing(bot: Bot) -> None:
    bot.slack.workspace.scopes -= {"files:write"}
    bot.exec("/pod cost today")
    bot.press("All as CSV")
    told = bot.slack.messages(bot.slack.workspace.dm_of(BOB).id)[-1]
    assert "did not come: my Slack app lacks the scope `files:write`" in told.content.text
    assert bot.store.csvs.all().popitem()[1].done


def test_the_morning_s_summary_stands_in_the_channel_once_and_slack_takes_it(bot: Bot) -> None:
    room = bot.slack.workspace.channel("gpu-pods").id
    route = f'\n[[route]]\nchannel = "{room}"\nkinds = ["cost"]\n'
    bot.policy_path.write_text(bot.policy_path.read_text() + route)
    bot.own(POD, ALICE)
    bot.pass_time(19 * HOUR, step=1800)
    told = [post for post in bot.posts() if post.text.startswith("*Yesterday, Tue 24 Nov: $")]
    assert len(told) == 1
    assert "Balance $" in told[0].text
    assert "<@U0ALICE> $" in told[0].text
    assert bot.store.summaries.get("daily-2026-11-25") is not None
