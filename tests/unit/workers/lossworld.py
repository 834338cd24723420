"""A simulated account under the real watch, with a Slack that only listens: a row of the loss matrix."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from pydantic import SecretStr

from pods.incidents import Incident
from pods.jobs import Job
from pods.losses import Loss
from pods.model import Verb
from pods.pager.pagerduty import PagerDuty
from pods.protection import Protection
from pods.requests import Place
from pods.runpod.provider import RunPodProvider, build_provider
from pods.store import Store
from sim.clock import SimClock
from sim.pagerduty import KEY, SimPagerDuty
from sim.runpod import Seed, SimRunPod, demo_seed
from sim.runpod.transport import mock_transport
from tests.unit.pods.builders import NOON
from tests.unit.store.records import asked, entry, message
from tests.unit.workers.world import HandClock, World
from workers import context, watch

#: What lives on a network volume, on its host's own disk, and on nothing.
NETWORK, HOST, BARE = "r8h5yc", "abc123", "k7m2qx"
ONCALL, NOTICES = "C0ONCALL", "C0NOTICES"
POLICY = """
zone = "Europe/Berlin"
[roles]
default = "operator"
[[channel]]
id = "C0GPUPODS"
ceiling = "admin"
[[route]]
channel = "C0ONCALL"
kinds = ["losses"]
[[route]]
channel = "C0NOTICES"
kinds = ["notices"]
[losses]
training = ["m0*"]
[oncall]
group = "S0ONCALL"
"""
POLL_S = 20


@dataclass
class LossWorld:
    store: Store
    seed: Seed = field(default_factory=demo_seed)
    mode: str = "auto"

    def __post_init__(self) -> None:
        self.clock = SimClock(NOON, speed=0.0)
        self.world = World(self.store, clock=cast("HandClock", self.clock))
        self.store.people.publish(POLICY, self.clock.now())
        self.sim = SimRunPod(self.clock, self.seed)
        self.pager = SimPagerDuty()
        self.provider: RunPodProvider = build_provider(
            api_key="rp_full",
            clock=self.clock,
            mode=self.mode,
            rest_url="http://runpod.test/v2",
            graphql_url="http://runpod.test/graphql",
            transport=mock_transport(self.sim),
        )
        self.context = replace(
            self.world.context,
            provider=self.provider,
            pager=PagerDuty(SecretStr(KEY), transport=self.pager.transport()),
        )
        context.install(self.context)
        self.polls(3)

    def close(self) -> None:
        self.provider.close()

    # -- time

    def polls(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(POLL_S)
            self.poll()

    def poll(self) -> None:
        """One look of the watch, and everything it woke."""
        watch.poll("row")
        self.world.woken.append((Job.ATTEND, "row"))
        self.drain()

    def drain(self) -> None:
        for _ in range(200):
            self.world.forget_real_time()
            due = [(Job.DELIVER, key) for key in self.store.outbox.due(self.clock.now())]
            woken, self.world.woken[:] = [*self.world.woken, *due], []
            if not woken:
                return
            for job, subject in dict.fromkeys(woken):
                if job in {Job.DELIVER, Job.ATTEND}:
                    module, _, name = job.value.rpartition(".")
                    run: Callable[[str], None] = getattr(importlib.import_module(module), name)
                    run(subject)

    # -- the account

    def control(self, path: str, **body: object) -> None:
        answer = self.sim.handle("POST", f"/control/{path}", {}, {}, json.dumps(body).encode())
        assert answer.status < 300, answer.body

    def deed(self, pod: str, what: str) -> None:
        self.control(f"pods/{pod}/do", what=what)

    def protect(self, pod: str, *, rule: str | None = None, training: bool = False) -> None:
        said = Protection(pod_id=pod, pod_name=pod, rule=rule, training=training, by="U1", since=self.clock.now())
        self.store.protections.change(pod, lambda _: said, self.clock.now())

    def ask(self, verb: Verb, pod: str) -> None:
        """A person's command, as the bot writes it, and as RunPod carries it out."""
        now = self.clock.now()
        name = f"rq-{verb.value}-{pod}-{now.timestamp()}"
        made, operations = asked(name, verb, (pod,), now=now)
        made = made.model_copy(update={"place": Place(channel="C0GPUPODS")})
        self.store.walk.accept(
            made, operations, (message(name, created_at=now),), intent=name, audit=entry(at=now), now=now
        )
        self.deed(pod, verb.value)

    # -- what came of it

    def losses(self) -> list[Loss]:
        return sorted(self.store.losses.all().values(), key=lambda loss: loss.pod_id)

    def incidents(self) -> list[Incident]:
        return sorted(self.store.incidents.all().values(), key=lambda each: each.opened_at)

    def posted(self, channel: str, word: str = "") -> list[str]:
        """What was posted there anew; edits do not count."""
        sent = self.world.chat.sent
        return [text for method, where, text in sent if (method, where) == ("post", channel) and word in text]

    def faults(self) -> dict[str, int]:
        counters = self.store.clockwork.counters()
        return {name: count for name, count in counters.items() if name.startswith("job_failed_")}
