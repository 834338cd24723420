"""The ledger in the watch and its bill: nothing is lost or doubled, whoever watches and whenever they die."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.valkey import EmbeddedValkey
from pods.errors import ServerFault
from pods.fleet import Fleet, Owner, OwnerKind, PodFacts, absorb, missed
from pods.ledger.bill import BillRecord
from pods.ledger.entries import Basis, Entry
from pods.ledger.sheets import hours
from pods.ledger.sightings import Condition, SubjectKind
from pods.ledger.totals import Dimension, Window, total, totals
from pods.ledger.watching import Pass, Passed, Watching, passed
from pods.model import Api, Cloud, Gpu, Listing, PersistentMount, Pod, PodStatus, Quota
from pods.store import Store, open_store
from pods.store.books import books as books_at
from pods.store.books import month_to_date
from tests.unit.money.books import UTC_ZONE
from tests.unit.money.lives import TrueLife, Watch, lives, watches
from tests.unit.money.lives import at as second
from tests.unit.money.test_ledger_property import CENT, hour_of, true_cost
from tests.unit.pods.builders import pod
from tests.unit.workers.world import World
from workers.billing import keep_books, reconcile
from workers.passes.ledger import ledger
from workers.passes.look import Look

#: The package has a function of the same name.
PASS_MODULE = sys.modules["workers.passes.ledger"]
HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
POLICY = """
zone = "Europe/Berlin"
[[team]]
name = "nlp"
users = ["U0BOB"]
[rates]
container_disk = "0.20"
source = "our contract"
"""


def running(**changes: object) -> Pod:
    usual: dict[str, object] = {
        "id": "abc123",
        "started_at": BEGIN,
        "created_at": BEGIN,
        "cost_per_hour": Decimal(2),
        "disk_gb": 73,
        "gpu": Gpu(id="NVIDIA A40", count=1),
        "cloud": Cloud.SECURE,
    }
    return pod(**{**usual, **changes})


def look(at: datetime, *pods: Pod, before: Fleet | None = None) -> Look:
    fleet = absorb(before or Fleet(), Listing(pods=pods, at=at, api=Api.REST))
    return Look(before=before or Fleet(), after=fleet, now=at)


def watch(world: World, hours_: int, *pods: Pod, every: timedelta = HOUR, since: datetime = BEGIN) -> None:
    for place in range(hours_ + 1):
        world.clock.at = since + place * every
        ledger(world.context, look(world.clock.at, *pods))


def books(store: Store) -> dict[datetime, Entry]:
    """The closed hours of the one pod there is."""
    return {hour.hour: hour for day in store.ledger.days() for line in store.ledger.lines(day) for hour in hours(line)}


def test_hours_that_are_over_go_into_the_books_with_whose_they_are(world: World) -> None:
    world.store.people.publish(POLICY, BEGIN)
    owner = Owner(kind=OwnerKind.PERSON, user="U0BOB", since=BEGIN, by="U0BOB")
    facts = PodFacts(pod_id="abc123", owner=owner)
    world.store.client.hset(world.store.keys.facts, "abc123", facts.model_dump_json())
    watch(world, 5, running())
    found = books(world.store)
    assert sorted(found) == [BEGIN, BEGIN + HOUR, BEGIN + 2 * HOUR]
    labels = found[BEGIN].labels
    assert (labels.owner, labels.team, labels.gpu, labels.cloud) == ("U0BOB", "nlp", "NVIDIA A40", "SECURE")
    # 73 GB at the policy's price of 0.20 a month.
    assert found[BEGIN].estimate.container_disk == Decimal("0.02")
    assert found[BEGIN].estimate.compute == 2


def test_a_poll_that_failed_says_nothing_of_what_was_there(world: World) -> None:
    watch(world, 5, running())
    before = world.store.ledger.watching()
    first = look(world.clock.at, running()).after
    at = world.clock.at + timedelta(minutes=1)
    failed = missed(first, ServerFault(status=500), at)
    ledger(world.context, Look(before=first, after=failed, now=at))
    assert world.store.ledger.watching().subjects == before.subjects


def test_a_watcher_that_dies_before_its_commit_leaves_what_was_and_the_next_one_does_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(world, 2, running())
    known = world.store.ledger.watching()
    at = BEGIN + 5 * HOUR
    with monkeypatch.context() as broken:
        broken.setattr("pods.store.commit.Commit.run", _killed)
        with pytest.raises(redis.ConnectionError):
            ledger(world.context, look(at, running()))
    assert world.store.ledger.watching() == known
    assert books(world.store) == {}
    ledger(world.context, look(at, running()))
    assert sorted(books(world.store)) == [BEGIN, BEGIN + HOUR, BEGIN + 2 * HOUR]


def _killed(*_: object) -> None:
    raise redis.ConnectionError("killed")


def test_two_watchers_at_once_lose_nothing_and_write_every_hour_once(
    world: World, valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one decides, another sees the same pod and one more, and writes; the first decides again upon that."""
    other = open_store(valkey.url, "main")
    watch(world, 4, running())
    at, decided = BEGIN + 5 * HOUR, 0
    seen = look(at, running(), running(id="def456"))

    def meanwhile(before: Watching, taken: Pass) -> Passed:
        nonlocal decided
        decided += 1
        if decided == 1:
            with monkeypatch.context() as theirs:
                theirs.setattr(PASS_MODULE, "passed", passed)
                ledger(replace(world.context, store=other), seen)
        return passed(before, taken)

    monkeypatch.setattr(PASS_MODULE, "passed", meanwhile)
    ledger(world.context, look(at, running()))
    other.client.close()
    assert decided == 2
    assert {subject.life.id for subject in world.store.ledger.watching().subjects} == {"abc123", "def456"}
    lines = [line for line in world.store.ledger.lines(BEGIN.date()) if line.id == "abc123"]
    assert [line.hours for line in lines] == [3]
    assert total(lines).usd == Decimal("6.03")


