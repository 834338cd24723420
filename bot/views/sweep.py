"""The storage nobody uses: a line and two buttons each, the dearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import ActionsBlock, Block, Button, ContextBlock, SectionBlock, Text

from bot.views import buttons
from bot.views.buttons import NTH
from bot.views.figures import at, per_month
from bot.views.layout import TEXT_MAX, fitting, page
from bot.views.text import counted, listed, person, pod_ref, prose
from bot.views.volumes import DELETE
from pods.ledger.entries import Basis
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Sweep, SweepLine
from pods.messages import Content
from pods.model import Verb
from pods.money import dollars
from pods.sweep_rules import SweepRule
from pods.sweeps import LineStands, Standing, line_id

KEEP: Final = "sweep.keep"
#: Each takes two blocks of the fifty a message has.
SHOWN: Final = 12
_ROOM: Final = 700
_BASIS: Final = {Basis.ESTIMATE: " (estimate)", Basis.BILLED: " (billed)", Basis.PARTLY_BILLED: " (partly billed)"}


def sweep(
    found: Sweep,
    stands: Mapping[str, LineStands],
    rule: SweepRule,
    *,
    names: Mapping[str, str],
    day: str,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """Owners are named, not mentioned: each was asked directly.

    `day`: the week's sweep that a Keep belongs to; empty where it was asked for by hand.
    """
    shown, rest = found.lines[:SHOWN], found.lines[SHOWN:]
    head = _headline(found, stands)
    lines = [f"{_line(each, names)}{_became(_of(stands, each), now, tz)}" for each in shown]
    more = _rest(rest)
    foot = _foot(found, rule, now, tz)
    key = f"sweep.{day}.{now:%d%H%M%S}"
    blocks: list[Block] = []
    for place, (line, words) in enumerate(zip(shown, lines, strict=True)):
        blocks.append(SectionBlock(words, block_id=f"{key}.line{place}"))
        if _of(stands, line).standing is Standing.OPEN:
            blocks.append(
                ActionsBlock(elements=list(_buttons(line, rule, day, place)), block_id=f"{key}.line{place}.actions")
            )
    small = " ".join(each for each in (more, foot) if each)
    blocks.append(ContextBlock(elements=[Text(small)], block_id=f"{key}.foot"))
    text = "\n".join((head, *fitting([f"• {each}" for each in lines], TEXT_MAX - _ROOM), small))
    return page([head], key=key, before_buttons=blocks, text=text)


def nothing(rule: SweepRule, kept: int) -> Content:
    """`/pod sweep` with nothing to show."""
    old = f"stopped for {counted(rule.stopped_days, 'day')} or loose for {counted(rule.unattached_days, 'day')}"
    also = f" {counted(kept, 'line')} left out, because somebody keeps it." if kept else ""
    return page(
        [f"No pod's disk and no network volume lies unused, as far as I have seen: none was {old}.{also}"], key="sweep"
    )


def kept(line: str, until: datetime, *, now: datetime, tz: ZoneInfo) -> Content:
    return page([f"{line} stays, and is not swept before {at(until, now, tz)}. It goes on costing."], key="sweep.kept")


def not_yours(ref: str, owner: str) -> Content:
    return page(
        [f"{ref} is {person(owner)}'s; only they or an admin can say that it stays. Nothing was done."], key="sweep"
    )


def _of(stands: Mapping[str, LineStands], line: SweepLine) -> LineStands:
    return stands.get(line_id(line)) or LineStands()


def _headline(found: Sweep, stands: Mapping[str, LineStands]) -> str:
    """What lies unused, of what still does."""
    still = [line for line in found.lines if _of(stands, line).standing is Standing.OPEN]
    if not still:
        return "Unused storage of this week: all of it is dealt with."
    pods = [line for line in still if line.kind is SubjectKind.POD]
    volumes = len(still) - len(pods)
    parts = [
        f"{counted(len(pods), 'stopped pod')}" if pods else "",
        counted(volumes, "network volume") if volumes else "",
    ]
    total = sum((line.per_month or Decimal(0) for line in still), Decimal(0))
    unknown = sum(line.per_month is None for line in still)
    costs = f"{'cost' if len(still) > 1 else 'costs'} {per_month(total)} (estimate)"
    besides = f", and {unknown} of them what is not known" if unknown else ""
    unused = listed([each for each in parts if each])
    return f"Unused storage: {unused} {costs}{besides}. Nothing is done unless a person does it."


def _line(line: SweepLine, names: Mapping[str, str]) -> str:
    ref = pod_ref(line.name or line.id, line.id)
    size = f"{line.size_gb:,} GB" if line.size_gb is not None else "size not known"
    is_ = "stopped" if line.kind is SubjectKind.POD else "network volume on no pod"
    month = per_month(line.per_month) if line.per_month is not None else "what it costs is not known"
    owner = f", {prose(names.get(line.owner, line.owner))}'s" if line.owner else ""
    so_far = f", {dollars(line.so_far)} so far{_BASIS[line.so_far_basis]}" if line.per_month is not None else ""
    return f"{ref}{owner}: {size}, {is_} for {counted(line.days, 'day')}{so_far}, {month}."


def _became(stands: LineStands, now: datetime, tz: ZoneInfo) -> str:
    match stands.standing:
        case Standing.KEPT if stands.kept is not None:
            return f" *Kept* by {person(stands.kept.by)} until {at(stands.kept.until, now, tz)}."
        case Standing.GONE:
            return " *Gone* by now."
        case Standing.USED:
            return " *In use* again."
    return ""


def _buttons(line: SweepLine, rule: SweepRule, day: str, place: int) -> list[Button]:
    nonce = f"sweep{day}"
    keep = Button(
        f"Keep {rule.keep_days} days", action_id=f"{KEEP}{NTH}{place}", value=f"{line.kind.value}.{line.id}:{day}"
    )
    if line.kind is SubjectKind.POD:
        return [buttons.verb(Verb.TERMINATE, line.id, nonce, nth=place + 1), keep]
    return [Button("Delete…", action_id=f"{DELETE}{NTH}{place}", value=f"{line.id}:{nonce}"), keep]


def _rest(rest: Sequence[SweepLine]) -> str:
    if not rest:
        return ""
    month = sum((line.per_month or Decimal(0) for line in rest), Decimal(0))
    return f"And {len(rest)} more, together {per_month(month)}: `/pod list stopped` and `/pod volumes` show them."


def _foot(found: Sweep, rule: SweepRule, now: datetime, tz: ZoneInfo) -> str:
    kept_ = f" {counted(found.kept, 'line')} left out, because somebody keeps it." if found.kept else ""
    after = f"Stopped pods count after {counted(rule.stopped_days, 'day')}"
    old = f"{after}, volumes after {counted(rule.unattached_days, 'day')}."
    return f"As of {at(found.at, now, tz)}. {old} Terminate and Delete ask first.{kept_}"
