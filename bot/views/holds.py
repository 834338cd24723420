"""What people said a pod may do, told back: keep, snooze, lease, release, and what follows from it when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons, disks
from bot.views.figures import at, burn, per_hour, span
from bot.views.layout import Said, page, small
from bot.views.text import code, listed, person, prose, ref
from pods.clashes import Clash, ClashKind, clashes
from pods.holds import Hold, HoldKind, Holds, all_in_force
from pods.leases import ends_at, lead
from pods.messages import Content
from pods.model import BILLED, Pod
from pods.money import dollars
from pods.times import to_ms

_SHOWN = 3
_HOUR_S = 3600


def kept(pod: Pod, holds: Holds, hold: Hold, *, now: datetime, tz: ZoneInfo) -> Content:
    """The answer to a keep or a snooze."""
    until = at(hold.until, now, tz)
    if hold.kind is HoldKind.KEEP:
        head = f"{ref(pod)} is kept until {until}, said by {person(hold.by)}."
        means = f"Until then I neither ask about it nor stop it. {_cost(pod, hold.until, now)}"
    else:
        head = f"I leave {ref(pod)} alone until {until}, said by {person(hold.by)}."
        means = f"If it does nothing then, I ask again. {_cost(pod, hold.until, now)}"
    reason = small(f"Reason: {prose(hold.reason)}") if hold.reason else small("")
    said: list[str | Said] = [head, means.strip(), clashing(holds, now, tz), reason]
    return page(said, key=_key(pod, holds), buttons=[release_button(pod, holds)])


def leased(pod: Pod, holds: Holds, *, now: datetime, tz: ZoneInfo) -> Content:
    lease = holds.lease
    if lease is None:
        raise AssertionError("told only of a lease that was just written")
    ends = lease_end(holds, now) or lease.until
    head = f"{ref(pod)} is leased until {at(lease.until, now, tz)}, said by {person(lease.by)}."
    warns = at(ends - lead(lease), now, tz)
    plan = f"I warn here at {warns} and stop it at {at(ends, now, tz)}. {_cost(pod, ends, now)}"
    return page(
        [head, plan.strip(), clashing(holds, now, tz), stop_takes(pod)],
        key=_key(pod, holds),
        buttons=[*extend_buttons(pod, holds), release_button(pod, holds)],
    )


def released(pod: Pod, before: Sequence[Hold], holds: Holds, *, by: str, now: datetime, tz: ZoneInfo) -> Content:
    """`before`: what held until now."""
    was = listed([_held_as(hold, now, tz) for hold in before])
    lease = next((hold for hold in before if hold.kind is HoldKind.LEASE), None)
    left = "Nothing stops it at the lease's end any more. " if lease else ""
    plan = "Its schedule stays. " if holds.schedule else ""
    head = f"{ref(pod)} is released by {person(by)}. It was {was}."
    return page([head, f"{left}{plan}From now on it counts like any other pod."], key=_key(pod, holds))


def already_changed(pod: Pod, holds: Holds, *, now: datetime, tz: ZoneInfo) -> Content:
    """A button drawn before somebody else's word: what holds now instead."""
    stands = brief(holds, now, tz) or "not kept, snoozed or leased"
    return page([f"Somebody was faster: {ref(pod)} is {stands} now. Nothing more was done."], key=_key(pod, holds))


def nothing_held(pod: Pod) -> Content:
    return page([f"{ref(pod)} is not kept, snoozed or leased. Nothing was done."], key="hold")


_HOW_LONG = {HoldKind.KEEP: "Keep", HoldKind.SNOOZE: "Snooze", HoldKind.BUSY: "Busy", HoldKind.LEASE: "Lease"}


def how_long(pod: Pod, kind: HoldKind, typed: str) -> Content:
    """The answer to a keep, snooze or lease that does not say until when."""
    word = kind.value
    offers = [
        button(word, pod.id, span_, label=label, nth=nth)
        for nth, (span_, label) in enumerate((("1h", "1 h"), ("4h", "4 h"), ("morning", "Until morning")))
    ]
    line = f"{code(f'/pod {typed} {pod.id} 4h')} or {code(f'/pod {typed} {pod.id} until 18:00')}"
    return page(
        [f"{_HOW_LONG[kind]} {ref(pod)} until when? Pick one, or type {line}."],
        key=f"hold.{word}.{pod.id}",
        buttons=offers,
    )


def two_times(verb: str) -> Content:
    line = code(f"/pod {verb} abc123 4h")
    return page(
        [f"I take one time: a span as in {line}, or `until` and a time, not both. Nothing was done."], key="hold"
    )


def too_long(pod: Pod, longest: timedelta) -> Content:
    return page([f"That is longer than {span(longest)}, the most I take. {ref(pod)} stays as it was."], key="hold")