def test_another_process_sees_what_one_has_written_since_it_last_looked(world: World, valkey: EmbeddedValkey) -> None:
    other = open_store(valkey.url, "main")
    watch(world, 4, running())
    assert len(books(other)) == 2
    watch(world, 2, running(), since=BEGIN + 5 * HOUR)
    assert len(books(other)) == len(books(world.store)) == 5
    other.client.close()


few = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@few
@given(lives(), watches(hours=8), st.integers(2, 9))
def test_whatever_a_pod_does_the_books_are_right_to_the_cent_or_marked(
    world: World, truth: TrueLife, watch: Watch, restart_every: int
) -> None:
    """Through the real pass and store, by two watchers in turn that are restarted again and again."""
    world.store.client.flushdb()
    watch = replace(watch, every=4 * watch.every)
    not_told = watch.repriced_unseen(truth)
    stores = [world.store]
    for place, moment in enumerate(watch.polls):
        if place % restart_every == 0:
            world.store.ledger.__init__(world.store.client, world.store.ledger._scripts, world.store.keys)  # type: ignore[misc]
        condition = truth.condition(moment, dated=watch.dated)
        seen = () if condition is None else (_as_pod(truth, condition),)
        ledger(world.context, look(second(moment), *seen))
    until = second(watch.polls[-1])
    for entry in books(stores[0]).values():
        if not entry.gap and hour_of(entry) not in not_told:
            assert abs(entry.estimate.total - true_cost(truth, entry, until)) <= CENT


def _as_pod(truth: TrueLife, condition: Condition) -> Pod:
    """A pod whose listing makes this condition."""
    live = PodStatus.RUNNING if condition.up else PodStatus.STARTING
    word = "Rented by User" if condition.live else "Exited by user"
    dated = condition.changed_at and f"{word}: {condition.changed_at:%a %b %d %Y %H:%M:%S} GMT+0000"
    return pod(
        live if condition.live else PodStatus.EXITED,
        id="abc123",
        network=None,
        disk_gb=truth.disk_gb,
        persistent=PersistentMount(size_gb=truth.volume_gb, path="/workspace") if truth.volume_gb else None,
        cost_per_hour=condition.price or Decimal(0),
        created_at=condition.created_at,
        started_at=condition.started_at,
        last_status_change=dated,
    )


