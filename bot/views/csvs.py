"""The table of what was spent, as a file: its button, and what is said around it."""

from __future__ import annotations

from typing import Final

from slackblocks import Button

from bot.views.cost import period
from bot.views.text import code
from pods.csv_wishes import CsvWish, value_of
from pods.messages import Content
from pods.spent import Days

ACTION: Final = "csv.get"


def button(days: Days, owner: str | None) -> Button:
    return Button(text="All as CSV", action_id=ACTION, value=value_of(days, owner))


def coming(wish: CsvWish) -> Content:
    return Content(text=f"On it: {code(wish.filename)} comes to our direct messages.")


def here(wish: CsvWish) -> str:
    when = period(wish.days, wish.days.last, under_way=False)
    return f"What was spent, {when}: a line for each pod or network volume, day and owner, unrounded."


def cannot(wish: CsvWish, why: str) -> Content:
    need = f"Slack refused the file ({code(why)})."
    if why == "missing_scope":
        need = "my Slack app lacks the scope `files:write`. An admin adds it to the app and installs it anew."
    return Content(text=f"{code(wish.filename)} did not come: {need} `/pod cost` shows the same figures.")
