"""What was spent, as `/pod cost` tells it: the sum and what it rests on, a chart, a table; the text says it all too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from bot.views import charts
from bot.views.figures import at, span
from bot.views.layout import TEXT_MAX, fitting, page, small
from bot.views.money_rows import HEADS, Names, amount, cell, day, noun, plain, said
from bot.views.text import counted, listed, person, pod_ref, prose
from pods.ledger.entries import Basis
from pods.ledger.story import Story
from pods.ledger.totals import Dimension, Total
from pods.messages import Content
from pods.money import cents, dollars
from pods.spent import Days, Spent

_BARS = 10
_FOOT = "`/pod cost month by gpu` asks otherwise; `/pod cost ID` tells the life of one pod."
_ROOM = 800


def spent(told: Spent, names: Names, *, trouble: str = "", buttons: Sequence[Button] = ()) -> Content:
    """`trouble`: why RunPod's bill cannot be read at the moment."""
    key = f"cost.{told.now:%Y%m%d%H%M%S}"
    if not told.known:
        return page([_unknown(told, trouble)], key=key)
    shown = told.by.in_cents
    evidence = " ".join([*_missing(told), *rests_on(told.total, told.not_on_bill), *_late(trouble)])
    head = f"{_head(told)}\n{parts(told.total)}"
    lines = _lines(told, names, shown, TEXT_MAX - len(head) - len(evidence) - _ROOM)
    text = "\n".join(filter(None, [head, *lines, evidence, _FOOT]))
    drawn = [*_chart(told, names, key), *_table(told, names, shown, key)]
    return page([head, *drawn, small(evidence), small(_FOOT)], key=key, buttons=buttons, text=text)


def _head(told: Spent) -> str:
    whose = f", {person(told.owner)}" if told.owner else ""
    when = period(told.days, told.today, under_way=told.under_way)
    return f"*{when}{whose}: {amount(told.total, days_missing=told.unknown_days)}*"


def period(days: Days, today: date, *, under_way: bool) -> str:
    so_far = " so far" if under_way else ""
    next_day = days.last + timedelta(days=1)
    whole_month = days.first.day == 1 and next_day.day == 1 and days.last.month == days.first.month
    if days.first == days.last:
        return f"{day(days.first)}{so_far}"
    if whole_month:
        return f"{days.first:%B}{f' {days.first.year}' if days.first.year != today.year else ''}{so_far}"
    return f"{day(days.first)} to {day(days.last)}{so_far}"


def parts(total: Total) -> str:
    """What it went on; what of it was wasted."""
    amounts = total.amounts
    disks = amounts.container_disk + amounts.volume_disk + amounts.stopped_disk
    went = [
        f"{name} {dollars(usd)}"
        for name, usd in (("compute", amounts.compute), ("disks", disks), ("network volumes", amounts.network_volume))
        if usd
    ]
    waste = [
        f"{name} {dollars(usd)}"
        for name, usd in (("idle", total.idle), ("disks of stopped pods", amounts.stopped_disk))
        if cents(usd)
    ]
    first = _sentence(listed(went)) if went else "Nothing was spent."
    return f"{first} Of that {listed(waste)}." if waste else first


def rests_on(total: Total, not_on_bill: int = 0) -> list[str]:
    """What is billed, what is estimated, and what is not known."""
    told = [basis(total)]
    if total.gaps:
        told.append(
            f"{counted(total.gaps, 'pod-hour')} {'is' if total.gaps == 1 else 'are'} not known to the cent, "
            f"up to {dollars(total.doubt)} either way."
        )
    if total.unpriced:
        told.append(f"Of {counted(total.unpriced, 'pod-hour')} RunPod said no price: what they cost is not in the sum.")
    if not_on_bill:
        hours = counted(not_on_bill, "hour")
        told.append(f"RunPod's bill lacks {hours} that certainly cost something; there the estimate stands.")
    return told


def basis(total: Total) -> str:
    if total.basis is Basis.BILLED:
        return "Billed by RunPod."
    if total.basis is Basis.ESTIMATE:
        return "Estimate: RunPod has not billed it yet." if total.hours else ""
    return f"{dollars(total.billed)} of it is billed, the rest estimate."


def _missing(told: Spent) -> list[str]:
    if not told.unknown_days:
        return []
    return [f"Of {counted(told.unknown_days, 'day')} nothing is known: what they cost is not in the sum."]


def _late(trouble: str) -> list[str]:
    return [f"RunPod's bill cannot be read at the moment: {prose(trouble)}"] if trouble else []


def _unknown(told: Spent, trouble: str) -> str:
    when = period(told.days, told.today, under_way=False)
    first = f"*What was spent in this time ({when}) is not known, which is not nothing.*"
    why = "I was not watching then, and RunPod's bill for it has not been read."
    return " ".join([first, why, *_late(trouble)])


def _lines(told: Spent, names: Names, shown: Sequence[Decimal], room: int) -> list[str]:
    """All that the table says if there is room for it, else the sums."""
    rows = tuple(zip(told.by.all, shown, strict=True))
    short = [f"{said(told.by.by, row, names)}: {amount(row, usd)}" for row, usd in rows]
    whole = [f"{line}{_detail(told, row)}" for line, (row, _) in zip(short, rows, strict=True)]
    fitted = fitting(whole, room)
    return fitted if len(fitted) == len(whole) else fitting(short, room)


