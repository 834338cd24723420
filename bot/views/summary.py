"""The summary: what was spent and what that means, what to do about it, then the evidence, drawn and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Block

from bot.views import charts, csvs
from bot.views.cost import by_days, marks, period, rests_on, top
from bot.views.figures import at, per_hour, per_month, span
from bot.views.layout import TEXT_MAX, Said, fitting, page, small
from bot.views.money_rows import HEADS, Names, amount, cell, day, noun, plain, said
from bot.views.savings import saving_buttons, saving_line
from bot.views.text import code, counted, listed, person, prose
from pods.budgets import Budget, Scope
from pods.forecast import Anomaly
from pods.ledger.entries import Basis
from pods.ledger.runway import Runway
from pods.ledger.totals import Dimension, Total
from pods.messages import Content
from pods.money import cents, dollars
from pods.spent import Days
from pods.summary import Breakdown, Edition, Reconciliation, Summary

_MOST: Final = 3
_ODD: Final = 4
_ROOM: Final = 300
_WIDE: Final = Decimal("0.005")


def summary(told: Summary, names: Names, *, trouble: str = "") -> Content:
    """`trouble`: why RunPod's bill cannot be read at the moment."""
    key = f"summary.{told.edition.value}.{told.day:%Y%m%d}.{told.made_at:%Y%m%d%H%M}"
    late = [f"RunPod's bill cannot be read at the moment: {prose(trouble)}"] if trouble else []
    if not told.known:
        return page([_unknown(told), *_months(told), *late], key=key)
    zone = ZoneInfo(told.zone)
    words = [
        f"{_head(told)}\n{_waste(told)}",
        _most(told, names),
        "\n".join([*_months(told), *_runway(told.runway, told, zone)]),
        _odd(told, names),
        _advice(told, names),
    ]
    evidence = small(" ".join([*rests_on(told.total), *_reconciled(told.reconciliation), *late]))
    drawn = [*_charts(told, names, key), *_table(told, names, key)]
    return page(
        [*words, *drawn, evidence],
        key=key,
        buttons=[*saving_buttons(told.actions), csvs.button(_days(told), told.owner)],
        text=_text(words, told, names, evidence),
    )


def _days(told: Summary) -> Days:
    return Days(first=told.day, last=told.day + timedelta(days=0 if told.edition is Edition.DAILY else 6))


def _when(told: Summary) -> str:
    days = _days(told)
    today = told.made_at.astimezone(ZoneInfo(told.zone)).date()
    if told.edition is Edition.DAILY and today - told.day == timedelta(days=1):
        return f"Yesterday, {day(told.day)}"
    return period(days, today, under_way=False)


def _head(told: Summary) -> str:
    whose = f" {person(told.owner)} spent" if told.owner else ""
    return f"*{_when(told)}:{whose} {amount(told.total)}*{_compared(told)}"


def _compared(told: Summary) -> str:
    """In brackets: billed; usual Tuesday $180.00, 18 % more."""
    figures = {Basis.BILLED: "billed", Basis.ESTIMATE: "estimate", Basis.PARTLY_BILLED: "partly billed"}
    parts = [figures[told.total.basis] if told.total.hours else "nothing ran"]
    change = told.change
    if change is None:
        parts.append("nothing to compare with yet")
    else:
        parts.append(f"{_usual(told)} {dollars(change.usual)}{_percent(change.percent)}")
    return f" ({'; '.join(parts)})"


def _usual(told: Summary) -> str:
    if told.change is None or not told.change.same_weekday:
        return "usual"
    return f"usual {told.day:%A}" if told.edition is Edition.DAILY else "usual week"


def _percent(percent: Decimal | None) -> str:
    if percent is None:
        return ""
    rounded = round(abs(percent))
    return f", {rounded} % {'more' if percent > 0 else 'less'}" if rounded else ""


def _waste(told: Summary) -> str:
    if told.total.unpriced and not cents(told.total.usd):
        return "RunPod said no price for it."
    parts = [f"Idle {dollars(told.idle)}, disks of stopped pods {dollars(told.stopped_storage)}."]
    if cents(told.saved):
        parts.append(f"By stopping idle pods I saved {dollars(told.saved)} (estimate).")
    return " ".join(parts)


def _most(told: Summary, names: Names) -> str:
    """Most: <@U…> $96.00 and <@U…> $40.00; H100 SXM $120.00."""
    shown = (told.by_gpu, told.by_subject) if told.owner else (told.by_owner, told.by_gpu)
    lists = [listed([f"{said(each.by, row, names)} {amount(row)}" for row in _dearest(each)]) for each in shown]
    most = "; ".join(filter(None, lists))
    return f"Most: {most}." if most else ""


def _dearest(rows: Breakdown) -> Sequence[Total]:
    return [row for row in rows.rows if row.key and cents(row.usd)][:_MOST]


def _months(told: Summary) -> list[str]:
    """November so far: $3,410.22, heading for $5,300.00 to $5,700.00. And each budget."""
    zone = ZoneInfo(told.zone)
    last = (told.window.end - timedelta(microseconds=1)).astimezone(zone)
    over = told.made_at.astimezone(zone).month != last.month
    missing = told.month_unknown_days
    spent = amount(told.month_to_date, days_missing=missing)
    line = f"{last:%B}{'' if over else ' so far'}: {spent}"
    if missing:
        line += f" ({counted(missing, 'day')} not known)"
    if told.forecast is not None:
        line += f", heading for {_band(told.forecast.low, told.forecast.high)} (estimate)"
    return [f"{line}.", *(_budget(pot) for pot in told.budgets)]


