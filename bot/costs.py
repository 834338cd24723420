"""What was spent: `/pod cost`, all of it from the books in Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot import dates, suggest
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.views import answers, csvs
from bot.views import cost as cost_view
from bot.views.money_rows import Names
from pods.fleet import find
from pods.jobs import Job
from pods.ledger.sightings import SubjectKind
from pods.ledger.story import story
from pods.ledger.totals import Dimension, totals
from pods.model import Pod, PodStatus
from pods.spent import LONGEST, Days, Period, days_of, spent
from pods.store.books import books, books_of, month_to_date

#: By the words of `by`.
BY: Final = {
    "owner": Dimension.OWNER,
    "gpu": Dimension.GPU,
    "team": Dimension.TEAM,
    "preset": Dimension.PRESET,
    "day": Dimension.DAY,
    "pod": Dimension.SUBJECT,
}


def cost(face: Face, ask: Ask, read: Invocation) -> Answer:
    """The zone of money is the policy's: a day is the same day for everybody who looks at it."""
    zone, now = face.store.people.policy().tz, face.clock.now()
    if read.pods:
        return _of_pod(face, read.pods[0], zone, now)
    days = _days(read, now, zone)
    if days.last - days.first > LONGEST:
        return Answer(content=cost_view.too_long(LONGEST))
    owner = ask.user if read.one("mine", str) else read.one("owner", str)
    by = BY[read.one("by", str) or ("pod" if owner else "owner")]
    entries = books(face.store, days.window(zone, now), zone, now)
    told = spent(entries, days, now, zone, by, owner=owner, known=face.store.ledger.days())
    rows = told.by.all
    people = [row.key for row in rows if row.key] if by is Dimension.OWNER else []
    gpus = [row.key for row in rows if row.key] if by is Dimension.GPU else []
    buttons = [csvs.button(days, owner)] if told.known else []
    shown = cost_view.spent(told, names(face, people, gpus), trouble=_trouble(face), buttons=buttons)
    return Answer(content=shown)


def _days(read: Invocation, now: datetime, zone: ZoneInfo) -> Days:
    dated = read.one("dates", str)
    if dated is not None:
        first, last = dates.read_back(dated)
        return Days(first=first, last=last)
    return days_of(Period(read.one("period", str) or Period.MONTH), now, zone)


def _trouble(face: Face) -> str:
    return next((each.trouble for each in face.store.billing.all().values() if each.trouble), "")


def names(face: Face, people: Iterable[str], gpus: Iterable[str]) -> Names:
    """What Slack calls people, as far as it has told; who is not known yet is asked for."""
    wanted = [user for user in people if user[:1] in {"U", "W"}]
    known = face.store.people.names(wanted)
    for user in wanted:
        if user not in known and face.store.clockwork.wake_once(Job.PERSON, user, for_ms=60_000):
            face.wake(Job.PERSON, user)
    catalog = face.store.catalog.load()
    return Names(people=known, gpus={gpu: catalog.gpu_name(gpu) for gpu in gpus if catalog.gpu(gpu)})


def _of_pod(face: Face, reference: str, zone: ZoneInfo, now: datetime) -> Answer:
    pod = _found(face, reference, zone, now)
    if isinstance(pod, Answer):
        return pod
    entries = books_of(face.store, SubjectKind.POD, pod.id, zone, now)
    told = story(entries)
    if told is None:
        return Answer(content=cost_view.no_books(pod.name, pod.id))
    return Answer(content=cost_view.life(told, totals(entries, Dimension.DAY, zone), now, zone))


def _found(face: Face, reference: str, zone: ZoneInfo, now: datetime) -> Pod | Answer:
    """A pod of the snapshot, or one that is gone and stands in this month's books."""
    fleet = face.store.fleet.load()
    match find(fleet.pods, reference) or find(_gone(face, zone, now), reference):
        case (pod,):
            return pod
        case ():
            return Answer(
                content=answers.no_such_pod(reference, suggest.pods(reference, fleet.pods), fleet.listed_at, now)
            )
        case several:
            return Answer(content=answers.which_one(reference, several, None, fleet.version))


def _gone(face: Face, zone: ZoneInfo, now: datetime) -> tuple[Pod, ...]:
    """Pods by the books alone; only id and name are known of them."""
    pods = {
        entry.id: Pod(id=entry.id, name=entry.name or entry.id, status=PodStatus.TERMINATED)
        for entry in month_to_date(face.store, zone, now)
        if entry.kind is SubjectKind.POD
    }
    return tuple(pods.values())


Handler = Callable[[Face, Ask, Invocation], Answer]

HANDLERS: Final[dict[str, Handler]] = {"cost": cost}
