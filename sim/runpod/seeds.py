"""What an account holds at the start: the demo's six pods, hostile names, and as many as one likes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sim.runpod.lifecycle import exited_by_user, rented
from sim.runpod.prices import GPU_TYPES
from sim.runpod.state import Load, LogLine, Network, Persistent, SimPod, SimTemplate, SimVolume, Status

PYTORCH = "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404"
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSeed:
    """A pod in a few words; its times are seconds before the start of the simulation."""

    id: str
    name: str
    gpu: str
    gpu_count: int = 1
    cloud: str = "SECURE"
    data_center: str = "US-KS-2"
    made_ago: int = 2 * DAY
    started_ago: int = 5 * HOUR
    #: None while it runs.
    stopped_ago: int | None = None
    disk_gb: int = 20
    persistent: Persistent | None = None
    network: Network | None = None
    load: Load = Load.IDLE
    locked: bool = False
    spot: bool = False
    cluster: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    story: str = ""

    def pod(self, now: datetime) -> SimPod:
        started = now - timedelta(seconds=self.started_ago)
        ended = None if self.stopped_ago is None else now - timedelta(seconds=self.stopped_ago)
        price = GPU_TYPES[self.gpu].price(self.cloud)
        if price is None:
            raise ValueError(f"{self.gpu} is not offered on {self.cloud}")
        return SimPod(
            id=self.id,
            name=self.name,
            created_at=now - timedelta(seconds=max(self.made_ago, self.started_ago)),
            image=PYTORCH,
            price=price * self.gpu_count,
            status=Status.RUNNING if ended is None else Status.EXITED,
            disk_gb=self.disk_gb,
            ports=["8888/http", "22/tcp"],
            env=dict(self.env),
            cloud=self.cloud,
            data_center=self.data_center,
            cuda="12.8",
            gpu_id=self.gpu,
            gpu_wanted=self.gpu_count,
            gpu_count=self.gpu_count,
            persistent=self.persistent,
            network=self.network,
            locked=self.locked,
            started_at=started,
            ended_at=ended,
            spot=self.spot,
            host=f"{zlib.crc32(self.id.encode()):08x}",
            cluster=self.cluster,
            last_change=rented(started) if ended is None else exited_by_user(ended),
            script=[(started, self.load)],
            log=[LogLine(started, "system", "start container: begin")],
            story=self.story,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSeed:
    id: str
    name: str
    size_gb: int
    data_center: str
    made_ago: int = 30 * DAY

    def volume(self) -> SimVolume:
        return SimVolume(id=self.id, name=self.name, size_gb=self.size_gb, data_center=self.data_center)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    email: str = "ml-team@example.com"
    balance: Decimal = Decimal("412.50")
    spend_limit: Decimal = Decimal(80)
    pod_seeds: tuple[PodSeed, ...] = ()
    volume_seeds: tuple[VolumeSeed, ...] = ()
    ssh_keys: tuple[str, ...] = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPodkeeperDemoKeyOnly team@example.com",)

    def pods(self, now: datetime) -> Sequence[SimPod]:
        return [seed.pod(now) for seed in self.pod_seeds]

    def volumes(self, now: datetime) -> Sequence[tuple[SimVolume, datetime]]:
        """Each volume, and since when it is billed."""
        return [(seed.volume(), now - timedelta(seconds=seed.made_ago)) for seed in self.volume_seeds]

    def templates(self) -> Sequence[SimTemplate]:
        return [
            SimTemplate(
                id="tplpytorch",
                name="PyTorch 2.8",
                image=PYTORCH,
                disk_gb=30,
                ports=["8888/http", "22/tcp"],
                persistent=Persistent(20, "/workspace"),
            ),
            SimTemplate(id="tplworker1", name="Worker", image="example/worker:3", serverless=True),
        ]


def empty_seed() -> Seed:
    """An account with money and nothing in it."""
    return Seed(ssh_keys=())


_DEMO_PODS = (
    PodSeed(
        id="abc123",
        name="nlp-train",
        gpu="NVIDIA H100 80GB HBM3",
        cloud="COMMUNITY",
        data_center="US-TX-3",
        started_ago=9 * HOUR + 1260,
        persistent=Persistent(50, "/workspace"),
        load=Load.BUSY,
        env=(("WANDB_API_KEY", "{{ RUNPOD_SECRET_WANDB }}"), ("RUN_NAME", "nlp-large-3")),
        story="The language model's run, busy since this morning.",
    ),
    PodSeed(
        id="k7m2qx",
        name="train",
        gpu="NVIDIA GeForce RTX 4090",
        cloud="COMMUNITY",
        made_ago=3 * DAY,
        started_ago=2 * HOUR,
        load=Load.CPU_BOUND,
        story="Tokenises a corpus: the CPU is busy, the GPU waits.",
    ),
    PodSeed(
        id="w3n8ze",
        name="train",
        gpu="NVIDIA A100 80GB PCIe",
        data_center="EU-SE-1",
        made_ago=6 * DAY,
        started_ago=26 * HOUR,
        persistent=Persistent(100, "/workspace"),
        load=Load.MEMORY_HELD,
        story="The run ended last night; a notebook still holds 64 GB of GPU memory.",
    ),
    PodSeed(
        id="p4v9td",
        name="sd-archive",
        gpu="NVIDIA RTX A6000",
        made_ago=40 * DAY,
        started_ago=22 * DAY,
        stopped_ago=21 * DAY,
        persistent=Persistent(250, "/workspace"),
        story="Stopped three weeks ago; its 250 GB disk costs twice as much as when it ran.",
    ),
    PodSeed(
        id="r8h5yc",
        name="llama-finetune",
        gpu="NVIDIA H100 80GB HBM3",
        gpu_count=2,
        data_center="EU-RO-1",
        made_ago=4 * DAY,
        started_ago=31 * HOUR,
        disk_gb=60,
        network=Network("vol8kq2x1c", "/workspace"),
        load=Load.BUSY,
        story="Trains from the team's network volume: what is lost here pages somebody.",
    ),
    PodSeed(
        id="f6j1bs",
        name="notebook-eva",
        gpu="NVIDIA A40",
        made_ago=1 * DAY,
        started_ago=7 * HOUR,
        persistent=Persistent(20, "/workspace"),
        load=Load.IDLE,
        story="A notebook that nobody has touched since breakfast.",
    ),
)


def demo_seed() -> Seed:
    """Six pods, each with a story that a command or an alert of the bot answers."""
    volume = VolumeSeed(id="vol8kq2x1c", name="datasets", size_gb=500, data_center="EU-RO-1")
    return Seed(volume_seeds=(volume,), pod_seeds=_DEMO_PODS)


#: Names that a chat client could take for markup, mentions or layout.
HOSTILE_NAMES = (
    "<!channel>",
    "<@U0ALICE> approved",
    "`rm -rf /`",
    "```code```",
    ":tada: :rotating_light:",
    "*bold* _slanted_ ~struck~",
    "<https://example.com|RunPod console>",
    "&lt;!here&gt; & <script>",
    "line one line two",
    "\u202eniart",
    "x" * 190,
)


def hostile_seed() -> Seed:
    """The demo's account, with pods whose names try to be more than names."""
    hostile = tuple(
        PodSeed(id=f"hx{index:04d}", name=name, gpu="NVIDIA GeForce RTX 4090", made_ago=DAY + index)
        for index, name in enumerate(HOSTILE_NAMES)
    )
    demo = demo_seed()
    return replace(demo, pod_seeds=demo.pod_seeds + hostile)


def many_seed(count: int) -> Seed:
    """A large fleet: of every five pods two are busy, one is idle, one is bound by its CPU and one is stopped."""
    loads = (Load.BUSY, Load.IDLE, Load.BUSY, Load.CPU_BOUND, Load.IDLE)
    pods = tuple(
        PodSeed(
            id=f"m{index:05d}",
            name=f"fleet-{index:05d}",
            gpu="NVIDIA GeForce RTX 4090",
            made_ago=30 * DAY + index,
            stopped_ago=HOUR if index % 5 == 4 else None,  # noqa: PLR2004
            persistent=Persistent(20, "/workspace"),
            load=loads[index % 5],
        )
        for index in range(count)
    )
    return Seed(balance=Decimal(1_000_000), spend_limit=Decimal(100_000), pod_seeds=pods)