# -- the bill


def record(hour: datetime, usd: str, subject: str = "abc123") -> BillRecord:
    return BillRecord(id=subject, start=hour, end=hour + HOUR, compute=Decimal(usd))


def ask(world: World) -> None:
    reconcile("1")


def test_what_is_billed_takes_the_place_of_the_estimate_and_the_difference_is_kept(world: World) -> None:
    watch(world, 8, running())
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN, "2.05"), record(BEGIN + HOUR, "2.05")]
    ask(world)
    found = books(world.store)
    assert (found[BEGIN].basis, found[BEGIN].amounts.total) == (Basis.BILLED, Decimal("2.05"))
    assert found[BEGIN].difference == Decimal("0.04")
    # The watch is sure that the third hour cost something: a bill that lacks it is late.
    assert (found[BEGIN + 2 * HOUR].basis, found[BEGIN + 2 * HOUR].not_on_bill) == (Basis.ESTIMATE, True)


def test_billing_twice_writes_once(world: World) -> None:
    watch(world, 8, running())
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN, "2.05")]
    ask(world)
    version = world.store.client.get(world.store.keys.ledger_day_version("2026-11-24"))
    world.clock.at += HOUR
    ask(world)
    assert world.store.client.get(world.store.keys.ledger_day_version("2026-11-24")) == version


def test_an_hour_that_is_not_closed_yet_is_billed_once_it_is_in_the_books(world: World) -> None:
    watch(world, 4, running())
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN + hour * HOUR, "2.05") for hour in range(12)]
    ask(world)
    assert sorted(books(world.store)) == [BEGIN, BEGIN + HOUR]
    watch(world, 4, running(), since=BEGIN + 5 * HOUR)
    ask(world)
    assert [entry.basis for entry in books(world.store).values()] == [Basis.BILLED] * 7
    assert all(entry.watched for entry in books(world.store).values())


def test_a_pod_that_came_and_went_between_two_polls_is_known_from_the_bill_alone(world: World) -> None:
    world.clock.at = BEGIN + 5 * HOUR
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN, "0.40", "gone99")]
    ask(world)
    (entry,) = books(world.store).values()
    assert (entry.id, entry.amounts.compute, entry.watched) == ("gone99", Decimal("0.40"), False)


def test_an_hour_the_bill_knew_before_the_watch_keeps_what_was_billed(world: World) -> None:
    world.clock.at = BEGIN + 5 * HOUR
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN, "2.05")]
    ask(world)
    ledger(world.context, look(BEGIN + 6 * HOUR, running()))
    first = books(world.store)[BEGIN]
    assert (first.estimate.compute, first.amounts.total) == (Decimal(2), Decimal("2.05"))


def test_while_billing_is_away_estimates_stay_and_it_is_known_since_when(world: World) -> None:
    watch(world, 8, running())
    world.runpod.bills[SubjectKind.POD] = ServerFault(status=503)
    ask(world)
    told = world.store.billing.get("pod")
    assert told is not None
    assert (told.failing_since, bool(told.trouble)) == (world.clock.at, True)
    assert {entry.basis for entry in books(world.store).values()} == {Basis.ESTIMATE}
    world.runpod.bills[SubjectKind.POD] = [record(BEGIN, "2.05")]
    world.clock.at += HOUR
    ask(world)
    again = world.store.billing.get("pod")
    assert again is not None
    assert (again.failing_since, again.trouble) == (None, "")