def _band(low: Decimal, high: Decimal) -> str:
    return f"{dollars(low)} to {dollars(high)}" if high - low > _WIDE else dollars(high)


def _budget(pot: Budget) -> str:
    scope = pot.rule.scope
    whose = {Scope.ACCOUNT: "of the account", Scope.OWNER: f"of {person(pot.holder)}"}.get(
        scope, f"of the {scope.value} {code(pot.holder)}"
    )
    name = f"Budget {whose}, this {pot.rule.period.value}"
    if pot.percent is None or pot.spent is None:
        return f"{name}: what is spent of {dollars(pot.rule.amount)} is not known."
    return f"{name}: {dollars(pot.spent)} of {dollars(pot.rule.amount)}, {pot.percent} %."


def _runway(seen: Runway | None, told: Summary, zone: ZoneInfo) -> list[str]:
    if told.owner is not None:
        return []
    if seen is None or not seen.known or seen.balance is None or seen.burn is None:
        return ["How long RunPod's balance lasts is not known."]
    balance = f"Balance {dollars(seen.balance)}"
    if seen.hours is None or seen.empty_at is None:
        return [f"{balance}: at {per_hour(seen.burn)} it lasts more than a year."]
    lasts = span(timedelta(hours=float(seen.hours)))
    return [f"{balance}: at {per_hour(seen.burn)} it lasts {lasts}, until {at(seen.empty_at, told.made_at, zone)}."]


def _odd(told: Summary, names: Names) -> str:
    """Unusual: <@U…> $96.00, usually $20.00."""
    odd = [_anomaly(each, names) for each in told.anomalies[:_ODD]]
    return f"Unusual: {'; '.join(odd)}." if odd else ""


def _anomaly(odd: Anomaly, names: Names) -> str:
    what = "the account" if odd.dimension is None else said(odd.dimension, Total(key=odd.key), names)
    return f"{what} {dollars(odd.usd)}, usually {dollars(odd.usual)}"


def _advice(told: Summary, names: Names) -> str:
    if not told.actions:
        return ""
    count = {1: "One thing", 2: "Two things", 3: "Three things"}.get(len(told.actions), "These things")
    lines = [f"• {saving_line(each, names)}" for each in told.actions]
    return "\n".join([f"*{count} would save {per_month(told.would_save)}* (estimate)", *lines])


def _reconciled(seen: Reconciliation) -> Iterator[str]:
    """How good the estimates were."""
    off = seen.billed - seen.estimated
    if seen.hours and cents(off):
        more = "more" if off > 0 else "less"
        yield f"For what it has billed RunPod asked {dollars(abs(off))} {more} than I had estimated."
    if cents(seen.unwatched):
        yield f"{dollars(seen.unwatched)} is billed for hours in which I was not watching."
    if seen.not_on_bill:
        hours = counted(seen.not_on_bill, "hour")
        yield f"RunPod's bill lacks {hours} that certainly cost something; there the estimate stands."


def _unknown(told: Summary) -> str:
    first = f"*{_when(told)}: what was spent is not known, which is not nothing.*"
    return f"{first} I was not watching, and RunPod's bill for it has not been read."


def _charts(told: Summary, names: Names, key: str) -> list[Block]:
    """The week, and who or what; nothing to compare, no chart."""
    shown = told.by_gpu if told.owner else told.by_owner
    found: list[Block] = []
    if any(row.usd for row in told.recent):
        found.append(charts.bars("USD by day", by_days(told.recent), key=f"{key}.days"))
    if len(shown.all) > 1:
        title = f"USD by {noun(shown.by)}, {day(told.day)}" if told.edition is Edition.DAILY else "USD by owner"
        values, more = top(shown.by, shown.all, names)
        found.append(charts.bars(f"{title}{more}", values, key=f"{key}.who"))
    return found


def _table(told: Summary, names: Names, key: str) -> list[Block]:
    rows = told.by_subject
    if not rows.all:
        return []
    cells = [
        (
            cell(rows.by, row, names),
            amount(row, usd) if row.unpriced else usd,
            row.idle,
            ", ".join(marks(row)) or "nothing spent",
        )
        for row, usd in zip(rows.all, rows.in_cents, strict=True)
    ]
    header = (HEADS[rows.by], "Total", "Idle", "Figures")
    return [charts.table("Pods and network volumes", header, cells, key=f"{key}.table")]


def _text(words: Sequence[str], told: Summary, names: Names, evidence: Said) -> str:
    """The same without blocks: the words, the week, everybody, every GPU and, as far as there is room, every pod."""
    head = [each for each in words if each]
    week = "; ".join(f"{plain(Dimension.DAY, row, names)} {amount(row)}" for row in told.recent)
    several = [rows for rows in (told.by_owner, told.by_gpu) if len(rows.all) > 1]
    lists = [f"By {noun(rows.by)}: {'; '.join(_rows(rows, names))}." for rows in several]
    missing = 7 - len(told.recent)
    unknown = f" ({counted(missing, 'day')} of the week before not known)" if missing else ""
    lists = [f"By day: {week}{unknown}.", *lists]
    used = len("\n".join([*head, *lists, evidence.words])) + _ROOM
    pods = fitting(_rows(told.by_subject, names), TEXT_MAX - used) if used < TEXT_MAX - _ROOM else []
    return "\n".join([*head, *lists, *pods, evidence.words])


def _rows(rows: Breakdown, names: Names) -> list[str]:
    return [
        f"{said(rows.by, row, names)} {amount(row, usd)}{f' (idle {dollars(row.idle)})' if cents(row.idle) else ''}"
        for row, usd in zip(rows.all, rows.in_cents, strict=True)
    ]