def _detail(told: Spent, row: Total) -> str:
    parts = [
        f"{name} {dollars(usd)}"
        for name, usd in (("compute", row.amounts.compute), ("disks", row.amounts.storage), ("idle", row.idle))
        if cents(usd) and usd != row.usd
    ]
    figures = marks(row)
    shown = figures if row.basis is not told.total.basis else figures[1:]
    return f" ({', '.join([*parts, *shown])})" if parts or shown else ""


def marks(row: Total) -> list[str]:
    """What the row's figures are: billed or estimate, and what is not known of them."""
    if not row.hours:
        return []
    unknown = ["price partly not known"] if row.unpriced else ["not known to the cent"] if row.gaps else []
    return [row.basis.value, *unknown]


def life(told: Story, by_day: Sequence[Total], now: datetime, tz: ZoneInfo) -> Content:
    """A pod's life in money on one line: running, idle, stopped, and what each cost."""
    key = f"cost.{told.id}.{now:%Y%m%d%H%M%S}"
    pod = pod_ref(told.name or told.id, told.id)
    head = f"*{pod} has cost {amount(told.total)} since {at(told.since, now, tz)}*\n{_stages(told)}"
    evidence = " ".join(rests_on(told.total))
    values = by_days(by_day)
    several = len(values) > 1
    drawn = [charts.bars(title_of(by_day), values, key=f"{key}.chart")] if several else []
    days = "; ".join(f"{name}: {dollars(usd)}" for name, usd in values) if several else ""
    return page([head, *drawn, small(evidence)], key=key, text="\n".join(filter(None, (head, days, evidence))))


def _stages(told: Story) -> str:
    """Running 3 d 4 h: $201.20, of that idle 9 h: $24.30; stopped 12 d: $11.20."""
    idle = f", of that idle {_span(told.idle_ms)}: {dollars(told.idle)}" if told.idle_ms else ""
    stages = [f"running {_span(told.running_ms)}: {dollars(told.running)}{idle}"] if told.running_ms else []
    stages += [f"stopped {_span(told.stopped_ms)}: {dollars(told.stopped)}"] if told.stopped_ms else []
    stages += [f"while I was not watching: {dollars(told.unseen)}"] if cents(told.unseen) else []
    return _sentence("; ".join(stages)) if stages else ""


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _span(length_ms: int) -> str:
    return span(timedelta(milliseconds=length_ms))


def no_books(name: str, pod_id: str) -> Content:
    why = "its first hour is still being watched, or it never cost anything"
    return Content(text=f"I have no figures of {pod_ref(name, pod_id)} yet: {why}.")


def too_long(most: timedelta) -> Content:
    return Content(text=f"That is more than {most.days} days, as far as one answer goes. Nothing was looked up.")


def _chart(told: Spent, names: Names, key: str) -> list[Block]:
    """Of the rows, or of the days where there is but one row; nothing to compare, no chart."""
    by = told.by.by
    rows: Sequence[Total] = told.by_day if by is Dimension.DAY or len(told.by.all) < 2 else ()  # noqa: PLR2004
    if rows:
        values = by_days(rows)
        title = title_of(rows)
    else:
        values, more = top(by, told.by.all, names)
        title = f"USD by {noun(by)}{more}"
    return [charts.bars(title, values, key=f"{key}.chart")] if len(values) > 1 else []


def top(by: Dimension, rows: Sequence[Total], names: Names) -> tuple[list[tuple[str, Decimal]], str]:
    """The dearest, and what to add to the title. The others are a bar of theirs unless it would dwarf the rest."""
    values = [(plain(by, row, names), row.usd) for row in rows[:_BARS]]
    rest = rows[_BARS:]
    left = sum((row.usd for row in rest), Decimal(0))
    if not rest:
        return values, ""
    if left > values[0][1]:
        return values, f", the dearest {len(values)}"
    count = sum(row.rows for row in rest)
    return [*values, (f"{count:,} others" if count > 1 else "1 other", left)], ""


def title_of(rows: Sequence[Total]) -> str:
    return "USD by day" if len(rows) <= charts.CATEGORIES else "USD by week"


def by_days(rows: Sequence[Total]) -> list[tuple[str, Decimal]]:
    """A bar for each day, or for each seven where there is no room for all."""
    dated = [(date.fromisoformat(row.key), row.usd) for row in rows if row.key]
    if len(dated) <= charts.CATEGORIES:
        return [(day(of), usd) for of, usd in dated]
    # The newest weeks, where a chart has no room for them all.
    dated = dated[-7 * charts.CATEGORIES :]
    groups = [dated[place : place + 7] for place in range(0, len(dated), 7)]
    return [(_days([of for of, _ in group]), sum((usd for _, usd in group), Decimal(0))) for group in groups]


def _days(of: Sequence[date]) -> str:
    return f"{of[0].day} {of[0]:%b} - {of[-1].day} {of[-1]:%b}"


def _table(told: Spent, names: Names, shown: Sequence[Decimal], key: str) -> list[Block]:
    by = told.by.by
    if not told.by.all:
        return []
    rows = [
        (
            cell(by, row, names),
            amount(row, usd) if row.unpriced else usd,
            row.amounts.compute,
            row.amounts.storage,
            row.idle,
            ", ".join(marks(row)) or "nothing spent",
        )
        for row, usd in zip(told.by.all, shown, strict=True)
    ]
    header = (HEADS[by], "Total", "Compute", "Disks", "Idle", "Figures")
    caption = f"Spent by {noun(by)}"
    return [charts.table(caption, header, rows, key=f"{key}.table")]