def test_the_first_bills_reach_back_eight_weeks_the_newest_days_first(world: World) -> None:
    world.clock.at = BEGIN + 5 * HOUR
    ask(world)
    first = {start.date() for kind, start, _ in world.runpod.bills_asked if kind is SubjectKind.POD}
    assert first == {(BEGIN - timedelta(days=back)).date() for back in range(10)}
    for _ in range(9):
        world.clock.at += timedelta(minutes=15)
        ask(world)
    asked = {start.date() for kind, start, _ in world.runpod.bills_asked if kind is SubjectKind.POD}
    assert asked == {(BEGIN - timedelta(days=back)).date() for back in range(56)}
    before = len(world.runpod.bills_asked)
    world.clock.at += timedelta(minutes=5)
    ask(world)
    assert len(world.runpod.bills_asked) == before


def test_people_s_half_of_the_quota_is_left_alone(world: World) -> None:
    watch(world, 8, running())
    world.runpod.quotas_left = [Quota(window="minute", remaining=30, reset_s=20, limit=60)]
    ask(world)
    assert world.runpod.bills_asked == []
    assert world.store.billing.get("pod") is None
    world.runpod.quotas_left = [Quota(window="minute", remaining=31, reset_s=20, limit=60)]
    ask(world)
    assert world.runpod.bills_asked


def test_a_week_without_the_job_is_asked_for_afterwards(world: World) -> None:
    watch(world, 8, running())
    ask(world)
    world.runpod.bills_asked.clear()
    world.clock.at += timedelta(days=7)
    ask(world)
    asked = {start.date() for kind, start, _ in world.runpod.bills_asked if kind is SubjectKind.VOLUME}
    assert {(BEGIN + timedelta(days=each)).date() for each in range(8)} <= asked


def test_a_day_that_cannot_be_read_is_where_the_next_run_goes_on(world: World) -> None:
    world.clock.at = BEGIN + 5 * HOUR
    world.runpod.bills[SubjectKind.POD] = ServerFault(status=503)
    ask(world)
    told = world.store.billing.get("pod")
    assert told is not None
    assert (told.billed_to, told.read_from) == (None, None)


def test_old_days_become_sums_and_the_oldest_are_let_go_of(world: World) -> None:
    watch(world, 12, running())
    before = total(world.store.ledger.lines(BEGIN.date()))
    world.clock.at = BEGIN + timedelta(days=60)
    keep_books("1")
    assert len(books(world.store)) == 10
    world.clock.at = BEGIN + timedelta(days=120)
    keep_books("2")
    (line,) = world.store.ledger.lines(BEGIN.date())
    assert line.hours == 10
    assert total([line]) == before
    world.clock.at = BEGIN + timedelta(days=402)
    keep_books("3")
    assert world.store.ledger.days() == ()


def test_the_books_at_a_moment_are_what_is_closed_and_what_is_not(world: World) -> None:
    watch(world, 5, running())
    now = BEGIN + 5 * HOUR
    found = books_at(world.store, Window(start=BEGIN, end=now), UTC_ZONE, now)
    assert sum(entry.hours for entry in found) == 5
    assert total(found).amounts.compute == 10
    (month,) = totals(month_to_date(world.store, UTC_ZONE, now), Dimension.GPU, UTC_ZONE)
    assert (month.key, month.usd) == ("NVIDIA A40", total(found).usd)


def test_an_hour_that_closes_while_the_books_are_read_counts_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(world, 4, running())
    old = world.store.ledger.watching()
    ledger(world.context, look(BEGIN + 5 * HOUR, running()))
    monkeypatch.setattr(world.store.ledger, "watching", lambda: old)
    now = BEGIN + 5 * HOUR
    found = books_at(world.store, Window(start=BEGIN, end=now), UTC_ZONE, now)
    assert sum(entry.hours for entry in found) == 5


def test_a_day_on_which_nothing_ran_is_known_once_it_was_watched_or_billed(world: World) -> None:
    ledger(world.context, look(BEGIN))
    assert world.store.ledger.days() == (BEGIN.date(),)
    world.clock.at = BEGIN + 5 * HOUR
    ask(world)
    assert (BEGIN - timedelta(days=3)).date() in world.store.ledger.days()
    assert books(world.store) == {}
