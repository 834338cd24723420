"""A small world for the pure engine: RunPod's pods, the orders under way, and everything that may happen in between.

It keeps the books the record cannot keep: what was really billed, which copies really ran, in which order things
happened. Every effect on a pod is checked in the moment it happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pods.model import BILLED, STARTABLE, Gpu, Pod, PodStatus
from pods.recovery.attempts import Offer
from pods.recovery.guards import objection
from pods.recovery.look import Came, Look, Ordered, Seen, Sight, without_gpu
from pods.recovery.offers import Market
from pods.recovery.orders import Deed, Order, pending
from pods.recovery.record import Recovery, State, TakenOver
from pods.recovery.steps import advance
from tests.unit.recovery.samples import NOON, catalog

TICK = timedelta(seconds=10)


class Luck(StrEnum):
    """How RunPod answers an order's call."""

    FINE = "fine"
    NO_ROOM = "no_room"
    REFUSED = "refused"
    #: The effect without its answer, found later.
    LATE = "late"
    #: Never answered; it had its effect, or not, and nobody ever finds out.
    LOST_DONE = "lost_done"
    LOST_UNDONE = "lost_undone"
    NO_GPU = "no_gpu"
    DEARER = "dearer"
    NEVER_UP = "never_up"
    DIES = "dies"


@dataclass
class Job:
    order: Order
    came: Came = Came.OPEN
    pod_id: str | None = None
    sentence: str = ""
    waits: int = 1