def too_short(pod: Pod, shortest: timedelta) -> Content:
    head = f"A lease that ends within {span(shortest)} leaves no time to warn anybody."
    stop = code(f"/pod stop {pod.id}")
    return page([f"{head} {ref(pod)} stays as it was; {stop} stops it now."], key="hold")


def not_running(pod: Pod) -> Content:
    line = code(f"/pod start {pod.id}")
    return page(
        [f"{ref(pod)} does not run, and a lease counts from now. Start it first: {line}. Nothing was done."], key="hold"
    )


def not_yours(pod: Pod, owner: str) -> Content:
    who = person(owner)
    return page([f"{ref(pod)} is {who}'s. Only they or an admin say how long it runs. Nothing was done."], key="hold")


def lines(holds: Holds | None, now: datetime, tz: ZoneInfo) -> list[str]:
    """For a pod's card: what holds, until when and by whom."""
    if holds is None:
        return []
    told = [f"{_held_as(hold, now, tz)}, said by {person(hold.by)}" for hold in all_in_force(holds, now)]
    return [*(each[0].upper() + each[1:] for each in told), *filter(None, [clashing(holds, now, tz)])]


def brief(holds: Holds | None, now: datetime, tz: ZoneInfo) -> str:
    """For a row of the list."""
    if holds is None:
        return ""
    return ", ".join(_held_as(hold, now, tz) for hold in all_in_force(holds, now))


def extend_buttons(pod: Pod, holds: Holds) -> list[Button]:
    """Each counts from the lease's end, not from the click, and only from that of the lease it was drawn for."""
    return [
        button("extend", pod.id, f"{hours}h", label=f"Extend {hours} h", nth=nth, nonce=lease_mark(holds))
        for nth, hours in enumerate((1, 4))
    ]


def lease_mark(holds: Holds) -> str:
    """Tells the lease apart from the one that may take its place."""
    return str(to_ms(holds.lease.until)) if holds.lease else "0"


def release_button(pod: Pod, holds: Holds, *, label: str = "Release") -> Button:
    return button("release", pod.id, "", label=label, nonce=str(holds.version))


def button(what: str, pod_id: str, span_: str, *, label: str, nth: int = 0, nonce: str = "") -> Button:
    """Action `hold.<what>`; the value is pod, span and what tells two states of the pod apart."""
    return buttons.area_button(label, f"hold.{what}", f"{pod_id}:{span_}:{nonce}", nth=nth)


def lease_end(holds: Holds, now: datetime) -> datetime | None:
    """When the lease in force ends, a keep taken into account."""
    lease = holds.lease
    if lease is None or lease.ended_at is not None:
        return None
    keep = next((hold for hold in all_in_force(holds, now) if hold.kind is HoldKind.KEEP), None)
    return ends_at(lease, keep.until if keep else None)


def stop_takes(pod: Pod) -> Said:
    """What its stop takes; said aloud where that may be everything."""
    takes = disks.stop_takes(pod)
    if pod.keeps_data_on_stop:
        return small(takes)
    return Said(f"*What is on it is lost when it stops.* {takes}")


def clashing(holds: Holds, now: datetime, tz: ZoneInfo) -> str:
    found = clashes(holds, now)
    told = [_clash(each, now, tz) for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        told.append(f"So do {len(found) - _SHOWN} later ones.")
    return " ".join(told)


def _clash(clash: Clash, now: datetime, tz: ZoneInfo) -> str:
    when = at(clash.at, now, tz)
    match clash.kind:
        case ClashKind.LEASE_WAITS:
            until = at(clash.hold.until, now, tz) if clash.hold else ""
            return f"Its lease, until {when}, waits for the keep: it stops at {until}, after a warning."
        case ClashKind.LEASE_STOPS:
            return f"*Its lease still stops it at {when}*, after a warning; extend the lease or keep the pod if not."
        case ClashKind.STOP_PASSES:
            return f"Its schedule's stop at {when} is skipped."
        case ClashKind.STOP_COMES:
            return f"*Its schedule still stops it at {when}*, after an announcement; keep the pod if not."


def _held_as(hold: Hold, now: datetime, tz: ZoneInfo) -> str:
    words = {
        HoldKind.KEEP: "kept until",
        HoldKind.SNOOZE: "snoozed until",
        HoldKind.BUSY: "said to be busy until",
        HoldKind.LEASE: "leased until",
    }
    return f"{words[hold.kind]} {at(hold.until, now, tz)}"


def _cost(pod: Pod, until: datetime, now: datetime) -> str:
    """What it comes to until then at today's price."""
    rate = burn(pod)
    if pod.status not in BILLED:
        return ""
    if rate is None:
        return "What it costs an hour is not known."
    total = rate * Decimal(max(0, round((until - now).total_seconds()))) / _HOUR_S
    return f"It costs {per_hour(rate)}, about {dollars(total)} by then (estimate)."


def _key(pod: Pod, holds: Holds) -> str:
    return f"hold.{pod.id}.{holds.version}"