@dataclass
class World:
    recovery: Recovery
    now: datetime = NOON
    pods: dict[str, Pod] = field(default_factory=dict)
    jobs: dict[tuple[Deed, str], Job] = field(default_factory=dict)
    luck: list[Luck] = field(default_factory=list)
    unread: int = 0
    outage: int = 0
    #: Steps after which the worker dies between its write and its order.
    deaths: int = 0
    taken_over: TakenOver | None = None
    #: What pods that the plan started were billed until they were handed over or went down.
    billed: Decimal = Decimal(0)
    came_back_after: bool = False
    effects: list[str] = field(default_factory=list)
    stuck: set[str] = field(default_factory=set)
    doomed: set[str] = field(default_factory=set)
    rises: dict[str, int] = field(default_factory=dict)

    # -- what happens

    def tick(self) -> None:
        self.now += TICK
        self._bill()
        self._come_up()
        self.unread = max(0, self.unread - 1)
        self.outage = max(0, self.outage - 1)
        for job in list(self.jobs.values()):
            self._work(job)
        self.step()

    def settle(self, most: int = 20_000) -> None:
        self.unread = self.outage = self.deaths = 0
        for _ in range(most):
            if self.recovery.over:
                break
            self._jump()
            self.tick()
        else:
            raise AssertionError(f"the plan never ends: {self.recovery}")
        for _ in range(60):
            self.tick()

    def _jump(self) -> None:
        """Nothing is under way and the plan waits: skip to shortly before its next look."""
        next_at = self.recovery.next_at
        idle = all(job.came is not Came.OPEN for job in self.jobs.values()) and self.recovery.current is None
        if idle and next_at is not None and next_at > self.now + TICK and not self.rises:
            self.now = next_at - TICK

    def step(self) -> None:
        """One step of the engine, as a worker does it: what stands pending, the readings, the write, the order."""
        if self.recovery.over:
            return
        self._order()
        moved = advance(self.recovery, self._look())
        if moved.state is State.BACK and not moved.facts_moved:
            moved = moved.model_copy(update={"facts_moved": True})
        self.recovery = moved
        if self.deaths:
            self.deaths -= 1
            return
        self._order()

    def _order(self) -> None:
        order = pending(self.recovery)
        if order is not None:
            self.jobs.setdefault((order.deed, order.subject), Job(order))

    def _look(self) -> Look:
        attempt = self.recovery.current
        made = attempt.pod_id if attempt is not None and attempt.offer.creates else self.recovery.new_pod
        order = pending(self.recovery)
        first = None
        if attempt is not None:
            deed = Deed.CREATE if attempt.offer.creates else Deed.START
            first = self._ordered(Order(deed=deed, subject=f"{self.recovery.id}.{attempt.number}"))
        return Look(
            now=self.now,
            lost=self._seen(self.recovery.lost.id),
            new=self._seen(made) if made else Sight.NONE,
            order=self._ordered(order) if order else None,
            first=first,
            market=self.market,
            healthy=not self.outage,
            taken_over=self.taken_over,
        )

    @property
    def market(self) -> Market:
        return Market(catalog=catalog(read=self.now), now=self.now)

    def _seen(self, pod_id: str) -> Seen:
        return Sight.UNREAD if self.unread else self.pods.get(pod_id, Sight.ABSENT)

    def _ordered(self, order: Order) -> Ordered | None:
        job = self.jobs.get((order.deed, order.subject))
        if job is None:
            return Ordered(came=Came.UNORDERED)
        return Ordered(came=job.came, pod_id=job.pod_id, sentence=job.sentence)

    # -- orders

    def _work(self, job: Job) -> None:
        """One step of the operation behind an order: its guard, its call."""
        if job.came is Came.DOUBTFUL:
            job.waits -= 1
            if job.waits <= 0:
                job.came = Came.DONE if job.pod_id else Came.UNCLEAR
            return
        if job.came is not Came.OPEN or self.outage or self.unread:
            return
        made = self.recovery.new_pod or (self.recovery.current.pod_id if self.recovery.current else None)
        lost, new = self._seen(self.recovery.lost.id), self._seen(made or "-")
        order = job.order
        if objection(self.recovery, order, lost, new) is not None:
            job.came = Came.CALLED_OFF
            return
        getattr(self, f"_{order.deed.value}")(job)

    def _start(self, job: Job) -> None:
        pod = self.pods.get(self.recovery.lost.id)
        if pod is None or pod.status not in STARTABLE:
            job.came = Came.CALLED_OFF
            return
        luck = self.luck.pop(0) if self.luck else Luck.FINE
        if luck in {Luck.NO_ROOM, Luck.REFUSED}:
            job.came = Came.NO_ROOM if luck is Luck.NO_ROOM else Came.REFUSED
            return
        if luck is Luck.LOST_UNDONE:
            job.came = Came.UNCLEAR
            return
        self.effects.append("start")
        assert self._copies() == [], "a second copy was started"
        self._rise(pod, luck, self._offer(job).price)
        job.came = Came.UNCLEAR if luck is Luck.LOST_DONE else Came.DONE

    def _create(self, job: Job) -> None:
        luck = self.luck.pop(0) if self.luck else Luck.FINE
        if luck in {Luck.NO_ROOM, Luck.REFUSED}:
            job.came = Came.NO_ROOM if luck is Luck.NO_ROOM else Came.REFUSED
            return
        if luck is Luck.LOST_UNDONE:
            job.came, job.waits = Came.DOUBTFUL, 5
            return
        offer = self._offer(job)
        assert self._copies() == [], "a second copy was made"
        host_local = self.recovery.lost.persistent is not None or not self.recovery.lost.mounts_known
        assert not host_local, "what lives on its host was moved"
        assert self.recovery.cap is not None
        assert offer.price <= self.recovery.cap, "above the cap"
        pod_id = f"new{len(self.effects)}"
        self.effects.append(f"create {pod_id}")
        gpu = Gpu(id=offer.gpu, count=offer.count) if offer.gpu else None
        made = self.recovery.lost.model_copy(update={"id": pod_id, "gpu": gpu, "status": PodStatus.STARTING})
        self._rise(made, luck, offer.price)
        if luck is Luck.LOST_DONE:
            job.came, job.waits = Came.DOUBTFUL, 5
            self.stuck.add(pod_id)
        elif luck is Luck.LATE:
            job.came, job.pod_id, job.waits = Came.DOUBTFUL, pod_id, 5
        else:
            job.came, job.pod_id = Came.DONE, pod_id

    def _stop(self, job: Job) -> None:
        pod = self.pods.get(self.recovery.lost.id)
        if pod is not None and pod.status in BILLED:
            self.effects.append("stop")
            self._down(pod)
        job.came = Came.DONE

    def _terminate(self, job: Job) -> None:
        pod_id = job.order.pod_id or ""
        assert pod_id != self.recovery.lost.id, "the lost pod was taken for a copy"
        self.effects.append(f"terminate {pod_id}")
        self.pods.pop(pod_id, None)
        job.came = Came.DONE

    def _clear(self, job: Job) -> None:
        new = self.pods.get(self.recovery.new_pod or "-")
        assert new is not None, "the remains went without a replacement"
        assert new.status is PodStatus.RUNNING, "the remains went before the new pod ran"
        assert not without_gpu(new)
        assert self.recovery.rule.terminate_husk
        assert self.recovery.lost.persistent is None
        self.effects.append("clear")
        self.pods.pop(self.recovery.lost.id, None)
        job.came = Came.DONE

    def _offer(self, job: Job) -> Offer:
        assert job.order.offer is not None
        return job.order.offer

    # -- pods

    def _rise(self, pod: Pod, luck: Luck, price: Decimal) -> None:
        cost = price * 3 if luck is Luck.DEARER else price
        count = 0 if luck is Luck.NO_GPU else pod.gpu.count if pod.gpu else 0
        gpu = pod.gpu.model_copy(update={"count": count}) if pod.gpu else None
        self.pods[pod.id] = pod.model_copy(
            update={"status": PodStatus.STARTING, "cost_per_hour": cost, "gpu": gpu, "runtime": None}
        )
        self.rises[pod.id] = 10**6 if luck is Luck.NEVER_UP else 3
        if luck is Luck.DIES:
            self.doomed.add(pod.id)

    def _come_up(self) -> None:
        for pod_id in list(self.rises):
            self.rises[pod_id] -= 1
            pod = self.pods.get(pod_id)
            if pod is None or pod.status is not PodStatus.STARTING:
                del self.rises[pod_id]
            elif self.rises[pod_id] <= 0:
                del self.rises[pod_id]
                status = PodStatus.EXITED if pod_id in self.doomed else PodStatus.RUNNING
                self.doomed.discard(pod_id)
                self.pods[pod_id] = pod.model_copy(update={"status": status})

    def _down(self, pod: Pod) -> None:
        self.rises.pop(pod.id, None)
        gpu = self.recovery.lost.gpu
        changes = {"status": PodStatus.EXITED, "cost_per_hour": Decimal(0), "gpu": gpu, "runtime": None}
        self.pods[pod.id] = pod.model_copy(update=changes)

    def _copies(self) -> list[str]:
        """Pods of the work that run, or come up, with what they need."""
        return [pod.id for pod in self.pods.values() if pod.status in BILLED and not without_gpu(pod)]

    def _bill(self) -> None:
        if self.recovery.state is not State.TRYING and self.recovery.current is None:
            return
        for pod in self.pods.values():
            ours = pod.id != self.recovery.lost.id or any(not each.offer.creates for each in self.recovery.attempts)
            if ours and pod.status in BILLED and pod.id not in self.stuck:
                self.billed += pod.cost_per_hour * int(TICK.total_seconds()) / 3600

    # -- what people and RunPod do meanwhile

    def comes_back(self) -> None:
        """The lost pod starts again, by itself or in the console."""
        pod = self.pods.get(self.recovery.lost.id)
        if pod is not None and pod.status in STARTABLE:
            self.came_back_after = self.came_back_after or self.recovery.state is not State.TRYING
            self._rise(pod, Luck.FINE, self.recovery.lost.cost_per_hour)

    def vanishes(self) -> None:
        self.pods.pop(self.recovery.lost.id, None)
        self.rises.pop(self.recovery.lost.id, None)

    def presses_stop(self) -> None:
        self._say(stop_by="U1")

    def presses_move(self) -> None:
        self._say(skip_resume=True)

    def takes_over(self) -> None:
        self.taken_over = TakenOver(by="U1", verb="terminate", at=self.now)

    def _say(self, **words: object) -> None:
        if self.recovery.state is State.TRYING:
            changes = {**words, "round": self.recovery.round + 1, "next_at": self.now}
            self.recovery = self.recovery.model_copy(update=changes)
